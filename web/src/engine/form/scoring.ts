/** A risk matrix in the browser: what its method takes, and what comes out, from the data by which the service judges. */
import { isWorkedOut, type LedgerManifest, type Row, type ScoreRule } from "../schema";

type Values = Record<string, unknown>;

interface Matrix {
  factors: Record<string, number[]>;
  bands: [number, string][];
}

/** The rule in which a field is a factor, the score or the level. */
export function scoreRuleOf(ledger: LedgerManifest, key: string): ScoreRule | undefined {
  return ledger.scores?.find((rule) => rule.factors.includes(key) || rule.score === key || rule.level === key);
}

/** The matrix of the chosen method; undefined while none is chosen, and for one that leaves score and level to people. */
export function matrixOf(rule: ScoreRule, values: Values): Matrix | undefined {
  const matrix = rule.methods[String(values[rule.method] ?? "")];
  return matrix && Object.keys(matrix.factors).length > 0 ? matrix : undefined;
}

/** Score and level of the factors that are chosen; null while one is missing. */
export function worked(rule: ScoreRule, values: Values): { score: string; level: string | undefined } | null {
  const matrix = matrixOf(rule, values);
  if (!matrix) return null;
  let product = 1;
  for (const [key, allowed] of Object.entries(matrix.factors)) {
    const factor = Number(values[key] ?? NaN);
    if (!allowed.includes(factor)) return null;
    product *= factor;
  }
  // A product of tenths is off in the last places of a double; the factors have few digits.
  const score = Number(product.toPrecision(12));
  return { score: String(score), level: matrix.bands.find(([least]) => score >= least)?.[1] };
}

/** What has to be cleared after a change: what a newly chosen method does not use, or not with that value. */
export function unusedFactors(ledger: LedgerManifest, values: Values, change: Values): string[] {
  return (ledger.scores ?? [])
    .filter((rule) => rule.method in change)
    .flatMap((rule) => rule.factors.filter((key) => !matrixOf(rule, values)?.factors[key]?.includes(Number(values[key]))));
}

/** A level that was worked out is blank in a form: otherwise it would stay while the factors change. */
export function isOpenLevel(ledger: LedgerManifest, row: Row, key: string): boolean {
  const field = ledger.fields.find((one) => one.key === key);
  return scoreRuleOf(ledger, key)?.level === key && field !== undefined && isWorkedOut(row, field);
}

/** The values without scores that the service works out itself. */
export function withoutScores(ledger: LedgerManifest, values: Values): Values {
  const scored = (ledger.scores ?? []).filter((rule) => matrixOf(rule, values));
  return { ...values, ...Object.fromEntries(scored.map((rule) => [rule.score, null])) };
}
