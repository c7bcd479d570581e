/** What of the password policy can be told while a password is typed. The server judges; this only helps. */
import type { PasswordPolicy } from "../../api/account";

export type Verdict = "met" | "open" | "later";

/** The kinds of characters: small, capital, digit, everything else. A Chinese character is one of the last. */
export function kinds(text: string): number {
  const letters = [...text];
  return [
    letters.some((char) => /\p{Ll}/u.test(char)),
    letters.some((char) => /\p{Lu}/u.test(char)),
    letters.some((char) => /\p{Nd}/u.test(char)),
    letters.some((char) => !/[\p{L}\p{N}]/u.test(char) || char.codePointAt(0)! > 127),
  ].filter(Boolean).length;
}

/** Whether a rule is met by what has been typed; `later` where only the server can tell. */
export function verdict(
  rule: PasswordPolicy["rules"][number],
  text: string,
  words: readonly (string | null | undefined)[],
): Verdict {
  const normal = text.normalize("NFC");
  const lower = normal.toLowerCase();
  if (!normal) return "open";
  if (rule.code === "password_too_short") return [...normal].length >= (rule.value ?? 0) ? "met" : "open";
  if (rule.code === "password_too_simple") return kinds(normal) >= (rule.value ?? 0) ? "met" : "open";
  if (rule.code === "password_repeats") return new Set(lower).size >= (rule.value ?? 0) ? "met" : "open";
  if (rule.code === "password_guessable") {
    return words.some((word) => word && word.length > 1 && lower.includes(word.toLowerCase())) ? "open" : "met";
  }
  return "later";
}
