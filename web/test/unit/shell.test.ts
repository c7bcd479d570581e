import { describe, expect, test } from "vitest";
import { fileNameOf } from "../../src/api/download";
import { withQuery } from "../../src/api/http";
import type { Page } from "../../src/api/types";
import { nextOf } from "../../src/app/auth/next";
import { calledBy } from "../../src/api/permissions";
import { refusalOf } from "../../src/app/refusal";
import manual from "../../src/app/manual.json";
import { dailyOf, menuOf, pageAt, searchMenu } from "../../src/app/manual";
import { toneOf, TONES } from "../../src/app/theme";
import { again, backTo, close, HOME, MOST_TABS, visit, type Tab } from "../../src/app/tabs/tabs";
import { crumbsOf, titleOf } from "../../src/app/titles";
import { daysUntil, due, fileSize, today } from "../../src/shared/format";
import { may } from "../../src/shared/permission";

const page = (leaf: string, path: string): Page => ({
  leaf,
  title: `页面${leaf}`,
  screen: "ledger",
  key: path.slice(1),
  path,
});
const pages = [page("4.5", "/statistics/certificates"), page("4.3", "/ledgers/a"), page("3.1", "/libraries/laws")];

describe("the menu", () => {
  test("has the manual's twelve sections and seventy leaves to choose from", () => {
    expect(manual).toHaveLength(12);
    expect(manual.flatMap((section) => section.leaves)).toHaveLength(70);
  });

  test("shows exactly the pages that exist, in the manual's order and words", () => {
    expect(menuOf(pages).map((section) => [section.title, section.pages.map((entry) => entry.title)])).toEqual([
      ["制度化建设", ["安全生产法律"]],
      ["教育培训", ["特种作业和特种设备操作人员资格证", "证书统计"]],
    ]);
    expect(menuOf([])).toEqual([]);
    expect(menuOf([page("99.1", "/x")])).toEqual([]);
  });

  test("shows pages of every day above the sections, and in none of them", () => {
    const radar = page("radar", "/radar");
    expect(menuOf([radar])).toEqual([]);
    expect(dailyOf([...pages, radar])).toEqual([radar]);
  });

  test("is searched by section and by page", () => {
    expect(searchMenu(menuOf(pages), "统计").flatMap((section) => section.pages)).toHaveLength(1);
    expect(searchMenu(menuOf(pages), "教育")[0]?.pages).toHaveLength(2);
    expect(searchMenu(menuOf(pages), "没有")).toEqual([]);
  });
});

describe("addresses", () => {
  test("belong to the page whose path begins them, at a slash", () => {
    expect(pageAt(pages, "/ledgers/a/import")).toMatchObject({ rest: "import" });
    expect(pageAt(pages, "/ledgers/ab")).toBeNull();
  });

  test("have titles and breadcrumbs", () => {
    expect(titleOf(pages, "/ledgers/a/import")).toBe("批量导入 · 页面4.3");
    expect(titleOf(pages, "/nowhere")).toBe("找不到页面");
    expect(titleOf(pages, "/ledgers/x", true)).toBe("没有权限");
    expect(crumbsOf(pages, "/ledgers/a/new").map((crumb) => crumb.title)).toEqual([
      "首页",
      "教育培训",
      "页面4.3",
      "新建",
    ]);
  });

  test("to go on with after signing in are of this site only", () => {
    expect(nextOf("?next=%2Fledgers%2Fa%3Fq%3D1")).toBe("/ledgers/a?q=1");
    expect(nextOf("?next=%2F%2Fevil.example")).toBe("/");
    expect(nextOf("?next=%2F%5Cevil.example")).toBe("/");
    expect(nextOf("?next=https%3A%2F%2Fevil.example")).toBe("/");
    expect(nextOf("")).toBe("/");
  });
});

describe("tabs", () => {
  const at = (pathname: string, search = "") => ({ pathname, search, hash: "", state: null, key: "k" });

  test("are one for each path; other filters stay in the same tab", () => {
    const first = visit([], at("/a"));
    expect(visit(first, at("/a"))).toBe(first);
    const filtered = visit(first, at("/a", "?q=1"));
    expect(filtered).toHaveLength(1);
    expect(filtered[0]?.location.search).toBe("?q=1");
  });

  test("are ten at most: the one unused for longest goes, unless it holds a draft", () => {
    let tabs: Tab[] = [];
    for (let index = 0; index < MOST_TABS; index += 1) tabs = visit(tabs, at(`/${index}`));
    tabs = visit(tabs, at("/0"));
    const keys = visit(tabs, at("/new"), (key) => key === "/1").map((tab) => tab.key);
    expect(keys).toHaveLength(MOST_TABS);
    expect(keys).toContain("/0");
    expect(keys).toContain("/1");
    expect(keys).not.toContain("/2");
    expect(keys).toContain("/new");
  });

  test("home stays, however many others come", () => {
    let tabs: Tab[] = [HOME];
    for (let index = 0; index < 2 * MOST_TABS; index += 1) tabs = visit(tabs, at(`/${index}`));
    expect(tabs).toHaveLength(MOST_TABS);
    expect(tabs[0]?.key).toBe("/");
  });

  test("home is mounted by its first visit, also when it is the first page of all", () => {
    const tabs = visit([HOME], at("/"));
    expect(tabs[0]?.visited).toBe(1);
    expect(visit(tabs, at("/"))).toBe(tabs);
  });

  test("closing the active one goes to its neighbour, with the filters that it had", () => {
    const tabs = ["/a", "/b", "/c"].reduce<Tab[]>((all, path) => visit(all, at(path, path === "/b" ? "?q=1" : "")), []);
    expect(close(tabs, new Set(["/c"]), "/c").goTo).toBe("/b?q=1");
    expect(close(tabs, new Set(["/a"]), "/c")).toMatchObject({ goTo: null });
    expect(close(tabs, new Set(["/a", "/b", "/c"]), "/c")).toEqual({ tabs: [], goTo: "/" });
  });

  test("a refresh mounts only its own tab anew", () => {
    const tabs = visit(visit([], at("/a")), at("/b"));
    expect(again(tabs, "/a").map((tab) => tab.round)).toEqual([1, 0]);
  });
});

test("grants are read as the services read them", () => {
  const grants = ["ledgers:fire-facilities,emergency-supplies:read,update", "documents:*:read", "*:*:export"];
  expect(may(grants, "ledgers:fire-facilities:update")).toBe(true);
  expect(may(grants, "ledgers:fire-facilities:delete")).toBe(false);
  expect(may(grants, "ledgers:other:read")).toBe(false);
  expect(may(grants, "documents:laws:read")).toBe(true);
  expect(may(grants, "reports:certificates:export")).toBe(true);
  expect(may([], "ledgers:a:read")).toBe(false);
});

test("days are the company's, whatever the computer's zone", () => {
  expect(today(new Date("2026-11-30T16:00:00Z"))).toBe("2026-12-01");
  expect(today(new Date("2026-11-30T15:59:59Z"))).toBe("2026-11-30");
  expect(daysUntil("2026-12-01", "2026-11-30")).toBe(1);
});

test("due dates have a level and a text", () => {
  const at = (day: string) => due(day, [90, 60, 30], "2026-12-01");
  expect(at("2026-11-30")).toEqual({ level: "overdue", text: "已超期 1 天" });
  expect(at("2026-12-01")).toEqual({ level: "red", text: "今日到期" });
  expect(at("2026-12-31")).toEqual({ level: "orange", text: "剩 30 天" });
  expect(at("2027-01-01")).toEqual({ level: "yellow", text: "剩 31 天" });
  expect(at("2027-03-01")).toEqual({ level: "yellow", text: "剩 90 天" });
  expect(at("2027-03-02").level).toBe("ok");
});

test("status colours can be read: at least 4.5:1", () => {
  const light = (hex: string) => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const part = parseInt(hex.slice(at, at + 2), 16) / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const [name, { background, color }] of Object.entries(TONES)) {
    const [dark, bright] = [light(background), light(color)].sort((a, b) => a - b) as [number, number];
    expect((bright + 0.05) / (dark + 0.05), name).toBeGreaterThanOrEqual(4.5);
  }
  expect(toneOf("gold")).toBe("yellow");
  expect(toneOf("no-such-colour")).toBe("grey");
});

test("file names come from Content-Disposition", () => {
  expect(fileNameOf("attachment; filename=x.xlsx; filename*=UTF-8''%E5%8F%B0%E8%B4%A6.xlsx", "f")).toBe("台账.xlsx");
  expect(fileNameOf('attachment; filename="a b.xlsx"', "f")).toBe("a b.xlsx");
  expect(fileNameOf("attachment; filename*=UTF-8''%E5%8", "f")).toBe("f");
  expect(fileNameOf(null, "f")).toBe("f");
});

test("sizes and queries", () => {
  expect([0, 1023, 1536, 5 * 1024 * 1024, null].map(fileSize)).toEqual(["0 B", "1023 B", "1.5 KB", "5.0 MB", "—"]);
  expect(withQuery("/a", { q: "王", page: 2, none: null, empty: "", "x.in": "1,2" })).toBe(
    "/a?q=%E7%8E%8B&page=2&x.in=1%2C2",
  );
  expect(withQuery("/a")).toBe("/a");
});

describe("the way back from a form", () => {
  const list: Tab = { ...HOME, key: "/ledgers/a", location: { ...HOME.location, search: "?q=王&dept=d&row=old&page=2" } };

  test("keeps the list's filters as its tab has them, and shows the saved row", () => {
    expect(new URLSearchParams(backTo([list], "/ledgers/a?row=new").split("?")[1])).toEqual(
      new URLSearchParams("q=王&dept=d&page=2&row=new"),
    );
    expect(backTo([list], "/ledgers/a", "q=x")).not.toContain("row=");
  });

  test("takes the filters that the form remembers when the list's tab is gone", () => {
    expect(backTo([HOME], "/ledgers/a?row=new", "q=x")).toBe("/ledgers/a?q=x&row=new");
    expect(backTo([HOME], "/ledgers/a")).toBe("/ledgers/a");
  });
});

test("a page without the permission is told from an address that is no page", () => {
  const called = calledBy([
    {
      service: "ledgers",
      title: "台账",
      verbs: [{ verb: "read", title: "查看" }],
      resources: [
        { resource: "special-equipment", title: "特种设备", verbs: [], planned: [], reserved: [], named_only: false },
      ],
    },
  ]);
  const equipment = { permission: "ledgers:special-equipment:read", title: "特种设备 · 查看" };
  expect(refusalOf(called, [], "/ledgers/special-equipment/new")).toEqual(equipment);
  expect(refusalOf(called, ["ledgers:*:read"], "/ledgers/special-equipment")).toBeNull();
  expect(refusalOf(called, [], "/ledgers/no-such-ledger")).toBeNull();
  expect(refusalOf(called, [], "/nowhere")).toBeNull();
  expect(called.resource("*", "special-equipment")).toBe("特种设备");
});
