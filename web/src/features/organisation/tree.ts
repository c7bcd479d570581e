/** The organisation as a tree to look at: searched, with closed departments or without. */
import type { FullDepartment } from "../../api/organisation";

export interface Branch {
  row: FullDepartment;
  children: Branch[];
}

/** The departments as a tree, in order. */
export function treeOf(rows: FullDepartment[]): Branch[] {
  const below = new Map<string | null, FullDepartment[]>();
  for (const row of rows) below.set(row.parent_id, [...(below.get(row.parent_id) ?? []), row]);
  const branches = (parent: string | null): Branch[] =>
    (below.get(parent) ?? [])
      .sort((a, b) => a.sort - b.sort || a.code.localeCompare(b.code))
      .map((row) => ({ row, children: branches(row.id) }));
  return branches(null);
}

/** What is left of a tree: departments that are wanted, and the way to them. */
export function kept(tree: Branch[], wanted: (row: FullDepartment) => boolean): Branch[] {
  return tree.flatMap(({ row, children }) => {
    const left = kept(children, wanted);
    return wanted(row) || left.length ? [{ row, children: left }] : [];
  });
}

/** Whether a search means a department: its name, its code, or a name that it once had. */
export function matches(text: string, formerly: ReadonlyMap<string, string[]>): (row: FullDepartment) => boolean {
  const wanted = text.trim().toLowerCase();
  return (row) =>
    !wanted ||
    row.name.toLowerCase().includes(wanted) ||
    row.code.toLowerCase().includes(wanted) ||
    formerly.has(row.id);
}

/** The names from the top down. */
export function fullName(rows: FullDepartment[], row: FullDepartment): string {
  const names = new Map(rows.map((one) => [one.id, one.name]));
  return row.path
    .split("/")
    .filter(Boolean)
    .map((id) => names.get(id) ?? "")
    .join(" / ");
}

/**
 * Where a dropped department comes to lie: below which parent, and before which of its children. Dropped on a department it
 * goes to the end of what is below it; dropped into a gap it stands beside.
 */
export function placeOf(
  rows: FullDepartment[],
  target: FullDepartment,
  toGap: boolean,
  above: boolean,
  moved: FullDepartment,
): { parent: string; before: string | null } | null {
  if (!toGap) return { parent: target.id, before: null };
  if (!target.parent_id) return null;
  if (above) return { parent: target.parent_id, before: target.id };
  const siblings = rows
    .filter((row) => row.parent_id === target.parent_id && row.id !== moved.id)
    .sort((a, b) => a.sort - b.sort || a.code.localeCompare(b.code));
  return { parent: target.parent_id, before: siblings[siblings.indexOf(target) + 1]?.id ?? null };
}
