/** The controls of the search bar. Each writes query parameters: `field`, `field.gte`, `field.lte`, `field.in`. */
import { DatePicker, Input, InputNumber, Select, Space, TreeSelect } from "antd";
import dayjs from "dayjs";
import type { ComponentType } from "react";
import { itemsOf, type Field } from "../schema";
import { useEngine } from "./context";
import { departmentTree } from "./departments";

export type Filters = Record<string, string>;

export interface SearchProps {
  field: Field;
  id: string;
  filters: Filters;
  /** Sets parameters; an empty text removes one. */
  onChange: (change: Filters) => void;
}

export function TextSearch({ field, id, filters, onChange }: SearchProps) {
  return (
    <Input
      id={id}
      allowClear
      value={filters[field.key] ?? ""}
      onChange={(event) => onChange({ [field.key]: event.target.value })}
    />
  );
}

export function NumberSearch({ field, id, filters, onChange }: SearchProps) {
  const set = (suffix: "gte" | "lte") => (value: string | number | null) =>
    onChange({ [`${field.key}.${suffix}`]: value === null ? "" : String(value) });
  return (
    <Space.Compact block>
      <InputNumber
        id={id}
        stringMode
        className="half"
        placeholder="最小"
        value={filters[`${field.key}.gte`] ?? null}
        onChange={set("gte")}
      />
      <InputNumber
        stringMode
        className="half"
        placeholder="最大"
        aria-label={`${field.title}最大`}
        value={filters[`${field.key}.lte`] ?? null}
        onChange={set("lte")}
      />
    </Space.Compact>
  );
}

export function DaySearch({ field, id, filters, onChange }: SearchProps) {
  const at = (suffix: "gte" | "lte") => {
    const text = filters[`${field.key}.${suffix}`];
    return text ? dayjs(text) : null;
  };
  return (
    <DatePicker.RangePicker
      id={{ start: id, end: `${id}-end` }}
      className="full"
      allowEmpty={[true, true]}
      value={[at("gte"), at("lte")]}
      onChange={(range) =>
        onChange({
          [`${field.key}.gte`]: range?.[0]?.format("YYYY-MM-DD") ?? "",
          [`${field.key}.lte`]: range?.[1]?.format("YYYY-MM-DD") ?? "",
        })
      }
    />
  );
}

export function ChoiceSearch({ field, id, filters, onChange }: SearchProps) {
  const { ledger } = useEngine();
  const chosen = filters[`${field.key}.in`]?.split(",") ?? (filters[field.key] ? [filters[field.key]!] : []);
  return (
    <Select
      id={id}
      mode="multiple"
      allowClear
      maxTagCount="responsive"
      showSearch={{ optionFilterProp: "label" }}
      value={chosen}
      options={itemsOf(ledger, field).map(({ value, label }) => ({ value, label }))}
      placeholder="全部"
      onChange={(next: string[]) => {
        if (next.length === 1) onChange({ [field.key]: next[0]!, [`${field.key}.in`]: "" });
        else onChange({ [field.key]: "", [`${field.key}.in`]: next.join(",") });
      }}
    />
  );
}

export function DepartmentSearch({ field, id, filters, onChange }: SearchProps) {
  const { departments } = useEngine();
  return (
    <TreeSelect
      id={id}
      allowClear
      showSearch={{ treeNodeFilterProp: "title" }}
      treeDefaultExpandAll
      value={filters[field.key] || null}
      treeData={departmentTree(departments)}
      placeholder="全部（含下级）"
      onChange={(next) => onChange({ [field.key]: (next as string) ?? "" })}
    />
  );
}

export function YesNoSearch({ field, id, filters, onChange }: SearchProps) {
  return (
    <Select
      id={id}
      allowClear
      value={filters[field.key] || null}
      placeholder="全部"
      options={[
        { value: "true", label: "是" },
        { value: "false", label: "否" },
      ]}
      onChange={(next) => onChange({ [field.key]: next ?? "" })}
    />
  );
}

export type Search = ComponentType<SearchProps>;
