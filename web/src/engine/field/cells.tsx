/** How the value of each kind of field is shown in a table and in the detail. */
import { Tooltip } from "antd";
import type { ComponentType, ReactNode } from "react";
import { toneOf } from "../../app/theme";
import { due, type DueLevel } from "../../shared/format";
import { StatusTag } from "../../shared/StatusTag";
import { isQuiet, isReplaced, isWorkedOut, itemOf, type Field } from "../schema";
import { useEngine, type CellProps } from "./context";
import { readDay } from "./reading";
import { WorkedOut } from "./WorkedOut";

const REPLACED = "已有更新的记录，这一条不再预警";

export const EMPTY = <span className="quiet">—</span>;

const DUE_TONE: Record<Exclude<DueLevel, "ok">, "yellow" | "orange" | "red" | "crimson"> = {
  yellow: "yellow",
  orange: "orange",
  red: "red",
  overdue: "crimson",
};

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

export function TextCell({ value }: CellProps): ReactNode {
  if (isEmpty(value)) return EMPTY;
  return (
    <Tooltip title={String(value)} mouseEnterDelay={0.5}>
      <span>{String(value)}</span>
    </Tooltip>
  );
}

/** A year without thousands, an amount of money with its cents; other numbers as short as they are. */
export function numberText(field: Field, number: number): string {
  if (field.format === "year") return String(number);
  const digits = field.kind === "integer" ? 0 : (field.precision ?? 6);
  return number.toLocaleString("zh-CN", {
    minimumFractionDigits: field.format === "money" ? digits : 0,
    maximumFractionDigits: digits,
  });
}

export function NumberCell({ field, value }: CellProps): ReactNode {
  if (isEmpty(value)) return EMPTY;
  const number = Number(value);
  if (Number.isNaN(number)) return String(value);
  return <span className="number">{numberText(field, number)}</span>;
}

/** A date; when the ledger watches it, with how near it is, in words and in colour. */
export function DayCell({ field, value, row }: CellProps): ReactNode {
  const { ledger } = useEngine();
  // A blank date of such a field has been said to have no end, or nothing says that it has one.
  if (isEmpty(value)) return field.blank_words?.[0] ?? EMPTY;
  const day = String(value).slice(0, 10);
  // What a form holds may still be what was typed.
  if (readDay(day) === null) return String(value);
  const watch = ledger.expiry.find((expiry) => expiry.field === field.key);
  const state = watch && !isQuiet(row, field) ? due(day, warnDays(row, watch.warn_days)) : null;
  return (
    <span className="number day">
      {day}
      {isWorkedOut(row, field) && <WorkedOut title="按规则推算，证书或铭牌上另有日期时请填写" />}
      {state && state.level !== "ok" && <StatusTag tone={DUE_TONE[state.level]}>{state.text}</StatusTag>}
      {watch && isReplaced(row) && (
        <span className="quiet worked-out" title={REPLACED}>
          已有新记录
        </span>
      )}
    </span>
  );
}

/** A row's own days say when its first warning comes; the nearer thresholds of the ledger stay. */
function warnDays(row: CellProps["row"], usual: number[]): number[] {
  const own = row.warn_days;
  return typeof own === "number" ? [own, ...usual.filter((days) => days < own)] : usual;
}

export function ChoiceCell({ field, value, row }: CellProps): ReactNode {
  const { ledger } = useEngine();
  if (isEmpty(value)) return EMPTY;
  const item = itemOf(ledger, field, value);
  const label = item?.label ?? String(value);
  // The status by the calendar is still true of a replaced row, but no reason to be alarmed.
  if (field.computed && isReplaced(row)) return <StatusTag tone="grey">{label}</StatusTag>;
  return item?.color ? <StatusTag tone={toneOf(item.color)}>{label}</StatusTag> : <span title={label}>{label}</span>;
}

export function MultiChoiceCell({ field, value }: CellProps): ReactNode {
  const { ledger } = useEngine();
  if (!Array.isArray(value) || value.length === 0) return EMPTY;
  return value.map((part) => itemOf(ledger, field, part)?.label ?? String(part)).join("、");
}

export function DepartmentCell({ field, value, row }: CellProps): ReactNode {
  const { departments } = useEngine();
  const given = row[field.key.replace(/_id$/, "_name")];
  const name = given ?? departments.find((department) => department.id === value)?.name;
  return isEmpty(name) ? EMPTY : <span title={String(name)}>{String(name)}</span>;
}

export function YesNoCell({ value }: CellProps): ReactNode {
  if (isEmpty(value)) return EMPTY;
  return value ? "是" : "否";
}

export function CodeCell({ value }: CellProps): ReactNode {
  return isEmpty(value) ? EMPTY : <span className="number">{String(value)}</span>;
}

export type Cell = ComponentType<CellProps>;
