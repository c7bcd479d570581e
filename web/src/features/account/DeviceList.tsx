/** A person's telephones, each with the button that takes it out: one's own, or for an administrator somebody's. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, List, Popconfirm } from "antd";
import type { Device } from "../../api/account";
import { describe } from "../../api/problem";
import { Failure } from "../../app/ErrorBoundary";
import { dateTime } from "../../shared/format";
import { Nothing } from "../../shared/Nothing";

interface Props {
  queryKey: string[];
  load: () => Promise<{ items: Device[] }>;
  /** Left out for who may only look. */
  revoke?: ((id: string) => Promise<void>) | undefined;
  empty: string;
}

export function DeviceList({ queryKey, load, revoke, empty }: Props) {
  const { message } = App.useApp();
  const client = useQueryClient();
  const list = useQuery({ queryKey, queryFn: load });
  const take = useMutation({
    mutationFn: (id: string) => revoke?.(id) ?? Promise.resolve(),
    onSuccess: () => message.success("已移除，该手机上的登录数秒内失效"),
    onError: (error) => message.error(describe(error)),
    onSettled: () => {
      void client.invalidateQueries({ queryKey });
      void client.invalidateQueries({ queryKey: ["my-sessions"] });
    },
  });
  if (list.isError) return <Failure error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <List
      loading={list.isPending}
      dataSource={list.data?.items ?? []}
      rowKey="id"
      locale={{ emptyText: <Nothing>{empty}</Nothing> }}
      renderItem={(row) => (
        <List.Item
          actions={
            revoke && [
              <Popconfirm
                key="revoke"
                title={`移除“${row.name}”？`}
                description="这部手机上的登录立即结束，须重新登录才能使用。"
                okText="移除"
                okButtonProps={{ danger: true }}
                cancelText="取消"
                onConfirm={() => take.mutate(row.id)}
              >
                <Button danger type="link" aria-label={`移除 ${row.name}`}>
                  丢失或移除
                </Button>
              </Popconfirm>,
            ]
          }
        >
          <List.Item.Meta
            title={row.name}
            description={`${dateTime(row.created_at)} 登记 · 最近使用 ${dateTime(row.last_used_at)}`}
          />
        </List.Item>
      )}
    />
  );
}
