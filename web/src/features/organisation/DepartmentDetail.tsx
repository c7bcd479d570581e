/** One department: what it is, who is in it, what it was called, and what can be done with it. */
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Descriptions, Skeleton, Space, Table } from "antd";
import { Link } from "react-router";
import { organisation, useKinds, type Action, type FormerName, type FullDepartment } from "../../api/organisation";
import { describe } from "../../api/problem";
import { useSession } from "../../api/session";
import { dateTime } from "../../shared/format";
import { Nothing } from "../../shared/Nothing";
import { may } from "../../shared/permission";
import { fullName } from "./tree";

interface Props {
  row: FullDepartment;
  departments: FullDepartment[];
  onEdit: () => void;
  onAdd: () => void;
  onAct: (action: Action) => void;
}

export function DepartmentDetail({ row, departments, onEdit, onAdd, onAct }: Props) {
  const grants = useSession().me?.permissions ?? [];
  const mayChange = may(grants, "auth:departments:update");
  const kinds = useKinds().data ?? [];
  const names = useQuery({
    queryKey: ["department-names", row.id, row.version],
    queryFn: () => organisation.names(row.id),
  });
  const inside = useQuery({
    queryKey: ["department-effects", row.id, row.version, "close", ""],
    queryFn: () => organisation.effects(row.id, "close"),
  });
  const into = departments.find((one) => one.id === row.merged_into);
  const open = !row.closed_on;
  const top = row.parent_id === null;
  return (
    <div className="stack">
      <Card
        title={row.name}
        extra={
          <Space wrap>
            {open && may(grants, "auth:departments:create") && (
              <Button type="primary" onClick={onAdd}>
                新建下级
              </Button>
            )}
            {open && mayChange && <Button onClick={onEdit}>修改</Button>}
            {open && mayChange && !top && <Button onClick={() => onAct("move")}>移动</Button>}
            {!row.merged_into && mayChange && !top && <Button onClick={() => onAct("merge")}>合并</Button>}
            {open && mayChange && !top && (
              <Button danger onClick={() => onAct("close")}>
                关闭
              </Button>
            )}
            {!open && mayChange && <Button onClick={() => onAct("reopen")}>恢复</Button>}
          </Space>
        }
      >
        {into && (
          <Alert
            type="info"
            showIcon
            className="form-note"
            title={`已并入“${into.name}”`}
            description={`它的台账、资料等记录都保留，由“${into.name}”查看和管理。`}
          />
        )}
        {!open && !into && (
          <Alert type="info" showIcon className="form-note" title={`已于 ${row.closed_on} 关闭，不再接收新数据`} />
        )}
        <Descriptions
          column={{ xs: 1, md: 2 }}
          items={[
            { key: "full", label: "全称", span: "filled", children: fullName(departments, row) },
            { key: "code", label: "单位编码", children: row.code },
            {
              key: "kind",
              label: "单位类型",
              children: kinds.find((kind) => kind.value === row.kind)?.label ?? row.kind,
            },
            {
              key: "people",
              label: "在用人员",
              children: inside.data ? (
                <Space wrap>
                  {`本单位 ${inside.data.people} 人，含下级 ${inside.data.people_below} 人`}
                  {may(grants, "auth:users:read") && inside.data.people_below > 0 && (
                    <Link to={`/system/users?under=${row.id}`}>查看人员</Link>
                  )}
                </Space>
              ) : (
                "—"
              ),
            },
            {
              key: "below",
              label: "下级单位",
              children: inside.data ? `直接下级 ${inside.data.children} 个，共 ${inside.data.departments_below} 个` : "—",
            },
            { key: "sort", label: "排序", children: row.sort },
          ]}
        />
      </Card>
      <Card title="曾用名" size="small">
        {names.isPending ? (
          <Skeleton active />
        ) : (
          <Table<FormerName>
            size="small"
            rowKey="until"
            dataSource={names.data ?? []}
            pagination={false}
            scroll={{ x: 640 }}
            locale={{
              emptyText: <Nothing>{names.isError ? describe(names.error) : "没有改过名称、编码或上级"}</Nothing>,
            }}
            columns={[
              { title: "全称", dataIndex: "full_name" },
              { title: "编码", dataIndex: "code", width: 90 },
              {
                title: "使用时间",
                key: "time",
                width: 230,
                render: (_, one) => `${dateTime(one.since)} 至 ${dateTime(one.until)}`,
              },
              { title: "原因", dataIndex: "reason_label", width: 110 },
              { title: "经办人", dataIndex: "changed_by_name", width: 90, render: (name) => name ?? "—" },
            ]}
          />
        )}
      </Card>
    </div>
  );
}
