/** How many each department has. */
import { Table } from "antd";
import type { DepartmentSum, Level, RadarSummary } from "../../api/radar";
import { Nothing } from "../../shared/Nothing";
import { usePhone } from "../../shared/usePhone";
import { CountLink, numberColumns, ORDER } from "./Numbers";
import type { Change } from "./RadarPage";

export function Departments({ summary, onChange }: { summary: RadarSummary; onChange: Change }) {
  const phone = usePhone();
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
          // A department's own: those below it have lines of their own here.
          ...numberColumns<DepartmentSum>(
            ({ name }) => name,
            ({ id }) => ({ department: id, below: "false" }),
            onChange,
          ),
        ]}
        summary={() =>
          summary.departments.length > 0 && (
            <Table.Summary.Row className="total-row">
              <Table.Summary.Cell index={0}>合计</Table.Summary.Cell>
              {ORDER.map((level, index) => (
                <Table.Summary.Cell key={level} index={index + 1} align="right">
                  <CountLink value={total(level)} name="合计" level={level} of={{}} onChange={onChange} />
                </Table.Summary.Cell>
              ))}
              <Table.Summary.Cell index={ORDER.length + 1} align="right">
                <b>
                  <CountLink value={summary.total} name="合计" level={null} of={{}} onChange={onChange} />
                </b>
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
