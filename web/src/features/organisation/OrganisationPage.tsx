/** 组织机构: the tree at the left, one department at the right. Which one is in the address. */
import { DownloadOutlined, UploadOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Card, Checkbox, Input, Skeleton, Space, Tree } from "antd";
import { useMemo, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { organisation, useOrganisation, type FullDepartment } from "../../api/organisation";
import { describe } from "../../api/problem";
import { useSession } from "../../api/session";
import { Failure } from "../../app/ErrorBoundary";
import type { ScreenProps } from "../../app/screens";
import { Nothing } from "../../shared/Nothing";
import { may } from "../../shared/permission";
import { usePhone } from "../../shared/usePhone";
import { ActionDialog, type Asked } from "./ActionDialog";
import { DepartmentDetail } from "./DepartmentDetail";
import { DepartmentForm } from "./DepartmentForm";
import { kept, matches, placeOf, treeOf, type Branch } from "./tree";
import "./organisation.css";

interface TreeNode {
  key: string;
  title: string;
  row: FullDepartment;
  className?: string;
  children: TreeNode[];
}

export default function OrganisationPage({ page }: ScreenProps) {
  const [params, setParams] = useSearchParams();
  const navigate = useNavigate();
  const client = useQueryClient();
  const phone = usePhone();
  const { message } = App.useApp();
  const grants = useSession().me?.permissions ?? [];
  const mayChange = may(grants, "auth:departments:update");
  const [text, setText] = useState("");
  const [closed, setClosed] = useState(false);
  const [form, setForm] = useState<{ row: FullDepartment | null; parent: FullDepartment | null } | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const list = useOrganisation();
  const formerly = useQuery({
    queryKey: ["department-formerly", text.trim()],
    queryFn: async () =>
      new Map((await organisation.formerly(text.trim())).map((hit) => [hit.department_id, hit.names] as const)),
    enabled: text.trim().length > 1,
  });
  const departments = useMemo(() => list.data ?? [], [list.data]);
  const tree = useMemo(() => {
    const old = text.trim().length > 1 ? (formerly.data ?? new Map<string, string[]>()) : new Map<string, string[]>();
    const wanted = matches(text, old);
    const nodes = (branches: Branch[]): TreeNode[] =>
      branches.map(({ row, children }) => ({
        key: row.id,
        title: titleOf(row, departments, old.get(row.id)),
        row,
        ...(row.closed_on ? { className: "out-of-reach" } : {}),
        children: nodes(children),
      }));
    return nodes(kept(treeOf(departments), (row) => wanted(row) && (closed || Boolean(text.trim()) || !row.closed_on)));
  }, [departments, text, closed, formerly.data]);

  const id = params.get("id");
  const chosen = departments.find((row) => row.id === id) ?? (phone ? undefined : departments[0]);
  const choose = (next: string | null) => setParams(next ? { id: next } : {}, { replace: true });
  const refresh = async (row?: FullDepartment) => {
    setForm(null);
    setAsked(null);
    await client.invalidateQueries({ queryKey: ["departments"] });
    void client.invalidateQueries({ queryKey: ["rows"] });
    if (row) choose(row.id);
  };

  async function drop(moved: FullDepartment, target: FullDepartment, toGap: boolean, above: boolean) {
    const place = placeOf(departments, target, toGap, above, moved);
    if (!place || moved.parent_id === null) return void message.warning("公司本身不能移动");
    if (place.parent !== moved.parent_id) {
      return setAsked({ action: "move", row: moved, target: place.parent, before: place.before });
    }
    try {
      await organisation.place(moved, place.parent, place.before);
      await refresh(moved);
    } catch (error) {
      message.error(describe(error));
    }
  }

  if (list.isError) return <Failure error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <div className="organisation">
      <Card
        title={page.title}
        className="organisation-tree"
        extra={
          <Space wrap>
            {may(grants, "auth:departments:import") && (
              <Button icon={<UploadOutlined aria-hidden />} onClick={() => navigate(`${page.path}/import`)}>
                批量导入
              </Button>
            )}
            {may(grants, "auth:departments:export") && (
              <Button
                icon={<DownloadOutlined aria-hidden />}
                onClick={() => organisation.export().catch((error) => message.error(describe(error)))}
              >
                导出
              </Button>
            )}
          </Space>
        }
      >
        <div className="stack">
          <Input
            allowClear
            value={text}
            placeholder="搜索名称、编码、曾用名"
            aria-label="搜索单位"
            onChange={(event) => setText(event.target.value)}
          />
          <Checkbox checked={closed} onChange={(event) => setClosed(event.target.checked)}>
            显示已关闭的单位
          </Checkbox>
          {list.isPending && <Skeleton active />}
          {list.data && tree.length === 0 && (
            <Nothing>{text ? "没有匹配的单位" : "还没有单位，请先用命令行建立公司和管理员"}</Nothing>
          )}
          {tree.length > 0 && (
            <Tree<TreeNode>
              key={`${text}#${closed}`}
              blockNode
              defaultExpandAll
              treeData={tree}
              aria-label="组织机构"
              selectedKeys={chosen ? [chosen.id] : []}
              onSelect={(keys, { node }) => choose(String(keys[0] ?? node.key))}
              draggable={mayChange && !phone && !text.trim() ? { icon: false, nodeDraggable: isMovable } : false}
              onDrop={({ dragNode, node, dropToGap, dropPosition }) => {
                const last = Number(node.pos.split("-").at(-1));
                void drop(dragNode.row, node.row, dropToGap, dropPosition < last);
              }}
            />
          )}
          {mayChange && !phone && <p className="quiet">拖动单位可以调整顺序或上级。</p>}
        </div>
      </Card>
      <div className="organisation-detail">
        {chosen ? (
          <DepartmentDetail
            row={chosen}
            departments={departments}
            onEdit={() => setForm({ row: chosen, parent: null })}
            onAdd={() => setForm({ row: null, parent: chosen })}
            onAct={(action) => setAsked({ action, row: chosen })}
          />
        ) : (
          list.data && <Nothing>请选择一个单位</Nothing>
        )}
      </div>
      {form && (
        <DepartmentForm
          key={form.row?.id ?? "new"}
          row={form.row}
          parent={form.parent}
          departments={departments}
          onClose={() => setForm(null)}
          onSaved={(row) => void refresh(row)}
        />
      )}
      {asked && (
        <ActionDialog
          asked={asked}
          departments={departments}
          onClose={() => setAsked(null)}
          onDone={(row) => void refresh(row)}
        />
      )}
    </div>
  );
}

const isMovable = (node: unknown) => {
  const { row } = node as TreeNode;
  return row.parent_id !== null && !row.merged_into;
};

function titleOf(row: FullDepartment, departments: FullDepartment[], formerly?: string[]): string {
  const into = departments.find((one) => one.id === row.merged_into);
  const state = into ? `（已并入 ${into.name}）` : row.closed_on ? "（已关闭）" : "";
  const old = formerly?.filter((name) => name !== row.name);
  return `${row.name}${state}${old?.length ? `（曾用名 ${old.join("、")}）` : ""}`;
}

