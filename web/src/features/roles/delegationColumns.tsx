/** The columns that both lists of delegations have. */
import type { TableColumnsType } from "antd";
import type { Delegation } from "../../api/roles";
import { dateTime } from "../../shared/format";
import { toneOf } from "../../app/theme";
import { StatusTag } from "../../shared/StatusTag";

const STATES: Record<Delegation["state"], { text: string; color: string }> = {
  waiting: { text: "未开始", color: "blue" },
  active: { text: "生效中", color: "green" },
  withdrawn: { text: "已收回", color: "default" },
  over: { text: "已结束", color: "default" },
};

export const delegationColumns: NonNullable<TableColumnsType<Delegation>> = [
  { title: "角色", key: "role", width: 130, fixed: "left", render: (_, row) => row.role.name },
  {
    title: "状态",
    key: "state",
    width: 110,
    render: (_, row) => (
      <StatusTag tone={toneOf(STATES[row.state].color)}>
        {row.state === "active" && !row.effective ? "已失效（委托人没有此角色）" : STATES[row.state].text}
      </StatusTag>
    ),
  },
  { title: "委托人", key: "lender", width: 170, render: (_, { lender }) => `${lender.name}（${lender.department}）` },
  {
    title: "受托人",
    key: "borrower",
    width: 170,
    render: (_, { borrower }) => `${borrower.name}（${borrower.department}）`,
  },
  {
    title: "时间",
    key: "time",
    width: 260,
    render: (_, row) => `${dateTime(row.starts_at)} 至 ${dateTime(row.ends_at)}`,
  },
  { title: "原因", dataIndex: "reason" },
];

export const open = (row: Delegation) => row.state === "waiting" || row.state === "active";
