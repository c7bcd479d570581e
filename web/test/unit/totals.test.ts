import { expect, test } from "vitest";
import { numberText } from "../../src/engine/field/cells";
import { grouped } from "../../src/engine/list/Totals";

test("sums keep every digit and get their thousands apart", () => {
  expect(grouped("0")).toBe("0");
  expect(grouped("999.50")).toBe("999.50");
  expect(grouped("1234567.89")).toBe("1,234,567.89");
  expect(grouped("-1000")).toBe("-1,000");
  expect(grouped("12345678901234567890.12")).toBe("12,345,678,901,234,567,890.12");
});

test("a sum of nothing has its cents like the others", () => {
  expect(grouped("0", 2)).toBe("0.00");
  expect(grouped("1200.5", 2)).toBe("1,200.50");
  expect(grouped("1200.50")).toBe("1,200.50");
});

test("a year has no thousands, an amount of money has its cents, a count is as short as it is", () => {
  expect(numberText({ key: "year", title: "年份", kind: "integer", format: "year" }, 2026)).toBe("2026");
  expect(numberText({ key: "a", title: "金额", kind: "decimal", precision: 2, format: "money" }, 120000)).toBe(
    "120,000.00",
  );
  expect(numberText({ key: "n", title: "数量", kind: "decimal", precision: 2 }, 1200)).toBe("1,200");
});
