import { describe, expect, it } from "vitest";
import type { FullDepartment, Person } from "../../src/api/organisation";
import { departmentsInScope } from "../../src/engine/field/departments";
import { fullName, kept, matches, placeOf, treeOf, type Branch } from "../../src/features/organisation/tree";
import { deedsFor } from "../../src/features/users/usePersonActions";

const row = (id: string, parent: string | null, sort: number, more: Partial<FullDepartment> = {}): FullDepartment => ({
  id,
  code: id.toUpperCase(),
  name: `部门${id}`,
  kind: "department",
  parent_id: parent,
  path: parent ? `/top/${parent === "top" ? "" : `${parent}/`}${id}/` : `/${id}/`,
  sort,
  closed_on: null,
  merged_into: null,
  version: 1,
  ...more,
});
const rows = [
  row("top", null, 0),
  row("b", "top", 20),
  row("a", "top", 10),
  row("c", "top", 30),
  row("a1", "a", 10, { closed_on: "2026-01-01", merged_into: "a" }),
];
const names = (branches: Branch[]): unknown[] =>
  branches.map(({ row: one, children }) => (children.length ? [one.id, names(children)] : one.id));
const of = (id: string) => rows.find((one) => one.id === id)!;

describe("the organisation", () => {
  it("is a tree in order, and a search keeps the way to what it finds", () => {
    expect(names(treeOf(rows))).toEqual([["top", [["a", ["a1"]], "b", "c"]]]);
    expect(names(kept(treeOf(rows), matches("a1", new Map())))).toEqual([["top", [["a", ["a1"]]]]]);
    expect(names(kept(treeOf(rows), matches("旧名", new Map([["c", ["旧名"]]]))))).toEqual([["top", ["c"]]]);
    expect(fullName(rows, of("a1"))).toBe("部门top / 部门a / 部门a1");
  });

  it("knows where a dropped department comes to lie", () => {
    expect(placeOf(rows, of("b"), false, false, of("c"))).toEqual({ parent: "b", before: null });
    expect(placeOf(rows, of("a"), true, true, of("c"))).toEqual({ parent: "top", before: "a" });
    expect(placeOf(rows, of("a"), true, false, of("c"))).toEqual({ parent: "top", before: "b" });
    expect(placeOf(rows, of("b"), true, false, of("c"))).toEqual({ parent: "top", before: null });
    expect(placeOf(rows, of("top"), true, true, of("c"))).toBeNull();
  });

  it("lets the one that took another over reach it", () => {
    const me = { user: { id: "1", username: "x", name: "x", roles: [] }, permissions: [] };
    const reach = (kind: string) => [...departmentsInScope(rows, { ...me, scope: { kind, department_ids: ["a"] } })].sort();
    expect(reach("department")).toEqual(["a", "a1"]);
    expect(reach("subtree")).toEqual(["a", "a1"]);
  });
});

describe("what can be done to a person", () => {
  const person = { id: "p", active: true, account: true } as Person;
  it("depends on what they are", () => {
    expect(deedsFor(person, "me")).toEqual(["reset", "withdraw", "disable"]);
    expect(deedsFor({ ...person, account: false }, "me")).toEqual(["give", "disable"]);
    expect(deedsFor({ ...person, active: false }, "me")).toEqual(["enable"]);
    expect(deedsFor(person, "p")).toEqual([]);
  });
});
