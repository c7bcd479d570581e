/** 证书查询: people by what they hold. A person is named by one of their certificates, never by the identity number. */
import type { Row } from "../engine/schema";
import { request, type Query } from "./http";
import type { Paged } from "./types";

export const STATES = ["expired", "review_due", "expiring", "valid", "cancelled"] as const;
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

export interface HolderDetail {
  name: string;
  id_number: string;
  ledgers: { ledger: string; title: string; rows: Row[] }[];
}

const BASE = "/api/ledgers/certificates";

export const holders = {
  page: (query: Query, signal?: AbortSignal) =>
    request<Paged<Holder>>("GET", BASE, signal ? { query, signal } : { query }),
  one: (ledger: string, id: string) =>
    request<HolderDetail>("GET", `${BASE}/of/${encodeURIComponent(ledger)}/${encodeURIComponent(id)}`),
};
