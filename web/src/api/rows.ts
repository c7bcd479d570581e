/** What belongs to the rows of a ledger beside themselves: history, batches, the recycle bin, views, labels, attachments. */
import { downloadFor } from "./download";
import type { LibraryNode, Upload } from "./documents";
import { request, type Query } from "./http";
import type { Paged } from "./types";

const base = (slug: string) => `/api/ledgers/${encodeURIComponent(slug)}`;

export interface Seen {
  id: string;
  version: number;
}

export interface RowResult {
  id: string;
  outcome: "changed" | "unchanged" | "deleted" | "restored" | "conflict" | "invalid" | "missing";
  code: string | null;
  message: string | null;
  version: number | null;
}

export interface BatchResult {
  done: number;
  failed: number;
  results: RowResult[];
}

export interface Change {
  version: number;
  at: string;
  by_name: string | null;
  kind: "create" | "update" | "delete" | "restore";
  kind_label: string;
  via_label: string;
  changes: { field: string; title: string; before: string | null; after: string | null }[];
}

export interface DeletedRow {
  id: string;
  title: string;
  dept_name: string | null;
  deleted_at: string;
  deleted_by_name: string | null;
}

export interface ViewSettings {
  q: string;
  filters: Record<string, string>;
  sort: string;
  size: number;
  columns: Columns | null;
}

export interface Columns {
  shown: string[];
  frozen: number;
}

export interface SavedView {
  id: string;
  name: string;
  settings: ViewSettings;
  is_default: boolean;
}

export interface Views {
  items: SavedView[];
  columns: Columns | null;
}

export interface LabelsWanted {
  ids?: string[];
  filters?: Record<string, string>;
  sheet: string;
  skip: number;
  frames: boolean;
}

export interface TickedWanted {
  ids: string[];
  columns?: string;
  sort?: string;
}

export interface Attachments {
  items: LibraryNode[];
  may_change: boolean;
  most: number;
  accept: string[];
  max_mb: number;
}

export const rows = {
  history: (slug: string, id: string, page: number) =>
    request<Paged<Change>>("GET", `${base(slug)}/${id}/history`, { query: { page, size: 20 } }),
  batchUpdate: (slug: string, field: string, value: unknown, seen: Seen[]) =>
    request<BatchResult>("POST", `${base(slug)}/batch-update`, { body: { field, value, rows: seen } }),
  batchDelete: (slug: string, seen: Seen[]) =>
    request<BatchResult>("POST", `${base(slug)}/batch-delete`, { body: { rows: seen } }),
  batchRestore: (slug: string, ids: string[]) =>
    request<BatchResult>("POST", `${base(slug)}/batch-restore`, { body: { ids } }),
  bin: (slug: string, query: Query) => request<Paged<DeletedRow>>("GET", `${base(slug)}/trash`, { query }),
  labels: (slug: string, wanted: LabelsWanted) => downloadFor(`${base(slug)}/labels.pdf`, "标签.pdf", wanted),
  exportTicked: (slug: string, title: string, wanted: TickedWanted) =>
    downloadFor(`${base(slug)}/export.xlsx`, `${title}.xlsx`, wanted),
};

export const views = {
  all: (slug: string) => request<Views>("GET", `${base(slug)}/views`),
  // By name, not by spreading: what the server added (`updated_at`) it refuses to be given.
  save: (slug: string, { id, name, settings, is_default }: SavedView) =>
    request<SavedView>("PUT", `${base(slug)}/views/${id}`, { body: { name, settings, is_default } }),
  remove: (slug: string, id: string) => request<void>("DELETE", `${base(slug)}/views/${id}`),
  columns: (slug: string, columns: Columns) => request<Columns>("PUT", `${base(slug)}/columns`, { body: columns }),
};

const files = (slug: string, id: string) => `/api/documents/attachments/ledgers/${encodeURIComponent(slug)}/${id}`;

export const attachments = {
  all: (slug: string, id: string) => request<Attachments>("GET", files(slug, id)),
  begin: (slug: string, id: string, body: { name: string; size: number; sha256: string }) =>
    request<Upload>("POST", `${files(slug, id)}/uploads`, { body }),
  upload: (slug: string, id: string, upload: string) => request<Upload>("GET", `${files(slug, id)}/uploads/${upload}`),
  complete: (slug: string, id: string, upload: string) =>
    request<LibraryNode>("POST", `${files(slug, id)}/uploads/${upload}/complete`, { body: {} }),
  link: (slug: string, id: string, node: string, inline: boolean) =>
    request<{ url: string; name: string }>("GET", `${files(slug, id)}/files/${node}/download`, { query: { inline } }),
  remove: (slug: string, id: string, node: string, version: number) =>
    request<void>("DELETE", `${files(slug, id)}/files/${node}`, { query: { version } }),
  restore: (slug: string, id: string, node: string) =>
    request<LibraryNode>("POST", `${files(slug, id)}/files/${node}/restore`, { body: {} }),
};
