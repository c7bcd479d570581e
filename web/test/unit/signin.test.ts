import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { idleFor } from "../../src/api/idle";
import { search } from "../../src/api/puzzleSearch";
import { clientName } from "../../src/features/account/clientName";
import { kinds, verdict } from "../../src/features/account/policy";

const PUZZLE = (() => {
  const [salt, nonce, counter] = ["00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100", 777];
  const input = Buffer.concat([Buffer.from(salt + nonce, "hex"), Buffer.from([0, 0, counter >> 8, counter & 255])]);
  const key = createHash("sha256").update(input).digest("hex");
  const parameters = { algorithm: "SHA-256", nonce, salt, cost: 1, keyLength: 32, keyPrefix: key.slice(0, 32) };
  return { counter, key, parameters };
})();

beforeEach(() => {
  vi.resetModules();
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  vi.stubGlobal("location", { origin: "http://x", replace: () => undefined, assign: () => undefined });
  vi.stubGlobal("BroadcastChannel", undefined);
});
afterEach(() => vi.unstubAllGlobals());

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });

test("the search finds the number whose hash begins as asked", () => {
  expect(search(PUZZLE.parameters)).toEqual({ counter: PUZZLE.counter, derivedKey: PUZZLE.key });
  expect(() => search({ ...PUZZLE.parameters, algorithm: "ARGON2ID" })).toThrow();
});

test("a sign-in that has to bring a proof of work brings one, and then a code", async () => {
  const sent: Record<string, string>[] = [];
  vi.stubGlobal("fetch", async (path: string, init: RequestInit = {}) => {
    if (path === "/api/auth/captcha") return json(200, { parameters: PUZZLE.parameters, signature: "s" });
    if (path === "/api/auth/me") return json(200, { user: { id: "u1", roles: [] }, permissions: [], scope: {} });
    const body = JSON.parse(String(init.body)) as Record<string, string>;
    sent.push(body);
    if (path === "/api/auth/login/second-factor") return json(200, { access_token: "t", expires_in: 600 });
    if (!body.captcha) return json(401, { code: "captcha_required" });
    return json(401, { code: "second_factor_required", challenge: "c" });
  });
  const { signIn, signInWithCode } = await import("../../src/api/signin");
  const session = await import("../../src/api/session");
  const worked = vi.fn();
  expect(await signIn("secadmin", "pw", worked)).toBe("c");
  expect(worked).toHaveBeenCalledTimes(1);
  const solution = JSON.parse(atob(sent[1]!.captcha!)) as { solution: unknown };
  expect(solution.solution).toEqual({ counter: PUZZLE.counter, derivedKey: PUZZLE.key });
  expect(session.sessionState().status).not.toBe("signed-in");
  await signInWithCode("c", "123456");
  expect(session.sessionState().status).toBe("signed-in");
});

test("requests that need a proof wait for one dialog, go on with the new token, and are refused when it is closed", async () => {
  const seen: string[] = [];
  vi.stubGlobal("fetch", async (input: string | Request, init: RequestInit = {}) => {
    const path = typeof input === "string" ? input : new URL(input.url).pathname;
    const head = new Headers(typeof input === "string" ? init.headers : input.headers);
    if (path === "/api/auth/me") return json(200, { user: { id: "u1", roles: [] }, permissions: [], scope: {} });
    if (path === "/api/auth/login") return json(200, { access_token: "old", expires_in: 600 });
    if (path === "/api/auth/reauthenticate") return json(200, { access_token: "new", expires_in: 600 });
    seen.push(`${head.get("authorization")} ${head.get("idempotency-key") ? "key" : ""}`);
    if (head.get("authorization") !== "Bearer new") return json(403, { code: "reauthentication_required" });
    return json(200, { done: true });
  });
  const { signIn } = await import("../../src/api/signin");
  const { request } = await import("../../src/api/http");
  const proof = await import("../../src/api/proof");
  await signIn("secadmin", "pw");
  const refused = request("POST", "/api/auth/x", { body: {} });
  await vi.waitFor(() => expect(seen).toHaveLength(1));
  await new Promise((resolve) => setTimeout(resolve));
  proof.refuseProof();
  await expect(refused).rejects.toMatchObject({ code: "reauthentication_required" });
  const both = [request("POST", "/api/auth/x", { body: {} }), request("POST", "/api/auth/y", { body: {} })];
  await vi.waitFor(() => expect(seen).toHaveLength(3));
  await new Promise((resolve) => setTimeout(resolve));
  await proof.reauthenticate("pw");
  expect(await Promise.all(both)).toEqual([{ done: true }, { done: true }]);
  expect(seen.slice(3)).toEqual(["Bearer new key", "Bearer new key"]);
});

test("the rules of a password are ticked as they are met", () => {
  const rule = (code: string, value: number | null = null) => ({ code, text: "", basis: "", value });
  expect(kinds("abcABC1")).toBe(3);
  expect(kinds("长城a1")).toBe(3);
  expect(verdict(rule("password_too_short", 10), "Kletter-Ro", [])).toBe("met");
  expect(verdict(rule("password_too_short", 10), "Kletter-R", [])).toBe("open");
  expect(verdict(rule("password_too_simple", 3), "kletterrose", [])).toBe("open");
  expect(verdict(rule("password_repeats", 5), "Aa1!Aa1!Aa1!", [])).toBe("open");
  expect(verdict(rule("password_guessable"), "Zhangsan-Rose", ["zhangsan", null])).toBe("open");
  expect(verdict(rule("password_guessable"), "Kletter-Rose", ["zhangsan", null])).toBe("met");
  expect(verdict(rule("password_common"), "Kletter-Rose", [])).toBe("later");
  expect(verdict(rule("password_common"), "", [])).toBe("open");
});

test("a hand on any tab is a hand on all of them", () => {
  expect(idleFor(100_000, 10_000, "95000")).toBe(5_000);
  expect(idleFor(100_000, 98_000, "95000")).toBe(2_000);
  expect(idleFor(100_000, 10_000, null)).toBe(90_000);
});

test("browsers are called what their owners call them", () => {
  const edge = "Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0";
  expect(clientName({ kind: "web", user_agent: edge })).toBe("Windows Edge");
  expect(clientName({ kind: "mobile", user_agent: "Mozilla/5.0 (Linux; Android 14) Chrome/140" })).toContain("手机应用");
  expect(clientName({ kind: "web", user_agent: "python-httpx/0.28" })).toBe("程序或脚本");
  expect(clientName({ kind: "web", user_agent: null })).toBe("未知的浏览器");
});
