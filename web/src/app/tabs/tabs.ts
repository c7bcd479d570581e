/** The page tabs: which are open, in what order, and where each of them was left. Pure functions over a small list. */

export interface TabLocation {
  pathname: string;
  search: string;
  hash: string;
  state: unknown;
  key: string;
}

export interface Tab {
  key: string; // the path: the same page with other filters stays in its tab
  location: TabLocation;
  /** Counts refreshes: another number mounts the page anew. */
  round: number;
  /** Order of visits, to know which tab was not used for longest. */
  visited: number;
}

export const MOST_TABS = 10;

/** 首页 is always there, and mounted with its first visit. */
export const HOME: Tab = {
  key: "/",
  location: { pathname: "/", search: "", hash: "", state: null, key: "home" },
  round: 0,
  visited: 0,
};

/** The list after a navigation; the same list when nothing changed. Beyond ten, the longest unused one is closed. */
export function visit(tabs: Tab[], location: TabLocation, keep: (key: string) => boolean = () => false): Tab[] {
  const found = tabs.find((tab) => tab.key === location.pathname);
  const latest = Math.max(0, ...tabs.map((tab) => tab.visited));
  if (found) {
    if (found.visited > 0 && found.visited === latest && sameAddress(found.location, location)) return tabs;
    return tabs.map((tab) => (tab === found ? { ...tab, location, visited: latest + 1 } : tab));
  }
  const opened = [...tabs, { key: location.pathname, location, round: 0, visited: latest + 1 }];
  if (opened.length <= MOST_TABS) return opened;
  const candidates = opened.slice(0, -1).filter((tab) => tab.key !== HOME.key && !keep(tab.key));
  const oldest = [...(candidates.length ? candidates : opened.slice(0, -1))].sort((a, b) => a.visited - b.visited)[0];
  return opened.filter((tab) => tab !== oldest);
}

function sameAddress(a: TabLocation, b: TabLocation): boolean {
  return a.search === b.search && a.hash === b.hash && a.state === b.state;
}

/** The list without some tabs, and the address to go to when the active one was among them. */
export function close(tabs: Tab[], closing: ReadonlySet<string>, active: string): { tabs: Tab[]; goTo: string | null } {
  const left = tabs.filter((tab) => !closing.has(tab.key));
  if (!closing.has(active)) return { tabs: left, goTo: null };
  const index = tabs.findIndex((tab) => tab.key === active);
  const neighbour =
    tabs.slice(index + 1).find((tab) => !closing.has(tab.key)) ??
    [...tabs.slice(0, index)].reverse().find((tab) => !closing.has(tab.key));
  return { tabs: left, goTo: neighbour ? neighbour.location.pathname + neighbour.location.search : "/" };
}

/**
 * An address with the filters of the page it leads back to: those of its open tab, as they are now, or those that it had
 * when it was left (after a reload no other tab is open). The row that was shown there gives way to the new address.
 */
export function backTo(tabs: Tab[], to: string, left = ""): string {
  const [pathname = "/", search = ""] = to.split("?");
  const params = new URLSearchParams(tabs.find((tab) => tab.key === pathname)?.location.search ?? left);
  params.delete("row");
  for (const [key, value] of new URLSearchParams(search)) params.set(key, value);
  return params.size ? `${pathname}?${params}` : pathname;
}

export function again(tabs: Tab[], key: string): Tab[] {
  return tabs.map((tab) => (tab.key === key ? { ...tab, round: tab.round + 1 } : tab));
}
