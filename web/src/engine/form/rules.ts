/** The rules of a field, said while the person types. The backend says them again, and has the last word. */
import { identityProblem, isMasked } from "../../shared/identity";
import { halfWidth, readDay, readNumber } from "../field/reading";
import type { Field } from "../schema";

export function isBlank(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    (typeof value === "string" && value.trim() === "") ||
    (Array.isArray(value) && value.length === 0)
  );
}

/** A mobile number or one with area code, with the signs that people put between. Which of the two a field takes, the
 * backend says. */
const PHONE = /^(?=(?:\D*\d){10,16}\D*$)[+\d][\d\s()（）-]*$/;

/** Whether a field must be filled in, given the other values of the row. What a rule fills may be left blank here: only
 * the service knows whether the rule finds anything. */
export function isRequired(field: Field, values: Record<string, unknown>): boolean {
  if (field.required) return true;
  if (field.derived) return false;
  const when = field.required_when;
  return Boolean(when && when.in.includes(values[when.field]));
}

/** What is wrong with a value, as a Chinese sentence; null when nothing is. */
export function problemOf(field: Field, value: unknown, values: Record<string, unknown>): string | null {
  if (isBlank(value)) return isRequired(field, values) ? `请填写${field.title}` : null;
  if (typeof value === "string") {
    const text = value.trim();
    if (field.max_length && text.length > field.max_length) return `${field.title}不能超过 ${field.max_length} 个字`;
    if (isMasked(text)) return null; // as the server gave it: kept unless it is replaced
    if (field.kind === "identity") return identityProblem(text);
    if (field.kind === "day") return endlessWord(field, text) ? null : dayProblem(text);
    if (field.kind === "phone" && !PHONE.test(text)) return "请填写 11 位手机号码，或带区号的固定电话";
    if (field.pattern && !matches(field.pattern, text)) {
      return `${field.title}格式不正确${field.example ? `，例：${field.example}` : ""}`;
    }
  }
  if (["integer", "decimal"].includes(field.kind)) return numberProblem(field, value);
  return null;
}

/** The declared word that a text is, and which says that there is no such date: 长期. */
export function endlessWord(field: Field, text: string): string | undefined {
  return field.blank_words?.find((word) => halfWidth(word) === halfWidth(text));
}

/** What is wrong with a text as a date; null when it is one. */
export function dayProblem(text: string): string | null {
  return readDay(text) === null ? `“${text}”不是日期，例：2026-01-05` : null;
}

function numberProblem(field: Field, value: unknown): string | null {
  const plain = readNumber(String(value));
  if (plain === null) {
    const example = field.format === "money" ? "，如 120000 或 12万" : field.example ? `，如 ${field.example}` : "";
    return `${field.title}应为数字${example}`;
  }
  const number = Number(plain);
  if (!isBlank(field.min) && number < Number(field.min)) return `${field.title}不能小于 ${field.min}`;
  if (!isBlank(field.max) && number > Number(field.max)) return `${field.title}不能大于 ${field.max}`;
  const digits = plain.split(".")[1]?.length ?? 0;
  if (field.kind === "integer" && digits > 0) return `${field.title}应为整数`;
  if (typeof field.precision === "number" && digits > field.precision) {
    return field.precision === 0 ? `${field.title}应为整数` : `${field.title}最多 ${field.precision} 位小数`;
  }
  return null;
}

/** Python's full match. A pattern that JavaScript cannot read is left to the backend. */
function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, "u").test(text);
  } catch {
    return true;
  }
}

/** The values as they are sent: trimmed, blanks as null, masked personal values left out when they were not changed. */
export function toBody(
  fields: Field[],
  values: Record<string, unknown>,
  before: Record<string, unknown> | null,
): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const field of fields) {
    const value = values[field.key];
    if (before && isMasked(value) && value === before[field.key]) continue;
    body[field.key] = toValue(field, value);
  }
  return body;
}

/** One value as it is sent. A date or number that was typed and not left yet is read here; what cannot be read goes as it
 * stands, for the service to refuse. */
export function toValue(field: Field, value: unknown): unknown {
  if (isBlank(value)) return null;
  if (typeof value !== "string") return value;
  const text = value.trim();
  if (field.kind === "day") return readDay(text) ?? endlessWord(field, text) ?? text;
  if (field.kind === "decimal") return readNumber(text) ?? text;
  if (field.kind !== "integer") return text;
  const number = readNumber(text);
  return number === null ? text : Number(number);
}
