import { expect, test } from "vitest";
import type { ImportJob } from "../../src/api/imports";
import type { ImportError } from "../../src/api/types";
import { fileProblem, firstGuess, isOpen, isRunning, rowsFromErrors, stateWords, stepOf, stillMissing, undoLeft } from "../../src/engine/import/flow";

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

test("a heading is filled in when it surely means a field, and each field once", () => {
  const mapping = {
    headings: [
      { header: "器材编号", column: "A", suggestions: [{ field: "facility_no", score: 70 }] },
      { header: "编码", column: "B", suggestions: [{ field: "facility_no", score: 90 }] },
      { header: "别的", column: "C", suggestions: [{ field: "remark", score: 50 }] },
    ],
    missing: ["facility_no", "keeper"],
    words: [],
    given: { headings: {} },
    fields: [
      { field: "facility_no", title: "设施编号", required: true },
      { field: "keeper", title: "责任人", required: true },
      { field: "remark", title: "备注", required: false },
    ],
    items: {},
  };
  const guess = firstGuess(mapping);
  expect(guess).toEqual({ 编码: "facility_no" });
  expect(stillMissing(mapping, guess)).toEqual(["责任人"]);
  expect(firstGuess({ ...mapping, given: { headings: { 别的: "keeper" } } })).toEqual({ 编码: "facility_no", 别的: "keeper" });
});

test("an undo says how long it is possible", () => {
  const until = (minutes: number) => ({ undo: { possible_until: new Date(minutes * 60_000).toISOString() } as never });
  expect(undoLeft(until(600), 0)).toBe("10 小时");
  expect(undoLeft(until(59), 0)).toBe("59 分钟");
  expect(undoLeft(until(-1), 0)).toBe(null);
  expect(undoLeft({})).toBe(null);
});

test("a job that waits for its headings is at the third step, and can be taken up or given up", () => {
  const job = { state: "mapping", expired: false, created_at: new Date().toISOString() } as never;
  expect(stepOf(job)).toBe(2);
  expect(isOpen(job)).toBe(true);
  expect(stateWords(job)).toMatch(/^待核对列名（24 小时后清除）$/);
  expect(isRunning({ state: "undoing" } as never)).toBe(true);
});
