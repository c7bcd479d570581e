/** The department tree for pickers, and what lies below a department. */
import type { Department } from "../../api/types";

export interface DepartmentOption {
  value: string;
  title: string;
  key: string;
  disabled?: boolean;
  children?: DepartmentOption[];
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
          title: department.closed_on ? `${department.name}（已撤销）` : department.name,
          ...(department.closed_on ? { disabled: true } : {}),
          ...(children.length ? { children } : {}),
        };
      });
  return below(null);
}
