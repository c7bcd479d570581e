import { describe, expect, test } from "vitest";
import { isOpenLevel, matrixOf, unusedFactors, withoutScores, worked } from "../../src/engine/form/scoring";
import type { LedgerManifest, ScoreRule } from "../../src/engine/schema";
import { ledger } from "./fixture";

const rule: ScoreRule = {
  method: "method",
  factors: ["likelihood", "exposure", "consequence", "severity"],
  score: "score",
  level: "level",
  methods: {
    lec: {
      factors: { likelihood: [10, 6, 0.1], exposure: [6, 0.5], consequence: [100, 15, 7, 3] },
      bands: [
        [320, "major"],
        [160, "larger"],
        [70, "general"],
        [0, "low"],
      ],
    },
    ls: { factors: { likelihood: [1, 2], severity: [3] }, bands: [[9, "general"]] },
    other: { factors: {}, bands: [] },
  },
};
const risks: LedgerManifest = {
  ...ledger,
  scores: [rule],
  fields: [...ledger.fields, { key: "level", title: "风险等级", kind: "choice", derived: true }],
};

describe("a risk matrix while it is filled in", () => {
  test.each([
    [{ likelihood: "6", exposure: "6", consequence: "15" }, "540", "major"],
    [{ likelihood: 10, exposure: 0.5, consequence: 15 }, "75", "general"],
    [{ likelihood: "0.1", exposure: "0.5", consequence: "7" }, "0.35", "low"],
    [{ likelihood: "0.1", exposure: "6", consequence: "3" }, "1.8", "low"],
  ])("%o is %s, %s", (factors, score, level) =>
    expect(worked(rule, { method: "lec", ...factors })).toEqual({ score, level }),
  );

  test("says nothing while a factor is missing or none of the method's, nor where people judge", () => {
    expect(worked(rule, { method: "lec", likelihood: "6", exposure: "6" })).toBeNull();
    expect(worked(rule, { method: "lec", likelihood: "5", exposure: "6", consequence: "15" })).toBeNull();
    expect(worked(rule, { method: "other", likelihood: "6" })).toBeNull();
    expect(matrixOf(rule, {})).toBeUndefined();
    expect(worked(rule, { method: "ls", likelihood: "1", severity: "3" })).toEqual({ score: "3", level: undefined });
  });

  test("another method clears what it does not use or not with that value, and only then", () => {
    const values = { method: "ls", likelihood: "2", exposure: "6", severity: "5" };
    expect(unusedFactors(risks, values, { method: "ls" })).toEqual(["exposure", "consequence", "severity"]);
    expect(unusedFactors(risks, values, { likelihood: "6" })).toEqual([]);
  });

  test("sends no score that the service works out, and opens a level that was worked out", () => {
    expect(withoutScores(risks, { method: "lec", score: "540" }).score).toBeNull();
    expect(withoutScores(risks, { method: "other", score: "540" }).score).toBe("540");
    const row = { id: "1", version: 1, level: "major", computed_keys: ["level"] };
    expect(isOpenLevel(risks, row, "level")).toBe(true);
    expect(isOpenLevel(risks, { ...row, computed_keys: [] }, "level")).toBe(false);
  });
});
