/** 角色委托: every loan of a role, for those who look after roles. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Table } from "antd";
import { useState } from "react";
import { delegations, type Delegation } from "../../api/roles";
import { Failure } from "../../app/ErrorBoundary";
import { Nothing } from "../../shared/Nothing";
import { delegationColumns, open } from "./delegationColumns";
import { useWithdraw } from "./useWithdraw";

export function DelegationsTab({ mayEnd }: { mayEnd: boolean }) {
  const [page, setPage] = useState(1);
  const withdraw = useWithdraw();
  const list = useQuery({
    queryKey: ["delegations", "all", page],
    queryFn: () => delegations.all(page),
    placeholderData: keepPreviousData,
  });
  if (list.isError) return <Failure error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <Table<Delegation>
      size="small"
      rowKey="id"
      loading={list.isPending}
      dataSource={list.data?.items ?? []}
      scroll={{ x: 960 }}
      pagination={{
        current: page,
        pageSize: 20,
        total: list.data?.total ?? 0,
        hideOnSinglePage: true,
        onChange: setPage,
        showTotal: (total) => `共 ${total} 条`,
      }}
      columns={[
        ...delegationColumns,
        {
          title: "操作",
          key: "actions",
          width: 80,
          render: (_, row) =>
            mayEnd &&
            open(row) && (
              <Button type="link" size="small" danger onClick={() => void withdraw(row)}>
                收回
              </Button>
            ),
        },
      ]}
      locale={{ emptyText: <Nothing>{"还没有委托。拥有可委托角色的人在个人中心设置。"}</Nothing> }}
    />
  );
}
