/** How many each department has; every number leads to the list of them. */
import { Table } from "antd";
import type { DepartmentSum, Level } from "../../api/radar";
import { count } from "../../shared/format";
import { Nothing } from "../../shared/Nothing";
import { usePhone } from "../../shared/usePhone";
import { LEVELS } from "./filters";
import type { Change } from "./RadarPage";

export function Departments({ sums, onChange }: { sums: DepartmentSum[]; onChange: Change }) {
  const phone = usePhone();
  const number = (sum: DepartmentSum, level: Level | null) => {
    const value = level ? sum[level] : sum.count;
    if (value === 0) return <span className="quiet">0</span>;
    return (
      <button
        type="button"
        className="link number"
        aria-label={`${sum.name}${level ? `，${LEVELS[level].text}` : ""}：${value} 项，查看`}
        onClick={() => onChange({ department: sum.id, level, view: null })}
      >
        {count(value)}
      </button>
    );
  };
  return (
    <>
      <Table<DepartmentSum>
        size="small"
        rowKey="id"
        dataSource={sums}
        pagination={false}
        locale={{ emptyText: <Nothing>这段时间没有部门有到期的事项。</Nothing> }}
        columns={[
          { title: "部门", dataIndex: "name", render: (name) => name || "—" },
          ...(Object.keys(LEVELS) as Level[]).map((level) => ({
            title: LEVELS[level].text,
            key: level,
            align: "right" as const,
            render: (_: unknown, sum: DepartmentSum) => number(sum, level),
          })),
          { title: "合计", key: "count", align: "right", render: (_, sum) => <b>{number(sum, null)}</b> },
        ]}
        {...(phone ? { className: "radar-departments" } : {})}
      />
      <p className="quiet">上级部门不包含下级部门的数量；点开后列表含下级部门。</p>
    </>
  );
}
