/** Departments and people, as auth keeps them. */
import { useQuery } from "@tanstack/react-query";
import { download } from "./download";
import { request } from "./http";
import type { Department, Paged } from "./types";

/** Also what the import calls its own: the addresses of template, jobs and export hang below them. */
export const DEPARTMENTS = "/api/auth/departments";
export const USERS = "/api/auth/users";

export interface FullDepartment extends Department {
  /** The department that took this one over. */
  merged_into: string | null;
  version: number;
}

export interface DepartmentValues {
  code: string;
  name: string;
  kind: string;
  parent_id: string | null;
  sort: number;
}

export interface FormerName {
  name: string;
  full_name: string;
  code: string;
  since: string;
  until: string;
  reason_label: string;
  changed_by_name: string | null;
}

export type Action = "close" | "merge" | "move" | "reopen";

export interface Effects {
  sentences: string[];
  blockers: { code: string; message: string }[];
  people: number;
  people_below: number;
  further_people: number;
  children: number;
  departments_below: number;
}

export interface Kind {
  value: string;
  label: string;
  enabled: boolean;
  ext: { holds?: string[] };
}

const at = (id: string, what = "") => `${DEPARTMENTS}/${id}${what}`;

export const organisation = {
  list: async () => (await request<{ items: FullDepartment[] }>("GET", DEPARTMENTS)).items,
  kinds: async () => (await request<{ items: Kind[] }>("GET", "/api/auth/dictionaries/department_kind")).items,
  names: async (id: string) => (await request<{ items: FormerName[] }>("GET", at(id, "/names"))).items,
  formerly: async (q: string) =>
    (await request<{ items: { department_id: string; names: string[] }[] }>("GET", at("former-names"), { query: { q } }))
      .items,
  effects: (id: string, action: Action, target?: string) =>
    request<Effects>("GET", at(id, "/effects"), { query: { action, target_id: target } }),
  create: (values: DepartmentValues) => request<FullDepartment>("POST", DEPARTMENTS, { body: values }),
  change: (row: FullDepartment, values: DepartmentValues) =>
    request<FullDepartment>("PUT", at(row.id), { body: { ...values, version: row.version } }),
  place: (row: FullDepartment, parent: string, before: string | null) =>
    request<FullDepartment>("POST", at(row.id, "/place"), {
      body: { parent_id: parent, before_id: before, version: row.version },
    }),
  merge: (row: FullDepartment, target: string) =>
    request<FullDepartment>("POST", at(row.id, "/merge"), { body: { target_id: target, version: row.version } }),
  close: (row: FullDepartment) =>
    request<FullDepartment>("POST", at(row.id, "/close"), { body: { version: row.version } }),
  reopen: (row: FullDepartment) =>
    request<FullDepartment>("POST", at(row.id, "/reopen"), { body: { version: row.version } }),
  export: () => download(at("export.xlsx"), "组织机构.xlsx"),
};

/** The whole organisation, fresh: whoever works on it must see what it is now. The rest of the app shares the answer. */
export function useOrganisation() {
  return useQuery({ queryKey: ["departments"], queryFn: organisation.list, staleTime: 0 });
}

export function useKinds() {
  return useQuery({ queryKey: ["department-kinds"], queryFn: organisation.kinds, staleTime: 5 * 60_000 });
}

export interface Place {
  id: string;
  name: string;
  closed: boolean;
}

export interface Person {
  id: string;
  username: string | null;
  name: string;
  employee_no: string | null;
  post: string | null;
  phone: string | null;
  department: Place;
  further_departments: Place[];
  roles: { code: string; name: string; valid_from: string | null; valid_to: string | null }[];
  account: boolean;
  active: boolean;
  disabled_reason: string | null;
  must_change_password: boolean;
  last_login_at: string | null;
  version: number;
}

export interface PersonValues {
  name: string;
  employee_no: string | null;
  post: string | null;
  /** Left out, the phone stays as it is: lists show it masked. */
  phone?: string | null;
  department_id: string;
  further_department_ids: string[];
}

/** A person after a change that gave them a first password: it is shown once. */
export interface WithSecret {
  user: Person;
  one_time_password: string | null;
  expires_at: string | null;
}

export interface PersonFilters {
  q?: string | undefined;
  under?: string | undefined;
  active?: boolean | undefined;
  account?: boolean | undefined;
}

const of = (id: string, what = "") => `${USERS}/${id}${what}`;

export const staff = {
  list: (filters: PersonFilters, page: number, size: number, sort: string) =>
    request<Paged<Person>>("GET", USERS, { query: { ...filters, page, size, sort } }),
  get: (id: string) => request<Person>("GET", of(id)),
  create: (values: PersonValues & { username: string | null }) => request<WithSecret>("POST", USERS, { body: values }),
  change: (row: Person, values: PersonValues) =>
    request<Person>("PUT", of(row.id), { body: { ...values, version: row.version } }),
  disable: (row: Person, reason: string) =>
    request<Person>("POST", of(row.id, "/disable"), { body: { reason, version: row.version } }),
  enable: (row: Person) => request<Person>("POST", of(row.id, "/enable"), { body: { version: row.version } }),
  reset: (row: Person) =>
    request<WithSecret>("POST", of(row.id, "/reset-password"), { body: { version: row.version } }),
  giveAccount: (row: Person, username: string) =>
    request<WithSecret>("POST", of(row.id, "/account"), { body: { username, version: row.version } }),
  withdrawAccount: (row: Person) =>
    request<Person>("DELETE", of(row.id, "/account"), { query: { version: row.version } }),
  export: (filters: PersonFilters) => download(of("export.xlsx"), "人员账号.xlsx", { ...filters }),
};
