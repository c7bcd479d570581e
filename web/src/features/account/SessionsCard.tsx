/** 我的登录: where I am signed in, and ending it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Card, List, Popconfirm, Tag } from "antd";
import { account } from "../../api/account";
import { describe } from "../../api/problem";
import { Failure } from "../../app/ErrorBoundary";
import { dateTime } from "../../shared/format";
import { clientName } from "./clientName";

export function SessionsCard() {
  const { message } = App.useApp();
  const client = useQueryClient();
  const list = useQuery({ queryKey: ["my-sessions"], queryFn: account.sessions });
  const settled = { onSettled: () => client.invalidateQueries({ queryKey: ["my-sessions"] }) };
  const failed = (error: unknown) => message.error(describe(error));
  const end = useMutation({
    mutationFn: account.endSession,
    onSuccess: () => message.success("已结束，数秒内失效"),
    onError: failed,
    ...settled,
  });
  const others = useMutation({
    mutationFn: account.endOthers,
    onSuccess: ({ ended }) => message.success(`已结束 ${ended} 个登录`),
    onError: failed,
    ...settled,
  });
  const rows = list.data?.items ?? [];
  return (
    <Card
      title="我的登录"
      extra={
        <Popconfirm
          title="结束其他所有登录？"
          description="其他电脑和手机上须重新登录，未保存的内容可能丢失。"
          okText="结束"
          cancelText="取消"
          onConfirm={() => others.mutate()}
        >
          <Button disabled={rows.length < 2} loading={others.isPending}>
            结束其他登录
          </Button>
        </Popconfirm>
      }
    >
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      <List
        loading={list.isPending}
        dataSource={rows}
        rowKey="id"
        renderItem={(row) => (
          <List.Item
            actions={
              row.current
                ? [
                    <Tag key="here" color="blue">
                      当前
                    </Tag>,
                  ]
                : [
                    <Button key="end" danger type="link" onClick={() => end.mutate(row.id)} aria-label={`结束 ${clientName(row)}`}>
                      结束
                    </Button>,
                  ]
            }
          >
            <List.Item.Meta
              title={clientName(row)}
              description={`${row.address ?? "地址未知"} · ${dateTime(row.created_at)} 登录 · 最近使用 ${dateTime(row.last_used_at)}`}
            />
          </List.Item>
        )}
      />
    </Card>
  );
}
