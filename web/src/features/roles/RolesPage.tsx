/** 角色权限: what the roles give and who holds them, loans, and the requests for the three offices. `?user=` in the address opens
 * what one person may do: the page of people leads here. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Card, Dropdown, Space, Table, Tabs } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { describe } from "../../api/problem";
import { roles, SCOPE_TITLES, type Role, type ScopeKind } from "../../api/roles";
import { useSession } from "../../api/session";
import { Failure } from "../../app/ErrorBoundary";
import type { ScreenProps } from "../../app/screens";
import { Nothing } from "../../shared/Nothing";
import { may } from "../../shared/permission";
import { DelegationsTab } from "./DelegationsTab";
import { EffectiveDrawer } from "./EffectiveDrawer";
import { HoldersDrawer } from "./HoldersDrawer";
import { RequestsTab } from "./RequestsTab";
import { RoleDrawer } from "./RoleDrawer";
import { StatusTag } from "../../shared/StatusTag";

const QUESTIONS = {
  retire: (role: Role) => ({
    title: `停用角色“${role.name}”？`,
    content: `拥有它的 ${role.holders} 人几秒内失去它给的权限；恢复后仍归他们。`,
    okText: "停用",
  }),
  reset: (role: Role) => ({
    title: `把“${role.name}”恢复为初始设置？`,
    content: `名称、数据范围和权限都恢复，对 ${role.holders} 人生效；以后升级时随之更新。`,
    okText: "恢复初始设置",
  }),
};

export default function RolesPage({ page }: ScreenProps) {
  const [params, setParams] = useSearchParams();
  const grants = useSession().me?.permissions ?? [];
  const mayCreate = may(grants, "auth:roles:create");
  const mayUpdate = may(grants, "auth:roles:update");
  const [edited, setEdited] = useState<Role | "new" | null>(null);
  const [held, setHeld] = useState<Role | null>(null);
  const { message, modal } = App.useApp();
  const client = useQueryClient();
  const list = useQuery({ queryKey: ["roles", "list"], queryFn: roles.list });
  const act = useMutation({
    mutationFn: ({ role, action }: { role: Role; action: "reset" | "retire" | "restore" }) => roles.act(role, action),
    onSuccess: (role) => message.success(`角色“${role.name}”已更新，几秒内生效`),
    onError: (error) => message.error(describe(error)),
    onSettled: () => client.invalidateQueries({ queryKey: ["roles"] }),
  });
  const ask = async (role: Role, action: "reset" | "retire") => {
    const sure = await modal.confirm({
      ...QUESTIONS[action](role),
      okButtonProps: { danger: true },
      cancelText: "取消",
    });
    if (sure) act.mutate({ role, action });
  };
  const show = (key: string, value: string | null) => {
    const next = new URLSearchParams(params);
    if (value) next.set(key, value);
    else next.delete(key);
    setParams(next, { replace: key === "user" });
  };
  if (list.isError) return <Failure error={list.error} onRetry={() => void list.refetch()} />;
  const more = (role: Role) => [
    ...(role.seeded && role.customised ? [{ key: "reset", label: "恢复初始设置" }] : []),
    role.retired_at ? { key: "restore", label: "恢复使用" } : { key: "retire", label: "停用", danger: true },
  ];
  const table = (
    <Table<Role>
      size="small"
      rowKey="code"
      loading={list.isPending}
      dataSource={list.data?.items ?? []}
      pagination={false}
      scroll={{ x: 860 }}
      columns={[
        {
          title: "角色",
          dataIndex: "name",
          width: 170,
          fixed: "left",
          render: (name: string, role) => (
            <Button type="link" size="small" className="flush" onClick={() => setEdited(role)}>
              {name}
            </Button>
          ),
        },
        {
          title: "类型",
          key: "kind",
          width: 170,
          render: (_, role) => (
            <Space size={4} wrap>
              {role.administrator ? <StatusTag tone="purple">三员</StatusTag> : role.seeded ? <StatusTag tone="grey">预置</StatusTag> : <StatusTag tone="blue">自建</StatusTag>}
              {role.seeded && role.customised && <StatusTag tone="yellow">已修改</StatusTag>}
              {role.delegable && <StatusTag tone="cyan">可委托</StatusTag>}
              {role.retired_at && <StatusTag tone="grey">已停用</StatusTag>}
            </Space>
          ),
        },
        { title: "数据范围", dataIndex: "scope", width: 120, render: (scope: ScopeKind) => SCOPE_TITLES[scope] },
        {
          title: "人数",
          dataIndex: "holders",
          width: 80,
          align: "right",
          render: (number: number, role) => (
            <Button type="link" size="small" aria-label={`${role.name}：${number} 人`} onClick={() => setHeld(role)}>
              {number}
            </Button>
          ),
        },
        { title: "说明", dataIndex: "description" },
        {
          title: "操作",
          key: "actions",
          width: 190,
          render: (_, role) => (
            <Space size={0}>
              <Button type="link" size="small" onClick={() => setEdited(role)}>
                {mayUpdate && !role.administrator && !role.retired_at ? "编辑" : "查看"}
              </Button>
              <Button type="link" size="small" onClick={() => setHeld(role)}>
                人员
              </Button>
              {mayUpdate && !role.administrator && (
                <Dropdown
                  trigger={["click"]}
                  menu={{
                    items: more(role),
                    onClick: ({ key }) =>
                      key === "restore"
                        ? act.mutate({ role, action: "restore" })
                        : void ask(role, key as "reset" | "retire"),
                  }}
                >
                  <Button type="link" size="small" aria-label={`${role.name}：更多操作`}>
                    更多
                  </Button>
                </Dropdown>
              )}
            </Space>
          ),
        },
      ]}
      locale={{ emptyText: <Nothing>{"还没有角色"}</Nothing> }}
    />
  );
  return (
    <Card
      title={page.title}
      extra={
        mayCreate && (
          <Button type="primary" onClick={() => setEdited("new")}>
            新建角色
          </Button>
        )
      }
    >
      <Tabs
        activeKey={params.get("tab") ?? "roles"}
        onChange={(tab) => show("tab", tab === "roles" ? null : tab)}
        items={[
          { key: "roles", label: "角色", children: table },
          { key: "delegations", label: "角色委托", children: <DelegationsTab mayEnd={mayUpdate} /> },
          ...(may(grants, "auth:role-requests:read")
            ? [
                {
                  key: "requests",
                  label: "三员申请",
                  children: <RequestsTab mayDecide={may(grants, "auth:role-requests:approve")} />,
                },
              ]
            : []),
        ]}
      />
      <RoleDrawer
        role={edited}
        mayChange={edited === "new" ? mayCreate : mayUpdate}
        onClose={() => setEdited(null)}
        onSaved={() => {
          setEdited(null);
          void client.invalidateQueries({ queryKey: ["roles"] });
        }}
      />
      <HoldersDrawer
        key={held?.code}
        role={held}
        mayGrant={mayUpdate}
        onClose={() => setHeld(null)}
        onWhy={(user) => show("user", user)}
      />
      <EffectiveDrawer user={params.get("user")} onClose={() => show("user", null)} />
    </Card>
  );
}
