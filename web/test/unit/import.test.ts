import { expect, test } from "vitest";
import type { ImportError, ImportJob } from "../../src/api/types";
import { fileProblem, isRunning, rowsFromErrors, stepOf } from "../../src/engine/import/flow";

const job = (state: ImportJob["state"]) => ({ state }) as ImportJob;
const error = (row: number, field: string | null, message: string): ImportError => ({
  row,
  column: "D",
  field,
  header: "身份证号",
  value: "1",
  code: "x",
  message,
});

test("the step follows the state of the job", () => {
  expect(stepOf(null)).toBe(1);
  expect(
    (["queued", "parsing", "ready", "confirming", "confirmed", "failed", "cancelled"] as const).map((s) =>
      stepOf(job(s)),
    ),
  ).toEqual([2, 2, 3, 3, 4, 1, 1]);
  expect(isRunning(job("confirming"))).toBe(true);
  expect(isRunning(job("ready"))).toBe(false);
  expect(isRunning(null)).toBe(false);
});

test("a file is refused before it is sent", () => {
  expect(fileProblem({ name: "台账.xls", size: 9 })).toContain("另存为");
  expect(fileProblem({ name: "台账.csv", size: 9 })).toContain(".xlsx");
  expect(fileProblem({ name: "台账.xlsx", size: 0 })).toContain("空");
  expect(fileProblem({ name: "台账.xlsx", size: 21 * 1024 * 1024 })).toContain("20 MB");
  expect(fileProblem({ name: "台账.XLSX", size: 9 })).toBeNull();
});

test("errors gather by row, in the order of the sheet; one of the whole row marks no cell", () => {
  const rows = rowsFromErrors([
    error(9, "b", "乙"),
    error(4, "a", "甲"),
    error(9, "a", "丙"),
    error(5, null, "整行重复"),
  ]);
  expect(rows.map((row) => [row.row, Object.keys(row.errors).sort()])).toEqual([
    [4, ["a"]],
    [5, []],
    [9, ["a", "b"]],
  ]);
});
