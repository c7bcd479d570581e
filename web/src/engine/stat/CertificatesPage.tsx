/** 4.5 证书统计: how many certificates of each kind every department has; each number leads to its rows. */
import { ExportOutlined, PrinterOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { App, Button, Card, Empty, Skeleton, Space, Switch, Table, type TableColumnType } from "antd";
import { useMemo } from "react";
import { Link, useSearchParams } from "react-router";
import { download } from "../../api/download";
import { request } from "../../api/http";
import { useCatalogue } from "../../api/manifest";
import type { CertificateStatistics } from "../../api/types";
import { Failure } from "../../app/ErrorBoundary";
import { describe } from "../../api/problem";
import { count } from "../../shared/format";
import { StatusTag } from "../../shared/StatusTag";
import { Chart } from "./Chart";
import { drillDown } from "./drill";
import { chartOption } from "./option";

const SUB_FIGURES = [
  { key: "expiring", title: "其中即将到期", tone: "orange" },
  { key: "expired", title: "其中已过期", tone: "red" },
] as const;

function figure(value: number, tone: "orange" | "red") {
  return value > 0 ? <StatusTag tone={tone}>{count(value)}</StatusTag> : <span className="quiet">0</span>;
}

type StatRow = CertificateStatistics["rows"][number];

export default function CertificatesPage({ title }: { title: string }) {
  const [params, setParams] = useSearchParams();
  const { message } = App.useApp();
  const validOnly = params.get("valid") === "1";
  const catalogue = useCatalogue().data;
  const statistics = useQuery({
    queryKey: ["certificates", validOnly],
    queryFn: () =>
      request<CertificateStatistics>("GET", "/api/reports/certificates", { query: { valid_only: validOnly } }),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  const data = statistics.data;
  const option = useMemo(() => (data ? chartOption(data) : null), [data]);
  if (statistics.isPending) return <Skeleton active className="pad" />;
  if (statistics.isError || !data)
    return <Failure error={statistics.error} onRetry={() => void statistics.refetch()} />;

  const cell = (value: number, column: string | null, department: string | null) => {
    const place = value > 0 && catalogue ? drillDown(catalogue, column, department, validOnly) : null;
    return place ? (
      <Link to={place}>{count(value)}</Link>
    ) : (
      <span className={value ? "" : "quiet"}>{count(value)}</span>
    );
  };
  const leaf = (column: CertificateStatistics["columns"][number]): TableColumnType<StatRow> => ({
    key: column.key,
    title: column.title,
    width: Math.max(96, column.title.length * 14 + 24),
    align: "right",
    render: (_, row) => cell(row.counts[column.key] ?? 0, column.key, row.department.id),
  });
  const groups = [...new Set(data.columns.map((column) => column.group ?? ""))];
  const columns = [
    {
      key: "department",
      title: "部门",
      width: 180,
      fixed: "left" as const,
      render: (_: unknown, row: StatRow) => (
        <span style={{ paddingLeft: row.department.level * 14 }}>{row.department.name}</span>
      ),
    },
    ...groups.flatMap((group) => {
      const leaves = data.columns.filter((column) => (column.group ?? "") === group).map(leaf);
      return group ? [{ key: group, title: group, children: leaves }] : leaves;
    }),
    {
      key: "total",
      title: "合计",
      width: 96,
      align: "right" as const,
      render: (_: unknown, row: StatRow) => <b>{count(row.total)}</b>,
    },
    ...SUB_FIGURES.map(({ key, title: heading, tone }) => ({
      key,
      title: heading,
      width: 110,
      align: "right" as const,
      render: (_: unknown, row: StatRow) => figure(row[key], tone),
    })),
  ];
  const width = 500 + data.columns.reduce((total, column) => total + Math.max(96, column.title.length * 14 + 24), 0);
  return (
    <Card
      title={title}
      extra={
        <Space wrap className="no-print">
          <label className="switch-label">
            <Switch
              checked={validOnly}
              onChange={(on) => setParams(on ? { valid: "1" } : {})}
              aria-label="仅统计有效证书"
              loading={statistics.isPlaceholderData}
            />{" "}
            仅有效
          </label>
          <Button
            icon={<ExportOutlined />}
            onClick={() =>
              download("/api/reports/certificates/export.xlsx", `${title}.xlsx`, { valid_only: validOnly }).catch(
                (error) => message.error(describe(error)),
              )
            }
          >
            导出
          </Button>
          <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
            打印
          </Button>
        </Space>
      }
    >
      {data.rows.length === 0 ? (
        <Empty description="还没有证书。请先在“特种作业和特种设备操作人员资格证”等台账中录入或导入。" />
      ) : (
        <>
          {option && data.rows.some((row) => row.total > 0) && (
            <Chart option={option} label={`${title}柱状图：各部门的证书数量，数据同下表`} />
          )}
          <Table<StatRow>
            size="small"
            bordered
            rowKey={(row) => row.department.id}
            columns={columns}
            dataSource={data.rows}
            pagination={false}
            scroll={{ x: width }}
            summary={() => (
              <Table.Summary.Row className="total-row">
                <Table.Summary.Cell index={0}>合计</Table.Summary.Cell>
                {data.columns.map((column, index) => (
                  <Table.Summary.Cell key={column.key} index={index + 1} align="right">
                    {cell(data.totals[column.key] ?? 0, column.key, null)}
                  </Table.Summary.Cell>
                ))}
                <Table.Summary.Cell index={data.columns.length + 1} align="right">
                  <b>{count(data.totals.total ?? 0)}</b>
                </Table.Summary.Cell>
                {SUB_FIGURES.map(({ key, tone }, index) => (
                  <Table.Summary.Cell key={key} index={data.columns.length + 2 + index} align="right">
                    {figure(data.totals[key] ?? 0, tone)}
                  </Table.Summary.Cell>
                ))}
              </Table.Summary.Row>
            )}
          />
        </>
      )}
    </Card>
  );
}
