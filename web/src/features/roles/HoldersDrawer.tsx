/** Who holds a role; giving it and taking it away. The three offices go by request, to be confirmed by a second administrator. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Drawer, Space, Table } from "antd";
import { useState } from "react";
import { useDepartments } from "../../api/manifest";
import { describe } from "../../api/problem";
import { roles, type Holder, type Role } from "../../api/roles";
import { dateTime } from "../../shared/format";
import { Nothing } from "../../shared/Nothing";
import { AskDialog } from "./AskDialog";
import { GrantDialog } from "./GrantDialog";
import { StatusTag } from "../../shared/StatusTag";

interface Props {
  role: Role | null;
  mayGrant: boolean;
  onClose: () => void;
  onWhy: (user: string) => void;
}

export function HoldersDrawer({ role, mayGrant, onClose, onWhy }: Props) {
  const [page, setPage] = useState(1);
  const [dialog, setDialog] = useState<{ kind: "grant" | "ask" | "remove"; holder: Holder | null } | null>(null);
  const { message, modal } = App.useApp();
  const client = useQueryClient();
  const departments = useDepartments().data ?? [];
  const holders = useQuery({
    queryKey: ["roles", "holders", role?.code, page],
    queryFn: () => roles.holders(role?.code ?? "", page),
    enabled: role !== null,
    placeholderData: keepPreviousData,
  });
  const changed = () => {
    setDialog(null);
    void client.invalidateQueries({ queryKey: ["roles"] });
  };
  const revoke = useMutation({
    mutationFn: (holder: Holder) => roles.revoke(holder.code, holder.user.id),
    onSuccess: (_, holder) => {
      message.success(`已收回 ${holder.user.name} 的角色“${holder.name}”，几秒内生效`);
      changed();
    },
    onError: (error) => message.error(describe(error)),
  });
  const take = async (holder: Holder) => {
    const sure = await modal.confirm({
      title: `收回 ${holder.user.name} 的角色“${holder.name}”？`,
      content: "几秒内生效；此人委托给别人的这个角色也随之失效。",
      okText: "收回",
      okButtonProps: { danger: true },
      cancelText: "取消",
    });
    if (sure) revoke.mutate(holder);
  };
  const office = Boolean(role?.administrator);
  const where = (ids: string[]) =>
    ids.length ? ids.map((id) => departments.find((one) => one.id === id)?.name ?? id).join("、") : "按本人所在单位";
  return (
    <Drawer
      open={role !== null}
      onClose={onClose}
      size={860}
      title={`拥有“${role?.name ?? ""}”的人员`}
      destroyOnHidden
      extra={
        mayGrant &&
        !role?.retired_at && (
          <Button type="primary" onClick={() => setDialog({ kind: office ? "ask" : "grant", holder: null })}>
            {office ? "申请授予" : "授予人员"}
          </Button>
        )
      }
    >
      {office && (
        <Alert
          type="info"
          showIcon
          title="授予或收回三员角色须由另一名管理员确认：提交申请后，在“三员申请”中确认。同一账号不能兼任两种管理员。"
        />
      )}
      <Table<Holder>
        size="small"
        rowKey={(holder) => holder.user.id}
        loading={holders.isPending && role !== null}
        dataSource={holders.data?.items ?? []}
        scroll={{ x: 720 }}
        pagination={{
          current: page,
          pageSize: 20,
          total: holders.data?.total ?? 0,
          hideOnSinglePage: true,
          onChange: setPage,
          showTotal: (total) => `共 ${total} 人`,
        }}
        columns={[
          {
            title: "姓名",
            key: "name",
            width: 120,
            fixed: "left",
            render: (_, { user }) => (
              <>
                {user.name} {!user.active && <StatusTag tone="grey">已停用</StatusTag>}
              </>
            ),
          },
          { title: "用户名", key: "username", width: 120, render: (_, { user }) => user.username ?? "—" },
          { title: "所属单位", key: "department", width: 140, render: (_, { user }) => user.department.name },
          { title: "数据范围所在单位", dataIndex: "department_ids", render: where },
          {
            title: "有效期",
            key: "dates",
            width: 190,
            render: (_, { valid_from, valid_to }) =>
              valid_from || valid_to ? `${valid_from ?? "即日"} 至 ${valid_to ?? "长期"}` : "长期",
          },
          { title: "授予时间", dataIndex: "granted_at", width: 140, render: dateTime },
          {
            title: "操作",
            key: "actions",
            width: 190,
            render: (_, holder) => (
              <Space size={0}>
                <Button type="link" size="small" onClick={() => onWhy(holder.user.id)}>
                  全部权限
                </Button>
                {mayGrant && !office && (
                  <Button type="link" size="small" onClick={() => setDialog({ kind: "grant", holder })}>
                    修改
                  </Button>
                )}
                {mayGrant && (
                  <Button
                    type="link"
                    size="small"
                    danger
                    onClick={() => (office ? setDialog({ kind: "remove", holder }) : void take(holder))}
                  >
                    {office ? "申请收回" : "收回"}
                  </Button>
                )}
              </Space>
            ),
          },
        ]}
        locale={{ emptyText: <Nothing>{"还没有人拥有此角色"}</Nothing> }}
      />
      {role && dialog?.kind === "grant" && (
        <GrantDialog role={role} holder={dialog.holder} onClose={() => setDialog(null)} onDone={changed} />
      )}
      {role && (dialog?.kind === "ask" || dialog?.kind === "remove") && (
        <AskDialog role={role} holder={dialog.holder} onClose={() => setDialog(null)} onDone={changed} />
      )}
    </Drawer>
  );
}
