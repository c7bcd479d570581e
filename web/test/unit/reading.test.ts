import { describe, expect, test } from "vitest";
import { searchProblem, settled } from "../../src/engine/field/searches";
import { readDay, readNumber, withoutZeros } from "../../src/engine/field/reading";
import { compare } from "../../src/engine/form/merge";
import { problemOf, toBody } from "../../src/engine/form/rules";
import { fieldOf } from "./fixture";

describe("dates as people write them (domain.md 14)", () => {
  test.each([
    ["2026-01-05", "2026-01-05"],
    ["2026/1/5", "2026-01-05"],
    ["2026.1.5", "2026-01-05"],
    ["2026年1月5日", "2026-01-05"],
    ["20260105", "2026-01-05"],
    ["２０２６－０１－０５", "2026-01-05"],
    [" 2026 年 12 月 25 日 ", "2026-12-25"],
    ["2026/3/15", "2026-03-15"],
    ["2026-01-05 08:30:00", "2026-01-05"],
    ["2024-02-29", "2024-02-29"],
  ])("%s is %s", (text, day) => expect(readDay(text)).toBe(day));

  test.each(["2026-02-30", "2026-03-015", "2026-13-01", "2026", "1", "明年", "1899-12-31", "2200-01-01", "2026-1", ""])(
    "%s is none",
    (text) => expect(readDay(text)).toBeNull(),
  );

  test("what is no date is said in the form, and sent as it stands rather than as another date", () => {
    const field = { ...fieldOf("review_date"), required_when: null };
    expect(problemOf(field, "2026-03-015", {})).toContain("“2026-03-015”不是日期");
    expect(problemOf(field, "2026年3月15日", {})).toBeNull();
    expect(toBody([field], { review_date: "2026.3.15" }, null)).toEqual({ review_date: "2026-03-15" });
    expect(toBody([field], { review_date: "2026-03-015" }, null)).toEqual({ review_date: "2026-03-015" });
  });
});

describe("a date that may have no end", () => {
  const field = { ...fieldOf("review_date"), required_when: null, blank_words: ["长期", "长期有效"] };

  test("takes the word, in any width, and says it to the service", () => {
    expect(problemOf(field, " 长期有效 ", {})).toBeNull();
    expect(toBody([field], { review_date: "长 期" }, null)).toEqual({ review_date: "长期" });
    expect(problemOf({ ...field, blank_words: [] }, "长期", {})).toContain("不是日期");
  });

  test("is no change where the service keeps it as a blank", () => {
    expect(compare([field], {}, { review_date: "长期" }, { review_date: null })).toEqual([]);
    expect(compare([field], {}, { review_date: "2027-01-01" }, { review_date: null })).toHaveLength(1);
  });
});

describe("numbers as people write them", () => {
  test.each([
    ["12万", "120000"],
    ["1.23456万", "12345.6"],
    ["0.5亿", "50000000"],
    ["120,000", "120000"],
    ["１２０，０００．５０", "120000.5"],
    ["-3.10", "-3.1"],
    ["+7", "7"],
    ["12万元", "120000"],
    ["12345678901234567.89", "12345678901234567.89"],
    ["000", "0"],
  ])("%s is %s", (text, number) => expect(readNumber(text)).toBe(number));

  test.each(["12千", "12,00", "1e5", "十二", "12 万 3", "", "-", "1.2.3"])("%s is none", (text) =>
    expect(readNumber(text)).toBeNull(),
  );

  test("what is no number is never cut to one", () => {
    expect(problemOf(fieldOf("count"), "12千", {})).toContain("应为数字");
    expect(toBody([fieldOf("count")], { count: "12万" }, null)).toEqual({ count: 120000 });
    expect(toBody([fieldOf("count")], { count: "12千" }, null)).toEqual({ count: "12千" });
    expect(toBody([fieldOf("hours")], { hours: "1,200.50" }, null)).toEqual({ hours: "1200.5" });
  });

  test.each([
    ["2.00", "2"],
    ["9999.000", "9999"],
    ["0.50", "0.5"],
    ["100", "100"],
    ["0.00", "0"],
    ["-0.0", "0"],
    ["长期", "长期"],
  ])("%s is shown as %s in a form", (text, shown) => expect(withoutZeros(text)).toBe(shown));
});

describe("a search", () => {
  test("is asked with dates and numbers in the service's writing, and not with what is none", () => {
    const fields = [fieldOf("review_date"), fieldOf("count")];
    const filters = { "review_date.gte": "2026年1月5日", "count.lte": "2万", q: "x" };
    expect(settled(fields, filters)).toEqual({ "review_date.gte": "2026-01-05", "count.lte": "20000", q: "x" });
    expect(fields.map((field) => searchProblem(field, filters))).toEqual([null, null]);
    expect(searchProblem(fields[0]!, { "review_date.lte": "明年" })).toContain("“明年”不是日期");
    expect(searchProblem(fields[1]!, { "count.gte": "12千" })).toContain("“12千”不是数字");
  });
});
