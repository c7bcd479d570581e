import { describe as suite, expect, test } from "vitest";
import { ApiError, describe, fieldErrors, problemOf, retryAfterSeconds, waiting } from "../../src/api/problem";

const noHeader = () => null;

suite("an error answer", () => {
  test("keeps what problem+json says", () => {
    const error = problemOf(
      409,
      JSON.stringify({
        title: "冲突",
        detail: "数据已被他人修改。",
        code: "version_conflict",
        trace_id: "abc",
        current: { version: 7 },
      }),
      noHeader,
    );
    expect(error).toMatchObject({ status: 409, code: "version_conflict", traceId: "abc", current: { version: 7 } });
    expect(describe(error)).toBe("数据已被他人修改。");
  });

  test("that is a gateway's page has a sentence of its own", () => {
    const error = problemOf(502, "<html>Bad Gateway</html>", noHeader);
    expect(error.code).toBe("http_502");
    expect(describe(error)).toBe("服务暂时不可用");
  });

  test("of the server names the trace id from the body or from the header", () => {
    expect(describe(problemOf(500, JSON.stringify({ detail: "系统出错了。", trace_id: "t1" }), noHeader))).toBe(
      "系统出错了（跟踪号 t1）",
    );
    const header = (name: string) => (name === "x-trace-id" ? "t2" : null);
    expect(describe(problemOf(503, "", header))).toBe("服务暂时不可用（跟踪号 t2）");
  });

  test("that says to wait tells how long, once", () => {
    const header = (name: string) => (name === "retry-after" ? "42" : null);
    expect(describe(problemOf(429, JSON.stringify({ detail: "操作太频繁。" }), header))).toBe(
      "操作太频繁，请 42 秒后再试",
    );
    const already = problemOf(429, JSON.stringify({ detail: "请 15 分钟后再试。", retry_after: 900 }), noHeader);
    expect(already.retryAfter).toBe(900);
    expect(describe(already)).toBe("请 15 分钟后再试。");
  });

  test("that is no ApiError still becomes Chinese", () => {
    expect(describe(new TypeError("x is undefined"))).toContain("页面出错");
    expect(describe(null)).toContain("页面出错");
  });
});

test("Retry-After is a number of seconds or a date", () => {
  expect(retryAfterSeconds("30")).toBe(30);
  expect(retryAfterSeconds("Mon, 23 Nov 2026 08:00:10 GMT", Date.UTC(2026, 10, 23, 8, 0, 0))).toBe(10);
  expect(retryAfterSeconds("soon")).toBeNull();
  expect(retryAfterSeconds(null)).toBeNull();
});

test("waiting times are said as people say them", () => {
  expect([45, 60, 61, 3600, 3900].map(waiting)).toEqual(["45 秒", "1 分钟", "2 分钟", "1 小时", "1 小时 5 分钟"]);
});

test("a 422 is divided into fields and the rest", () => {
  const error = new ApiError(422, {
    errors: [
      { loc: ["body", "id_number"], code: "checksum", message: "校验位不正确" },
      { loc: ["body", "items", 0, "name"], code: "required", message: "必填" },
      { loc: ["body"], code: "other", message: "整体不对" },
    ],
  });
  expect(fieldErrors(error, new Set(["id_number", "name"]))).toEqual({
    fields: { id_number: ["校验位不正确"], name: ["必填"] },
    others: ["整体不对"],
  });
});
