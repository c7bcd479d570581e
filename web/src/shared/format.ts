/** How values are written for people. Dates are company dates (Asia/Shanghai), whatever the computer's own zone is. */

const ZONE = "Asia/Shanghai";
const dayFormat = new Intl.DateTimeFormat("en-CA", {
  timeZone: ZONE,
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
});
const minuteFormat = new Intl.DateTimeFormat("sv-SE", {
  timeZone: ZONE,
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
});

/** Today as the company counts it, `2026-12-01`. */
export function today(now: Date = new Date()): string {
  return dayFormat.format(now);
}

/** `2026-12-01 08:30` of an RFC 3339 time; an empty or broken value gives a dash. */
export function dateTime(value: unknown): string {
  if (typeof value !== "string" || !value) return "—";
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? value : minuteFormat.format(time);
}

/** Whole days from `from` to `day`, both `YYYY-MM-DD`; negative when `day` has passed. */
export function daysUntil(day: string, from: string = today()): number {
  return Math.round((Date.parse(`${day.slice(0, 10)}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

export function fileSize(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return "—";
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KB", "MB", "GB"];
  let size = bytes;
  let unit = -1;
  do {
    size /= 1024;
    unit += 1;
  } while (size >= 1024 && unit < units.length - 1);
  return `${size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}

export function count(value: number): string {
  return value.toLocaleString("zh-CN");
}

export type DueLevel = "ok" | "yellow" | "orange" | "red" | "overdue";

export interface Due {
  level: DueLevel;
  text: string;
}

/**
 * How near a due date is: 已超期, 今日到期 (still valid), 剩 N 天. Outside the ledger's widest warning it is `ok`; inside,
 * the colours are those of the notices: red to 7 days, orange to 30, yellow above.
 */
export function due(day: string, warnDays: number[], from: string = today()): Due {
  const left = daysUntil(day, from);
  if (left < 0) return { level: "overdue", text: `已超期 ${-left} 天` };
  if (left > Math.max(0, ...warnDays)) return { level: "ok", text: "" };
  const text = left === 0 ? "今日到期" : `剩 ${left} 天`;
  return { level: left <= 7 ? "red" : left <= 30 ? "orange" : "yellow", text };
}
