import { request, type Query } from "./http";
import type { Library, LibraryNode, Paged, Upload } from "./types";

const library = (slug: string) => `/api/documents/libraries/${encodeURIComponent(slug)}`;

export type OnConflict = "version" | "rename" | "error";

export interface NodeList extends Paged<LibraryNode> {
  breadcrumb: { id: string; name: string }[];
}

export interface FileVersion {
  version_no: number;
  size: number;
  sha256: string;
  created_at: string;
  created_by_name: string | null;
}

export const documents = {
  libraries: async () => (await request<{ items: Library[] }>("GET", "/api/documents/libraries")).items,
  nodes: (slug: string, query: Query) => request<NodeList>("GET", `${library(slug)}/nodes`, { query }),
  createFolder: (slug: string, name: string, parentId: string | null, deptId?: string | null) =>
    request<LibraryNode>("POST", `${library(slug)}/folders`, {
      body: { name, parent_id: parentId, ...(deptId ? { dept_id: deptId } : {}) },
    }),
  change: (id: string, change: { name?: string; remark?: string; version: number }) =>
    request<LibraryNode>("PATCH", `/api/documents/nodes/${id}`, { body: change }),
  remove: (id: string, version: number, cascade: boolean) =>
    request<void>("DELETE", `/api/documents/nodes/${id}`, { query: { version, cascade: cascade ? true : undefined } }),
  restore: (id: string) => request<LibraryNode>("POST", `/api/documents/nodes/${id}/restore`, { body: {} }),
  versions: async (id: string) =>
    (await request<{ items: FileVersion[] }>("GET", `/api/documents/nodes/${id}/versions`)).items,
  link: (id: string, query: Query = {}) =>
    request<{ url: string; name: string }>("GET", `/api/documents/nodes/${id}/download`, { query }),
  beginUpload: (
    slug: string,
    file: { name: string; parent_id: string | null; size: number; sha256: string; on_conflict: OnConflict },
  ) => request<Upload>("POST", `${library(slug)}/uploads`, { body: file }),
  upload: (id: string) => request<Upload>("GET", `/api/documents/uploads/${id}`),
  completeUpload: (id: string) => request<LibraryNode>("POST", `/api/documents/uploads/${id}/complete`, { body: {} }),
  cancelUpload: (id: string) => request<void>("DELETE", `/api/documents/uploads/${id}`),
};
