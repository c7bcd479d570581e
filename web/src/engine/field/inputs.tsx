/** The controls of a form, one for each kind of field. They take `value` and `onChange` from antd's Form.Item. */
import { DatePicker, Input, InputNumber, Radio, Select, TreeSelect } from "antd";
import dayjs from "dayjs";
import type { ComponentType } from "react";
import { itemsOf, optionsFor, type Field } from "../schema";
import { useEngine } from "./context";
import { departmentTree } from "./departments";

export interface InputProps {
  field: Field;
  id?: string;
  value?: unknown;
  onChange?: (value: unknown) => void;
  disabled?: boolean;
  /** The value of the field that narrows this one's choices. */
  parentValue?: unknown;
}

function example(field: Field): string {
  return field.example ? `例：${field.example}` : "";
}

export function TextInput({ field, value, onChange, ...rest }: InputProps) {
  return (
    <Input
      {...pick(rest)}
      value={(value as string) ?? ""}
      onChange={(event) => onChange?.(event.target.value)}
      placeholder={example(field)}
      allowClear
      {...(field.max_length ? { maxLength: field.max_length } : {})}
    />
  );
}

export function TextAreaInput({ field, value, onChange, ...rest }: InputProps) {
  return (
    <Input.TextArea
      {...pick(rest)}
      value={(value as string) ?? ""}
      onChange={(event) => onChange?.(event.target.value)}
      placeholder={example(field)}
      autoSize={{ minRows: 2, maxRows: 6 }}
      {...(field.max_length ? { maxLength: field.max_length, showCount: true } : {})}
    />
  );
}

/** Numbers travel as strings from antd (`stringMode`), so that a decimal is never rounded through a float. */
export function NumberInput({ field, value, onChange, ...rest }: InputProps) {
  const whole = field.kind === "integer";
  return (
    <InputNumber
      {...pick(rest)}
      className="full"
      stringMode
      value={value === undefined || value === null ? null : String(value)}
      onChange={(next) => onChange?.(next === null || next === "" ? null : next)}
      placeholder={example(field)}
      {...(whole
        ? { precision: 0 }
        : field.precision !== null && field.precision !== undefined
          ? { precision: field.precision }
          : {})}
    />
  );
}

export function DayInput({ field, value, onChange, ...rest }: InputProps) {
  const day = typeof value === "string" && value ? dayjs(value) : null;
  return (
    <DatePicker
      {...pick(rest)}
      className="full"
      value={day?.isValid() ? day : null}
      onChange={(next) => onChange?.(next ? next.format("YYYY-MM-DD") : null)}
      format={["YYYY-MM-DD", "YYYYMMDD", "YYYY/M/D", "YYYY.M.D"]}
      placeholder={example(field) || "年-月-日"}
    />
  );
}

export function ChoiceInput({ field, value, onChange, parentValue, ...rest }: InputProps) {
  const { ledger } = useEngine();
  const options = optionsFor(itemsOf(ledger, field), parentValue, value).map(({ value: key, label }) => ({
    value: key,
    label,
  }));
  const several = field.kind === "multi_choice";
  return (
    <Select
      {...pick(rest)}
      {...(several ? { mode: "multiple" as const } : {})}
      value={(value as string | string[] | null) ?? (several ? [] : null)}
      onChange={(next) => onChange?.(next ?? null)}
      options={options}
      allowClear
      showSearch={{ optionFilterProp: "label" }}
      placeholder={example(field) || "请选择"}
    />
  );
}

export function DepartmentInput({ field, value, onChange, ...rest }: InputProps) {
  const { departments } = useEngine();
  return (
    <TreeSelect
      {...pick(rest)}
      value={(value as string) ?? null}
      onChange={(next) => onChange?.(next ?? null)}
      treeData={departmentTree(departments)}
      treeDefaultExpandAll
      showSearch={{ treeNodeFilterProp: "title" }}
      allowClear={!field.required}
      placeholder="请选择部门"
    />
  );
}

export function YesNoInput({ value, onChange, ...rest }: InputProps) {
  return (
    <Radio.Group
      {...pick(rest)}
      value={value ?? null}
      onChange={(event) => onChange?.(event.target.value)}
      options={[
        { value: true, label: "是" },
        { value: false, label: "否" },
      ]}
    />
  );
}

function pick({ id, disabled, ...rest }: Partial<InputProps>) {
  // antd's Form.Item also passes aria-* attributes and the event that starts the validation, which the control must get.
  const passed = Object.fromEntries(Object.entries(rest).filter(([name]) => /^(aria-|on[A-Z])/.test(name)));
  return { ...(id ? { id } : {}), ...(disabled ? { disabled } : {}), ...passed };
}

export type FormInput = ComponentType<InputProps>;
