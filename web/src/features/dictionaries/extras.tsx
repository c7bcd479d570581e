/** Inputs and words for the rules that an item carries. */
import { Input, InputNumber, Select, Switch } from "antd";
import type { ReactNode } from "react";
import type { Extra } from "../../api/dictionaries";
import { Requirements } from "./Requirements";

export function extraInput(extra: Extra): ReactNode {
  switch (extra.kind) {
    case "integer":
      return <InputNumber min={0} max={extra.highest} precision={0} suffix={extra.unit || undefined} className="full" />;
    case "days":
      return (
        <Select
          mode="tags"
          open={false}
          suffixIcon={null}
          tokenSeparators={["、", "，", ",", " ", ";", "；"]}
          placeholder="如 90、60、30"
        />
      );
    case "words":
      return <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={["、", "，", ",", " "]} />;
    case "items":
      return <Requirements title={extra.title} choices={extra.choices} />;
    case "choice":
      return <Select allowClear options={extra.choices} />;
    case "yes_no":
      return <Switch checkedChildren="是" unCheckedChildren="否" />;
    default:
      return extra.name === "basis" ? (
        <Input.TextArea autoSize={{ minRows: 1, maxRows: 4 }} maxLength={500} />
      ) : (
        <Input maxLength={500} />
      );
  }
}

/** What the form holds, as it is sent: a cleared input is no rule, days are numbers from the largest on. */
export function extraValue(extra: Extra, value: unknown): unknown {
  if (value === undefined || value === null || value === "" || (Array.isArray(value) && !value.length)) return undefined;
  if (extra.kind === "days" && Array.isArray(value)) {
    const days = value.map((day) => (/^\d+$/.test(String(day)) ? Number(day) : day));
    return days.every((day) => typeof day === "number") ? [...new Set(days)].sort((a, b) => b - a) : days;
  }
  if (extra.kind === "items" && Array.isArray(value)) {
    const rows = value.filter((row) => Array.isArray(row) && row.length);
    return rows.length ? rows : undefined;
  }
  return value;
}

/** A rule in one line of the table. */
export function extraText(extra: Extra, value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (extra.kind === "yes_no") return value === true ? extra.title : null;
  const labelOf = (one: unknown) => extra.choices.find((choice) => choice.value === one)?.label ?? String(one);
  const words = !Array.isArray(value)
    ? labelOf(value)
    : extra.kind === "items"
      ? value.map((row: unknown[]) => row.map(labelOf).join(" 或 ")).join("；")
      : value.join("、");
  return `${extra.title} ${words}${extra.unit && extra.kind !== "text" ? ` ${extra.unit}` : ""}`;
}
