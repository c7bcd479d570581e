/** What is due, the most urgent first; every line leads to its row. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Table, type TableColumnType } from "antd";
import { Link } from "react-router";
import type { Query } from "../../api/http";
import { radar, type DueItem } from "../../api/radar";
import { Failure } from "../../app/ErrorBoundary";
import { Nothing } from "../../shared/Nothing";
import { StatusTag } from "../../shared/StatusTag";
import { usePhone } from "../../shared/usePhone";
import { left, LEVELS, type Range } from "./filters";

const SIZE = 50;

interface Props {
  about: Query;
  /** Null when no day has what was asked for. */
  range: Range | null;
  number: number;
  empty: string;
  onPage: (number: number) => void;
}

export function DueList({ about, range, number, empty, onPage }: Props) {
  const phone = usePhone();
  const list = useQuery({
    queryKey: ["radar", "list", about, range, number],
    queryFn: ({ signal }) => radar.page({ ...about, ...range, page: number, size: SIZE }, signal),
    enabled: range !== null,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  if (list.isError) return <Failure error={list.error} onRetry={() => void list.refetch()} />;
  const data = range === null ? undefined : list.data;
  return (
    <Table<DueItem>
      size="small"
      rowKey={(item) => `${item.source}/${item.id}/${item.field}`}
      showHeader={!phone}
      loading={range !== null && list.isPending}
      dataSource={data?.items ?? []}
      columns={phone ? PHONE : COLUMNS}
      {...(phone ? {} : { scroll: { x: 960 } })}
      locale={{ emptyText: <Nothing>{empty}</Nothing> }}
      pagination={{
        current: number,
        pageSize: SIZE,
        total: data?.total ?? 0,
        showSizeChanger: false,
        showTotal: (total) => `共 ${total} 条`,
        onChange: onPage,
      }}
    />
  );
}

function Left({ item }: { item: DueItem }) {
  return <StatusTag tone={LEVELS[item.level].tone}>{left(item.remaining)}</StatusTag>;
}

const COLUMNS: TableColumnType<DueItem>[] = [
  { title: "剩余时间", key: "left", width: 120, render: (_, item) => <Left item={item} /> },
  { title: "到期日期", dataIndex: "due_on", width: 110, className: "number" },
  { title: "名称", key: "title", render: (_, item) => <Link to={item.path}>{item.title}</Link> },
  { title: "到期事项", dataIndex: "label", width: 130 },
  { title: "台账", dataIndex: "source_title", width: 190, ellipsis: true },
  { title: "人员", dataIndex: "person", width: 90, render: (name) => name ?? "—" },
  { title: "部门", dataIndex: "dept_name", width: 140, ellipsis: true, render: (name) => name ?? "—" },
];

const PHONE: TableColumnType<DueItem>[] = [
  {
    title: "到期事项",
    key: "card",
    render: (_, item) => (
      <div className="row-card">
        <div className="row-card-head">
          <Link to={item.path}>{item.title}</Link>
          <Left item={item} />
        </div>
        <div>
          {item.label} <span className="number">{item.due_on}</span>
        </div>
        <div className="quiet">{[item.source_title, item.dept_name, item.person].filter(Boolean).join(" · ")}</div>
      </div>
    ),
  },
];
