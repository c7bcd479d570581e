/** Several trails as one. Ids are UUIDv7, made by one clock's milliseconds: in text order they are in the order of time, across
 * services too, so that one id is the place where every trail goes on. */
import type { Entry, Service } from "../../api/audit";

export interface Merged {
  items: Entry[];
  /** The `before` of the next page of every trail; null when none has more. */
  next: string | null;
  /** The trails that did not answer: their rows are missing here, which has to be said. */
  failed: { service: Service; error: unknown }[];
}

export interface Part {
  service: Service;
  items: Entry[];
  next: string | null;
}

export function merge(parts: Part[], failed: Merged["failed"], size: number): Merged {
  const all = parts.flatMap((part) => part.items).sort((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0));
  const items = all.slice(0, size);
  const more = all.length > size || parts.some((part) => part.next !== null);
  return { items, next: more && items.length > 0 ? items[items.length - 1]!.id : null, failed };
}

export interface Change {
  key: string;
  label: string;
  before: unknown;
  after: unknown;
}

/** What changed, key by key; a key that is on one side only has appeared or gone. */
export function changesOf(entry: Entry): Change[] {
  const before = entry.before ?? {};
  const after = entry.after ?? {};
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].map((key) => ({
    key,
    label: entry.labels[key] ?? key,
    before: before[key],
    after: after[key],
  }));
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const FEW = 3;

/** A value as people read it, in the words that the service gives for it. */
export function spoken(value: unknown, words: Record<string, string> = {}, short = false): string {
  if (value === null || value === undefined || value === "") return "（空）";
  if (typeof value === "boolean") return value ? "是" : "否";
  if (Array.isArray(value)) {
    if (!value.length) return "（空）";
    // In one line the ids of rows say nothing: how many there are does.
    if (short && value.length > FEW && value.every((one) => ID.test(String(one)) && !words[String(one)])) {
      return `${value.length} 个`;
    }
    return value.map((one) => spoken(one, words, short)).join("、");
  }
  if (typeof value === "object") {
    return Object.entries(value)
      .map(([key, part]) => `${key}：${spoken(part, words, short)}`)
      .join("；");
  }
  const text = String(value);
  return words[text] ?? (short && ID.test(text) ? `${text.slice(0, 8)}…` : text);
}

/** The change in one line, for the list. */
export function summary(entry: Entry): string {
  const say = (key: string, value: unknown) => spoken(value, entry.spoken[key], true);
  const changes = changesOf(entry).map(({ key, label, before, after }) =>
    entry.before && entry.after && key in entry.before && key in entry.after
      ? `${label}：${say(key, before)} → ${say(key, after)}`
      : `${label}：${say(key, entry.after && key in entry.after ? after : before)}`,
  );
  const detail = Object.entries(entry.detail ?? {}).map(([key, value]) => `${entry.labels[key] ?? key}：${say(key, value)}`);
  return [...changes, ...detail].join("；");
}
