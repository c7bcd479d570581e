/** The rules of a field, said while the person types. The backend says them again, and has the last word. */
import { identityProblem, isMasked } from "../../shared/identity";
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

/** Whether a field must be filled in, given the other values of the row. */
export function isRequired(field: Field, values: Record<string, unknown>): boolean {
  if (field.required) return true;
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
    if (field.kind === "phone" && !PHONE.test(text)) return "请填写 11 位手机号码，或带区号的固定电话";
    if (field.pattern && !matches(field.pattern, text)) {
      return `${field.title}格式不正确${field.example ? `，例：${field.example}` : ""}`;
    }
  }
  if (["integer", "decimal"].includes(field.kind)) return numberProblem(field, value);
  return null;
}

function numberProblem(field: Field, value: unknown): string | null {
  const number = Number(value);
  if (Number.isNaN(number)) return `${field.title}应为数字`;
  if (field.kind === "integer" && !Number.isInteger(number)) return `${field.title}应为整数`;
  if (!isBlank(field.min) && number < Number(field.min)) return `${field.title}不能小于 ${field.min}`;
  if (!isBlank(field.max) && number > Number(field.max)) return `${field.title}不能大于 ${field.max}`;
  const digits = String(value).split(".")[1]?.length ?? 0;
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
    if (isBlank(value)) body[field.key] = null;
    else if (field.kind === "integer") body[field.key] = Number(value);
    else body[field.key] = typeof value === "string" ? value.trim() : value;
  }
  return body;
}
