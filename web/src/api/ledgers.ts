import type { Row } from "../engine/schema";
import { download } from "./download";
import { postForm, request, type Query } from "./http";
import type { ImportJob, ImportRow, Paged } from "./types";

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
  restore: (slug: string, id: string) => request<Row>("POST", `${base(slug)}/${id}/restore`, { body: {} }),
  template: (slug: string, title: string) => download(`${base(slug)}/template.xlsx`, `${title}模板.xlsx`),
  export: (slug: string, title: string, query: Query) => download(`${base(slug)}/export.xlsx`, `${title}.xlsx`, query),
};

export const imports = {
  start: (
    slug: string,
    file: File,
    onDuplicate: ImportJob["on_duplicate"],
    onProgress: (part: number) => void,
    signal?: AbortSignal,
  ) => {
    const form = new FormData();
    form.set("on_duplicate", onDuplicate);
    form.set("file", file);
    return postForm<ImportJob>(`${base(slug)}/imports`, form, onProgress, signal);
  },
  history: (slug: string, page: number) =>
    request<Paged<ImportJob>>("GET", `${base(slug)}/imports`, { query: { page, size: 10 } }),
  get: (slug: string, id: string) => request<ImportJob>("GET", `${base(slug)}/imports/${id}`),
  rows: (slug: string, id: string, page: number, invalidOnly: boolean, size = 50) =>
    request<Paged<ImportRow>>("GET", `${base(slug)}/imports/${id}/rows`, {
      query: { page, size, invalid: invalidOnly ? 1 : undefined },
    }),
  confirm: (slug: string, id: string, onlyValid: boolean) =>
    request<ImportJob>("POST", `${base(slug)}/imports/${id}/confirm`, { body: { only_valid: onlyValid } }),
  cancel: (slug: string, id: string) => request<void>("DELETE", `${base(slug)}/imports/${id}`),
  errors: (slug: string, id: string) => download(`${base(slug)}/imports/${id}/errors.xlsx`, "导入错误清单.xlsx"),
};
