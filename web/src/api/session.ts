/**
 * The session of this browser tab. The access token lives in memory only; the refresh token is an HttpOnly cookie that
 * scripts never see. Tabs refresh one at a time (Web Locks) and hand a new access token to one another, because a
 * refresh token is good for one use and a second use of it ends the session.
 */
import { useSyncExternalStore } from "react";
import { ApiError, offline, problemOf } from "./problem";
import type { Me } from "./types";

export type SessionStatus = "starting" | "anonymous" | "signed-in" | "ended";

export interface SessionState {
  status: SessionStatus;
  me: Me | null;
}

export interface TokenAnswer {
  access_token: string;
  expires_in: number;
  /** How long the session may be left alone. */
  idle_seconds?: number;
}

interface Shared {
  kind: "token" | "signed-out";
  token?: TokenAnswer;
  userId?: string;
}

const HINT = "safework.signed-in"; // there may be a refresh cookie: without it, no refresh is tried on the login page
export const HEADERS = { "X-Requested-With": "safework" };
const EARLY_MS = 20_000;

let token: string | null = null;
let expiresAt = 0;
let idleMs = 30 * 60_000;
let generation = 0;
let refreshing: Promise<void> | null = null;
let state: SessionState = { status: "starting", me: null };
const listeners = new Set<() => void>();
const waitingForSignIn = new Set<{ resolve: () => void; reject: (error: ApiError) => void }>();
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("safework-session");

function publish(next: Partial<SessionState>): void {
  state = { ...state, ...next };
  for (const listener of listeners) listener();
}

function keep(answer: TokenAnswer): void {
  token = answer.access_token;
  expiresAt = Date.now() + answer.expires_in * 1000;
  idleMs = answer.idle_seconds ? answer.idle_seconds * 1000 : idleMs;
  generation += 1;
}

channel?.addEventListener("message", ({ data }: MessageEvent<Shared>) => {
  if (data.kind === "signed-out") {
    if (state.status !== "starting") forget();
    return;
  }
  // Without a name nothing can be said about whose token it is; a tab that is starting gets a token of its own.
  if (!data.token || !data.userId || state.status === "starting") return;
  if (!state.me) void follow(data.token);
  else if (data.userId !== state.me.user.id) {
    location.reload(); // another person signed in, in another tab: this tab's pages are no longer theirs to see
  } else {
    keep(data.token);
    if (state.status === "ended") resume();
  }
});

/** Hands the token to the other tabs, with the person it belongs to: they must be able to tell theirs from another's.
 * While a tab starts it does not know the person yet, so it keeps the token to itself until it does. */
function share(answer: TokenAnswer): void {
  if (!state.me) return;
  channel?.postMessage({ kind: "token", token: answer, userId: state.me.user.id } satisfies Shared);
}

/** The login page goes on by itself when the person has signed in in another tab; what fails leaves the login page. */
async function follow(answer: TokenAnswer): Promise<void> {
  keep(answer);
  const own = generation;
  try {
    const me = await fetchMe();
    if (generation === own && !state.me) publish({ status: "signed-in", me });
  } catch {
    if (generation === own && !state.me) token = null;
  }
}

function resume(): void {
  publish({ status: "signed-in" });
  for (const waiter of waitingForSignIn) waiter.resolve();
  waitingForSignIn.clear();
}

function forget(): void {
  token = null;
  localStorage.removeItem(HINT);
  for (const waiter of waitingForSignIn) waiter.reject(new ApiError(401));
  waitingForSignIn.clear();
  // A new page, so that nothing of this person stays in memory: lists, drafts in forms, uploads on their way.
  if (state.me) location.replace("/login");
  else publish({ status: "anonymous", me: null });
}

export async function call(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", cache: "no-store", ...init });
  } catch {
    throw offline();
  }
  if (!response.ok) throw problemOf(response.status, await response.text(), (name) => response.headers.get(name));
  return response;
}

async function fetchMe(): Promise<Me> {
  const response = await call("/api/auth/me", { headers: { Authorization: `Bearer ${token}` } });
  return (await response.json()) as Me;
}

async function withLock(work: () => Promise<void>): Promise<void> {
  // Web Locks exist only in secure contexts; without them the promise kept by `refresh` still guards this one tab.
  if (typeof navigator !== "undefined" && navigator.locks) await navigator.locks.request("safework-refresh", work);
  else await work();
}

/** Get a new access token. Concurrent callers share one request; a token that another tab got meanwhile is used. */
export function refresh(): Promise<void> {
  const before = generation;
  refreshing ??= withLock(async () => {
    if (generation !== before) return;
    const response = await call("/api/auth/refresh", { method: "POST", headers: HEADERS });
    const answer = (await response.json()) as TokenAnswer;
    keep(answer);
    share(answer);
  }).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

/** Restore the session when the application starts. A server that cannot be reached leaves the login page. */
export async function restore(): Promise<void> {
  if (!localStorage.getItem(HINT)) return publish({ status: "anonymous", me: null });
  try {
    await refresh();
    publish({ status: "signed-in", me: await fetchMe() });
    if (token) share({ access_token: token, expires_in: (expiresAt - Date.now()) / 1000 });
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) localStorage.removeItem(HINT);
    publish({ status: "anonymous", me: null });
  }
}

/** Go in with the answer to a sign-in. After an ended session the same person goes on where they were; another person gets
 * a fresh page. */
export async function enter(answer: TokenAnswer): Promise<void> {
  keep(answer);
  localStorage.setItem(HINT, "1");
  const me = await fetchMe();
  const before = state.me?.user.id;
  if (before && before !== me.user.id) return location.assign("/");
  publish({ me });
  share(answer);
  resume();
}

/** Another access token of this session: after a new proof, a changed password, a second factor. */
export async function continueWith(answer: TokenAnswer): Promise<void> {
  keep(answer);
  const me = await fetchMe();
  publish({ me });
  share(answer);
}

/** Nobody has touched anything for as long as the session may be left alone: it ends here and on the server. What was
 * being typed stays, under the question for the password. */
export async function endIdle(): Promise<void> {
  if (state.status !== "signed-in") return;
  publish({ status: "ended" });
  token = null;
  try {
    await call("/api/auth/logout", { method: "POST", headers: HEADERS });
  } catch {
    // The server ends it by its own clock.
  }
}

/** End the session here and on the server. The tab forgets at once, even when the server cannot be reached. */
export async function signOut(): Promise<void> {
  const pending = call("/api/auth/logout", {
    method: "POST",
    headers: token ? { ...HEADERS, Authorization: `Bearer ${token}` } : HEADERS,
  });
  channel?.postMessage({ kind: "signed-out" } satisfies Shared);
  try {
    await pending;
  } catch {
    // The cookie's lifetime ends the session on the server; nothing better can be done from here.
  }
  forget();
}

/** The token for a request, renewed shortly before it ends. Null when nobody is signed in. */
export async function bearer(): Promise<string | null> {
  if (token && Date.now() > expiresAt - EARLY_MS) await renew();
  return token;
}

/** Renew after a 401. When the session is over, wait until the person has signed in again, so that nothing is lost. */
export async function renew(): Promise<void> {
  if (state.status === "ended") return signedInAgain();
  try {
    await refresh();
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    if (state.status !== "signed-in") throw error;
    publish({ status: "ended" });
    await signedInAgain();
  }
}

function signedInAgain(): Promise<void> {
  return new Promise((resolve, reject) => waitingForSignIn.add({ resolve, reject }));
}

/** Milliseconds for which the session may be left alone. */
export function idleLimit(): number {
  return idleMs;
}

export function sessionState(): SessionState {
  return state;
}

export function useSession(): SessionState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}
