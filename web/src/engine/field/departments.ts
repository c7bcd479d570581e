/** The department tree for pickers, and what lies below a department. */
import type { Department, Me } from "../../api/types";

export interface DepartmentOption {
  value: string;
  title: string;
  key: string;
  disabled?: boolean;
  children?: DepartmentOption[];
}

/**
 * The ids of the departments whose rows a person may see: the scopes of all their roles together. Only for what is
 * offered; the service decides about the rows. `own` reaches the rows a person wrote, which are kept in their department.
 */
export function departmentsInScope(departments: Department[], me: Me | null): Set<string> {
  const reached = new Set<string>();
  for (const scope of me ? [me.scope, ...(me.scope.also ?? [])] : []) {
    const anchors = new Set(scope.department_ids ?? []);
    if (scope.kind === "own" && me?.user.department) anchors.add(me.user.department.id);
    const paths = departments.filter((one) => anchors.has(one.id)).map((one) => one.path);
    for (const { id, path, merged_into: into } of departments) {
      const below = scope.kind === "subtree" && paths.some((anchor) => path.startsWith(anchor));
      // What was merged into a department belongs to it.
      const taken = into != null && anchors.has(into);
      if (scope.kind === "company" || anchors.has(id) || taken || below) reached.add(id);
    }
  }
  return reached;
}

/** Those departments and the ones above them, without which the tree would not hang together. */
export function withAncestors(departments: Department[], reached: ReadonlySet<string>): Department[] {
  const byId = new Map(departments.map((department) => [department.id, department]));
  const kept = new Set<string>();
  for (const id of reached) {
    for (let next = byId.get(id); next && !kept.has(next.id); next = byId.get(next.parent_id ?? "")) kept.add(next.id);
  }
  return departments.filter((department) => kept.has(department.id));
}

/** A tree in the organisation's order. A department whose parent is out of sight comes to the top. */
export function departmentTree(departments: Department[]): DepartmentOption[] {
  const known = new Set(departments.map((department) => department.id));
  const below = (parent: string | null): DepartmentOption[] =>
    departments
      .filter((department) =>
        parent === null ? !department.parent_id || !known.has(department.parent_id) : department.parent_id === parent,
      )
      .sort((a, b) => a.sort - b.sort || a.code.localeCompare(b.code))
      .map((department) => {
        const children = below(department.id);
        return {
          value: department.id,
          key: department.id,
          title: department.closed_on ? `${department.name}（${department.merged_into ? "已并入" : "已关闭"}）` : department.name,
          ...(department.closed_on ? { disabled: true } : {}),
          ...(children.length ? { children } : {}),
        };
      });
  return below(null);
}

/** For looking, not for writing: closed departments can be chosen; those that are only on the way to one in reach cannot. */
export function selectable(tree: DepartmentOption[], reached: ReadonlySet<string>): DepartmentOption[] {
  return tree.map(({ disabled: _closed, children, ...node }) => ({
    ...node,
    disabled: !reached.has(node.key),
    ...(children ? { children: selectable(children, reached) } : {}),
  }));
}
