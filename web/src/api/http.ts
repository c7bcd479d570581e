/** Requests with the bearer token, one retry after a renewed session, and every failure as an `ApiError`. */
import { ApiError, offline, problemOf } from "./problem";
import { prove } from "./proof";
import { bearer, renew } from "./session";

export type Query = Record<string, string | number | boolean | null | undefined>;

export function withQuery(path: string, query?: Query): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "") params.set(key, String(value));
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

/** A route that only somebody may use who has just proved who they are. */
const needsProof = (error: ApiError) => error.status === 403 && error.code === "reauthentication_required";

/** `fetch` as a signed-in person. The same Idempotency-Key is kept on the retry, so that a POST takes effect once. Where a
 * route asks for a fresh proof, the person is asked for the password, and the request is sent again. */
export async function signedFetch(input: Request): Promise<Response> {
  let proved = false;
  if (input.method === "POST" && !input.headers.has("Idempotency-Key")) {
    input.headers.set("Idempotency-Key", crypto.randomUUID());
  }
  for (let attempt = 1; ; attempt += 1) {
    const request = input.clone();
    const token = await bearer();
    if (token) request.headers.set("Authorization", `Bearer ${token}`);
    let response: Response;
    try {
      response = await fetch(request);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw offline();
    }
    if (response.status === 401 && attempt === 1) {
      await renew();
      continue;
    }
    if (response.ok) return response;
    const problem = problemOf(response.status, await response.text(), (name) => response.headers.get(name));
    if (proved || !needsProof(problem)) throw problem;
    await prove(problem);
    proved = true;
  }
}

interface Options {
  query?: Query;
  body?: unknown;
  signal?: AbortSignal;
}

/** One JSON request. Answers without a body (204) give undefined. */
export async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const headers = new Headers({ Accept: "application/json" });
  const init: RequestInit = { method, headers };
  if (options.signal) init.signal = options.signal;
  if (options.body !== undefined) {
    headers.set("Content-Type", "application/json");
    init.body = JSON.stringify(options.body);
  }
  const response = await signedFetch(new Request(absolute(withQuery(path, options.query)), init));
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

function absolute(path: string): string {
  return new URL(path, location.origin).href;
}

/** A multipart POST with progress from 0 to 1; XMLHttpRequest, because fetch cannot tell how much has been sent. */
export async function postForm<T>(
  path: string,
  form: FormData,
  onProgress: (part: number) => void,
  signal?: AbortSignal,
): Promise<T> {
  const key = crypto.randomUUID();
  let proved = false;
  for (let attempt = 1; ; attempt += 1) {
    const token = await bearer();
    try {
      return await send<T>(
        path,
        form,
        { "Idempotency-Key": key, Authorization: `Bearer ${token}` },
        onProgress,
        signal,
      );
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (needsProof(error) && !proved) {
        await prove(error);
        proved = true;
        continue;
      }
      if (error.status !== 401 || attempt > 1) throw error;
      await renew();
    }
  }
}

function send<T>(
  path: string,
  form: FormData,
  headers: Record<string, string>,
  onProgress: (part: number) => void,
  signal?: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open("POST", path);
    for (const [name, value] of Object.entries({ Accept: "application/json", ...headers })) {
      xhr.setRequestHeader(name, value);
    }
    xhr.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    xhr.onerror = () => reject(offline());
    xhr.onabort = () => reject(new DOMException("aborted", "AbortError"));
    xhr.onload = () => {
      if (xhr.status >= 200 && xhr.status < 300) resolve(JSON.parse(xhr.responseText || "null") as T);
      else reject(problemOf(xhr.status, xhr.responseText, (name) => xhr.getResponseHeader(name)));
    };
    signal?.addEventListener("abort", () => xhr.abort());
    xhr.send(form);
  });
}
