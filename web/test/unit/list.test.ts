import { describe, expect, test } from "vitest";
import { departmentsInScope, departmentTree, withAncestors } from "../../src/engine/field/departments";
import { columnsOf, defaultChoice, nearestDue, shownFields, widthOf } from "../../src/engine/list/columns";
import type { Me, Scope } from "../../src/api/types";
import { hintOf } from "../../src/engine/list/SearchBar";
import { readState, toFilters, toQuery, writeState } from "../../src/engine/list/query";
import type { Field, LedgerManifest } from "../../src/engine/schema";
import { departments, fieldOf, ledger } from "./fixture";

describe("columns", () => {
  test("come from the fields of the list, with a number before them and the first one in place", () => {
    const columns = columnsOf(ledger, defaultChoice(ledger), "-review_date", 21);
    expect(columns.map((column) => column.key)).toEqual([
      "#",
      "person_name",
      "status",
      "review_date",
      "id_number",
      "dept_id",
      "cert_type",
    ]);
    expect(columns[1]).toMatchObject({ fixed: "left", sorter: true, sortOrder: null });
    expect(columns[2]).not.toHaveProperty("fixed");
    expect(columns[3]).toMatchObject({ sortOrder: "descend" });
  });

  test("name the date that comes first on a phone", () => {
    const two = { ...ledger, expiry: [...ledger.expiry, { field: "code", warn_days: [] }] };
    const row = { id: "1", version: 1, review_date: "2026-12-01", code: "2026-11-01" };
    expect(nearestDue(two, row)?.key).toBe("code");
    expect(nearestDue(two, { id: "1", version: 1 })).toBeNull();
  });

  test("begin with what the ledger says comes first; the status and the dates that run out follow", () => {
    const named = { ...ledger, list_first: ["id_number", "person_name"] };
    expect(defaultChoice(named).shown.slice(0, 4)).toEqual(["id_number", "person_name", "status", "review_date"]);
  });

  test("are no wider than a date and its heading need, for the warning stands below it", () => {
    const day = { ...fieldOf("review_date"), title: "日期", sortable: false };
    expect(widthOf(day)).toBeLessThanOrEqual(104);
    expect(widthOf({ ...day, derived: true })).toBeLessThanOrEqual(130);
    expect(widthOf({ ...day, title: "下次年度检测日期", sortable: true })).toBeGreaterThan(8 * 14 + 16);
  });

  test("show a status whole, however long its words are", () => {
    const status = { ...fieldOf("status"), title: "状态" };
    const item = { value: "low", label: "低于最低储备" };
    expect(widthOf(status, [{ ...item, label: "正常" }])).toBe(96);
    expect(widthOf(status, [item])).toBeGreaterThanOrEqual(6 * 12 + 12 + 32);
  });

  test("a saved choice survives fields that are gone, and shows no new ones", () => {
    const choice = { shown: ["gone", "status", "person_name"], frozen: 1 };
    expect(shownFields(ledger, choice).map((field) => field.key)).toEqual(["status", "person_name"]);
    expect(shownFields(ledger, { shown: ["gone"], frozen: 0 })).toHaveLength(6);
  });

  test("500 fields are no trouble", () => {
    const fields = Array.from({ length: 500 }, (_, index): Field => ({
      key: `f${index}`,
      title: `字段${index}`,
      kind: "text",
      in_list: true,
    }));
    const big: LedgerManifest = { ...ledger, fields, expiry: [] };
    expect(columnsOf(big, defaultChoice(big), "", 1)).toHaveLength(501);
  });
});

describe("the address of a list", () => {
  test("is read and written without loss", () => {
    const text = "q=%E7%8E%8B&dept=3&cert_type.in=a%2Cb&review_date.gte=2026-01-01&sort=-review_date&page=3&size=50";
    expect(writeState(readState(new URLSearchParams(text))).toString()).toBe(text);
  });

  test("with nonsense in it is a plain list", () => {
    const state = readState(new URLSearchParams("page=-5&size=7777&row=x"));
    expect(state).toEqual({ page: 1, size: 20, sort: "", q: "", dept: "", filters: {} });
    expect(readState(new URLSearchParams("page=abc")).page).toBe(1);
  });

  test("becomes a request that names known fields only, departments with those below", () => {
    const state = readState(
      new URLSearchParams("nope=1&cert_type=operation&dept_id=3&review_date.lte=2026-12-31&page=2"),
    );
    expect(toQuery(ledger, state)).toEqual({
      q: undefined,
      cert_type: "operation",
      "dept_id.under": "3",
      "review_date.lte": "2026-12-31",
      sort: undefined,
      page: 2,
      size: 20,
    });
  });

  test("the tree's department wins over the filter's", () => {
    const state = readState(new URLSearchParams("dept=2&dept_id=3"));
    expect(toFilters(ledger, state)).toEqual({ q: undefined, "dept_id.under": "2" });
  });
});

describe("departments", () => {
  test("stand as a tree in their order; closed ones cannot be picked", () => {
    const [company] = departmentTree(departments);
    expect(company?.children?.map((child) => child.title)).toEqual(["城北分公司", "工程部", "已撤部门（已关闭）"]);
    expect(company?.children?.[2]?.disabled).toBe(true);
  });

  test("whose parent is out of sight come to the top", () => {
    expect(departmentTree(departments.slice(2, 4)).map((root) => root.title)).toEqual(["城北分公司"]);
  });

  test("in reach are those of every scope together, with the way to them", () => {
    const reach = (...[scope, ...also]: [Scope, ...Scope[]]) => {
      const me = { user: { department: { id: "2", name: "工程部" } }, scope: { ...scope, also } } as unknown as Me;
      return [...departmentsInScope(departments, me)];
    };
    expect(reach({ kind: "company", department_ids: [] })).toHaveLength(5);
    expect(reach({ kind: "subtree", department_ids: ["3"] })).toEqual(["3", "4"]);
    expect(reach({ kind: "department", department_ids: ["3"] })).toEqual(["3"]);
    expect(reach({ kind: "own", department_ids: [] })).toEqual(["2"]);
    expect(reach({ kind: "chosen", department_ids: ["4"] }, { kind: "own", department_ids: [] })).toEqual(["4", "2"]);
    expect(departmentsInScope(departments, null).size).toBe(0);
    expect(withAncestors(departments, new Set(["4"])).map((one) => one.id)).toEqual(["1", "3", "4"]);
  });
});

test("the hint of the keyword names whole titles only, as many as can be read", () => {
  expect(hintOf(["姓名", "证书编号"])).toBe("姓名、证书编号");
  expect(hintOf(["设施编号", "设施名称", "放置位置", "规格型号"])).toBe("设施编号、设施名称等");
  expect(hintOf(["一个很长很长很长很长的名称", "二"])).toBe("一个很长很长很长很长的名称等");
});
