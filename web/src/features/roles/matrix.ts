/** Between grants (`service:res1,res2:verb1,verb2`) and the cells of a matrix resource × verb. `*` is a row and a column of its
 * own: it also covers what is added later. */

export const EVERY = "*";

/** `service:resource` → verbs. */
export type Cells = ReadonlyMap<string, ReadonlySet<string>>;

export function cellsOf(grants: readonly string[]): Cells {
  const cells = new Map<string, Set<string>>();
  for (const grant of grants) {
    const [service = "", resources = "", verbs = ""] = grant.split(":");
    for (const resource of resources.split(",")) {
      const key = `${service}:${resource}`;
      const known = cells.get(key) ?? new Set<string>();
      verbs.split(",").forEach((verb) => known.add(verb));
      cells.set(key, known);
    }
  }
  return cells;
}

/** The grants of the cells: rows with the same verbs become one pattern. Verbs beside `*` say nothing and are left out. */
export function grantsOf(cells: Cells): string[] {
  const rows = new Map<string, string[]>();
  for (const [key, verbs] of cells) {
    if (!verbs.size) continue;
    const [service = "", resource = ""] = key.split(":");
    const said = verbs.has(EVERY) ? EVERY : [...verbs].sort().join(",");
    const group = `${service} ${said}`;
    rows.set(group, [...(rows.get(group) ?? []), resource]);
  }
  return [...rows].map(([group, resources]) => {
    const [service, verbs] = group.split(" ");
    return `${service}:${resources.sort().join(",")}:${verbs}`;
  });
}

/** How a cell stands: ticked itself, covered by a `*` of its row or of the row of all resources, or open. */
export function stateOf(
  cells: Cells,
  service: string,
  resource: string,
  verb: string,
  namedOnly = false,
): "ticked" | "covered" | "open" {
  const own = cells.get(`${service}:${resource}`);
  if (own?.has(verb)) return "ticked";
  if (own?.has(EVERY)) return "covered";
  if (resource !== EVERY && !namedOnly) {
    const every = cells.get(`${service}:${EVERY}`);
    if (every?.has(verb) || every?.has(EVERY)) return "covered";
  }
  return "open";
}

export function toggled(cells: Cells, service: string, resource: string, verb: string, on: boolean): Cells {
  const next = new Map(cells);
  const key = `${service}:${resource}`;
  const verbs = new Set(verb === EVERY && on ? [EVERY] : (next.get(key) ?? []));
  if (on) verbs.add(verb);
  else verbs.delete(verb);
  if (verbs.size) next.set(key, verbs);
  else next.delete(key);
  return next;
}
