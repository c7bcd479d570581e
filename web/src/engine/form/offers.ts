import type { Row } from "../schema";

/** What rows have in a field, each once, as the list has them. */
export function wordsOf(rows: readonly Row[], key: string): string[] {
  return [...new Set(rows.map((row) => row[key]).filter((word): word is string => typeof word === "string" && word !== ""))];
}
