import { expect, test } from "vitest";
import { grouped } from "../../src/engine/list/Totals";

test("sums keep every digit and get their thousands apart", () => {
  expect(grouped("0")).toBe("0");
  expect(grouped("999.50")).toBe("999.50");
  expect(grouped("1234567.89")).toBe("1,234,567.89");
  expect(grouped("-1000")).toBe("-1,000");
  expect(grouped("12345678901234567890.12")).toBe("12,345,678,901,234,567,890.12");
});
