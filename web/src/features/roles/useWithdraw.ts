/** Taking back a loan, after a question that says what happens. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { describe } from "../../api/problem";
import { delegations, type Delegation } from "../../api/roles";

export function useWithdraw() {
  const { message, modal } = App.useApp();
  const client = useQueryClient();
  const withdraw = useMutation({
    mutationFn: (row: Delegation) => delegations.withdraw(row.id),
    onSuccess: () => message.success("委托已收回，几秒内生效"),
    onError: (error) => message.error(describe(error)),
    onSettled: () => client.invalidateQueries({ queryKey: ["delegations"] }),
  });
  return async (row: Delegation) => {
    const sure = await modal.confirm({
      title: `收回委托给 ${row.borrower.name} 的“${row.role.name}”？`,
      content: "几秒内生效，受托人不能再以此角色办事。",
      okText: "收回",
      okButtonProps: { danger: true },
      cancelText: "取消",
    });
    if (sure) withdraw.mutate(row);
  };
}
