/** What the services answer, as far as the pages use it. */

export interface Me {
  user: {
    id: string;
    username: string;
    name: string;
    employee_no?: string | null;
    post?: string | null;
    department?: { id: string; name: string; path?: string } | null;
    roles: { code: string; name: string }[];
  };
  permissions: string[];
  scope: { kind: string; department_ids: string[] };
}

export interface Department {
  id: string;
  code: string;
  name: string;
  kind: string;
  parent_id: string | null;
  path: string;
  sort: number;
  closed_on: string | null;
}

/** One page that exists for this person, as a service's `_manifest` names it. */
export interface Page {
  leaf: string;
  title: string;
  screen: string;
  key: string;
  path: string;
}

export interface Paged<T> {
  items: T[];
  total: number;
  page: number;
  size: number;
}

export interface Notice {
  id: string;
  kind: string;
  title: string;
  body?: string | null;
  ref: { service: string; type: string; id: string } | null;
  due_on: string | null;
  threshold: number | null;
  level: string | null;
  read_at: string | null;
  created_at?: string | null;
  closed_at?: string | null;
  close_reason?: string | null;
}

export interface Library {
  slug: string;
  title: string;
  leaf: string;
  by_department: boolean;
  accept: string[];
  max_mb: number;
  permissions: Record<"upload" | "folder" | "download" | "rename" | "delete" | "remark", boolean>;
}

export interface LibraryNode {
  id: string;
  kind: "folder" | "file";
  name: string;
  parent_id: string | null;
  dept_id: string | null;
  size: number | null;
  mime: string | null;
  sha256: string | null;
  version_no: number | null;
  state: "ready" | "checking" | "refused";
  /** Whether the browser can show it. */
  inline: boolean;
  location?: { id: string; name: string }[] | null;
  remark: string | null;
  version: number;
  created_at: string;
  created_by_name: string | null;
  updated_at: string;
}

export interface UploadPart {
  number: number;
  size: number;
  url: string | null;
  done: boolean;
}

export interface Upload {
  id: string;
  state: string;
  name: string;
  size: number;
  part_size: number;
  parts: UploadPart[];
  expires_at: string;
}

export interface ImportError {
  row: number;
  column: string | null;
  field: string | null;
  header: string | null;
  value: string | null;
  code: string;
  message: string;
}

export interface ImportJob {
  id: string;
  slug: string;
  file_name: string;
  state: "queued" | "parsing" | "ready" | "confirming" | "confirmed" | "failed" | "cancelled";
  on_duplicate: "update" | "skip" | "error";
  rows: number;
  valid: number;
  invalid: number;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  progress: number;
  errors: ImportError[];
  warnings: { code: string; column: string | null; header: string | null; message: string }[];
  /** Why a job failed. */
  error?: { code: string; message: string } | null;
  /** The preview was swept away: only the numbers are left. */
  expired?: boolean;
  /** There are more wrong cells than `errors` lists. */
  more_errors?: boolean;
  /** The columns of the file that are imported, in the file's order. */
  columns?: { field: string; column: string; header: string }[];
  created_at: string;
  created_by_name: string | null;
}

export interface ImportRow {
  row: number;
  values: Record<string, string | null>;
  errors: Record<string, { code: string; message: string }>;
}

export interface CertificateStatistics {
  columns: { key: string; title: string; group?: string | null }[];
  on: string;
  valid_only: boolean;
  rows: {
    department: { id: string; name: string; level: number };
    counts: Record<string, number>;
    total: number;
    expiring: number;
    expired: number;
  }[];
  /** By the keys of the columns, and `total`, `expiring`, `expired`. */
  totals: Record<string, number>;
}
