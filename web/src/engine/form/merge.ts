/** Three versions of a row — as the form loaded it, as I filled it in, as it is saved now — made into one. */
import { isMasked } from "../../shared/identity";
import { readNumber } from "../field/reading";
import type { Field } from "../schema";
import { endlessWord, isBlank } from "./rules";

type Values = Record<string, unknown>;

/** Whose change a field shows: mine alone, theirs alone, or both and differently, which only a person can decide. */
export type Origin = "mine" | "theirs" | "both";
export type Side = "mine" | "theirs";

export interface Difference {
  field: Field;
  origin: Origin;
}

const NUMBERS = new Set(["integer", "decimal"]);

/** The same value, however the form and the service write it: blank or null, 1.5 or "1.50", choices in any order. */
export function sameValue(field: Field, a: unknown, b: unknown): boolean {
  const [noA, noB] = [isNothing(field, a), isNothing(field, b)];
  if (noA || noB) return noA && noB;
  if (NUMBERS.has(field.kind)) return (readNumber(String(a)) ?? a) === (readNumber(String(b)) ?? b);
  if (Array.isArray(a) && Array.isArray(b)) return JSON.stringify([...a].sort()) === JSON.stringify([...b].sort());
  return JSON.stringify(a) === JSON.stringify(b) || String(a).trim() === String(b).trim();
}

/** Blank, or the word that says so: the service keeps 长期 as a blank. */
function isNothing(field: Field, value: unknown): boolean {
  return isBlank(value) || (typeof value === "string" && endlessWord(field, value) !== undefined);
}

/** The fields in which mine and theirs are not the same, and whose change that is. */
export function compare(fields: Field[], base: Values, mine: Values, theirs: Values): Difference[] {
  return fields.flatMap((field): Difference[] => {
    const [was, my, their] = [base[field.key], mine[field.key], theirs[field.key]];
    if (sameValue(field, my, their)) return [];
    // Nobody types a mask: a masked number is one that I have not touched.
    if (isMasked(my) || sameValue(field, was, my)) return [{ field, origin: "theirs" }];
    return [{ field, origin: sameValue(field, was, their) ? "mine" : "both" }];
  });
}

/** The row to save: what I alone changed is mine, the rest is theirs; where both did, theirs unless I chose mine. */
export function merge(fields: Field[], base: Values, mine: Values, theirs: Values, chosen: Record<string, Side>): Values {
  const merged: Values = Object.fromEntries(fields.map(({ key }) => [key, theirs[key] ?? undefined]));
  for (const { field, origin } of compare(fields, base, mine, theirs)) {
    if (origin === "mine" || (origin === "both" && chosen[field.key] === "mine")) merged[field.key] = mine[field.key];
  }
  return merged;
}
