/** The matrix department × kind, with totals and sub-figures; every number leads to its rows. */
import { Table, type TableColumnType } from "antd";
import { Link } from "react-router";
import { useCatalogue } from "../../api/manifest";
import type { CertificateStatistics } from "../../api/statistics";
import { count } from "../../shared/format";
import { StatusTag } from "../../shared/StatusTag";
import { drillDown, type Counted } from "./drill";

type StatRow = CertificateStatistics["rows"][number];
type StatColumn = CertificateStatistics["columns"][number];

const SUB_FIGURES = [
  { key: "expiring", title: "其中即将到期", tone: "orange" },
  { key: "review_overdue", title: "其中复审超期", tone: "red" },
  { key: "expired", title: "其中已过期", tone: "red" },
] as const;
const FIRST_WIDTH = 160;
const FIGURE_WIDTH = 102;

function widthOf(column: StatColumn): number {
  return Math.max(96, column.title.length * 14 + 24);
}

export function Matrix({ data }: { data: CertificateStatistics }) {
  const catalogue = useCatalogue().data;
  const keys = data.columns.map((column) => column.key);
  const all = data.valid_only ? "valid" : "all";

  const number = (value: number, counted: Counted) => {
    if (value === 0) return <span className="quiet">0</span>;
    const place = catalogue ? drillDown(catalogue, keys, counted) : null;
    const tone = SUB_FIGURES.find((figure) => figure.key === counted.figure)?.tone;
    const text = tone ? <StatusTag tone={tone}>{count(value)}</StatusTag> : count(value);
    return place ? <Link to={place}>{text}</Link> : text;
  };
  const leaf = (column: StatColumn): TableColumnType<StatRow> => ({
    key: column.key,
    title: column.title,
    width: widthOf(column),
    align: "right",
    render: (_, { counts, department }) =>
      number(counts[column.key] ?? 0, { column: column.key, department: department.id, figure: all }),
  });
  const groups = [...new Set(data.columns.map((column) => column.group ?? ""))];
  const columns = [
    {
      key: "department",
      title: "部门",
      width: FIRST_WIDTH,
      fixed: "left" as const,
      render: (_: unknown, { department }: StatRow) => (
        <span style={{ paddingLeft: department.level * 14 }}>{department.name}</span>
      ),
    },
    ...groups.flatMap((group) => {
      const leaves = data.columns.filter((column) => (column.group ?? "") === group).map(leaf);
      return group ? [{ key: group, title: group, children: leaves }] : leaves;
    }),
    {
      key: "total",
      title: "合计",
      width: FIGURE_WIDTH,
      align: "right" as const,
      render: (_: unknown, { total, department }: StatRow) => (
        <b>{number(total, { column: null, department: department.id, figure: all })}</b>
      ),
    },
    ...SUB_FIGURES.map(({ key, title }) => ({
      key,
      title,
      width: FIGURE_WIDTH,
      align: "right" as const,
      render: (_: unknown, row: StatRow) =>
        number(row[key], { column: null, department: row.department.id, figure: key }),
    })),
  ];
  const figures = 1 + SUB_FIGURES.length;
  const width =
    FIRST_WIDTH + figures * FIGURE_WIDTH + data.columns.reduce((total, column) => total + widthOf(column), 0);
  const totals: { key: string; figure: Counted["figure"]; column: string | null }[] = [
    ...keys.map((key) => ({ key, figure: all, column: key }) as const),
    { key: "total", figure: all, column: null },
    ...SUB_FIGURES.map(({ key }) => ({ key, figure: key, column: null })),
  ];
  return (
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
          {totals.map(({ key, figure, column }, index) => (
            <Table.Summary.Cell key={key} index={index + 1} align="right">
              {number(data.totals[key] ?? 0, { column, department: null, figure })}
            </Table.Summary.Cell>
          ))}
        </Table.Summary.Row>
      )}
    />
  );
}
