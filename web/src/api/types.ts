/** What the services answer, as far as the pages use it. */

export interface Scope {
  kind: string;
  department_ids: string[];
  /** Roles that reach differently far do not add up to one scope: these hold beside it. */
  also?: Scope[];
}

export interface Me {
  user: {
    id: string;
    username: string;
    name: string;
    employee_no?: string | null;
    post?: string | null;
    department?: { id: string; name: string; path?: string } | null;
    roles: { code: string; name: string }[];
    must_change_password?: boolean;
    second_factor?: boolean;
    second_factor_required?: boolean;
  };
  permissions: string[];
  scope: Scope;
  /** What has to be done before anything else may be. */
  restricted?: "password" | "second_factor" | null;
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
  /** The department that took this one over. */
  merged_into?: string | null;
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
