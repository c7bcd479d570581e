/** 证书查询: people by what they hold and by what they lack. A person is named by one of their certificates, never by the identity number. */
import type { Row } from "../engine/schema";
import { download } from "./download";
import { request, type Query } from "./http";
import type { Paged } from "./types";

export const STATES = ["expired", "review_overdue", "review_due", "expiring", "valid", "cancelled"] as const;
export type CertificateState = (typeof STATES)[number];

export interface Holder {
  ref: { ledger: string; id: string };
  name: string;
  id_number: string | null;
  departments: { id: string; name: string }[];
  certificates: number;
  next_due: string | null;
  states: Record<CertificateState, number>;
}

export const LACKING = [
  "missing",
  "expired",
  "review_overdue",
  "not_yet_valid",
  "cancelled",
  "unknown_person",
] as const;
export type LackingState = (typeof LACKING)[number];

/** One requirement of a post that one person does not meet; any one of `certificates` would do. */
export interface Lack {
  key: string;
  /** Leads to the person's certificates; null for somebody who has none, or none in sight. */
  ref: { ledger: string; id: string } | null;
  name: string;
  department: { id: string; name: string };
  post: string;
  certificates: { label: string; ledger: string; title: string }[];
  state: LackingState;
  message: string;
  on: string | null;
  basis: string | null;
}

export interface LackPage extends Paged<Lack> {
  people: number;
  /** The posts that require something. */
  posts: { id: string; name: string }[];
}

export interface HolderDetail {
  name: string;
  id_number: string;
  ledgers: { ledger: string; title: string; rows: Row[] }[];
  missing: Lack[];
}

const BASE = "/api/ledgers/certificates";

export const holders = {
  page: (query: Query, signal?: AbortSignal) =>
    request<Paged<Holder>>("GET", BASE, signal ? { query, signal } : { query }),
  one: (ledger: string, id: string) =>
    request<HolderDetail>("GET", `${BASE}/of/${encodeURIComponent(ledger)}/${encodeURIComponent(id)}`),
  missing: (query: Query, signal?: AbortSignal) =>
    request<LackPage>("GET", `${BASE}/missing`, signal ? { query, signal } : { query }),
  exportMissing: (query: Query) => download(`${BASE}/missing/export.xlsx`, "缺证人员.xlsx", query),
};
