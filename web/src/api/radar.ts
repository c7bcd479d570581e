/** 到期雷达: the due dates of all ledgers that one may read, and the calendar to subscribe to. */
import { download } from "./download";
import { request, type Query } from "./http";
import type { Paged } from "./types";

export type Level = "overdue" | "red" | "orange" | "yellow";

export interface DueItem {
  source: string;
  source_title: string;
  id: string;
  path: string;
  title: string;
  person: string | null;
  dept_id: string;
  dept_name: string | null;
  field: string;
  label: string;
  due_on: string;
  remaining: number;
  level: Level;
}

export interface DepartmentSum extends Record<Level, number> {
  id: string;
  name: string;
  count: number;
}

/** Of one person in one department; without a name what nobody's name stands beside. */
export interface PersonSum extends Record<Level, number> {
  person: string | null;
  dept_id: string;
  dept_name: string | null;
  count: number;
}

export interface RadarSummary {
  on: string;
  total: number;
  levels: { level: Level; title: string; count: number }[];
  sources: { source: string; title: string; count: number }[];
  departments: DepartmentSum[];
  days: { day: string; count: number }[];
  choices: { source: string; title: string }[];
}

export interface CalendarState {
  active: boolean;
  created_at: string | null;
  used_at: string | null;
}

const BASE = "/api/ledgers/radar";

export const radar = {
  page: (query: Query, signal?: AbortSignal) =>
    request<Paged<DueItem>>("GET", BASE, signal ? { query, signal } : { query }),
  summary: (query: Query) => request<RadarSummary>("GET", `${BASE}/summary`, { query }),
  people: (query: Query, signal?: AbortSignal) =>
    request<Paged<PersonSum>>("GET", `${BASE}/people`, signal ? { query, signal } : { query }),
  export: (query: Query) => download(`${BASE}/export.xlsx`, "到期雷达.xlsx", query),
  calendar: () => request<CalendarState>("GET", `${BASE}/calendar`),
  makeCalendar: () => request<{ url: string }>("POST", `${BASE}/calendar`, { body: {} }),
  endCalendar: () => request<void>("DELETE", `${BASE}/calendar`),
};
