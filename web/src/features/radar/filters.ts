/** What the radar looks for stands in its address, so that a view can be kept as a bookmark or sent to somebody. */
import dayjs from "dayjs";
import type { Level } from "../../api/radar";
import type { Tone } from "../../app/theme";
import { today } from "../../shared/format";

export const SPANS = [30, 60, 90] as const;
export const VIEWS = ["list", "calendar", "departments", "people"] as const;
export type View = (typeof VIEWS)[number];

export const LEVELS: Record<Level, { text: string; tone: Tone }> = {
  overdue: { text: "已超期", tone: "crimson" },
  red: { text: "7 天内", tone: "red" },
  orange: { text: "30 天内", tone: "orange" },
  yellow: { text: "30 天以上", tone: "yellow" },
};
/** Days from today between which a level lies, both included (services/ledgers/expiry.py, level_of). */
const BETWEEN: Record<Level, [number | null, number | null]> = {
  overdue: [null, -1],
  red: [0, 7],
  orange: [8, 30],
  yellow: [31, null],
};

/** Company days, both included; without a start everything that is overdue belongs to it. */
export interface Range {
  start: string | null;
  until: string;
}

export interface Filters extends Range {
  /** How many days ahead were switched on; null when a range of dates was chosen. */
  span: number | null;
  level: Level | null;
  source: string | null;
  department: string | null;
  /** False: without the departments below it. */
  below: boolean;
  q: string | null;
  /** The whole name that stands beside a date. */
  person: string | null;
  view: View;
  /** The month of the calendar, `2026-12`. */
  month: string;
  page: number;
}

export function shifted(day: string, days: number): string {
  return dayjs(day).add(days, "day").format("YYYY-MM-DD");
}

const one = <T extends string>(known: readonly T[], text: string | null): T | null =>
  known.includes(text as T) ? (text as T) : null;
const day = (text: string | null) => (text && /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : null);

export function read(params: URLSearchParams, on: string = today()): Filters {
  const [start, until] = [day(params.get("start")), day(params.get("until"))];
  const ranged = start !== null && until !== null && start <= until;
  const asked = Number(params.get("days"));
  const span = SPANS.find((days) => days === asked) ?? 90;
  const month = params.get("month") ?? "";
  return {
    start: ranged ? start : null,
    until: ranged ? until : shifted(on, span),
    span: ranged ? null : span,
    level: one(Object.keys(LEVELS) as Level[], params.get("level")),
    source: params.get("source"),
    department: params.get("department"),
    below: params.get("below") !== "false",
    q: params.get("q"),
    person: params.get("person"),
    view: one(VIEWS, params.get("view")) ?? "list",
    month: /^\d{4}-(0[1-9]|1[0-2])$/.test(month) ? month : on.slice(0, 7),
    page: Math.max(1, Math.trunc(Number(params.get("page"))) || 1),
  };
}

/** The part of a range in which dates have this level; null when none of its days has. */
export function within(range: Range, level: Level | null, on: string = today()): Range | null {
  if (level === null) return { start: range.start, until: range.until };
  const [first, last] = BETWEEN[level];
  const from = first === null ? null : shifted(on, first);
  const to = last === null ? range.until : shifted(on, last);
  const start = range.start === null || (from !== null && from > range.start) ? from : range.start;
  const until = to < range.until ? to : range.until;
  return start !== null && start > until ? null : { start, until };
}

/** The days that a calendar shows of a month: six weeks, from the Monday on or before its first day. */
export function sixWeeks(month: string): { start: string; until: string } {
  const first = dayjs(`${month}-01`);
  const start = first.subtract((first.day() + 6) % 7, "day").format("YYYY-MM-DD");
  return { start, until: shifted(start, 41) };
}

/** How much time is left, in words: the colour beside it says nothing more. */
export function left(remaining: number): string {
  if (remaining < 0) return `已超期 ${-remaining} 天`;
  return remaining === 0 ? "今日到期" : `剩 ${remaining} 天`;
}
