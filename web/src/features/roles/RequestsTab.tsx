/** 三员申请: what waits for a second administrator, and what was decided. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, Modal, Space, Table } from "antd";
import { useState } from "react";
import { describe } from "../../api/problem";
import { roleRequests, type RoleRequest } from "../../api/roles";
import { useSession } from "../../api/session";
import { Failure } from "../../app/ErrorBoundary";
import { dateTime } from "../../shared/format";
import { Nothing } from "../../shared/Nothing";
import { toneOf } from "../../app/theme";
import { StatusTag } from "../../shared/StatusTag";

const STATES: Record<RoleRequest["state"], { text: string; color: string }> = {
  pending: { text: "待确认", color: "gold" },
  approved: { text: "已同意", color: "green" },
  refused: { text: "未同意", color: "red" },
  withdrawn: { text: "已撤回", color: "default" },
  expired: { text: "已过期", color: "default" },
};

export function RequestsTab({ mayDecide }: { mayDecide: boolean }) {
  const me = useSession().me?.user.id;
  const { message } = App.useApp();
  const client = useQueryClient();
  const [deciding, setDeciding] = useState<{ row: RoleRequest; decision: "approve" | "refuse" } | null>(null);
  const [remark, setRemark] = useState("");
  const list = useQuery({ queryKey: ["roles", "requests"], queryFn: roleRequests.list });
  const done = (text: string) => {
    message.success(text);
    setDeciding(null);
    setRemark("");
    void client.invalidateQueries({ queryKey: ["roles"] });
  };
  const decide = useMutation({
    mutationFn: () => roleRequests.decide(deciding!.row.id, deciding!.decision, remark),
    onSuccess: (row) => done(row.state === "approved" ? "已同意，几秒内生效" : "已拒绝"),
    onError: (error) => message.error(describe(error)),
  });
  const withdraw = useMutation({
    mutationFn: roleRequests.withdraw,
    onSuccess: () => done("申请已撤回"),
    onError: (error) => message.error(describe(error)),
  });
  if (list.isError) return <Failure error={list.error} onRetry={() => void list.refetch()} />;
  const what = (row: RoleRequest) =>
    `${row.action === "grant" ? "授予" : "收回"} ${row.user.name} 的“${row.role.name}”`;
  return (
    <>
      <Table<RoleRequest>
        size="small"
        rowKey="id"
        loading={list.isPending}
        dataSource={list.data?.items ?? []}
        pagination={{ pageSize: 20, hideOnSinglePage: true }}
        scroll={{ x: 860 }}
        columns={[
          { title: "内容", key: "what", width: 220, fixed: "left", render: (_, row) => what(row) },
          {
            title: "状态",
            dataIndex: "state",
            width: 90,
            render: (state: RoleRequest["state"]) => <StatusTag tone={toneOf(STATES[state].color)}>{STATES[state].text}</StatusTag>,
          },
          { title: "原因", dataIndex: "reason" },
          {
            title: "申请",
            key: "asked",
            width: 190,
            render: (_, row) => `${row.requested_by.name} ${dateTime(row.requested_at)}`,
          },
          {
            title: "确认",
            key: "decided",
            width: 200,
            render: (_, row) =>
              row.decided_by
                ? `${row.decided_by.name} ${dateTime(row.decided_at)}${row.remark ? `：${row.remark}` : ""}`
                : row.state === "pending"
                  ? `须在 ${dateTime(row.expires_at)} 前`
                  : "—",
          },
          {
            title: "操作",
            key: "actions",
            width: 150,
            render: (_, row) => {
              if (row.state !== "pending") return null;
              if (row.requested_by.id === me) {
                return (
                  <Button type="link" size="small" loading={withdraw.isPending} onClick={() => withdraw.mutate(row.id)}>
                    撤回
                  </Button>
                );
              }
              if (!mayDecide || row.user.id === me) return <span className="quiet">等待其他管理员</span>;
              return (
                <Space size={0}>
                  <Button type="link" size="small" onClick={() => setDeciding({ row, decision: "approve" })}>
                    同意
                  </Button>
                  <Button type="link" size="small" danger onClick={() => setDeciding({ row, decision: "refuse" })}>
                    拒绝
                  </Button>
                </Space>
              );
            },
          },
        ]}
        locale={{ emptyText: <Nothing>{"没有申请。授予或收回三员角色时，在角色的人员中提交。"}</Nothing> }}
      />
      <Modal
        open={deciding !== null}
        title={deciding ? `${deciding.decision === "approve" ? "同意" : "拒绝"}：${what(deciding.row)}` : ""}
        okText={deciding?.decision === "approve" ? "同意" : "拒绝"}
        okButtonProps={{ danger: deciding?.decision === "refuse" }}
        cancelText="取消"
        confirmLoading={decide.isPending}
        onOk={() => decide.mutate()}
        onCancel={() => setDeciding(null)}
      >
        <p>{deciding && `${deciding.row.requested_by.name} 的原因：${deciding.row.reason}`}</p>
        <Input
          aria-label="备注"
          placeholder="备注（可不填）"
          maxLength={200}
          value={remark}
          onChange={(event) => setRemark(event.target.value)}
        />
      </Modal>
    </>
  );
}
