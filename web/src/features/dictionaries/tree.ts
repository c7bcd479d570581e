/** The items of a dictionary as the table shows them: below one another where a parent is in the same dictionary. */
import type { DictionaryItem } from "../../api/dictionaries";

export interface Row extends DictionaryItem {
  children?: Row[];
}

/** Whether an item may be chosen for new rows today. */
export function stateOf(item: DictionaryItem, today: string): "in use" | "retired" | "early" | "late" {
  if (!item.enabled) return "retired";
  if (item.valid_from && item.valid_from > today) return "early";
  if (item.valid_to && item.valid_to < today) return "late";
  return "in use";
}

export function matching(items: DictionaryItem[], text: string): DictionaryItem[] {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return items;
  return items.filter((item) =>
    [item.value, item.label, ...item.aliases].some((word) => word.toLowerCase().includes(wanted)),
  );
}

/** Parents that are not among the items, or that lead in a circle, leave an item at the top. */
export function treeOf(items: DictionaryItem[]): Row[] {
  const known = new Map(items.map((item) => [item.value, item]));
  const below = new Map<string | null, DictionaryItem[]>();
  for (const item of items) {
    const parent = rooted(item, known) ? item.parent_value : null;
    below.set(parent, [...(below.get(parent) ?? []), item]);
  }
  const rows = (parent: string | null): Row[] =>
    (below.get(parent) ?? []).map((item) => {
      const children = rows(item.value);
      return { ...item, ...(children.length ? { children } : {}) };
    });
  return rows(null);
}

function rooted(item: DictionaryItem, known: ReadonlyMap<string, DictionaryItem>): boolean {
  const seen = new Set([item.value]);
  if (item.parent_value === null || !known.has(item.parent_value)) return false;
  for (let at = known.get(item.parent_value); at; at = at.parent_value ? known.get(at.parent_value) : undefined) {
    if (seen.has(at.value)) return false;
    seen.add(at.value);
  }
  return true;
}
