import { expect, test } from "vitest";
import { identityProblem, isMasked } from "../../src/shared/identity";

const TODAY = new Date("2026-11-23T00:00:00Z");

test.each(["990101198904152750", "99010119880416886X", "99010119880416886x", " 990101197803185719 "])(
  "%s is an identity number",
  (text) => expect(identityProblem(text, TODAY)).toBeNull(),
);

test.each([
  ["990101198904152751", "校验位"],
  ["990101198913152750", "出生日期"],
  ["990101198902302750", "出生日期"],
  ["990101209904152750", "出生日期"],
  ["99010119890415275", "18 位"],
  ["9901011989041527５0", "18 位"],
  ["3.2E+17", "18 位"],
])("%s is refused: %s", (text, reason) => expect(identityProblem(text, TODAY)).toContain(reason));

test("every single wrong digit is found", () => {
  const good = "990101198904152750";
  for (let place = 0; place < 17; place += 1) {
    for (const digit of "0123456789") {
      if (digit === good[place]) continue;
      const wrong = good.slice(0, place) + digit + good.slice(place + 1);
      expect(identityProblem(wrong, TODAY), wrong).not.toBeNull();
    }
  }
});

test("masked values are known", () => {
  expect(isMasked("320***********1234")).toBe(true);
  expect(isMasked("320102199003071234")).toBe(false);
  expect(isMasked(null)).toBe(false);
});
