/** What an entry will do to a stock, reckoned without rounding; and how entries are told. */
import type { Direction, Movement } from "../../api/movements";
import { toneOf, type Tone } from "../../app/theme";
import type { LedgerManifest, MovementsManifest, Row } from "../schema";

const PLACES = 10;
const NUMBER = /^([+-]?)(\d+)(?:\.(\d{1,10}))?$/;

/** A decimal as a whole number of the smallest part; null for what is none. */
function scaled(text: unknown): bigint | null {
  const match = NUMBER.exec(String(text ?? "").trim());
  if (!match) return null;
  const whole = BigInt(match[2]! + (match[3] ?? "").padEnd(PLACES, "0"));
  return match[1] === "-" ? -whole : whole;
}

function plain(number: bigint): string {
  const digits = (number < 0n ? -number : number).toString().padStart(PLACES + 1, "0");
  const fraction = digits.slice(-PLACES).replace(/0+$/, "");
  return `${number < 0n ? "-" : ""}${digits.slice(0, -PLACES)}${fraction && `.${fraction}`}`;
}

export interface Outcome {
  after: string;
  /** What a count finds more or less than the books, without its sign. */
  difference: string;
  result: "surplus" | "loss" | "even";
  belowZero: boolean;
  /** Below what should be there at least. */
  short: boolean;
}

/** The stock after an entry; null while the amount is no number yet. */
export function outcome(stock: unknown, direction: Direction, amount: unknown, limit: unknown): Outcome | null {
  const [before, moved, least] = [scaled(stock ?? 0), scaled(amount), scaled(limit)];
  if (before === null || moved === null) return null;
  const after = direction === "in" ? before + moved : direction === "out" ? before - moved : moved;
  const change = after - before;
  return {
    after: plain(after),
    difference: plain(change < 0n ? -change : change),
    result: change > 0n ? "surplus" : change < 0n ? "loss" : "even",
    belowZero: after < 0n,
    short: least !== null && after < least,
  };
}

export const RESULTS = { surplus: "盘盈", loss: "盘亏", even: "账实相符" } as const;

/** `20 个`; the unit is the row's own. */
export function withUnit(number: unknown, unit: unknown): string {
  return typeof unit === "string" && unit ? `${String(number)} ${unit}` : String(number);
}

export interface Stock {
  now: string;
  unit: string | null;
  limit: string | null;
}

/** What a row says of its stock. */
export function stockOf(movements: MovementsManifest, row: Row): Stock {
  const text = (key: string | null) => {
    const value = key === null ? null : row[key];
    return value === null || value === undefined || value === "" ? null : String(value);
  };
  return { now: text(movements.field) ?? "0", unit: text(movements.unit), limit: text(movements.limit) };
}

export type KindChoice = MovementsManifest["kinds"][number];

/** The kinds that somebody may choose now. */
export function kindsOf(ledger: LedgerManifest): KindChoice[] {
  return (ledger.movements?.kinds ?? []).filter((kind) => kind.enabled && kind.direction !== null);
}

/** What stands behind a kind: that an entry takes another one back, was taken back, or what a count has found. */
export function noteOf(entry: Movement): string | null {
  if (entry.reverses) return "冲销";
  if (entry.reversed_by) return "已冲销";
  return entry.result && RESULTS[entry.result];
}

export function toneOfKind(ledger: LedgerManifest, kind: string): Tone {
  return toneOf(ledger.movements?.kinds.find((one) => one.value === kind)?.color ?? "default");
}
