/** From fields to the columns of the table, with what the person set: which, in what order. */
import type { TableColumnType } from "antd";
import { kindOf } from "../field/registry";
import type { Field, LedgerManifest, Row } from "../schema";

export interface ColumnChoice {
  /** Keys in the order of the table. Fields that a release adds later come hidden. */
  shown: string[];
  /** How many of the first columns stay while scrolling sideways. */
  frozen: number;
}

/**
 * What a ledger is opened for comes into sight first: after the row's name its status and the dates that run out, then
 * the rest in the order of the declaration. On a small desktop screen only the first few columns are seen unscrolled.
 */
export function defaultChoice(ledger: LedgerManifest): ColumnChoice {
  const [title, ...others] = ledger.fields.filter((field) => field.in_list);
  const watched = new Set(ledger.expiry.map((expiry) => expiry.field));
  const rank = (field: Field) => (field.computed ? 0 : watched.has(field.key) ? 1 : 2);
  const sorted = others.sort((a, b) => rank(a) - rank(b));
  return { shown: [...(title ? [title] : []), ...sorted].map((field) => field.key), frozen: 1 };
}

/** The date that is nearest, or longest past, among those that a ledger watches; null when the row has none. */
export function nearestDue(ledger: LedgerManifest, row: Row): Field | null {
  const dates = ledger.fields.filter((field) => row[field.key] && ledger.expiry.some((one) => one.field === field.key));
  return dates.sort((a, b) => String(row[a.key]).localeCompare(String(row[b.key])))[0] ?? null;
}

/** The fields to show; what is no field any more is dropped, and a choice that shows nothing is the default. */
export function shownFields(ledger: LedgerManifest, choice: ColumnChoice): Field[] {
  const byKey = new Map(ledger.fields.map((field) => [field.key, field]));
  const fields = choice.shown.flatMap((key) => byKey.get(key) ?? []);
  return fields.length ? fields : defaultChoice(ledger).shown.flatMap((key) => byKey.get(key) ?? []);
}

/** A date with its warning beside it needs more room than a date (frontend.md 3.3). */
const WARNED_DAY_WIDTH = 188;
/** And the word 推算 before that, where a rule can fill the date. */
const WORKED_OUT_WIDTH = 30;
/** A status is a tag of a few characters. */
const STATUS_WIDTH = 96;

export function widthOf(ledger: LedgerManifest, field: Field): number {
  const warned = ledger.expiry.some((expiry) => expiry.field === field.key);
  const usual = field.computed && field.kind === "choice" ? STATUS_WIDTH : kindOf(field.kind).width;
  const declared = field.width ?? usual;
  const title = field.title.length * 14 + (field.sortable ? 44 : 24);
  return Math.max(declared, title, warned ? WARNED_DAY_WIDTH + (field.derived ? WORKED_OUT_WIDTH : 0) : 0);
}

export function columnsOf(
  ledger: LedgerManifest,
  choice: ColumnChoice,
  sort: string,
  firstNumber: number,
): TableColumnType<Row>[] {
  const [sortKey, order] = sort.startsWith("-") ? [sort.slice(1), "descend" as const] : [sort, "ascend" as const];
  const fields = shownFields(ledger, choice).map((field, index): TableColumnType<Row> => {
    const kind = kindOf(field.kind);
    const Cell = kind.cell;
    return {
      key: field.key,
      dataIndex: field.key,
      title: field.title,
      width: widthOf(ledger, field),
      align: kind.align,
      ellipsis: { showTitle: false },
      ...(index < choice.frozen ? { fixed: "left" as const } : {}),
      ...(field.sortable
        ? { sorter: true, sortOrder: sortKey === field.key ? order : null, showSorterTooltip: false }
        : {}),
      render: (value, row) => <Cell field={field} value={value} row={row} />,
    };
  });
  return [
    {
      key: "#",
      title: "序号",
      width: 52,
      align: "right",
      fixed: "left",
      render: (_value, _row, index) => <span className="number quiet">{firstNumber + index}</span>,
    },
    ...fields,
  ];
}
