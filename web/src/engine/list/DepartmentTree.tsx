/** The departments at the left of a ledger that is kept by department: choosing one shows it and all below it. */
import { MenuFoldOutlined, MenuUnfoldOutlined } from "@ant-design/icons";
import { Button, Input, Tree } from "antd";
import { useMemo, useState } from "react";
import { useSession } from "../../api/session";
import { usePreference } from "../../shared/preferences";
import { useEngine } from "../field/context";
import { departmentTree, type DepartmentOption } from "../field/departments";

/** Below this the tree would push the list out of sight, so it begins closed. */
const WIDE = 992;

interface Props {
  value: string;
  onChange: (id: string) => void;
}

export function DepartmentTree({ value, onChange }: Props) {
  const { departments } = useEngine();
  const { me } = useSession();
  const [text, setText] = useState("");
  const [open, setOpen] = usePreference(me?.user.id ?? "", "department-tree", window.innerWidth >= WIDE);
  const tree = useMemo(() => matching(departmentTree(departments), text.trim()), [departments, text]);
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

function matching(tree: DepartmentOption[], text: string): DepartmentOption[] {
  return tree.flatMap(({ disabled: _disabled, children, ...node }) => {
    // A closed department keeps its rows (disabled only where one is picked for a new row), so it can be looked at.
    const below = matching(children ?? [], text);
    if (!text || node.title.includes(text) || below.length)
      return [{ ...node, ...(below.length ? { children: below } : {}) }];
    return [];
  });
}
