import { describe, expect, test } from "vitest";
import { compare, merge } from "../../src/engine/form/merge";
import { ledger } from "./fixture";

const base = { person_name: "王", phone: "1", hours: "8.0", count: 3, code: null, id_number: "1101**********1234" };
const origins = (mine: object, theirs: object) =>
  Object.fromEntries(
    compare(ledger.fields, base, { ...base, ...mine }, { ...base, ...theirs }).map((one) => [one.field.key, one.origin]),
  );
const merged = (mine: object, theirs: object, chosen = {}) =>
  merge(ledger.fields, base, { ...base, ...mine }, { ...base, ...theirs }, chosen);

describe("a row that two people changed", () => {
  test("keeps what each of them changed alone", () => {
    const [mine, theirs] = [{ phone: "2" }, { person_name: "李" }];
    expect(origins(mine, theirs)).toEqual({ phone: "mine", person_name: "theirs" });
    expect(merged(mine, theirs)).toMatchObject({ phone: "2", person_name: "李", count: 3 });
  });

  test("asks only where both changed differently, and takes theirs unless told otherwise", () => {
    const [mine, theirs] = [{ phone: "2", person_name: "李" }, { phone: "3", person_name: "李" }];
    expect(origins(mine, theirs)).toEqual({ phone: "both" });
    expect(merged(mine, theirs).phone).toBe("3");
    expect(merged(mine, theirs, { phone: "mine" }).phone).toBe("2");
  });

  test("a choice says nothing about a field that only they changed", () => {
    expect(merged({}, { phone: "3" }, { phone: "mine" }).phone).toBe("3");
  });

  test("a value that was taken out is a change like any other", () => {
    expect(origins({ phone: "" }, { count: null })).toEqual({ phone: "mine", count: "theirs" });
    expect(merged({ phone: "" }, { count: null })).toMatchObject({ phone: "", count: undefined });
    expect(origins({ phone: "" }, { phone: "3" })).toEqual({ phone: "both" });
  });

  test("another way of writing is no change", () => {
    expect(origins({ hours: 8, count: "3", code: "", person_name: "王 " }, {})).toEqual({});
  });

  test("a masked number is theirs: it cannot have been typed", () => {
    expect(origins({}, { id_number: "1101**********5678" })).toEqual({ id_number: "theirs" });
    expect(compare(ledger.fields, {}, base, { ...base, id_number: "3201**********0000" })[0]?.origin).toBe("theirs");
  });

  test("without a known beginning, nothing of theirs is undone without being asked", () => {
    const found = compare(ledger.fields, {}, { ...base, phone: "2" }, base);
    expect(found.map((one) => [one.field.key, one.origin])).toEqual([["phone", "both"]]);
  });
});
