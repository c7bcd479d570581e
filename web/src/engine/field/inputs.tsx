/** The controls of a form, one for each kind of field. They take `value` and `onChange` from antd's Form.Item. */
import { Input, Radio, Select, TreeSelect } from "antd";
import type { ComponentType, FocusEvent } from "react";
import { itemsOf, optionsFor, type Field } from "../schema";
import { useEngine } from "./context";
import { DayText } from "./DayText";
import { departmentTree } from "./departments";
import { readNumber } from "./reading";

export interface InputProps {
  field: Field;
  id?: string;
  value?: unknown;
  onChange?: (value: unknown) => void;
  disabled?: boolean;
  /** The value of the field that narrows this one's choices. */
  parentValue?: unknown;
  /** In place of the usual one, where there is something better to say. */
  placeholder?: string;
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

/** A number stays the text that was typed until the field is left: antd's InputNumber makes 12 of `12万` without a word. It
 * travels as text, so that a decimal is never rounded through a float. */
export function NumberInput({ field, value, onChange, ...rest }: InputProps) {
  const passed = pick(rest);
  const text = textOf(value);
  const settle = () => {
    const number = readNumber(text);
    if (number !== null && number !== text) onChange?.(number);
  };
  return (
    <Input
      {...passed}
      inputMode={field.kind === "integer" ? "numeric" : "decimal"}
      value={text}
      onChange={(event) => onChange?.(event.target.value)}
      onPressEnter={settle}
      onBlur={(event) => {
        settle();
        passed.onBlur?.(event);
      }}
      placeholder={example(field)}
    />
  );
}

export function DayInput({ field, value, onChange, ...rest }: InputProps) {
  return (
    <DayText
      {...pick(rest)}
      title={field.title}
      value={textOf(value)}
      onChange={(next) => onChange?.(next || null)}
      placeholder={example(field) || "年-月-日"}
      words={field.blank_words ?? []}
    />
  );
}

export function ChoiceInput({ field, value, onChange, parentValue, placeholder, ...rest }: InputProps) {
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
      placeholder={placeholder ?? (example(field) || "请选择")}
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

function textOf(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

interface Passed {
  id?: string;
  disabled?: boolean;
  onBlur?: (event: FocusEvent<HTMLElement>) => void;
}

/** What a control takes of what the form passes. */
export function pick({ id, disabled, ...rest }: Partial<InputProps>): Passed {
  // antd's Form.Item also passes aria-* attributes and the event that starts the validation, which the control must get.
  const passed = Object.fromEntries(Object.entries(rest).filter(([name]) => /^(aria-|on[A-Z])/.test(name)));
  return { ...(id ? { id } : {}), ...(disabled ? { disabled } : {}), ...passed };
}

export type FormInput = ComponentType<InputProps>;
