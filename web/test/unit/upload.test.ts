import { describe, expect, test } from "vitest";
import type { UploadPart } from "../../src/api/documents";
import {
  afterFailure,
  delayBefore,
  fileProblem,
  MOST_TRIES,
  nameProblem,
  nextParts,
  sentBytes,
} from "../../src/engine/library/parts";

const parts = (done: number[] = []): UploadPart[] =>
  [1, 2, 3, 4, 5].map((number) => ({
    number,
    offset: (number - 1) * 100,
    size: number === 5 ? 30 : 100,
    url: `/u/${number}`,
    done: done.includes(number),
  }));

describe("parts", () => {
  test("are sent three at a time, without those that are stored or on their way", () => {
    expect(nextParts(parts(), new Set()).map((part) => part.number)).toEqual([1, 2, 3]);
    expect(nextParts(parts([1, 3]), new Set([2])).map((part) => part.number)).toEqual([4, 5]);
    expect(nextParts(parts(), new Set([1, 2, 3]))).toEqual([]);
    expect(nextParts(parts([1, 2, 3, 4, 5]), new Set())).toEqual([]);
  });

  test("count once, stored or on the way", () => {
    expect(
      sentBytes(
        parts([1, 2]),
        new Map([
          [2, 50],
          [3, 40],
          [5, 999],
        ]),
      ),
    ).toBe(100 + 100 + 40 + 30);
  });
});

describe("a part that failed", () => {
  test("is sent again after trouble that passes, with a new URL after 403, and given up otherwise", () => {
    expect(afterFailure(0, 1)).toBe("again");
    expect(afterFailure(503, 1)).toBe("again");
    expect(afterFailure(403, 1)).toBe("new-url");
    expect(afterFailure(400, 1)).toBe("give-up");
    expect(afterFailure(503, MOST_TRIES)).toBe("give-up");
  });

  test("waits longer each time", () => {
    expect([1, 2, 3, 4].map(delayBefore)).toEqual([1000, 2000, 4000, 8000]);
  });
});

describe("a file", () => {
  const rules = { accept: ["pdf", ".docx"], max_mb: 1 };
  test("is refused before it is sent, with the reason", () => {
    expect(fileProblem({ name: "a.exe", size: 10 }, rules)).toContain("格式");
    expect(fileProblem({ name: "a.pdf", size: 0 }, rules)).toContain("空文件");
    expect(fileProblem({ name: "a.pdf", size: 2 * 1024 * 1024 }, rules)).toContain("超过 1 MB");
    expect(fileProblem({ name: "安全生产法.PDF", size: 10 }, rules)).toBeNull();
    expect(fileProblem({ name: "b.docx", size: 10 }, rules)).toBeNull();
    expect(fileProblem({ name: "any.thing", size: 10 }, { accept: [], max_mb: 1 })).toBeNull();
  });

  test("has a name without the signs that Windows refuses", () => {
    expect(nameProblem("a/b")).toContain("不能包含");
    expect(nameProblem("  ")).toBe("请填写名称");
    expect(nameProblem("字".repeat(201))).toContain("200");
    expect(nameProblem("安全生产法（2021修正）.pdf")).toBeNull();
  });
});
