/** Dictionaries: kinds, items, their rules, workbooks, and how many rows use an item. */
import { postForm, request, signedFetch, withQuery } from "./http";
import { problemOf } from "./problem";

export interface Extra {
  name: string;
  title: string;
  kind: "integer" | "days" | "text" | "yes_no" | "choice" | "words" | "pattern" | "items";
  unit: string;
  help: string;
  choices: { value: string; label: string }[];
  highest: number;
}

export interface DictionaryHead {
  code: string;
  name: string;
  editable: boolean;
  service: string | null;
  parent: string | null;
  version: number;
  items: number;
}

export interface DictionaryItem {
  value: string;
  label: string;
  sort: number;
  enabled: boolean;
  color: string | null;
  parent_value: string | null;
  aliases: string[];
  ext: Record<string, unknown>;
  valid_from: string | null;
  valid_to: string | null;
  origin: "declared" | "custom";
  customised: boolean;
  version: number;
}

export interface Dictionary extends Omit<DictionaryHead, "items"> {
  items: DictionaryItem[];
  /** Items of another dictionary that may be parents; empty when the parents are in this one. */
  parents: { value: string; label: string; enabled: boolean }[];
  extras: Extra[];
}

export type ItemFields = Omit<DictionaryItem, "value" | "origin" | "customised" | "version">;

export interface ImportOutcome {
  rows: number;
  created: string[];
  updated: string[];
  unchanged: number;
  applied: boolean;
  errors: { row: number; column: string | null; header: string | null; field: string; code: string; message: string }[];
}

export interface Usage {
  service: string;
  title: string;
  /** Null when the service did not answer. */
  items: { key: string; title: string; field: string; counts: Record<string, number> }[] | null;
}

const AT = "/api/auth/dictionaries";
const path = (code: string, value?: string) =>
  `${AT}/${encodeURIComponent(code)}${value === undefined ? "" : `/items/${encodeURIComponent(value)}`}`;

export const dictionaries = {
  list: () => request<{ items: DictionaryHead[] }>("GET", AT),
  read: (code: string) => request<Dictionary>("GET", path(code)),
  create: (body: { code: string; name: string; parent: string | null }) => request<Dictionary>("POST", AT, { body }),
  rename: (one: DictionaryHead, name: string) =>
    request<Dictionary>("PUT", path(one.code), { body: { name, version: one.version } }),
  add: (code: string, value: string, fields: ItemFields) =>
    request<DictionaryItem>("POST", `${path(code)}/items`, { body: { value, ...fields } }),
  change: (code: string, item: DictionaryItem, fields: ItemFields) =>
    request<DictionaryItem>("PUT", path(code, item.value), { body: { ...fields, version: item.version } }),
  retire: (code: string, item: DictionaryItem) =>
    request<DictionaryItem>("DELETE", path(code, item.value), { query: { version: item.version } }),
  act: (code: string, item: DictionaryItem, action: "restore" | "reset") =>
    request<DictionaryItem>("POST", `${path(code, item.value)}/${action}`, { query: { version: item.version } }),
  templateOf: (code: string) => `${path(code)}/template.xlsx`,
  exportOf: (code: string) => `${path(code)}/export.xlsx`,
  import: (code: string, file: File, mode: "check" | "apply", onProgress: (part: number) => void) => {
    const form = new FormData();
    form.set("file", file);
    return postForm<ImportOutcome>(withQuery(`${path(code)}/import`, { mode }), form, onProgress);
  },
  /** What was sent, with its errors marked. */
  async marked(code: string, file: File): Promise<Blob> {
    const form = new FormData();
    form.set("file", file);
    const url = new URL(withQuery(`${path(code)}/import`, { mode: "errors" }), location.origin).href;
    const response = await signedFetch(new Request(url, { method: "POST", body: form }));
    if (!response.ok) throw problemOf(response.status, await response.text(), (name) => response.headers.get(name));
    return response.blob();
  },
};

const SERVICES: Record<string, string> = {
  auth: "身份与系统管理",
  documents: "资料库",
  ledgers: "台账服务",
  workflow: "流程服务",
  reports: "报表服务",
};

/** How many rows use an item, asked of every service with the caller's own token; one that does not answer is named. */
export async function usageOf(dictionary: string, value: string): Promise<Usage[]> {
  const names = Object.keys(SERVICES);
  const answers = await Promise.allSettled(
    names.map((service) => request<Usage>("GET", `/api/${service}/_usage`, { query: { dictionary, value } })),
  );
  return answers.map((answer, place) =>
    answer.status === "fulfilled"
      ? answer.value
      : { service: names[place]!, title: SERVICES[names[place]!]!, items: null },
  );
}
