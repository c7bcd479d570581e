/** How many each department has; every number leads to the list of just those. */
import { Table } from "antd";
import type { DepartmentSum, Level, RadarSummary } from "../../api/radar";
import { count } from "../../shared/format";
import { Nothing } from "../../shared/Nothing";
import { usePhone } from "../../shared/usePhone";
import { LEVELS } from "./filters";
import type { Change } from "./RadarPage";

const ORDER = Object.keys(LEVELS) as Level[];

export function Departments({ summary, onChange }: { summary: RadarSummary; onChange: Change }) {
  const phone = usePhone();
  const number = (value: number, name: string, level: Level | null, of: Record<string, string | null>) => {
    if (value === 0) return <span className="quiet">0</span>;
    return (
      <button
        type="button"
        className="link number"
        aria-label={`${name}${level ? `，${LEVELS[level].text}` : ""}：${value} 项，查看`}
        onClick={() => onChange({ ...of, level, view: null })}
      >
        {count(value)}
      </button>
    );
  };
  // A department's own: those below it have lines of their own here.
  const ofOne = (sum: DepartmentSum) => ({ department: sum.id, below: "false" });
  const total = (level: Level) => summary.levels.find((entry) => entry.level === level)?.count ?? 0;
  return (
    <>
      <Table<DepartmentSum>
        size="small"
        rowKey="id"
        dataSource={summary.departments}
        pagination={false}
        locale={{ emptyText: <Nothing>这段时间没有部门有到期的事项。</Nothing> }}
        columns={[
          { title: "部门", dataIndex: "name", render: (name) => name || "—" },
          ...ORDER.map((level) => ({
            title: LEVELS[level].text,
            key: level,
            align: "right" as const,
            render: (_: unknown, sum: DepartmentSum) => number(sum[level], sum.name, level, ofOne(sum)),
          })),
          {
            title: "合计",
            key: "count",
            align: "right",
            render: (_, sum) => <b>{number(sum.count, sum.name, null, ofOne(sum))}</b>,
          },
        ]}
        summary={() =>
          summary.departments.length > 0 && (
            <Table.Summary.Row className="total-row">
              <Table.Summary.Cell index={0}>合计</Table.Summary.Cell>
              {ORDER.map((level, index) => (
                <Table.Summary.Cell key={level} index={index + 1} align="right">
                  {number(total(level), "合计", level, {})}
                </Table.Summary.Cell>
              ))}
              <Table.Summary.Cell index={ORDER.length + 1} align="right">
                <b>{number(summary.total, "合计", null, {})}</b>
              </Table.Summary.Cell>
            </Table.Summary.Row>
          )
        }
        {...(phone ? { className: "radar-departments" } : {})}
      />
      <p className="quiet">各部门只计本部门的数量，不含下级部门；点开的列表与数字一致。</p>
    </>
  );
}
