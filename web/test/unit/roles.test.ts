import { describe, expect, it } from "vitest";
import type { DictionaryItem, Extra } from "../../src/api/dictionaries";
import { extraText, extraValue } from "../../src/features/dictionaries/extras";
import { stateOf as itemState, treeOf } from "../../src/features/dictionaries/tree";
import { cellsOf, grantsOf, stateOf, toggled } from "../../src/features/roles/matrix";

describe("the matrix of a role", () => {
  it("leads back to the same grants", () => {
    const grants = ["ledgers:*:read", "documents:laws,rules:download,read", "workflow:permits:*"];
    expect(grantsOf(cellsOf(grants)).sort()).toEqual([...grants].sort());
  });

  it("joins what several patterns say of one row", () => {
    expect(grantsOf(cellsOf(["ledgers:a,b:read", "ledgers:a:update"])).sort()).toEqual([
      "ledgers:a:read,update",
      "ledgers:b:read",
    ]);
  });

  it("shows what a star covers, but for resources that have to be named", () => {
    const cells = cellsOf(["ledgers:*:read,export", "ledgers:personal:read"]);
    expect(stateOf(cells, "ledgers", "a", "read")).toBe("covered");
    expect(stateOf(cells, "ledgers", "*", "read")).toBe("ticked");
    expect(stateOf(cells, "ledgers", "a", "update")).toBe("open");
    expect(stateOf(cells, "ledgers", "personal", "read", true)).toBe("ticked");
    expect(stateOf(cells, "ledgers", "audit", "read", true)).toBe("open");
    expect(stateOf(cells, "documents", "a", "read")).toBe("open");
  });

  it("gives and takes one cell, and every verb swallows the others", () => {
    let cells = toggled(cellsOf([]), "ledgers", "a", "read", true);
    cells = toggled(cells, "ledgers", "a", "update", true);
    expect(grantsOf(cells)).toEqual(["ledgers:a:read,update"]);
    expect(grantsOf(toggled(cells, "ledgers", "a", "*", true))).toEqual(["ledgers:a:*"]);
    cells = toggled(toggled(cells, "ledgers", "a", "read", false), "ledgers", "a", "update", false);
    expect(grantsOf(cells)).toEqual([]);
  });
});

const item = (value: string, more: Partial<DictionaryItem> = {}): DictionaryItem => ({
  value,
  label: value,
  sort: 0,
  enabled: true,
  color: null,
  parent_value: null,
  aliases: [],
  ext: {},
  valid_from: null,
  valid_to: null,
  origin: "custom",
  customised: true,
  version: 1,
  ...more,
});

describe("the items of a dictionary", () => {
  it("stand below their parents, and none is lost in a circle or below a parent that is not shown", () => {
    const rows = treeOf([
      item("a"),
      item("b", { parent_value: "a" }),
      item("c", { parent_value: "gone" }),
      item("d", { parent_value: "e" }),
      item("e", { parent_value: "d" }),
    ]);
    expect(rows.map((row) => row.value)).toEqual(["a", "c", "d", "e"]);
    expect(rows[0]!.children?.map((row) => row.value)).toEqual(["b"]);
  });

  it("say whether they can be chosen on a day", () => {
    expect(itemState(item("a"), "2026-11-23")).toBe("in use");
    expect(itemState(item("a", { enabled: false }), "2026-11-23")).toBe("retired");
    expect(itemState(item("a", { valid_from: "2026-11-24" }), "2026-11-23")).toBe("early");
    expect(itemState(item("a", { valid_to: "2026-11-23" }), "2026-11-23")).toBe("in use");
    expect(itemState(item("a", { valid_to: "2026-11-22" }), "2026-11-23")).toBe("late");
  });

  it("carry rules that are sent as services read them", () => {
    const days: Extra = { name: "warn_days", title: "提前预警天数", kind: "days", unit: "天", help: "", choices: [], highest: 0 };
    expect(extraValue(days, ["30", "90", 60, "30"])).toEqual([90, 60, 30]);
    expect(extraValue(days, ["soon"])).toEqual(["soon"]);
    expect(extraValue(days, [])).toBeUndefined();
    expect(extraText(days, [90, 60])).toBe("提前预警天数 90、60 天");
    expect(extraText(days, undefined)).toBeNull();
  });
});
