/** Exports that are too long for one answer: asked for, watched, fetched. */
import { download } from "./download";
import { request, withQuery, type Query } from "./http";

export interface ExportJob {
  id: string;
  slug: string;
  title: string;
  file_name: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  progress: number;
  rows: number;
  bytes: number;
  created_at: string;
  finished_at: string | null;
  kept_until: string | null;
  downloaded_at: string | null;
  expired: boolean;
  error: { code: string; message: string } | null;
}

const at = (slug: string, rest = "") => `/api/ledgers/${encodeURIComponent(slug)}/exports${rest}`;

export const exportJobs = {
  start: (slug: string, query: Query) => request<ExportJob>("POST", withQuery(at(slug), query), { body: {} }),
  mine: () => request<{ items: ExportJob[] }>("GET", "/api/ledgers/_exports"),
  fetch: (job: ExportJob) => download(at(job.slug, `/${job.id}/file`), job.file_name),
  drop: (job: ExportJob) => request<ExportJob>("DELETE", at(job.slug, `/${job.id}`)),
};

export function isUnderWay(job: Pick<ExportJob, "state">): boolean {
  return job.state === "queued" || job.state === "running";
}
