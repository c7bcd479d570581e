import { expect, test } from "vitest";
import { wordsOf } from "../../src/engine/form/offers";

test("every word is offered once, and blanks are none", () => {
  const rows = ["防护服更新", "", null, "防护服更新", 3, "应急演练"].map((name, id) => ({ id: String(id), version: 1, name }));
  expect(wordsOf(rows, "name")).toEqual(["防护服更新", "应急演练"]);
  expect(wordsOf([], "name")).toEqual([]);
});
