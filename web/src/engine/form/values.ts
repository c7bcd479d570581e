/** What a form begins with: a row, the row that a new one succeeds, or what is usual. */
import { today } from "../../shared/format";
import { isMasked } from "../../shared/identity";
import { nameOf } from "../list/useRemove";
import { editableFields, movedField, type LedgerManifest, type Row } from "../schema";
import { isBlank } from "./rules";
import { isOpenLevel } from "./scoring";

type Values = Record<string, unknown>;

export function initialValues(ledger: LedgerManifest, row: Row | null, departmentId?: string): Values {
  return Object.fromEntries(
    editableFields(ledger).map((field) => {
      if (row && isOpenLevel(ledger, row, field.key)) return [field.key, undefined];
      // A saved row without an end says so, for what is left blank would be worked out.
      if (row) return [field.key, row[field.key] ?? field.blank_words?.[0]];
      if (field.key === "dept_id" && departmentId) return [field.key, departmentId];
      // A year that has to be given is this one more often than not.
      if (field.format === "year" && field.required) return [field.key, today().slice(0, 4)];
      return [field.key, field.default ?? undefined];
    }),
  );
}

/** Which row is succeeded: its name, its number, its dates. */
export function said(ledger: LedgerManifest, row: Row): string {
  const due = ledger.expiry.map(({ field }) => field);
  const more = ledger.fields.filter(({ key, kind }) => (kind === "code" && ledger.natural_key.includes(key)) || due.includes(key));
  const words = more.filter(({ key }) => !isBlank(row[key])).map(({ key, title }) => `${title} ${String(row[key])}`);
  return [nameOf(ledger, row), ...words].join("，");
}

/** What a row hands on to its successor. A number that is shown masked cannot be handed on: it is typed again. */
export function carried(ledger: LedgerManifest, after: Row | undefined): Values {
  if (!after) return {};
  const keys = ledger.renewal?.carries ?? [];
  return Object.fromEntries(
    keys.map((key) => [key, after[key]] as const).filter(([, value]) => !(typeof value === "string" && isMasked(value))),
  );
}

/** A row that is there already, with what was typed for a new one laid over it. */
export function overTwin(ledger: LedgerManifest, there: Row, typed: Values): Values {
  const filled = Object.fromEntries(Object.entries(typed).filter(([, value]) => !isBlank(value)));
  const values: Values = { ...initialValues(ledger, there), ...filled };
  const { renewal } = ledger;
  if (renewal && String(values[renewal.by] ?? "") > String(there[renewal.by] ?? "")) {
    // The days of the certificate before are not those of the one that is issued now: what is not typed is worked out.
    // Null and not undefined, which a draft would forget.
    for (const { key, kind } of editableFields(ledger)) {
      if (kind === "day" && !renewal.carries.includes(key)) values[key] = filled[key] ?? null;
    }
  }
  const fixed = movedField(ledger, there);
  return fixed ? { ...values, [fixed]: there[fixed] } : values;
}
