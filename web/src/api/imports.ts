/** Imports of workbooks, wherever they are: a ledger, or anything else that answers in the same way under another address. */
import { download } from "./download";
import { postForm, request, signedFetch } from "./http";
import { ApiError } from "./problem";
import type { ImportJob as Basic, ImportRow, Paged } from "./types";

/** Which rows of a preview. */
export type RowKind = "invalid" | "created" | "updated" | "unchanged" | "skipped" | "corrected" | "all";

/** A row with what will become of it; where the rows are not compared, only the wrong ones are there. */
export interface PreviewRow extends ImportRow {
  action?: "created" | "updated" | "unchanged" | "skipped" | null;
  changes?: Record<string, { before: string | null; after: string | null }>;
  /** Fields of which the file says nothing, and whose value stays. */
  kept?: string[];
  /** Fields whose cell somebody has put right on the page. */
  corrected?: string[];
}

/** By row number and field: the text that is to stand in the cell's place. */
export type Cells = Record<number, Record<string, string>>;

export interface HeadingQuestion {
  header: string;
  column: string;
  suggestions: { field: string; score: number }[];
}

export interface WordQuestion {
  field: string;
  word: string;
  count: number;
  suggestions: { value: string; label: string; score: number }[];
  /** The items that may be meant, where the rows with this word say to what it belongs. */
  below?: string[];
}

export interface Answers {
  headings?: Record<string, string>;
  words?: Record<string, Record<string, string>>;
  ignore?: string[];
  remember?: boolean;
}

/** A heading that means something, or nothing, because somebody has said so; `id` is what a department remembers of it. */
export interface KnownHeading {
  header: string;
  column: string;
  field: string | null;
  id: string | null;
}

/** What differs from ours in a file, what has been said about it, and what there is to choose from. */
export interface Mapping {
  headings: HeadingQuestion[];
  missing: string[];
  words: WordQuestion[];
  given: Answers;
  known?: KnownHeading[];
  /** The first values of the columns, by their letters. */
  samples?: Record<string, string[]>;
  fields: { field: string; title: string; required: boolean }[];
  items: Record<string, { value: string; label: string }[]>;
}

export interface Undo {
  possible_until: string | null;
  undone_at: string | null;
  by_name: string | null;
  deleted: number;
  restored: number;
  refused_count?: number;
  /** How many rows an undo would take back now: the others have been touched since. */
  possible_rows?: number;
  refused: { row_id: string; title: string | null; code: string; message: string }[];
}

export type ImportState = Basic["state"] | "mapping" | "undoing" | "undone";

export type BlankCells = "keep" | "clear";

/** What is chosen with a file. `blankCells` only where an import knows the choice. */
export interface Choices {
  onDuplicate: ImportJob["on_duplicate"];
  blankCells: BlankCells | null;
  by: number | null;
}

export interface ImportJob extends Omit<Basic, "state"> {
  state: ImportState;
  mapping?: Mapping | null;
  /** The year that the whole file was said to be about. */
  import_by?: number | null;
  blank_cells?: BlankCells;
  /** How many cells the updates would leave blank, and the first of them. */
  cleared?: number;
  /** How many cells have been put right on the page. */
  corrected?: number;
  corrected_rows?: number;
  cleared_first?: { row: number; field: string; title: string }[];
  undo?: Undo;
}

export interface Remembered {
  id: string;
  kind: "heading" | "word";
  written: string;
  field: string | null;
  field_title: string | null;
  label: string | null;
  created_by_name: string;
  created_at: string;
}

export type ImportApi = ReturnType<typeof importsAt>;

/** `root` is what stands before `/imports` and `/template.xlsx`: `/api/ledgers/fire-facilities`. */
export function importsAt(root: string) {
  const at = `${root}/imports`;
  // The last answer of each job that was watched, with its mark: while nothing has changed, only the mark is sent.
  const seen = new Map<string, { mark: string; job: ImportJob }>();
  return {
    template: (name: string) => download(`${root}/template.xlsx`, name),
    start: (
      file: File,
      { onDuplicate, blankCells, by }: Choices,
      onProgress: (part: number) => void,
      signal?: AbortSignal,
    ) => {
      const form = new FormData();
      form.set("on_duplicate", onDuplicate);
      if (blankCells) form.set("blank_cells", blankCells);
      if (by !== null) form.set("import_by", String(by));
      form.set("file", file);
      return postForm<ImportJob>(at, form, onProgress, signal);
    },
    history: (page: number) => request<Paged<ImportJob>>("GET", at, { query: { page, size: 10 } }),
    get: async (id: string): Promise<ImportJob> => {
      const known = seen.get(id);
      const headers = new Headers({ Accept: "application/json" });
      if (known) headers.set("If-None-Match", known.mark);
      try {
        const response = await signedFetch(new Request(new URL(`${at}/${id}`, location.origin).href, { headers }));
        const job = (await response.json()) as ImportJob;
        const mark = response.headers.get("ETag");
        if (mark) seen.set(id, { mark, job });
        return job;
      } catch (error) {
        if (known && error instanceof ApiError && error.status === 304) return known.job;
        throw error;
      }
    },
    rows: (id: string, what: RowKind, page: number, size = 50) =>
      request<Paged<PreviewRow>>("GET", `${at}/${id}/rows`, {
        query: {
          page,
          size,
          invalid: what === "invalid" ? 1 : undefined,
          what: what === "invalid" || what === "all" ? undefined : what,
        },
      }),
    answer: (id: string, answers: Answers) => request<ImportJob>("POST", `${at}/${id}/mapping`, { body: answers }),
    correct: (id: string, cells: Cells) =>
      request<ImportJob>("POST", `${at}/${id}/corrections`, { body: { cells } }),
    remembered: () => request<{ items: Remembered[] }>("GET", `${at}/mapping`),
    forget: (mapping: string) => request<void>("DELETE", `${at}/mapping/${mapping}`),
    confirm: (id: string, onlyValid: boolean) =>
      request<ImportJob>("POST", `${at}/${id}/confirm`, { body: { only_valid: onlyValid } }),
    cancel: (id: string) => request<void>("DELETE", `${at}/${id}`),
    undo: (id: string) => request<ImportJob>("POST", `${at}/${id}/undo`, { body: {} }),
    errors: (id: string) => download(`${at}/${id}/errors.xlsx`, "导入错误清单.xlsx"),
  };
}
