/** The state of a list lives in the address: what can be seen can be bookmarked, sent to a colleague, gone back to. */
import type { Query } from "../../api/http";
import type { Filters } from "../field/searches";
import type { LedgerManifest } from "../schema";

export const SIZES = [20, 50, 100, 200];
const OWN = new Set(["page", "size", "sort", "q", "row", "tab", "dept"]);

export interface ListState {
  page: number;
  size: number;
  sort: string;
  q: string;
  /** The department chosen in the tree; it and all below it are shown. */
  dept: string;
  filters: Filters;
}

export function readState(params: URLSearchParams): ListState {
  const filters: Filters = {};
  for (const [key, value] of params) if (!OWN.has(key) && value) filters[key] = value;
  const size = Number(params.get("size"));
  return {
    page: Math.max(1, Math.floor(Number(params.get("page"))) || 1),
    size: SIZES.includes(size) ? size : SIZES[0]!,
    sort: params.get("sort") ?? "",
    q: params.get("q") ?? "",
    dept: params.get("dept") ?? "",
    filters,
  };
}

export function writeState(state: ListState): URLSearchParams {
  const params = new URLSearchParams();
  if (state.q) params.set("q", state.q);
  if (state.dept) params.set("dept", state.dept);
  for (const [key, value] of Object.entries(state.filters)) if (value) params.set(key, value);
  if (state.sort) params.set("sort", state.sort);
  if (state.page > 1) params.set("page", String(state.page));
  if (state.size !== SIZES[0]) params.set("size", String(state.size));
  return params;
}

/**
 * The filters as the service takes them. Parameters that name no field of the ledger are dropped, because the service
 * refuses what it does not know and an old bookmark should still open; departments are sent with those below them.
 */
export function toFilters(ledger: LedgerManifest, state: ListState): Query {
  const query: Query = { q: state.q || undefined };
  const kinds = new Map(ledger.fields.map((field) => [field.key, field.kind]));
  for (const [key, value] of Object.entries(state.filters)) {
    if (key === "dept_id" && state.dept) continue; // the tree's choice stands for it
    const kind = kinds.get(key.replace(/\.(gte|lte|in|under)$/, ""));
    if (!kind || !value) continue;
    if (kind === "department" && !key.includes(".")) query[`${key}.under`] = value;
    else query[key] = value;
  }
  if (state.dept) query["dept_id.under"] = state.dept;
  return query;
}

export function toQuery(ledger: LedgerManifest, state: ListState): Query {
  return {
    ...toFilters(ledger, state),
    sort: state.sort || undefined,
    page: state.page,
    size: state.size,
  };
}
