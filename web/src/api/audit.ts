/** The audit trails of the services. Each service keeps its own; the page reads them side by side, as one line of time. */
import { download } from "./download";
import { request, type Query } from "./http";

export const SERVICES = ["auth", "ledgers", "documents", "workflow", "reports"] as const;
export type Service = (typeof SERVICES)[number];

export interface Entry {
  id: string;
  at: string;
  service: Service;
  user_id: string | null;
  username: string | null;
  name: string | null;
  action: string;
  action_title: string;
  object_type: string;
  object_title: string;
  object_id: string | null;
  result: "ok" | "failed" | "refused" | "pending";
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  detail: Record<string, unknown> | null;
  labels: Record<string, string>;
  /** Key → value → what it is called. */
  spoken: Record<string, Record<string, string>>;
  address: string | null;
  user_agent: string | null;
  trace_id: string | null;
}

export interface Word {
  value: string;
  label: string;
}

export interface Words {
  service: Service;
  title: string;
  actions: Word[];
  objects: Word[];
}

export interface Chain {
  service: Service;
  position: number;
  head: string;
  sealed_at: string | null;
  waiting: number;
  anchored_position: number | null;
  anchored_at: string | null;
  signed: boolean;
}

export interface Checked {
  service: Service;
  sound: boolean;
  rows: number;
  position: number;
  witnesses: number;
  signed: boolean;
  findings: { kind: string; message: string }[];
  counts: Record<string, number>;
}

interface EntryPage {
  items: Entry[];
  next: string | null;
}

const path = (service: Service, rest = "") => `/api/${service}/audit${rest}`;

export const audit = {
  page: (service: Service, query: Query, signal?: AbortSignal) =>
    request<EntryPage>("GET", path(service), signal ? { query, signal } : { query }),
  words: (service: Service) => request<Words>("GET", path(service, "/_words")),
  chain: (service: Service) => request<Chain>("GET", path(service, "/_chain")),
  verify: (service: Service, last: number) => request<Checked>("POST", path(service, "/_verify"), { body: { last } }),
  export: (service: Service, query: Query) => download(path(service, "/export.xlsx"), `${service}.xlsx`, query),
};
