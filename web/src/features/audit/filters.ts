/** The filters of the page stand in its address, so that a finding can be sent to somebody as a link. */
import dayjs from "dayjs";
import { SERVICES, type Entry, type Service } from "../../api/audit";
import type { Tone } from "../../app/theme";
import { today } from "../../shared/format";

export const RESULTS: Record<Entry["result"], { text: string; tone: Tone }> = {
  ok: { text: "成功", tone: "green" },
  failed: { text: "失败", tone: "orange" },
  refused: { text: "被拒绝", tone: "red" },
  pending: { text: "待验证", tone: "blue" },
};

export const DAYS = 7;
const TEXTS = ["user", "action", "object_type", "object_id", "result", "q"] as const;

export interface Filters {
  services: Service[];
  /** Company days, both included. */
  from: string;
  to: string;
  texts: Partial<Record<(typeof TEXTS)[number], string>>;
}

export function read(params: URLSearchParams, allowed: readonly Service[] = SERVICES): Filters {
  const asked = (params.get("service") ?? "").split(",").filter((name): name is Service => allowed.includes(name as Service));
  const now = today();
  const texts: Filters["texts"] = {};
  for (const key of TEXTS) {
    const value = params.get(key);
    if (value) texts[key] = value;
  }
  // The history of one object is asked for as a whole; everything else begins with the last days.
  const begin = texts.object_id ? "2020-01-01" : dayjs(now).subtract(DAYS - 1, "day").format("YYYY-MM-DD");
  return {
    services: asked.length ? asked : [...allowed],
    from: day(params.get("from")) ?? begin,
    to: day(params.get("to")) ?? now,
    texts,
  };
}

const day = (text: string | null) => (text && /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : null);

/** What a service is asked: from the first moment of the first day to the last of the last, by the company's clock. */
export function queryOf(filters: Filters): Record<string, string> {
  const end = dayjs(filters.to).add(1, "day").format("YYYY-MM-DD");
  return { from: `${filters.from}T00:00:00+08:00`, to: `${end}T00:00:00+08:00`, ...filters.texts };
}

/** The address of one object's history. */
export function historyOf(service: Service, objectType: string, objectId: string): string {
  return `?${new URLSearchParams({ service, object_type: objectType, object_id: objectId })}`;
}
