/** From fields to the columns of the table, with what the person set: which, in what order. */
import type { TableColumnType } from "antd";
import { kindOf } from "../field/registry";
import { itemsOf, type DictionaryItem, type Field, type LedgerManifest, type Row } from "../schema";

export interface ColumnChoice {
  /** Keys in the order of the table. Fields that a release adds later come hidden. */
  shown: string[];
  /** How many of the first columns stay while scrolling sideways. */
  frozen: number;
}

/**
 * On a small desktop screen only the first few columns are seen unscrolled. They say what a row is and how it stands: the
 * ledger's own first columns, the status, then the dates that run out, then the rest in the order of the declaration.
 */
export function defaultChoice(ledger: LedgerManifest): ColumnChoice {
  const listed = ledger.fields.filter((field) => field.in_list);
  const first = ledger.list_first?.length ? ledger.list_first : listed.slice(0, 1).map((field) => field.key);
  const watched = new Set(ledger.expiry.map((expiry) => expiry.field));
  const rank = ({ key, computed }: Field) => {
    const place = first.indexOf(key);
    if (place >= 0) return place;
    return first.length + (computed ? 0 : watched.has(key) ? 1 : 2);
  };
  return { shown: listed.sort((a, b) => rank(a) - rank(b)).map((field) => field.key), frozen: 1 };
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

/** A date; its warning stands below it, for four dates side by side would leave no room for anything else. */
const DAY_WIDTH = 104;
/** With the word 推算 behind it, where a rule can fill the date. */
const WORKED_OUT_DAY_WIDTH = 128;
/** A status is a tag: so much for each character, and at most so much around them in the roomiest of the three densities. */
const TAG_CHARACTER = 12;
const AROUND_A_TAG = 48;
/** Of four characters, as most are. */
const STATUS_WIDTH = 4 * TAG_CHARACTER + AROUND_A_TAG;

/** `items`: what a choice chooses from. A status is shown whole, for it is what the list is read for. */
export function widthOf(field: Field, items: DictionaryItem[] = []): number {
  const title = field.title.length * 14 + (field.sortable ? 40 : 18);
  return Math.max(field.width ?? usualWidth(field, items), title);
}

function usualWidth(field: Field, items: DictionaryItem[]): number {
  if (field.computed && field.kind === "choice")
    return Math.max(STATUS_WIDTH, ...items.map((item) => item.label.length * TAG_CHARACTER + AROUND_A_TAG));
  if (field.kind === "day") return field.derived ? WORKED_OUT_DAY_WIDTH : DAY_WIDTH;
  return kindOf(field.kind).width;
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
      width: widthOf(field, itemsOf(ledger, field)),
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
