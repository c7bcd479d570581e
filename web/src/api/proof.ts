/** A fresh proof of who is there. A request that needs one waits here until the dialog has got it, or was closed. */
import { useSyncExternalStore } from "react";
import type { ApiError } from "./problem";
import { bearer, call, continueWith, HEADERS, type TokenAnswer } from "./session";

interface Waiter {
  resolve: () => void;
  reject: (error: ApiError) => void;
  refusal: ApiError;
}

const waiting = new Set<Waiter>();
const listeners = new Set<() => void>();
let asking = false;

function tell(): void {
  asking = waiting.size > 0;
  for (const listener of listeners) listener();
}

/** Wait for a proof. Requests that ask at the same time share one dialog; who closes it leaves them refused. */
export function prove(refusal: ApiError): Promise<void> {
  return new Promise((resolve, reject) => {
    waiting.add({ resolve, reject, refusal });
    tell();
  });
}

/** Prove it: throws what the server refused. */
export async function reauthenticate(password: string, code?: string): Promise<void> {
  const token = await bearer();
  const response = await call("/api/auth/reauthenticate", {
    method: "POST",
    headers: { ...HEADERS, "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify(code ? { password, code } : { password }),
  });
  await continueWith((await response.json()) as TokenAnswer);
  settle((waiter) => waiter.resolve());
}

/** The dialog was closed: what waited for it is refused as it was. */
export function refuseProof(): void {
  settle((waiter) => waiter.reject(waiter.refusal));
}

function settle(end: (waiter: Waiter) => void): void {
  const all = [...waiting];
  waiting.clear();
  tell();
  all.forEach(end);
}

export function useProofAsked(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => asking,
  );
}
