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

export function defaultChoice(ledger: LedgerManifest): ColumnChoice {
  return { shown: ledger.fields.filter((field) => field.in_list).map((field) => field.key), frozen: 1 };
}

/** The fields to show; what is no field any more is dropped, and a choice that shows nothing is the default. */
export function shownFields(ledger: LedgerManifest, choice: ColumnChoice): Field[] {
  const byKey = new Map(ledger.fields.map((field) => [field.key, field]));
  const fields = choice.shown.flatMap((key) => byKey.get(key) ?? []);
  return fields.length ? fields : defaultChoice(ledger).shown.flatMap((key) => byKey.get(key) ?? []);
}

/** A date with its warning beside it needs more room than a date (frontend.md 3.3). */
const WARNED_DAY_WIDTH = 220;

export function widthOf(ledger: LedgerManifest, field: Field): number {
  const warned = ledger.expiry.some((expiry) => expiry.field === field.key);
  const declared = field.width ?? kindOf(field.kind).width;
  const title = field.title.length * 14 + (field.sortable ? 44 : 24);
  return Math.max(declared, title, warned ? WARNED_DAY_WIDTH : 0);
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
      width: 60,
      align: "right",
      fixed: "left",
      render: (_value, _row, index) => <span className="number quiet">{firstNumber + index}</span>,
    },
    ...fields,
  ];
}
