import type { Row } from "../engine/schema";
import { download } from "./download";
import { request, type Query } from "./http";
import type { Paged } from "./types";

export interface TotalsGroup {
  key: string | null;
  label: string;
  count: number;
  /** Exact decimals, and therefore texts. */
  sums: Record<string, string>;
}

export interface TotalsAnswer {
  by: string;
  titles: Record<string, string>;
  items: TotalsGroup[];
  total: TotalsGroup;
}

/** What is wrong with several rows together. */
export interface Finding {
  code: string;
  title: string;
  /** What the rows have in common; the list's search finds them by it. */
  label: string;
  department: string | null;
  rows: number;
  differing: string[];
}

const base = (slug: string) => `/api/ledgers/${encodeURIComponent(slug)}`;

export const ledgers = {
  list: (slug: string, query: Query, signal?: AbortSignal) =>
    request<Paged<Row>>("GET", base(slug), { query, ...(signal ? { signal } : {}) }),
  get: (slug: string, id: string) => request<Row>("GET", `${base(slug)}/${id}`),
  create: (slug: string, values: Record<string, unknown>) => request<Row>("POST", base(slug), { body: values }),
  update: (slug: string, id: string, values: Record<string, unknown>) =>
    request<Row>("PUT", `${base(slug)}/${id}`, { body: values }),
  remove: (slug: string, id: string, version: number) =>
    request<void>("DELETE", `${base(slug)}/${id}`, { query: { version } }),
  totals: (slug: string, query: Query, signal?: AbortSignal) =>
    request<TotalsAnswer>("GET", `${base(slug)}/totals`, { query, ...(signal ? { signal } : {}) }),
  findings: (slug: string, signal?: AbortSignal) =>
    request<{ items: Finding[]; more: boolean }>("GET", `${base(slug)}/findings`, signal ? { signal } : {}),
  restore: (slug: string, id: string) => request<Row>("POST", `${base(slug)}/${id}/restore`, { body: {} }),
  template: (slug: string, title: string) => download(`${base(slug)}/template.xlsx`, `${title}模板.xlsx`),
  export: (slug: string, title: string, query: Query) => download(`${base(slug)}/export.xlsx`, `${title}.xlsx`, query),
};
