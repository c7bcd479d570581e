/** What an import is of: a ledger, or anything else that has rows, fields and the same routes. The wizard knows no more. */
import { createContext, useContext, useMemo } from "react";
import { importsAt, type ImportApi } from "../../api/imports";
import { useEngine } from "../field/context";
import { kindOf } from "../field/registry";
import type { Department } from "../../api/types";
import { itemsOf, type Field, type LedgerManifest } from "../schema";

export type Choices = (texts: Record<string, string | null>) => string[];

export interface ImportSource {
  /** Tells sources apart, in caches and in what is kept between pages. */
  key: string;
  title: string;
  api: ImportApi;
  /** The titles of the fields by which a known row is found. */
  naturalKey: string[];
  /** `choices`: the words that a field knows in a row with these texts, for who corrects a cell. */
  fields: { key: string; title: string; width: number; choices?: Choices }[];
  /** The words for where the rows go, as in 写入台账. */
  place: string;
  /** Whether headings and words can be mapped, and imports be undone. */
  maps: boolean;
  /** How many rows a file may have, where that is fewer than anywhere. */
  most?: string;
  /** Whether somebody chooses what the blank cells of a known row mean. */
  keepsBlanks?: boolean;
  /** Whether every row is shown with what will happen to it, and not the wrong ones alone. */
  everyRow?: boolean;
  undoes: boolean;
  /** Whether wrong cells can be put right on the page. */
  corrects?: boolean;
  /** What a whole file may be said to be about: a year. */
  by?: { title: string; min: number; max: number };
}

export const Source = createContext<ImportSource | null>(null);

export function useSource(): ImportSource {
  const source = useContext(Source);
  if (!source) throw new Error("useSource outside of <Source>");
  return source;
}

function byYear(ledger: LedgerManifest): Pick<ImportSource, "by"> {
  const field = ledger.fields.find(({ key }) => key === ledger.import_by);
  return field ? { by: { title: field.title, min: Number(field.min ?? 0), max: Number(field.max ?? 9999) } } : {};
}

/** The ledger of the page around. */
export function useLedgerSource(): ImportSource {
  const { ledger, departments } = useEngine();
  return useMemo(
    () => ({
      key: ledger.slug,
      title: ledger.title,
      api: importsAt(`/api/ledgers/${encodeURIComponent(ledger.slug)}`),
      naturalKey: ledger.natural_key.map((key) => ledger.fields.find((field) => field.key === key)?.title ?? key),
      fields: ledger.fields.map((field) => ({
        key: field.key,
        title: field.title,
        width: kindOf(field.kind).width,
        choices: choicesOf(ledger, field, departments),
      })),
      place: "台账",
      maps: true,
      undoes: true,
      keepsBlanks: true,
      everyRow: true,
      corrects: true,
      ...byYear(ledger),
    }),
    [ledger, departments],
  );
}

function choicesOf(ledger: LedgerManifest, field: Field, departments: Department[]): Choices {
  if (field.kind === "department") return () => departments.map(({ name }) => name);
  if (field.kind === "yes_no") return () => ["是", "否"];
  const items = itemsOf(ledger, field).filter(({ enabled }) => enabled !== false);
  const wider = ledger.fields.find(({ key }) => key === field.within);
  return (texts) => {
    const parent = wider && itemsOf(ledger, wider).find(({ label }) => label === texts[wider.key]?.trim());
    const fitting = items.filter(({ parent_value }) => !parent || !parent_value || parent_value === parent.value);
    return (fitting.length ? fitting : items).map(({ label }) => label);
  };
}
