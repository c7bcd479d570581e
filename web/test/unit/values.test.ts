import { expect, test } from "vitest";
import { carried, overTwin } from "../../src/engine/form/values";
import type { LedgerManifest, Row } from "../../src/engine/schema";

const ledger = {
  fields: [
    { key: "person_name", title: "姓名", kind: "text" },
    { key: "id_number", title: "身份证号", kind: "identity" },
    { key: "post", title: "岗位", kind: "text" },
    { key: "first_issue_date", title: "初次领证日期", kind: "day" },
    { key: "issue_date", title: "发证日期", kind: "day" },
    { key: "valid_to", title: "有效期止", kind: "day", derived: true },
  ],
  natural_key: ["id_number"],
  expiry: [{ field: "valid_to", warn_days: [30] }],
  dictionaries: {},
  renewal: { action: "续期", by: "issue_date", carries: ["person_name", "id_number", "first_issue_date"] },
} as unknown as LedgerManifest;

const there = {
  id: "a",
  version: 3,
  person_name: "张三",
  id_number: "990101199001011230",
  post: "电工",
  first_issue_date: "2014-01-05",
  issue_date: "2020-01-05",
  valid_to: "2026-01-04",
} as unknown as Row;

test("a renewal laid over its row keeps none of the days that it renews", () => {
  const renewed = overTwin(ledger, there, { person_name: "张三", issue_date: "2026-01-05", valid_to: "", post: undefined });
  expect(renewed).toMatchObject({ issue_date: "2026-01-05", valid_to: null, first_issue_date: "2014-01-05", post: "电工" });
  expect(overTwin(ledger, there, { issue_date: "2026-01-05", valid_to: "2031-12-31" }).valid_to).toBe("2031-12-31");
  // Not issued anew, it is a correction: what was not typed stays.
  expect(overTwin(ledger, there, { issue_date: "2020-01-05", post: "焊工" })).toMatchObject({
    valid_to: "2026-01-04",
    post: "焊工",
  });
});

test("a successor begins with what is handed on, and not with a masked number", () => {
  expect(carried(ledger, undefined)).toEqual({});
  expect(carried(ledger, there)).toEqual({
    person_name: "张三",
    id_number: "990101199001011230",
    first_issue_date: "2014-01-05",
  });
  expect(carried(ledger, { ...there, id_number: "990101********1230" })).not.toHaveProperty("id_number");
});
