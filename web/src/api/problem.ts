/** Every failure of a request becomes an `ApiError`, and every `ApiError` becomes one Chinese sentence for people. */

export interface FieldProblem {
  loc: (string | number)[];
  code: string;
  message: string;
}

interface ProblemBody {
  title?: string;
  detail?: string | null;
  code?: string;
  trace_id?: string | null;
  errors?: FieldProblem[];
  current?: Record<string, unknown> | null;
  retry_after?: number | null;
  challenge?: string | null;
}

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string | null;
  readonly traceId: string | null;
  readonly errors: FieldProblem[];
  readonly current: Record<string, unknown> | null;
  readonly retryAfter: number | null;
  readonly challenge: string | null;

  constructor(status: number, body: ProblemBody = {}, retryAfter: number | null = null) {
    super(body.detail || body.title || fallbackTitle(status));
    this.name = "ApiError";
    this.status = status;
    this.code = body.code ?? (status === 0 ? "unreachable" : `http_${status}`);
    this.title = body.title ?? fallbackTitle(status);
    this.detail = body.detail ?? null;
    this.traceId = body.trace_id ?? null;
    this.errors = Array.isArray(body.errors) ? body.errors : [];
    this.current = body.current ?? null;
    this.challenge = body.challenge ?? null;
    this.retryAfter = body.retry_after ?? retryAfter;
  }
}

function fallbackTitle(status: number): string {
  if (status === 0) return "无法连接服务器";
  if (status === 401) return "登录已失效";
  if (status === 403) return "没有权限";
  if (status === 404) return "内容不存在或已被删除";
  if (status === 409) return "数据已被他人修改";
  if (status === 413) return "文件太大";
  if (status === 422) return "填写的内容有误";
  if (status === 429) return "操作太频繁";
  if (status === 502 || status === 503 || status === 504) return "服务暂时不可用";
  return status >= 500 ? "系统出错了" : "请求没有成功";
}

/** Seconds in a Retry-After header, which holds either a number or a date. */
export function retryAfterSeconds(header: string | null, now = Date.now()): number | null {
  if (!header) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, Math.ceil(seconds));
  const until = Date.parse(header);
  return Number.isNaN(until) ? null : Math.max(0, Math.ceil((until - now) / 1000));
}

/** The error in an answer; bodies that are not problem+json (a gateway's page, an empty body) keep only the status. */
export function problemOf(status: number, text: string, header: (name: string) => string | null): ApiError {
  let body: ProblemBody = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (parsed && typeof parsed === "object") body = parsed as ProblemBody;
  } catch {
    // Not JSON: the status alone has to do.
  }
  if (!body.trace_id) body.trace_id = header("x-trace-id");
  return new ApiError(status, body, retryAfterSeconds(header("retry-after")));
}

export function offline(): ApiError {
  const here = typeof navigator === "undefined" || navigator.onLine;
  return new ApiError(0, {
    title: here ? "无法连接服务器" : "网络已断开",
    detail: here ? "无法连接服务器，请检查网络后重试。" : "网络已断开，请恢复网络后重试。",
  });
}

/** A waiting time as people say it: 45 秒, 3 分钟, 1 小时 5 分钟. */
export function waiting(seconds: number): string {
  if (seconds < 60) return `${seconds} 秒`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `${minutes} 分钟`;
  return minutes % 60 ? `${Math.floor(minutes / 60)} 小时 ${minutes % 60} 分钟` : `${minutes / 60} 小时`;
}

/** One sentence for people about any failure, with what helps them go on: the seconds to wait, the trace id to report. */
export function describe(error: unknown): string {
  if (!(error instanceof ApiError)) {
    return error instanceof Error && error.message ? `页面出错：${error.message}` : "页面出错，请刷新后重试。";
  }
  let sentence = error.detail || error.title;
  if (error.status === 429 && error.retryAfter && !sentence.includes("秒") && !sentence.includes("分钟")) {
    sentence = `${trimmed(sentence)}，请 ${waiting(error.retryAfter)}后再试`;
  }
  if (error.status >= 500 && error.traceId) sentence = `${trimmed(sentence)}（跟踪号 ${error.traceId}）`;
  return sentence;
}

function trimmed(sentence: string): string {
  return sentence.replace(/[。．.]$/, "");
}

/** What a 422 says about each field: the last part of `loc` that names a known field wins; the rest is for the form. */
export function fieldErrors(
  error: ApiError,
  known: ReadonlySet<string>,
): { fields: Record<string, string[]>; others: string[] } {
  const fields: Record<string, string[]> = {};
  const others: string[] = [];
  for (const { loc, message } of error.errors) {
    const key = [...loc].reverse().find((part) => typeof part === "string" && known.has(part)) as string | undefined;
    if (key) (fields[key] ??= []).push(message);
    else others.push(message);
  }
  return { fields, others };
}
