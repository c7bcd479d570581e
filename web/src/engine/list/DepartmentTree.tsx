/** The departments at the left of a ledger that is kept by department: choosing one shows it and all below it. */
import { MenuFoldOutlined, MenuUnfoldOutlined } from "@ant-design/icons";
import { Button, Input, Tree } from "antd";
import { useMemo, useState } from "react";
import { useDepartments } from "../../api/manifest";
import { useSession } from "../../api/session";
import type { Department } from "../../api/types";
import { usePreference } from "../../shared/preferences";
import { departmentsInScope, departmentTree, withAncestors, type DepartmentOption } from "../field/departments";

/** Below this the tree would push the list out of sight, so it begins closed. */
const WIDE = 992;
/** Below this it takes the room of a column, which a tree without a choice is not worth. */
const ROOMY = 1500;
const NONE: Department[] = [];

type TreeNode = Omit<DepartmentOption, "children"> & {
  selectable: boolean;
  className?: string;
  children?: TreeNode[];
};

interface Props {
  value: string;
  onChange: (id: string) => void;
}

export function DepartmentTree({ value, onChange }: Props) {
  const departments = useDepartments().data ?? NONE;
  const { me } = useSession();
  const [text, setText] = useState("");
  const [wanted, setOpen] = usePreference<boolean | null>(me?.user.id ?? "", "department-tree", null);
  const reached = useMemo(() => departmentsInScope(departments, me), [departments, me]);
  const tree = useMemo(
    () => matching(departmentTree(withAncestors(departments, reached)), text.trim(), reached),
    [departments, reached, text],
  );
  const usable = departments.filter((department) => reached.has(department.id) && !department.closed_on).length;
  const open = wanted ?? (window.innerWidth >= ROOMY || (window.innerWidth >= WIDE && usable > 1));
  if (!open) {
    return (
      <div className="tree-closed no-print">
        <Button
          type="text"
          size="small"
          icon={<MenuUnfoldOutlined aria-hidden />}
          aria-label="按部门查看"
          title="按部门查看"
          onClick={() => setOpen(true)}
        >
          <span className="only-narrow">按部门查看</span>
        </Button>
      </div>
    );
  }
  return (
    <nav className="department-tree no-print" aria-label="按部门查看">
      <div className="tree-head">
        <Input
          allowClear
          value={text}
          placeholder="搜索部门"
          aria-label="搜索部门"
          onChange={(event) => setText(event.target.value)}
        />
        <Button
          type="text"
          icon={<MenuFoldOutlined aria-hidden />}
          aria-label="收起部门树"
          title="收起部门树"
          onClick={() => setOpen(false)}
        />
      </div>
      <button
        type="button"
        className={value ? "all-departments" : "all-departments chosen"}
        aria-pressed={!value}
        onClick={() => onChange("")}
      >
        全部部门
      </button>
      {tree.length > 0 && (
        <Tree
          key={text}
          blockNode
          defaultExpandAll
          treeData={tree}
          selectedKeys={value ? [value] : []}
          onSelect={([key]) => onChange(String(key ?? ""))}
          aria-label="部门"
        />
      )}
    </nav>
  );
}

/** What the search leaves. A department that is only on the way to one in reach can be read, not chosen. */
function matching(tree: DepartmentOption[], text: string, reached: ReadonlySet<string>): TreeNode[] {
  return tree.flatMap(({ disabled: _disabled, children, ...node }) => {
    // A closed department keeps its rows (disabled only where one is picked for a new row), so it can be looked at.
    const below = matching(children ?? [], text, reached);
    if (!text || node.title.includes(text) || below.length)
      return [
        {
          ...node,
          selectable: reached.has(node.key),
          ...(reached.has(node.key) ? {} : { className: "out-of-reach" }),
          ...(below.length ? { children: below } : {}),
        },
      ];
    return [];
  });
}
