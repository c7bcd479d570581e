import { describe, expect, test } from "vitest";
import { isRequired, problemOf, toBody } from "../../src/engine/form/rules";
import { cascadeParents, grouped, optionsFor } from "../../src/engine/schema";
import { fieldOf, ledger } from "./fixture";

describe("rules of a field", () => {
  test.each([
    ["person_name", "  ", "请填写姓名"],
    ["person_name", "王建国王建国", "不能超过 5 个字"],
    ["id_number", "320102199003071234", "校验位"],
    ["phone", "12345", "手机"],
    ["phone", "1390000000x", "手机"],
    ["hours", "1.25", "最多 1 位小数"],
    ["hours", "-1", "不能小于 0"],
    ["hours", "201", "不能大于 200"],
    ["hours", "abc", "应为数字"],
    ["count", "1.5", "应为整数"],
    ["count", 0, "不能小于 1"],
    ["code", "ab-123", "格式不正确，例：AB-123"],
    ["code", "AB-1234", "格式不正确"],
  ])("%s = %s: %s", (key, value, problem) => expect(problemOf(fieldOf(key), value, {})).toContain(problem));

  test.each([
    ["person_name", "王建国"],
    ["id_number", "990101198904152750"],
    ["id_number", "990***********2750"],
    ["phone", "13900000000"],
    ["phone", "0513-8888 1234"],
    ["phone", ""],
    ["hours", "12.5"],
    ["hours", 0],
    ["count", "3"],
    ["code", "AB-123"],
  ])("%s = %s is right", (key, value) => expect(problemOf(fieldOf(key), value, {})).toBeNull());

  test("required_when follows the other field", () => {
    const review = fieldOf("review_date");
    expect(isRequired(review, { cert_type: "operation" })).toBe(true);
    expect(isRequired(review, { cert_type: "equipment" })).toBe(false);
    expect(problemOf(review, null, { cert_type: "operation" })).toBe("请填写应复审日期");
    expect(problemOf(review, null, { cert_type: "equipment" })).toBeNull();
  });

  test("what a rule fills when it is blank is not demanded, whatever the other field says", () => {
    const review = { ...fieldOf("review_date"), derived: true };
    expect(problemOf(review, null, { cert_type: "operation" })).toBeNull();
  });

  test("a pattern that JavaScript cannot read is left to the backend", () => {
    expect(problemOf({ ...fieldOf("code"), pattern: "(?P<a>x)" }, "anything", {})).toBeNull();
  });
});

describe("what is sent", () => {
  const fields = [fieldOf("person_name"), fieldOf("id_number"), fieldOf("count"), fieldOf("phone")];

  test("is trimmed, with blanks as null and whole numbers as numbers", () => {
    expect(
      toBody(fields, { person_name: " 王 ", id_number: "990101198904152750", count: "3", phone: "" }, null),
    ).toEqual({
      person_name: "王",
      id_number: "990101198904152750",
      count: 3,
      phone: null,
    });
  });

  test("leaves out a masked value that was not changed, and sends one that was", () => {
    const before = { id_number: "990***********2750" };
    expect(toBody([fieldOf("id_number")], { ...before }, before)).toEqual({});
    expect(toBody([fieldOf("id_number")], { id_number: "990101198904152750" }, before)).toEqual({
      id_number: "990101198904152750",
    });
  });
});

describe("choices that depend on one another", () => {
  test("are those that the fields declare", () => {
    expect(cascadeParents(ledger)).toEqual({ category: "cert_type", item: "category" });
  });

  test("offer only enabled items of the parent, and keep what a row already has", () => {
    const items = ledger.dictionaries.item!;
    expect(optionsFor(items, "electric", null).map((item) => item.value)).toEqual(["lv"]);
    expect(optionsFor(items, undefined, null).map((item) => item.value)).toEqual(["lv", "G1"]);
    expect(optionsFor(items, "boiler", "hv").map((item) => item.value)).toEqual(["hv", "G1"]);
  });
});

test("fields keep their groups and their order", () => {
  expect(grouped(ledger.fields).map((group) => [group.title, group.fields.length])).toEqual([
    ["基本信息", 10],
    ["证书", 2],
  ]);
  expect(grouped([])).toEqual([]);
});
