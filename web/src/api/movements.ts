/** 出入库: the log of a row and the register of a ledger. Numbers are exact decimals, and therefore texts. */
import { download } from "./download";
import { request, type Query } from "./http";
import type { Paged } from "./types";

export type Direction = "in" | "out" | "count";

export interface Movement {
  id: string;
  kind: string;
  kind_label: string;
  direction: Direction;
  amount: string;
  change: string;
  before: string;
  after: string;
  /** Of a count. */
  result: "surplus" | "loss" | "even" | null;
  happened_on: string;
  person: string;
  purpose: string | null;
  voucher: string | null;
  remark: string | null;
  reverses: string | null;
  reversed_by: string | null;
  created_by_name: string | null;
  created_at: string;
}

export interface Registered extends Movement {
  row_id: string;
  title: string;
  unit: string | null;
  dept_name: string | null;
  deleted: boolean;
}

export interface NewMovement {
  /** Made here, so that what is sent twice is one entry. */
  id: string;
  kind: string;
  amount: string;
  /** Of a count: the stock that was shown. */
  seen?: string;
  happened_on: string;
  person: string;
  purpose?: string;
  voucher?: string;
}

const base = (slug: string) => `/api/ledgers/${encodeURIComponent(slug)}`;

export const movements = {
  log: (slug: string, row: string, page: number) =>
    request<Paged<Movement>>("GET", `${base(slug)}/${row}/movements`, { query: { page, size: 20 } }),
  record: (slug: string, row: string, entry: NewMovement) =>
    request<Movement>("POST", `${base(slug)}/${row}/movements`, { body: entry }),
  reverse: (slug: string, row: string, entry: string, reason: string) =>
    request<Movement>("POST", `${base(slug)}/${row}/movements/${entry}/reverse`, { body: { reason } }),
  register: (slug: string, query: Query, signal?: AbortSignal) =>
    request<Paged<Registered>>("GET", `${base(slug)}/movements`, signal ? { query, signal } : { query }),
  export: (slug: string, title: string, query: Query) =>
    download(`${base(slug)}/movements/export.xlsx`, `${title}出入库记录.xlsx`, query),
};
