/** What an address is called, for the tab, the breadcrumb and the window's title. */
import type { Page } from "../api/types";
import { pageAt, sectionOf } from "./manual";

export const PRODUCT = "安全生产危险作业管理平台";

const OWN: Record<string, string> = { "/": "首页", "/notices": "提醒中心", "/account": "个人中心" };
const PARTS: [RegExp, string][] = [
  [/^new$/, "新建"],
  [/^import$/, "批量导入"],
  [/^movements$/, "出入库记录"],
  [/\/edit$/, "修改"],
  [/^[a-z-]+\/[0-9a-f-]{36}$/, "个人证书"],
];

export function partTitle(rest: string): string {
  return PARTS.find(([pattern]) => pattern.test(rest))?.[1] ?? "";
}

const NOWHERE = "找不到页面";

/** `refused` says that the address is a page which this person may not open. */
export function titleOf(pages: Page[], pathname: string, refused = false): string {
  const own = OWN[pathname];
  if (own) return own;
  const found = pageAt(pages, pathname);
  if (!found) return refused ? "没有权限" : NOWHERE;
  const part = partTitle(found.rest);
  return part ? `${part} · ${found.page.title}` : found.page.title;
}

export interface Crumb {
  title: string;
  path?: string;
}

export function crumbsOf(pages: Page[], pathname: string, refused = false): Crumb[] {
  if (pathname === "/") return [{ title: "首页" }];
  const home = { title: "首页", path: "/" };
  const own = OWN[pathname];
  if (own) return [home, { title: own }];
  const found = pageAt(pages, pathname);
  if (!found) return [home, { title: refused ? "没有权限" : NOWHERE }];
  const section = sectionOf(found.page.leaf);
  const part = partTitle(found.rest);
  return [
    home,
    ...(section ? [{ title: section.title }] : []),
    part ? { title: found.page.title, path: found.page.path } : { title: found.page.title },
    ...(part ? [{ title: part }] : []),
  ];
}
