import { expect, test } from "vitest";
import type { ImportJob } from "../../src/api/imports";
import type { ImportError } from "../../src/api/types";
import {
  clearedWords,
  fileProblem,
  firstGuess,
  hasErrorWorkbook,
  isOpen,
  isRunning,
  kindsOfRows,
  nothingToWrite,
  rowsFromErrors,
  stateWords,
  stepOf,
  stillMissing,
  undoUntil,
  willWrite,
  without,
  writes,
} from "../../src/engine/import/flow";

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
  expect(fileProblem({ name: "台账.csv", size: 9 })).toContain("另存为 .xlsx");
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

test("an undo says until when it is possible, by the company's clock", () => {
  const noon = Date.parse("2026-03-01T04:00:00Z");
  const until = (time: string | null) => ({ undo: { possible_until: time } as never });
  expect(undoUntil(until("2026-03-01T10:05:00Z"), noon)).toBe("今天 18:05");
  expect(undoUntil(until("2026-03-02T03:59:00Z"), noon)).toBe("明天 11:59");
  expect(undoUntil(until("2026-03-01T03:59:00Z"), noon)).toBe(null);
  expect(undoUntil(until(null), noon)).toBe(null);
  expect(undoUntil({})).toBe(null);
});

test("numbers are of what will be written, and a button that cannot be pressed says why", () => {
  const counts = { created: 1, updated: 0, valid: 41, unchanged: 40, skipped: 0 };
  expect(writes(counts)).toBe(1);
  expect(willWrite(counts)).toBe("将新增 1 行；40 行与系统一致，不变");
  expect(nothingToWrite(counts)).toBe(null);
  expect(nothingToWrite({ ...counts, created: 0 })).toContain("没有需要写入");
  expect(nothingToWrite({ created: 0, updated: 0, valid: 0 })).toContain("没有正确的行");
});

test("rows are shown by what will happen to them, what wants a look first; one kind alone needs no choice", () => {
  const job = { rows: 44, invalid: 1, created: 2, updated: 1, unchanged: 40, skipped: 0 } as ImportJob;
  expect(kindsOfRows(job).map(({ value, count }) => `${value} ${count}`)).toEqual([
    "invalid 1",
    "updated 1",
    "created 2",
    "unchanged 40",
    "all 44",
  ]);
  expect(kindsOfRows({ ...job, invalid: 0, updated: 0, unchanged: 0 })).toHaveLength(1);
});

test("what would be cleared is counted, and the first cells are named", () => {
  const first = [{ row: 3, field: "keeper", title: "责任人" }];
  expect(clearedWords({ cleared: 2, cleared_first: first })).toBe("将清空系统中 2 个单元格的内容：第 3 行“责任人”等");
  expect(clearedWords({ cleared: 1, cleared_first: first })).toBe("将清空系统中 1 个单元格的内容：第 3 行“责任人”");
  expect(clearedWords({ cleared: 0, cleared_first: [] })).toBe(null);
});

test("the workbook of errors is offered as long as it exists", () => {
  const job = { invalid: 3, expired: false, state: "confirmed" } as const;
  expect(hasErrorWorkbook(job)).toBe(true);
  expect(hasErrorWorkbook({ ...job, expired: true })).toBe(false);
  expect(hasErrorWorkbook({ ...job, invalid: 0 })).toBe(false);
  expect(hasErrorWorkbook({ ...job, state: "cancelled" })).toBe(false);
});

test("a job that waits for its headings is at the third step, and can be taken up or given up", () => {
  const job = { state: "mapping", expired: false, created_at: new Date().toISOString() } as never;
  expect(stepOf(job)).toBe(2);
  expect(isOpen(job)).toBe(true);
  expect(stateWords(job)).toMatch(/^待核对列名（24 小时后清除）$/);
  expect(isRunning({ state: "undoing" } as never)).toBe(true);
});

test("what is typed while an answer is on its way is still to be sent", () => {
  const sent = { 3: { quantity: "2" }, 4: { status: "完好" } };
  expect(without(sent, sent)).toEqual({});
  const all = { 3: { quantity: "3", spec: "SS100" }, 4: { status: "完好" }, 5: { status: "停用" } };
  expect(without(all, sent)).toEqual({ 3: { quantity: "3", spec: "SS100" }, 5: { status: "停用" } });
});
