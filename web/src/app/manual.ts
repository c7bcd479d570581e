/** The menu: the manual's twelve sections, filled with exactly the pages that exist for the person. */
import type { Page } from "../api/types";
import sections from "./manual.json";

export interface MenuSection {
  id: string;
  title: string;
  pages: Page[];
}

/** Sections in the manual's order with the pages that the services name; a section without any is left out. */
export function menuOf(pages: Page[]): MenuSection[] {
  const byLeaf = new Map(pages.map((page) => [page.leaf, page]));
  return sections.flatMap(({ id, title, leaves }) => {
    const found = leaves.flatMap((leaf) => {
      const page = byLeaf.get(leaf.id);
      return page ? [{ ...page, title: leaf.title }] : [];
    });
    // Pages that the manual does not number (`1.users`) follow those that it does.
    const known = new Set(leaves.map((leaf) => leaf.id));
    found.push(...pages.filter((page) => page.leaf.split(".")[0] === id && !known.has(page.leaf)));
    return found.length ? [{ id, title, pages: found }] : [];
  });
}

/** Pages of every day, of no section of the manual: they stand above all sections. */
export function dailyOf(pages: Page[]): Page[] {
  return pages.filter((page) => page.leaf === "radar");
}

/** Only what matches a search: a section whose own title matches keeps all its pages. */
export function searchMenu(menu: MenuSection[], text: string): MenuSection[] {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return menu;
  return menu.flatMap((section) => {
    if (section.title.toLowerCase().includes(wanted)) return [section];
    const pages = section.pages.filter((page) => page.title.toLowerCase().includes(wanted));
    return pages.length ? [{ ...section, pages }] : [];
  });
}

export function sectionOf(leaf: string): { id: string; title: string } | undefined {
  return sections.find((section) => section.id === leaf.split(".")[0]);
}

/** The page at an address and what follows it: `/ledgers/x/new` is the page `/ledgers/x` and `new`. */
export function pageAt(pages: Page[], pathname: string): { page: Page; rest: string } | null {
  for (const page of pages) {
    if (pathname === page.path) return { page, rest: "" };
    if (pathname.startsWith(`${page.path}/`)) return { page, rest: pathname.slice(page.path.length + 1) };
  }
  return null;
}
