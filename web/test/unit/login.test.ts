import { expect, test } from "vitest";
import { ApiError } from "../../src/api/problem";
import { clock, isFor, lockedUntil, refusal } from "../../src/app/auth/lock";

const wrong = new ApiError(401, { title: "没有登录", detail: "用户名或密码错误，请稍后重试" });
const locked = new ApiError(401, { title: "没有登录", detail: "用户名或密码错误", retry_after: 900 });

test("a wrong password is said plainly, and nobody has to wait for it", () => {
  expect(refusal(wrong, 0)).toBe("用户名或密码错误");
  expect(lockedUntil(wrong, "inspector", 0)).toBeNull();
});

test("a lock is for the name that was refused, however it is written, and not for another one", () => {
  const lock = lockedUntil(locked, " Inspector ", 1000)!;
  expect(lock.until).toBe(901_000);
  expect(isFor(lock, "inspector")).toBe(true);
  expect(isFor(lock, "ｉnspector ")).toBe(true);
  expect(isFor(lock, "safety")).toBe(false);
  expect(isFor(lock, undefined)).toBe(false);
});

test("a lock is counted down in minutes and seconds, and then over", () => {
  expect([900, 61, 59, 4500].map(clock)).toEqual(["15:00", "01:01", "00:59", "75:00"]);
  expect(refusal(locked, 899)).toBe("密码错误次数过多，该账号已暂时锁定，请在 14:59 后再试");
  expect(refusal(locked, 0)).toBe("等待时间已到，请重新输入密码");
});

test("a wait of the whole network is for every name", () => {
  const flood = new ApiError(429, { title: "操作太频繁", detail: "该网络登录过于频繁，请稍后再试", retry_after: 60 });
  expect(isFor(lockedUntil(flood, "inspector", 0)!, "safety")).toBe(true);
  expect(refusal(flood, 60)).toBe("该网络登录过于频繁，请在 01:00 后再试");
});
