/** Waiting after too many wrong passwords: for which name, until when, and how it is said. */
import { describe, type ApiError } from "../../api/problem";

export interface Lock {
  /** The name that has to wait, folded as the server does: capitals and full-width letters are the same name. Null: everybody here. */
  name: string | null;
  until: number;
}

function folded(name: string | undefined): string {
  return (name ?? "").normalize("NFKC").trim().toLowerCase();
}

/** The wait that a refusal asks for; null when it asks for none. 429 and 503 are about the network or the server. */
export function lockedUntil(problem: ApiError, name: string, now: number): Lock | null {
  if (!problem.retryAfter) return null;
  return { name: problem.status === 401 ? folded(name) : null, until: now + problem.retryAfter * 1000 };
}

export function isFor(lock: Lock, name: string | undefined): boolean {
  return lock.name === null || lock.name === folded(name);
}

/** A time that counts down: 04:59, and 65:00 for more than an hour. */
export function clock(seconds: number): string {
  return [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

/** What is said above the form. Only a refusal with a waiting time speaks of waiting; `left` counts it down. */
export function refusal(error: ApiError | null, left: number): string {
  if (left > 0) {
    const reason = !error || error.status === 401 ? "密码错误次数过多，该账号已暂时锁定" : reasonOf(error);
    return `${reason}，请在 ${clock(left)} 后再试`;
  }
  if (!error) return "";
  if (error.status !== 401) return describe(error);
  if (error.code === "captcha_required") return "安全验证没有通过，请重试";
  return error.retryAfter ? "等待时间已到，请重新输入密码" : "用户名或密码错误";
}

/** The reason without the waiting time that the server put in words: the page counts it down itself. */
function reasonOf(error: ApiError): string {
  const text = error.detail ?? error.title;
  return (text.split(/[，,。；]?\s*请/)[0] || error.title).replace(/[。，]$/, "");
}
