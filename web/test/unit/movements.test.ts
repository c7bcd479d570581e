import { expect, test } from "vitest";
import type { Movement } from "../../src/api/movements";
import { noteOf, outcome, stockOf, withUnit } from "../../src/engine/movements/stock";
import { movedField, type LedgerManifest, type MovementsManifest } from "../../src/engine/schema";

test("what an entry will do is reckoned without rounding", () => {
  expect(outcome(20, "out", "0.1", null)).toMatchObject({ after: "19.9", belowZero: false, short: false });
  expect(outcome("0.1", "in", "0.2", null)?.after).toBe("0.3");
  expect(outcome("9999999999.99", "in", "0.01", null)?.after).toBe("10000000000");
  expect(outcome(null, "in", "5", null)?.after).toBe("5");
  expect(outcome(3, "out", "3", null)).toMatchObject({ after: "0", belowZero: false });
  expect(outcome(3, "out", "3.01", null)).toMatchObject({ after: "-0.01", belowZero: true });
});

test("a count says what it finds", () => {
  expect(outcome(20, "count", "18", null)).toMatchObject({ after: "18", result: "loss", difference: "2" });
  expect(outcome(20, "count", "20.5", null)).toMatchObject({ result: "surplus", difference: "0.5" });
  expect(outcome("20.00", "count", "20", null)).toMatchObject({ result: "even", difference: "0" });
});

test("what is below the minimum is short, what stands on it is not", () => {
  expect(outcome(12, "out", "2", "10")?.short).toBe(false);
  expect(outcome(12, "out", "2.01", 10)?.short).toBe(true);
  expect(outcome(12, "out", "12", null)?.short).toBe(false);
});

test("half a number is none yet", () => {
  for (const amount of [null, undefined, "", "-", "1.", "x", "1e5", "NaN"]) expect(outcome(1, "in", amount, null)).toBeNull();
});

const movements: MovementsManifest = { field: "quantity", unit: "unit", limit: "min_stock", kinds: [] };
const row = { id: "1", version: 1, quantity: 20, unit: "个", min_stock: null };

test("a row's stock, with its own unit", () => {
  expect(stockOf(movements, row)).toEqual({ now: "20", unit: "个", limit: null });
  expect(stockOf({ ...movements, unit: null }, { ...row, quantity: null, min_stock: 5 })).toEqual({
    now: "0",
    unit: null,
    limit: "5",
  });
  expect(withUnit("20", "个")).toBe("20 个");
  expect(withUnit("20", null)).toBe("20");
});

test("the form fixes the number of a row that has entries, and of no other", () => {
  const ledger = { movements } as LedgerManifest;
  expect(movedField(ledger, { ...row, moved: true })).toBe("quantity");
  expect(movedField(ledger, { ...row, moved: false })).toBeNull();
  expect(movedField(ledger, row)).toBeNull();
  expect(movedField({} as LedgerManifest, { ...row, moved: true })).toBeNull();
  expect(movedField(ledger, null)).toBeNull();
});

test("what stands behind a kind", () => {
  const entry = { reverses: null, reversed_by: null, result: null } as Movement;
  expect(noteOf(entry)).toBeNull();
  expect(noteOf({ ...entry, result: "loss" })).toBe("盘亏");
  expect(noteOf({ ...entry, reverses: "x" })).toBe("冲销");
  expect(noteOf({ ...entry, result: "loss", reversed_by: "x" })).toBe("已冲销");
});
