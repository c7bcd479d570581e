import { describe, expect, it } from "vitest";
import type { Entry, Service } from "../../src/api/audit";
import { historyOf, queryOf, read } from "../../src/features/audit/filters";
import { changesOf, merge, spoken, summary } from "../../src/features/audit/merge";

const entry = (id: string, service: Service = "auth", more: Partial<Entry> = {}): Entry => ({
  id, at: "2026-11-23T08:00:00Z", service, user_id: null, username: null, name: null, action: "x", action_title: "x",
  object_type: "y", object_title: "y", object_id: null, result: "ok", before: null, after: null, detail: null,
  labels: {}, spoken: {}, address: null, user_agent: null, trace_id: null, ...more,
}); // prettier-ignore

describe("merging trails", () => {
  it("shows the newest of all, and goes on behind the last one shown, in every trail", () => {
    const auth = ["09", "07", "05"].map((id) => entry(id));
    const ledgers = ["08", "06", "04"].map((id) => entry(id, "ledgers"));
    const first = merge(
      [
        { service: "auth", items: auth, next: "05" },
        { service: "ledgers", items: ledgers, next: null },
      ],
      [],
      3,
    );
    expect(first.items.map((one) => one.id)).toEqual(["09", "08", "07"]);
    expect(first.next).toBe("07");
  });
  it("ends when no trail has more", () => {
    expect(merge([{ service: "auth", items: [entry("01")], next: null }], [], 3).next).toBeNull();
    expect(merge([{ service: "auth", items: [], next: null }], [], 3)).toEqual({ items: [], next: null, failed: [] });
  });
});

describe("what changed", () => {
  const changed = entry("01", "auth", {
    before: { name: "甲", gone: 1 },
    after: { name: "乙", added: [true, null] },
    detail: { rows: 3 },
    labels: { name: "名称", rows: "行数" },
  });
  it("has every key once, with its title where it is known", () => {
    expect(changesOf(changed).map((one) => one.label)).toEqual(["名称", "gone", "added"]);
  });
  it("is one line in the list", () => {
    expect(summary(changed)).toBe("名称：甲 → 乙；gone：1；added：是、（空）；行数：3");
  });
  it("is spoken in words", () => {
    expect([spoken(""), spoken(false), spoken({ a: [1, 2] })]).toEqual(["（空）", "否", "a：1、2"]);
  });
});

describe("filters in the address", () => {
  it("ask for whole company days", () => {
    const filters = read(new URLSearchParams("from=2026-11-01&to=2026-11-30&user=张三&junk=1"));
    expect(queryOf(filters)).toEqual({
      from: "2026-11-01T00:00:00+08:00",
      to: "2026-12-01T00:00:00+08:00",
      user: "张三",
    });
  });
  it("take only services that may be read, and days that are days", () => {
    const filters = read(new URLSearchParams("service=auth,nobody,reports&from=x"), ["auth", "ledgers"]);
    expect(filters.services).toEqual(["auth"]);
    expect(filters.from).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });
  it("show an object's history from the beginning", () => {
    const filters = read(new URLSearchParams(historyOf("auth", "user", "7")));
    expect([filters.from, filters.texts.object_id, filters.services]).toEqual(["2020-01-01", "7", ["auth"]]);
  });
});

it("says words for values in its line, and how many rows instead of their ids", () => {
  const ids = Array.from({ length: 5 }, (_, index) => `0000000${index}-0000-7000-8000-000000000000`);
  const one = entry("01", "ledgers", {
    after: { speciality: "other_safety", dept_id: ids[0]! },
    detail: { amr: ["pwd", "otp"], ids, import: ids[1] },
    labels: { speciality: "专业", dept_id: "所属部门", amr: "登录方式", ids: "记录编号", import: "导入编号" },
    spoken: { speciality: { other_safety: "其他安全" }, dept_id: { [ids[0]!]: "工程部" }, amr: { pwd: "密码", otp: "动态口令" } },
  });
  expect(summary(one)).toBe(
    "专业：其他安全；所属部门：工程部；登录方式：密码、动态口令；记录编号：5 个；导入编号：00000001…",
  );
});
