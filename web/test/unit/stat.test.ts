import { expect, test } from "vitest";
import type { Catalogue } from "../../src/api/manifest";
import type { CertificateStatistics } from "../../src/api/statistics";
import { drillDown } from "../../src/engine/stat/drill";
import { chartOption, colourOf, occurring } from "../../src/engine/stat/option";

const catalogue: Catalogue = {
  pages: [{ leaf: "4.3", title: "资格证", screen: "ledger", key: "special", path: "/ledgers/special" }],
  ledgers: [],
  missing: [],
};

test("a number leads to the rows that it counts: this department's own, of this kind, not cancelled", () => {
  const place = drillDown(catalogue, ["special:a", "special:b"], {
    column: "special:a",
    department: "d",
    figure: "valid",
  });
  const url = new URL(place!, "http://x");
  expect(url.pathname).toBe("/ledgers/special");
  expect(Object.fromEntries(url.searchParams)).toEqual({
    cert_type: "a",
    "dept_id.in": "d",
    "status.in": "valid,review_due,expiring",
  });
});

test("a figure over several ledgers, or over one that is not mine, leads nowhere", () => {
  expect(drillDown(catalogue, ["special:a", "other:b"], { column: null, department: "d", figure: "all" })).toBeNull();
  expect(drillDown(catalogue, ["other:b"], { column: "other:b", department: null, figure: "all" })).toBeNull();
  expect(drillDown(catalogue, ["special:a"], { column: null, department: null, figure: "expired" })).toBe(
    "/ledgers/special?status.in=expired",
  );
});

test("the chart leaves out departments without certificates and stacks the kinds", () => {
  const row = (name: string, a: number, b: number) => ({
    department: { id: name, name, level: 1 },
    counts: { a, b },
    total: a + b,
    expiring: 0,
    review_overdue: 0,
    expired: 0,
  });
  const data: CertificateStatistics = {
    on: "2026-12-01",
    valid_only: false,
    columns: [
      { key: "a", title: "甲", group: "" },
      { key: "b", title: "乙", group: "" },
    ],
    rows: [row("工程部", 2, 1), row("客服部", 0, 0)],
    totals: { a: 2, b: 1, total: 3 },
  };
  const option = chartOption(data) as { xAxis: { data: string[] }; series: { name: string; data: number[] }[] };
  expect(option.xAxis.data).toEqual(["工程部"]);
  expect(option.series.map((series) => [series.name, series.data])).toEqual([
    ["甲", [2]],
    ["乙", [1]],
  ]);
});

test("kinds that do not occur are left out, and no two of those that do have the same colour", () => {
  const columns = Array.from({ length: 40 }, (_, index) => ({ key: `k${index}`, title: `${index}`, group: "" }));
  const data = { on: "2026-12-01", valid_only: false, columns, rows: [], totals: { k3: 1, k7: 2, total: 3 } };
  expect(occurring(data).columns.map(({ key }) => key)).toEqual(["k3", "k7"]);
  expect(new Set(columns.map((_, index) => colourOf(index))).size).toBe(40);
});
