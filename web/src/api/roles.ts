/** Roles, what they may give, who holds them, loans of them, and requests for the three offices. */
import { request } from "./http";
import type { Paged } from "./types";

export type ScopeKind = "company" | "subtree" | "department" | "own" | "chosen";

export interface Role {
  code: string;
  name: string;
  description: string;
  scope: ScopeKind;
  permissions: string[];
  delegable: boolean;
  administrator: "system" | "security" | "audit" | null;
  seeded: boolean;
  customised: boolean;
  retired_at: string | null;
  holders: number;
  version: number;
}

export interface PermissionResource {
  resource: string;
  title: string;
  verbs: string[];
  planned: string[];
  reserved: string[];
  named_only: boolean;
}

export interface PermissionService {
  service: string;
  title: string;
  verbs: { verb: string; title: string }[];
  resources: PermissionResource[];
}

export interface Holder {
  user: { id: string; name: string; username: string | null; department: { id: string; name: string }; active: boolean };
  code: string;
  name: string;
  department_ids: string[];
  valid_from: string | null;
  valid_to: string | null;
  granted_at: string;
}

export interface Source {
  kind: "role" | "delegation";
  role: { code: string; name: string };
  from: { id: string; name: string } | null;
  scope: { kind: ScopeKind; title: string; departments: string[] };
  valid_from: string | null;
  valid_to: string | null;
}

export interface Effective {
  user: { id: string; name: string; username: string | null; department: string; active: boolean };
  blocked: "disabled" | "must_change_password" | null;
  sources: Source[];
  later: { code: string; name: string; valid_from: string }[];
  permissions: {
    permission: string;
    service: string;
    resource: string;
    verb: string;
    planned: boolean;
    sources: number[];
  }[];
}

export interface Delegation {
  id: string;
  role: { code: string; name: string };
  lender: { id: string; name: string; department: string };
  borrower: { id: string; name: string; department: string };
  starts_at: string;
  ends_at: string;
  reason: string;
  state: "waiting" | "active" | "withdrawn" | "over";
  effective: boolean;
}

export interface RoleRequest {
  id: string;
  user: { id: string; name: string; username: string | null };
  role: { code: string; name: string };
  action: "grant" | "remove";
  reason: string;
  state: "pending" | "approved" | "refused" | "withdrawn" | "expired";
  requested_by: { id: string; name: string };
  requested_at: string;
  expires_at: string;
  decided_by: { id: string; name: string } | null;
  decided_at: string | null;
  remark: string | null;
}

export interface Candidate {
  id: string;
  name: string;
  department: string;
}

export type RoleFields = Pick<Role, "name" | "description" | "scope" | "permissions" | "delegable">;

export interface GrantFields {
  user_id: string;
  department_ids: string[];
  valid_from: string | null;
  valid_to: string | null;
}

interface Person {
  id: string;
  name: string;
  username: string | null;
  department: { id: string; name: string };
  active: boolean;
}

const AT = "/api/auth";

export const roles = {
  list: () => request<{ items: Role[] }>("GET", `${AT}/roles`),
  catalogue: () => request<{ services: PermissionService[] }>("GET", `${AT}/permissions`),
  create: (code: string, fields: RoleFields) => request<Role>("POST", `${AT}/roles`, { body: { code, ...fields } }),
  change: (role: Role, fields: RoleFields) =>
    request<Role>("PUT", `${AT}/roles/${role.code}`, { body: { ...fields, version: role.version } }),
  act: (role: Role, action: "reset" | "retire" | "restore") =>
    request<Role>("POST", `${AT}/roles/${role.code}/${action}`, { query: { version: role.version } }),
  holders: (code: string, page: number) =>
    request<Paged<Holder>>("GET", `${AT}/roles/${code}/holders`, { query: { page, size: 20 } }),
  grant: (code: string, fields: GrantFields) => request("POST", `${AT}/roles/${code}/holders`, { body: fields }),
  revoke: (code: string, user: string) => request("DELETE", `${AT}/roles/${code}/holders/${user}`),
  people: (q: string) =>
    request<Paged<Person>>("GET", `${AT}/users`, { query: { q, size: 20, sort: "name" } }),
  effective: (user: string) => request<Effective>("GET", `${AT}/users/${user}/effective-permissions`),
};

export const roleRequests = {
  list: () => request<{ items: RoleRequest[] }>("GET", `${AT}/role-requests`),
  ask: (body: { user_id: string; role: string; action: "grant" | "remove"; reason: string }) =>
    request<RoleRequest>("POST", `${AT}/role-requests`, { body }),
  decide: (id: string, decision: "approve" | "refuse", remark: string) =>
    request<RoleRequest>("POST", `${AT}/role-requests/${id}/${decision}`, { body: { remark: remark || null } }),
  withdraw: (id: string) => request<RoleRequest>("POST", `${AT}/role-requests/${id}/withdraw`),
};

export const delegations = {
  all: (page: number) => request<Paged<Delegation>>("GET", `${AT}/delegations`, { query: { page, size: 20 } }),
  mine: () =>
    request<{ items: Delegation[]; roles: { code: string; name: string }[]; days: number }>(
      "GET",
      `${AT}/delegations/mine`,
    ),
  candidates: (q: string) => request<{ items: Candidate[] }>("GET", `${AT}/delegations/candidates`, { query: { q } }),
  lend: (body: { role: string; borrower_id: string; starts_at: string; ends_at: string; reason: string }) =>
    request<Delegation>("POST", `${AT}/delegations`, { body }),
  withdraw: (id: string) => request<Delegation>("POST", `${AT}/delegations/${id}/withdraw`),
};

export const SCOPE_TITLES: Record<ScopeKind, string> = {
  company: "全公司",
  subtree: "本单位及下级",
  department: "本单位",
  own: "本人",
  chosen: "指定单位",
};
