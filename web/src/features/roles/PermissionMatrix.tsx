/** What a role may do, as a matrix resource × verb for each service. */
import { Badge, Checkbox, Collapse, Table, Tooltip } from "antd";
import type { PermissionResource, PermissionService } from "../../api/roles";
import { cellsOf, EVERY, grantsOf, stateOf, toggled, type Cells } from "./matrix";

interface Props {
  services: PermissionService[];
  value?: string[];
  onChange?: (grants: string[]) => void;
  readOnly?: boolean;
}

const ALL: PermissionResource = {
  resource: EVERY,
  title: "全部（含今后新增）",
  verbs: [],
  planned: [],
  reserved: [],
  named_only: false,
};

export function PermissionMatrix({ services, value = [], onChange, readOnly = false }: Props) {
  const cells = cellsOf(value);
  // A business role may hold little of the identity service: what is reserved for the three offices has no box at all.
  const shown = readOnly
    ? services
    : services
        .map((service) => ({
          ...service,
          resources: service.resources.filter((one) => one.verbs.some((verb) => !one.reserved.includes(verb))),
        }))
        .filter((service) => service.resources.length);
  return (
    <Collapse
      size="small"
      defaultActiveKey={shown.filter((service) => count(cells, service) > 0).map((service) => service.service)}
      items={shown.map((service) => ({
        key: service.service,
        label: service.title,
        extra: <Badge count={count(cells, service)} color="blue" title="已授予的对象数" />,
        children: (
          <ServiceMatrix
            service={service}
            cells={cells}
            readOnly={readOnly}
            onChange={(next) => onChange?.(grantsOf(next))}
          />
        ),
      }))}
    />
  );
}

function count(cells: Cells, service: PermissionService): number {
  return [...cells.keys()].filter((key) => key.startsWith(`${service.service}:`) || key.startsWith(`${EVERY}:`)).length;
}

interface ServiceProps {
  service: PermissionService;
  cells: Cells;
  readOnly: boolean;
  onChange: (next: Cells) => void;
}

function ServiceMatrix({ service, cells, readOnly, onChange }: ServiceProps) {
  const fixed = service.resources.some((one) => one.reserved.length);
  const every = { ...ALL, verbs: service.verbs.map((one) => one.verb) };
  const rows = fixed && !readOnly ? service.resources : [every, ...service.resources];
  const box = (row: PermissionResource, verb: string, title: string) => {
    const exists = verb === EVERY ? !(fixed && !readOnly) : row.verbs.includes(verb);
    if (!exists || (!readOnly && row.reserved.includes(verb))) return null;
    const state = stateOf(cells, service.service, row.resource, verb, row.named_only);
    const all = readOnly && state === "open" ? stateOf(cells, EVERY, row.resource, verb) : state;
    const planned = row.planned.includes(verb);
    const hint = state === "covered" ? "已由“全部”授予" : planned ? "规划中的功能" : "";
    return (
      <Tooltip title={hint}>
        <Checkbox
          aria-label={`${row.title}：${title}${planned ? "（规划中）" : ""}`}
          checked={all !== "open"}
          disabled={readOnly || state === "covered"}
          onChange={(event) => onChange(toggled(cells, service.service, row.resource, verb, event.target.checked))}
        />
      </Tooltip>
    );
  };
  const columns = [...service.verbs, { verb: EVERY, title: "全部操作" }];
  return (
    <Table<PermissionResource>
      size="small"
      rowKey="resource"
      dataSource={rows}
      pagination={false}
      scroll={{ x: 180 + columns.length * 84, y: 420 }}
      columns={[
        { title: "对象", dataIndex: "title", width: 180, fixed: "left" },
        ...columns.map((column) => ({
          title: column.title,
          key: column.verb,
          width: 84,
          align: "center" as const,
          render: (_: unknown, row: PermissionResource) => box(row, column.verb, column.title),
        })),
      ]}
    />
  );
}
