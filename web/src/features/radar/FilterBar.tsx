/** How far ahead, in which ledger, for which department and with which words. */
import { Button, Checkbox, DatePicker, Input, Segmented, Select, Space, Tag, TreeSelect } from "antd";
import dayjs from "dayjs";
import { useMemo } from "react";
import { useDepartments } from "../../api/manifest";
import type { RadarSummary } from "../../api/radar";
import { useSession } from "../../api/session";
import { departmentsInScope, departmentTree, selectable, withAncestors } from "../../engine/field/departments";
import { SPANS, type Filters } from "./filters";
import type { Change } from "./RadarPage";

interface Props {
  filters: Filters;
  choices: RadarSummary["choices"];
  onChange: Change;
  onReset: () => void;
}

export function FilterBar({ filters, choices, onChange, onReset }: Props) {
  const departments = useDepartments().data;
  const { me } = useSession();
  const tree = useMemo(() => {
    const reached = departmentsInScope(departments ?? [], me);
    return selectable(departmentTree(withAncestors(departments ?? [], reached)), reached);
  }, [departments, me]);
  return (
    <Space wrap role="search" className="no-print radar-filters">
      <Segmented<number>
        aria-label="到期时间"
        value={filters.span ?? 0}
        options={[
          ...SPANS.map((days) => ({ value: days as number, label: `${days} 天` })),
          ...(filters.span === null ? [{ value: 0, label: "自选" }] : []),
        ]}
        onChange={(days) => days && onChange({ days: days === 90 ? null : String(days), start: null, until: null })}
      />
      <DatePicker.RangePicker
        aria-label="到期日期"
        value={filters.start ? [dayjs(filters.start), dayjs(filters.until)] : null}
        placeholder={["到期日期起", "止"]}
        onChange={(_, days) => onChange({ start: days?.[0] || null, until: days?.[1] || null })}
      />
      <Select
        allowClear
        showSearch={{ optionFilterProp: "label" }}
        aria-label="台账"
        placeholder="全部台账"
        popupMatchSelectWidth={false}
        className="radar-choice"
        value={filters.source}
        options={choices.map(({ source, title }) => ({ value: source, label: title }))}
        onChange={(source?: string) => onChange({ source: source ?? null })}
      />
      <TreeSelect
        allowClear
        aria-label="部门"
        placeholder="全部部门"
        className="radar-choice"
        value={filters.department ?? undefined}
        treeData={tree}
        treeDefaultExpandAll
        showSearch={{ treeNodeFilterProp: "title" }}
        popupMatchSelectWidth={300}
        onChange={(id?: string) => onChange({ department: id ?? null, below: null })}
      />
      {filters.department && (
        <Checkbox
          checked={filters.below}
          onChange={({ target }) => onChange({ below: target.checked ? null : "false" })}
        >
          含下级部门
        </Checkbox>
      )}
      <Input.Search
        key={filters.q ?? ""}
        allowClear
        aria-label="关键字"
        placeholder="名称、编号、人员"
        enterButton="查询"
        className="radar-person"
        maxLength={50}
        defaultValue={filters.q ?? ""}
        onSearch={(text) => onChange({ q: text.trim() || null })}
      />
      {filters.person && (
        <Tag closable={{ "aria-label": "不限人员" }} onClose={() => onChange({ person: null })}>
          人员：{filters.person}
        </Tag>
      )}
      <Button onClick={onReset}>重置</Button>
    </Space>
  );
}
