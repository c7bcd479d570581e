import { afterEach, beforeEach, expect, test, vi } from "vitest";

/** A server that hands out tokens and remembers what it was asked; each test loads the module anew. */
function server() {
  const asked: string[] = [];
  const state = { refreshable: true, tokens: 0, valid: "" };
  const json = (status: number, body: unknown) =>
    new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
  const issue = () => {
    state.tokens += 1;
    state.valid = `token-${state.tokens}`;
    return json(200, { access_token: state.valid, expires_in: 900 });
  };
  const fetch = async (input: string | Request, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(typeof input === "string" ? input : input.url, "http://x");
    const headers = new Headers(typeof input === "string" ? init.headers : input.headers);
    asked.push(url.pathname);
    await Promise.resolve();
    if (url.pathname === "/api/auth/login") return issue();
    if (url.pathname === "/api/auth/refresh") {
      return state.refreshable ? issue() : json(401, { title: "登录已失效", code: "session_ended" });
    }
    if (headers.get("authorization") !== `Bearer ${state.valid}`) return json(401, { code: "unauthenticated" });
    if (url.pathname === "/api/auth/me") {
      return json(200, { user: { id: "u1", username: "safety", name: "安", roles: [] }, permissions: [], scope: {} });
    }
    return json(200, { key: headers.get("idempotency-key") });
  };
  return { asked, state, fetch };
}

async function load(backend: ReturnType<typeof server>) {
  vi.stubGlobal("fetch", backend.fetch);
  const session = await import("../../src/api/session");
  const signin = await import("../../src/api/signin");
  const { request } = await import("../../src/api/http");
  await signin.signIn("safety", "pw");
  return { session, signin, request };
}

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
afterEach(() => {
  vi.unstubAllGlobals();
});

test("many requests that meet an ended token share one refresh, and all succeed", async () => {
  const backend = server();
  const { request } = await load(backend);
  backend.state.valid = "another"; // the services refuse what this page holds
  const answers = await Promise.all(Array.from({ length: 20 }, () => request("GET", "/api/ledgers/x")));
  expect(answers).toHaveLength(20);
  expect(backend.asked.filter((path) => path === "/api/auth/refresh")).toHaveLength(1);
});

test("a request that meets an ended session waits for the person, and then goes through with the same key", async () => {
  const backend = server();
  const { session, signin, request } = await load(backend);
  backend.state.valid = "another";
  backend.state.refreshable = false;
  const saved = request<{ key: string }>("POST", "/api/ledgers/x", { body: {} });
  await vi.waitFor(() => expect(session.sessionState().status).toBe("ended"));
  await signin.signIn("safety", "pw");
  expect((await saved).key).toMatch(/^[0-9a-f-]{36}$/);
  expect(session.sessionState().status).toBe("signed-in");
  expect(backend.asked.filter((path) => path === "/api/ledgers/x")).toHaveLength(2);
});

test("a token is renewed shortly before it ends, not after", async () => {
  const backend = server();
  const { request } = await load(backend);
  vi.useFakeTimers({ now: Date.now() + 890_000, toFake: ["Date"] });
  await request("GET", "/api/ledgers/x");
  vi.useRealTimers();
  expect(backend.asked.slice(-2)).toEqual(["/api/auth/refresh", "/api/ledgers/x"]);
});

test("nobody is asked for a refresh who was never signed in here", async () => {
  const backend = server();
  vi.stubGlobal("fetch", backend.fetch);
  const session = await import("../../src/api/session");
  await session.restore();
  expect(session.sessionState().status).toBe("anonymous");
  expect(backend.asked).toEqual([]);
});

test("a refusal for another reason is not taken for an ended session", async () => {
  const backend = server();
  const { session, request } = await load(backend);
  vi.stubGlobal("fetch", async () => new Response("{}", { status: 403 }));
  await expect(request("GET", "/api/ledgers/x")).rejects.toMatchObject({ status: 403 });
  expect(session.sessionState().status).toBe("signed-in");
});

/** Two tabs of one browser: each loads the module anew, and they share a channel, a storage and a cookie. */
async function tabs(persons: string[]) {
  const ends: { post: (data: unknown) => void; hear: (data: unknown) => void }[] = [];
  vi.stubGlobal(
    "BroadcastChannel",
    class {
      private end = { post: (data: unknown) => this.postMessage(data), hear: (_: unknown): void => undefined };
      constructor() {
        ends.push(this.end);
      }
      addEventListener(_: string, hear: (event: { data: unknown }) => void) {
        this.end.hear = (data) => hear({ data });
      }
      postMessage(data: unknown) {
        said.push(data as { kind: string; userId?: string });
        for (const other of ends) if (other !== this.end) other.hear(structuredClone(data));
      }
    },
  );
  const said: { kind: string; userId?: string }[] = [];
  const reload = vi.fn();
  vi.stubGlobal("location", { origin: "http://x", reload, replace: () => undefined, assign: () => undefined });
  localStorage.setItem("safework.signed-in", "1");
  const opened: (typeof import("../../src/api/session"))[] = [];
  for (const person of persons) {
    vi.stubGlobal("fetch", async (path: string) => {
      const user = { id: person, username: person, name: person, roles: [] };
      const token = { access_token: person, expires_in: 900 };
      return new Response(JSON.stringify(path === "/api/auth/me" ? { user, permissions: [], scope: {} } : token));
    });
    vi.resetModules();
    const session = await import("../../src/api/session");
    opened.push(session);
    await session.restore();
  }
  return { opened, reload, said };
}

test("a second tab of the same person reloads nobody, and says nothing before it knows whose it is", async () => {
  const { opened, reload, said } = await tabs(["u1", "u1", "u1"]);
  await opened[1]!.refresh();
  await opened[0]!.refresh();
  expect(reload).toHaveBeenCalledTimes(0);
  expect(said.length).toBeGreaterThan(0);
  expect(said.every((word) => word.userId === "u1")).toBe(true);
  expect(opened.map((tab) => tab.sessionState().status)).toEqual(["signed-in", "signed-in", "signed-in"]);
});

test("another person in another tab reloads this one, once", async () => {
  const { opened, reload } = await tabs(["u1"]);
  const first = opened[0]!;
  vi.resetModules();
  vi.stubGlobal("fetch", async (path: string) => {
    const user = { id: "u2", username: "u2", name: "u2", roles: [] };
    const body = path === "/api/auth/me" ? { user, permissions: [], scope: {} } : { access_token: "2", expires_in: 900 };
    return new Response(JSON.stringify(body));
  });
  const second = await import("../../src/api/signin");
  await second.signIn("u2", "pw");
  expect(reload).toHaveBeenCalledTimes(1);
  expect(first.sessionState().me?.user.id).toBe("u1");
});

test("a login page follows when the person signs in in another tab", async () => {
  const { opened, reload } = await tabs(["u1"]);
  localStorage.removeItem("safework.signed-in");
  vi.resetModules();
  const waiting = await import("../../src/api/session");
  await waiting.restore();
  expect(waiting.sessionState().status).toBe("anonymous");
  await opened[0]!.enter({ access_token: "u1", expires_in: 900 });
  await vi.waitFor(() => expect(waiting.sessionState().status).toBe("signed-in"));
  expect(reload).toHaveBeenCalledTimes(0);
});
