/** My loans of roles: what I lent, what I have on loan, and lending another one. */
import { useQuery } from "@tanstack/react-query";
import { Button, Card, Table } from "antd";
import { useState } from "react";
import { delegations, type Delegation } from "../../api/roles";
import { useSession } from "../../api/session";
import { Failure } from "../../app/ErrorBoundary";
import { Nothing } from "../../shared/Nothing";
import { delegationColumns, open } from "./delegationColumns";
import { LendDialog } from "./LendDialog";
import { useWithdraw } from "./useWithdraw";

export function MyDelegations() {
  const me = useSession().me?.user.id;
  const [lending, setLending] = useState(false);
  const withdraw = useWithdraw();
  const mine = useQuery({ queryKey: ["delegations", "mine"], queryFn: delegations.mine });
  if (mine.isError) return <Failure error={mine.error} onRetry={() => void mine.refetch()} />;
  // Whoever has nothing to lend and nothing on loan need not read about it.
  if (!mine.data || (!mine.data.roles.length && !mine.data.items.length)) return null;
  return (
    <Card
      title="角色委托"
      extra={mine.data.roles.length > 0 && <Button onClick={() => setLending(true)}>委托给别人</Button>}
    >
      <Table<Delegation>
        size="small"
        rowKey="id"
        dataSource={mine.data.items}
        pagination={{ pageSize: 10, hideOnSinglePage: true }}
        scroll={{ x: 960 }}
        columns={[
          ...delegationColumns,
          {
            title: "操作",
            key: "actions",
            width: 80,
            render: (_, row) =>
              row.lender.id === me &&
              open(row) && (
                <Button type="link" size="small" danger onClick={() => void withdraw(row)}>
                  收回
                </Button>
              ),
          },
        ]}
        locale={{ emptyText: <Nothing>{"休假或出差时，可把自己的角色委托给别人一段时间，到期自动收回。"}</Nothing> }}
      />
      {lending && <LendDialog roles={mine.data.roles} days={mine.data.days} onClose={() => setLending(false)} />}
    </Card>
  );
}
