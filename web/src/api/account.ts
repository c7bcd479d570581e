/** My account: password, second factor, sessions, telephones; and for administrators the sessions of all. */
import { request } from "./http";
import type { TokenAnswer } from "./session";
import type { Paged } from "./types";

export interface PasswordPolicy {
  profile: "dengbao" | "asvs";
  title: string;
  basis: string;
  max_length: number;
  max_age_days: number | null;
  blocked_words: string[];
  rules: { code: string; text: string; basis: string; value: number | null }[];
}

export interface SecondFactorState {
  enabled: boolean;
  confirmed_at: string | null;
  recovery_codes_left: number;
}

export interface LoginSession {
  id: string;
  kind: "web" | "mobile";
  second_factor: boolean;
  created_at: string;
  last_used_at: string;
  expires_at: string;
  address: string | null;
  user_agent: string | null;
  current: boolean;
}

export interface SessionOfPerson extends LoginSession {
  user: { id: string; name: string; username: string; department: string };
}

export interface Device {
  id: string;
  name: string;
  created_at: string;
  last_used_at: string;
  current: boolean;
}

interface All<T> {
  items: T[];
  total: number;
}

export const account = {
  policy: () => request<PasswordPolicy>("GET", "/api/auth/password-policy"),
  changePassword: (current_password: string, new_password: string) =>
    request<TokenAnswer>("POST", "/api/auth/password", { body: { current_password, new_password } }),
  secondFactor: () => request<SecondFactorState>("GET", "/api/auth/second-factor"),
  enrol: () => request<{ secret: string; uri: string; qr_svg: string }>("POST", "/api/auth/second-factor"),
  confirm: (code: string) =>
    request<{ recovery_codes: string[]; access: TokenAnswer }>("POST", "/api/auth/second-factor/confirm", {
      body: { code },
    }),
  newRecoveryCodes: (code: string) =>
    request<{ recovery_codes: string[] }>("POST", "/api/auth/second-factor/recovery-codes", { body: { code } }),
  disable: (code: string) => request<void>("POST", "/api/auth/second-factor/disable", { body: { code } }),
  sessions: () => request<All<LoginSession>>("GET", "/api/auth/sessions"),
  endSession: (id: string) => request<void>("DELETE", `/api/auth/sessions/${id}`),
  endOthers: () => request<{ ended: number }>("DELETE", "/api/auth/sessions"),
  devices: () => request<All<Device>>("GET", "/api/auth/devices"),
  revokeDevice: (id: string) => request<void>("DELETE", `/api/auth/devices/${id}`),
};

export const loginSessions = {
  list: (query: { q?: string; page: number; size: number }) =>
    request<Paged<SessionOfPerson>>("GET", "/api/auth/login-sessions", { query }),
  end: (id: string) => request<void>("DELETE", `/api/auth/login-sessions/${id}`),
  endAllOf: (userId: string) => request<{ ended: number }>("DELETE", `/api/auth/users/${userId}/sessions`),
};

/** What somebody else signs in with, for administrators. */
export const signInOf = {
  secondFactor: (id: string) => request<SecondFactorState>("GET", `/api/auth/users/${id}/second-factor`),
  takeSecondFactor: (id: string) => request<void>("DELETE", `/api/auth/users/${id}/second-factor`),
  devices: (id: string) => request<All<Device>>("GET", `/api/auth/users/${id}/devices`),
  revokeDevice: (id: string, device: string) => request<void>("DELETE", `/api/auth/users/${id}/devices/${device}`),
};
