/** The controls of the search bar. Each writes query parameters: `field`, `field.gte`, `field.lte`, `field.in`. */
import { Input, Select, Space, TreeSelect } from "antd";
import type { ComponentType } from "react";
import { today } from "../../shared/format";
import { itemsOf, type Field } from "../schema";
import { useEngine } from "./context";
import { DayText } from "./DayText";
import { departmentTree } from "./departments";
import { readDay, readNumber } from "./reading";

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

/** How far back and ahead years are offered; others can be reached by a link. */
const YEARS_BACK = 9;

function YearSearch({ field, id, filters, onChange }: SearchProps) {
  const next = Number(today().slice(0, 4)) + 1;
  const chosen = filters[field.key];
  const years = Array.from({ length: YEARS_BACK + 2 }, (_, back) => String(next - back));
  return (
    <Select
      id={id}
      allowClear
      showSearch
      placeholder="全部"
      value={chosen || null}
      options={[...new Set([...years, ...(chosen ? [chosen] : [])])].map((year) => ({ value: year, label: year }))}
      // A range of years that a link or an old view brought along would go on narrowing what the one year shows.
      onChange={(year) => onChange({ [field.key]: year ?? "", [`${field.key}.gte`]: "", [`${field.key}.lte`]: "" })}
    />
  );
}

export function NumberSearch(props: SearchProps) {
  return props.field.format === "year" ? <YearSearch {...props} /> : <RangeSearch {...props} />;
}

function RangeSearch({ field, id, filters, onChange }: SearchProps) {
  const end = (suffix: "gte" | "lte", word: string) => {
    const text = filters[`${field.key}.${suffix}`] ?? "";
    const number = readNumber(text);
    const settle = () => {
      if (number !== null && number !== text) onChange({ [`${field.key}.${suffix}`]: number });
    };
    return (
      <Input
        id={suffix === "gte" ? id : `${id}-end`}
        className="half"
        inputMode="decimal"
        placeholder={word}
        {...(suffix === "lte" ? { "aria-label": `${field.title}${word}` } : {})}
        value={text}
        status={text && number === null ? "error" : ""}
        onChange={(event) => onChange({ [`${field.key}.${suffix}`]: event.target.value })}
        onPressEnter={settle}
        onBlur={settle}
      />
    );
  };
  return (
    <Space.Compact block>
      {end("gte", "最小")}
      {end("lte", "最大")}
    </Space.Compact>
  );
}

export function DaySearch({ field, id, filters, onChange }: SearchProps) {
  const end = (suffix: "gte" | "lte", word: string) => {
    const text = filters[`${field.key}.${suffix}`] ?? "";
    return (
      <DayText
        id={suffix === "gte" ? id : `${id}-end`}
        title={`${field.title}${word}`}
        {...(suffix === "lte" ? { "aria-label": `${field.title}${word}` } : {})}
        placeholder={word}
        value={text}
        status={text && readDay(text) === null ? "error" : ""}
        onChange={(next) => onChange({ [`${field.key}.${suffix}`]: next })}
      />
    );
  };
  return (
    <span className="day-range">
      {end("gte", "起")}
      {end("lte", "止")}
    </span>
  );
}

/** What keeps a search from being asked: a date or number that means nothing would be refused, or be another one. */
export function searchProblem(field: Field, filters: Filters): string | null {
  for (const suffix of ["gte", "lte"]) {
    const text = filters[`${field.key}.${suffix}`];
    if (!text) continue;
    if (field.kind === "day" && readDay(text) === null) return `${field.title}：“${text}”不是日期`;
    if (["integer", "decimal"].includes(field.kind) && readNumber(text) === null) {
      return `${field.title}：“${text}”不是数字`;
    }
  }
  return null;
}

/** The same filters with dates and numbers in the service's own writing. */
export function settled(fields: Field[], filters: Filters): Filters {
  const kinds = new Map(fields.map((field) => [field.key, field.kind]));
  return Object.fromEntries(
    Object.entries(filters).map(([name, text]) => {
      const kind = kinds.get(name.replace(/\.(gte|lte)$/, ""));
      if (kind === "day") return [name, readDay(text) ?? text];
      return [name, (kind === "integer" || kind === "decimal" ? readNumber(text) : null) ?? text];
    }),
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
