/** 我的手机: the telephones that may stay signed in; one that is lost is taken out here. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Card, List, Popconfirm } from "antd";
import { account } from "../../api/account";
import { describe } from "../../api/problem";
import { Failure } from "../../app/ErrorBoundary";
import { dateTime } from "../../shared/format";
import { Nothing } from "../../shared/Nothing";

export function DevicesCard() {
  const { message } = App.useApp();
  const client = useQueryClient();
  const list = useQuery({ queryKey: ["my-devices"], queryFn: account.devices });
  const revoke = useMutation({
    mutationFn: account.revokeDevice,
    onSuccess: () => message.success("已移除，该手机上的登录数秒内失效"),
    onError: (error) => message.error(describe(error)),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ["my-devices"] });
      void client.invalidateQueries({ queryKey: ["my-sessions"] });
    },
  });
  return (
    <Card title="我的手机">
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      <List
        loading={list.isPending}
        dataSource={list.data?.items ?? []}
        rowKey="id"
        locale={{ emptyText: <Nothing>没有手机登录过。在手机应用中登录后会显示在这里。</Nothing> }}
        renderItem={(row) => (
          <List.Item
            actions={[
              <Popconfirm
                key="revoke"
                title={`移除“${row.name}”？`}
                description="这部手机上的登录立即结束，须重新登录才能使用。"
                okText="移除"
                okButtonProps={{ danger: true }}
                cancelText="取消"
                onConfirm={() => revoke.mutate(row.id)}
              >
                <Button danger type="link" aria-label={`移除 ${row.name}`}>
                  丢失或移除
                </Button>
              </Popconfirm>,
            ]}
          >
            <List.Item.Meta
              title={row.name}
              description={`${dateTime(row.created_at)} 登记 · 最近使用 ${dateTime(row.last_used_at)}`}
            />
          </List.Item>
        )}
      />
    </Card>
  );
}
