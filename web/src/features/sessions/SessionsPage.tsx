/** 登录会话: who is signed in now; an administrator ends one, or all of a person. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Card, Input, Space, Table, Tag } from "antd";
import { useSearchParams } from "react-router";
import { loginSessions, type SessionOfPerson } from "../../api/account";
import { describe } from "../../api/problem";
import { useSession } from "../../api/session";
import { Failure } from "../../app/ErrorBoundary";
import { dateTime } from "../../shared/format";
import { Nothing } from "../../shared/Nothing";
import { may } from "../../shared/permission";
import { clientName } from "../account/clientName";

const SIZE = 20;

export default function SessionsPage() {
  const [params, setParams] = useSearchParams();
  const { message, modal } = App.useApp();
  const { me } = useSession();
  const client = useQueryClient();
  const q = params.get("q") ?? "";
  const page = Number(params.get("page")) || 1;
  const list = useQuery({
    queryKey: ["login-sessions", q, page],
    queryFn: () => loginSessions.list({ q, page, size: SIZE }),
    placeholderData: keepPreviousData,
  });
  const again = () => client.invalidateQueries({ queryKey: ["login-sessions"] });
  const end = useMutation({
    mutationFn: (work: () => Promise<unknown>) => work(),
    onSuccess: () => message.success("已结束，数秒内在所有系统失效"),
    onError: (error) => message.error(describe(error)),
    onSettled: again,
  });
  const allowed = may(me?.permissions ?? [], "auth:sessions:delete");

  async function ask(row: SessionOfPerson, all: boolean) {
    const who = `${row.user.name}（${row.user.username}）`;
    const sure = await modal.confirm({
      title: all ? `结束 ${who}的全部登录？` : `结束 ${who}的这个登录？`,
      content: "对方须重新登录，未保存的内容可能丢失。此操作记入审计日志。",
      okText: "结束",
      okButtonProps: { danger: true },
      cancelText: "取消",
    });
    if (sure) end.mutate(() => (all ? loginSessions.endAllOf(row.user.id) : loginSessions.end(row.id)));
  }

  return (
    <Card title="登录会话" extra={<Button onClick={() => void again()}>刷新</Button>}>
      <div role="search" className="sessions-search">
        <Input.Search
          key={q}
          defaultValue={q}
          allowClear
          enterButton="查询"
          aria-label="关键字"
          placeholder="姓名、用户名或工号"
          maxLength={50}
          onSearch={(text) => setParams(text.trim() ? { q: text.trim() } : {})}
        />
      </div>
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      <Table<SessionOfPerson>
        size="small"
        rowKey="id"
        loading={list.isFetching}
        dataSource={list.data?.items ?? []}
        scroll={{ x: 900 }}
        locale={{ emptyText: <Nothing>{q ? "没有符合条件的登录" : "现在没有人登录"}</Nothing> }}
        pagination={{
          current: page,
          pageSize: SIZE,
          total: list.data?.total ?? 0,
          showSizeChanger: false,
          showTotal: (total) => `共 ${total} 条`,
          onChange: (next) => setParams({ ...(q ? { q } : {}), page: String(next) }),
        }}
        columns={[
          {
            title: "人员",
            fixed: "left",
            width: 150,
            render: (_, row) => (
              <Space size={4} wrap>
                {row.user.name}
                {row.current && <Tag color="blue">当前</Tag>}
              </Space>
            ),
          },
          { title: "用户名", width: 130, render: (_, row) => row.user.username },
          { title: "单位", width: 140, render: (_, row) => row.user.department },
          { title: "设备", width: 160, render: (_, row) => clientName(row) },
          { title: "地址", dataIndex: "address", width: 130, render: (value: string | null) => value ?? "—" },
          { title: "登录方式", width: 110, render: (_, row) => (row.second_factor ? "密码和动态口令" : "密码") },
          { title: "登录时间", dataIndex: "created_at", width: 140, render: dateTime },
          { title: "最近使用", dataIndex: "last_used_at", width: 140, render: dateTime },
          ...(allowed
            ? [
                {
                  title: "操作",
                  fixed: "right" as const,
                  width: 130,
                  render: (_: unknown, row: SessionOfPerson) =>
                    row.current ? null : (
                      <Space size={0}>
                        <Button type="link" size="small" danger onClick={() => void ask(row, false)}>
                          结束
                        </Button>
                        <Button type="link" size="small" danger onClick={() => void ask(row, true)}>
                          全部结束
                        </Button>
                      </Space>
                    ),
                },
              ]
            : []),
        ]}
      />
    </Card>
  );
}
