/** A ledger as its service declares it (`GET /api/ledgers/_manifest`): everything the pages know about it is in here. */

export type FieldKind =
  | "text"
  | "code"
  | "textarea"
  | "integer"
  | "decimal"
  | "day"
  | "choice"
  | "multi_choice"
  | "department"
  | "yes_no"
  | "identity"
  | "phone";

export interface Field {
  key: string;
  title: string;
  kind: FieldKind | (string & {});
  group?: string | null;
  required?: boolean;
  required_when?: { field: string; in: unknown[] } | null;
  search?: boolean;
  filter?: boolean;
  sortable?: boolean;
  in_list?: boolean;
  width?: number | null;
  max_length?: number | null;
  min?: number | string | null;
  max?: number | string | null;
  precision?: number | null;
  dictionary?: string | null;
  /** The field that holds the parent of this choice. */
  within?: string | null;
  pattern?: string | null;
  help?: string | null;
  example?: string | null;
  default?: unknown;
  computed?: boolean;
  /** Filled by a rule when it is left blank. */
  derived?: boolean;
  personal?: boolean;
  aliases?: string[];
  /** What a number is, where that decides how it is written: a calendar year, an amount of money. */
  format?: "year" | "money" | null;
  /** Words that say that a date has no end (长期), which no rule then works out. */
  blank_words?: string[];
}

export interface DictionaryItem {
  value: string;
  label: string;
  color?: string | null;
  parent_value?: string | null;
  enabled?: boolean;
}

/** How a ledger keeps a stock: the number that entries change, and what an entry may be. */
export interface MovementsManifest {
  field: string;
  unit: string | null;
  /** The field that says how many there should be at least. */
  limit: string | null;
  kinds: {
    value: string;
    label: string;
    color?: string | null;
    direction: "in" | "out" | "count" | null;
    /** A button of its own on the row. */
    quick: boolean;
    enabled: boolean;
  }[];
}

export interface Offer {
  field: string;
  ledger: string;
  source: string;
  /** Keys of both ledgers: only rows that are equal in them are offered. */
  same: string[];
}

export interface LedgerManifest {
  slug: string;
  title: string;
  leaf: string;
  description?: string | null;
  by_department: boolean;
  natural_key: string[];
  permissions: { create: boolean; update: boolean; delete: boolean; import: boolean; export: boolean };
  default_sort?: string | null;
  /** The fields that name a row, such as the name and the number of a thing. */
  row_title?: string[];
  /** The columns that a list begins with: what names a row, and what one looks for first. */
  list_first?: string[];
  fields: Field[];
  /** What making a row's successor is called, which date makes it one, and which fields it begins with; null where rows have
   * none. */
  renewal?: { action: string; by: string; carries: string[] } | null;
  /** The sheets of labels to choose from; none where things of this ledger get no label. */
  labels?: { key: string; title: string; each: number }[];
  /** The year, as a field, that a workbook may be said to be about as a whole. */
  import_by?: string | null;
  /** Words that a form offers for a text, from the rows of another ledger. */
  offers?: Offer[];
  /** What is wrong with several rows together is looked for in this ledger: the titles of it. */
  findings?: string[];
  movements?: MovementsManifest | null;
  /** What is summed over the list, and by which fields; none for most. */
  totals?: { sums: string[]; by: string[] } | null;
  expiry: { field: string; title?: string | null; warn_days: number[] }[];
  /** Risk matrices: the form offers their values and shows what comes out while it is filled in. */
  scores?: ScoreRule[];
  dictionaries: Record<string, DictionaryItem[]>;
}

export interface ScoreRule {
  method: string;
  /** The fields that any method may use. */
  factors: string[];
  score: string;
  level: string;
  /** By the item of `method`: the values of each factor that it uses, and the levels by their least score, falling. */
  methods: Record<string, { factors: Record<string, number[]>; bands: [number, string][] }>;
}

export type Row = Record<string, unknown> & { id: string; version: number };

/** Whether a value was worked out by a rule, and not written by anybody: a printed date always wins over it. */
export function isWorkedOut(row: Row, field: Field): boolean {
  return Array.isArray(row.computed_keys) && row.computed_keys.includes(field.key);
}

/** The field of this row that entries alone may change: one that has some. */
export function movedField(ledger: LedgerManifest, row: Row | null): string | null {
  return row?.moved === true ? (ledger.movements?.field ?? null) : null;
}

/** Whether a newer row has taken this one's place: a certificate was issued again, an examination repeated. */
export function isReplaced(row: Row): boolean {
  return row.replaced === true;
}

/** Whether nobody has to act on a watched date any more: the row is out of use or replaced, or what was due is done. */
export function isQuiet(row: Row, field: Field): boolean {
  return Array.isArray(row.quiet_keys) && row.quiet_keys.includes(field.key);
}

/** What a row is doing: the status that is worked out, else the one that people choose. */
export function statusOf(ledger: LedgerManifest): Field | undefined {
  return ledger.fields.find((field) => field.computed) ?? ledger.fields.find((field) => field.key === "status");
}

/** The fields a person fills in. Computed ones are shown in the detail and in the list, never asked for. */
export function editableFields(ledger: LedgerManifest): Field[] {
  return ledger.fields.filter((field) => !field.computed);
}

/** Fields by their declared group, in the order of the declaration; fields without a group come as 基本信息. */
export function grouped(fields: Field[]): { title: string; fields: Field[] }[] {
  const groups: { title: string; fields: Field[] }[] = [];
  for (const field of fields) {
    const title = field.group || "基本信息";
    const group = groups.find((candidate) => candidate.title === title);
    if (group) group.fields.push(field);
    else groups.push({ title, fields: [field] });
  }
  return groups;
}

export function itemsOf(ledger: LedgerManifest, field: Field): DictionaryItem[] {
  return field.dictionary ? (ledger.dictionaries[field.dictionary] ?? []) : [];
}

export function itemOf(ledger: LedgerManifest, field: Field, value: unknown): DictionaryItem | undefined {
  return itemsOf(ledger, field).find((item) => item.value === value);
}

/** Which choice narrows which: child key → parent key, as the fields say with `within`. */
export function cascadeParents(ledger: LedgerManifest): Record<string, string> {
  const known = new Set(ledger.fields.map((field) => field.key));
  return Object.fromEntries(
    ledger.fields.flatMap((field) => (field.within && known.has(field.within) ? [[field.key, field.within]] : [])),
  );
}

/** The items to offer: enabled ones of the chosen parent, and the value a row already has even when it is retired. */
export function optionsFor(items: DictionaryItem[], parentValue: unknown, current: unknown): DictionaryItem[] {
  const kept = new Set(Array.isArray(current) ? current : [current]);
  return items.filter((item) => {
    if (kept.has(item.value)) return true;
    if (item.enabled === false) return false;
    return !parentValue || !item.parent_value || item.parent_value === parentValue;
  });
}
