/** Dates and numbers as people write them, read as the service reads them (libs/kit/fields/days.py and numbers.py). */

const INVISIBLE = /[\u200b\u200c\u200d\u2060\ufeff]/g;
const SEPARATED =
  /^(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?(?:T?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})$/;
const NUMBER = /^([+-]?)(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d+))?(万|亿)?元?$/;
const ZEROS: Record<string, number> = { 万: 4, 亿: 8 };

/** Full-width digits as ordinary ones, without any blank. */
export function halfWidth(text: string): string {
  return text.normalize("NFKC").replace(INVISIBLE, "").replace(/\s+/g, "");
}

/** The day, `2026-01-05`, that a text means: `2026/1/5`, `2026.1.5`, `2026年1月5日`, `20260105`; null when it means none. */
export function readDay(text: string): string | null {
  const plain = halfWidth(text);
  const match = SEPARATED.exec(plain) ?? COMPACT.exec(plain);
  if (!match) return null;
  const [year, month, day] = match.slice(1, 4).map(Number) as [number, number, number];
  const date = new Date(Date.UTC(year, month - 1, day));
  // A 30th of February would roll over into March.
  if (year < 1900 || year > 2199 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return date.toISOString().slice(0, 10);
}

/** The exact number, `120000`, that a text means: `12万`, `120,000`, `１２００００`; null when it means none. */
export function readNumber(text: string): string | null {
  const match = NUMBER.exec(halfWidth(text));
  if (!match) return null;
  const [, sign, whole = "", fraction = "", unit] = match;
  // The point is moved in the text: a detour over a double would round what the service keeps exactly.
  const shift = unit ? ZEROS[unit]! : 0;
  const digits = whole.replaceAll(",", "") + fraction.padEnd(shift, "0");
  const places = Math.max(0, fraction.length - shift);
  const cut = digits.length - places;
  return withoutZeros(`${sign === "-" ? "-" : ""}${digits.slice(0, cut)}${places ? `.${digits.slice(cut)}` : ""}`);
}

/** `2` for `2.00` and `0.5` for `00.50`: what a form shows. Anything that is no plain number stays as it is. */
export function withoutZeros(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text);
  if (!match) return text;
  const whole = match[2]!.replace(/^0+(?=\d)/, "");
  const fraction = (match[3] ?? "").replace(/0+$/, "");
  const number = fraction ? `${whole}.${fraction}` : whole;
  return number === "0" ? number : `${match[1]}${number}`;
}
