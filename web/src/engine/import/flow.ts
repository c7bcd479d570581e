/** The import wizard's logic, apart from its looks: which step a job is at, and what its errors look like in a table. */
import type { BlankCells, Cells, HeadingQuestion, ImportJob, Mapping, PreviewRow, RowKind } from "../../api/imports";
import type { ImportError, ImportRow } from "../../api/types";
import type { Tone } from "../../app/theme";
import { dateTime, today } from "../../shared/format";

export const STEPS = ["模板下载", "上传文件", "核对列名", "核对结果", "完成"] as const;
export const MAX_MB = 20;

/** The step of a job, as an index of STEPS. A job that failed or was given up is back at the upload. */
export function stepOf(job: ImportJob | null): number {
  if (!job) return 1;
  switch (job.state) {
    case "queued":
    case "parsing":
    case "mapping":
      return 2;
    case "ready":
    case "confirming":
      return 3;
    case "confirmed":
    case "undoing":
    case "undone":
      return 4;
    default:
      return 1;
  }
}

/** Ledgers whose template was downloaded since this page was opened, from the list or from the wizard. */
const templates = new Set<string>();

export function markTemplate(slug: string): void {
  templates.add(slug);
}

export function hasTemplate(slug: string): boolean {
  return templates.has(slug);
}

const KEPT_HOURS = 24;

/**
 * What a job is called in the history. The service sweeps away the rows of an import a day after its upload, so that one
 * nobody has confirmed says how long it can still be taken up.
 */
export function stateWords(job: Pick<ImportJob, "state" | "expired" | "created_at">, now = Date.now()): string {
  if (!waits(job)) return STATES[job.state];
  const hours = Math.ceil(KEPT_HOURS - (now - Date.parse(job.created_at)) / 3_600_000);
  // Sweeping happens some minutes after the time is up: until then it may still be opened.
  const word = job.state === "mapping" ? "待核对列名" : "未确认";
  return job.expired ? "未确认（已清除）" : hours > 0 ? `${word}（${hours} 小时后清除）` : `${word}（即将清除）`;
}

function waits(job: Pick<ImportJob, "state">): boolean {
  return job.state === "ready" || job.state === "mapping";
}

/** Whether an import waits for somebody to say yes or no. */
export function isOpen(job: Pick<ImportJob, "state" | "expired">): boolean {
  return waits(job) && !job.expired;
}

/** Nothing to write and nothing wrong: the file says what the ledger has already. */
export function isSame(job: Pick<ImportJob, "created" | "updated" | "invalid">): boolean {
  return job.created + job.updated + job.invalid === 0;
}

export function isRunning(job: ImportJob | null | undefined): boolean {
  return job?.state === "queued" || job?.state === "parsing" || job?.state === "confirming" || job?.state === "undoing";
}

/** How many rows will be written: what is right and says what the ledger says already is not. */
export function writes(job: Pick<ImportJob, "created" | "updated">): number {
  return job.created + job.updated;
}

/** What will be written, in numbers: 将新增 3 行、更新 2 行. */
export function willWrite(job: Pick<ImportJob, "created" | "updated" | "unchanged" | "skipped">): string {
  const parts = [job.created && `新增 ${job.created} 行`, job.updated && `更新 ${job.updated} 行`].filter(Boolean);
  const rest = [
    job.unchanged && `${job.unchanged} 行与系统一致，不变`,
    job.skipped && `${job.skipped} 行系统中已有，跳过`,
  ].filter(Boolean);
  return [parts.length ? `将${parts.join("、")}` : "没有需要写入的行", ...rest].join("；");
}

/** Why nothing can be imported of a file with wrong rows; null when something can. */
export function nothingToWrite(job: Pick<ImportJob, "created" | "updated" | "valid">): string | null {
  if (writes(job) > 0) return null;
  return job.valid > 0 ? "正确的行没有需要写入的内容，改好有错误的行后再导入" : "没有正确的行，改好后再导入";
}

export const OUTCOMES: Record<RowKind, { label: string; tone: Tone }> = {
  invalid: { label: "有错误", tone: "red" },
  created: { label: "新增", tone: "green" },
  updated: { label: "更新", tone: "blue" },
  unchanged: { label: "无变化", tone: "grey" },
  skipped: { label: "跳过", tone: "grey" },
  corrected: { label: "已更正", tone: "blue" },
  all: { label: "全部", tone: "grey" },
};

export function outcome(row: Pick<PreviewRow, "action">): RowKind {
  return row.action ?? "invalid";
}

/** The kinds of rows that a file has, with how many there are, what wants a look first. */
export function kindsOfRows(job: ImportJob): { value: RowKind; label: string; count: number }[] {
  const kinds = (["invalid", "updated", "created", "unchanged", "skipped"] as const)
    .filter((kind) => job[kind] > 0)
    .map((kind): { value: RowKind; label: string; count: number } => ({ value: kind, label: OUTCOMES[kind].label, count: job[kind] }));
  // What was put right can be looked at, and changed, once more: among the right rows nobody would find it.
  const corrected = job.state === "ready" ? (job.corrected_rows ?? 0) : 0;
  if (corrected > 0) kinds.push({ value: "corrected", label: OUTCOMES.corrected.label, count: corrected });
  return kinds.length > 1 ? [...kinds, { value: "all", label: OUTCOMES.all.label, count: job.rows }] : kinds;
}

/** Why a file cannot be an import, before any byte is sent; null when it may be one. */
export function fileProblem(file: { name: string; size: number }): string | null {
  if (/\.xls$/i.test(file.name)) return "这是旧版 .xls 文件，请在 Excel 或 WPS 中另存为 .xlsx 后再上传";
  if (/\.(csv|txt)$/i.test(file.name)) return "这是文本文件，请在 Excel 或 WPS 中打开，另存为 .xlsx 后再上传";
  if (!/\.xlsx$/i.test(file.name)) return "只能上传 .xlsx 工作簿";
  if (file.size === 0) return "文件是空的";
  if (file.size > MAX_MB * 1024 * 1024) return `文件超过 ${MAX_MB} MB，请拆分后分批导入`;
  return null;
}

/** Rows with errors, made from the job's list of errors: for a service that does not offer the rows themselves. */
export function rowsFromErrors(errors: ImportError[]): ImportRow[] {
  const rows = new Map<number, ImportRow>();
  for (const error of errors) {
    const row = rows.get(error.row) ?? { row: error.row, values: {}, errors: {} };
    rows.set(error.row, row);
    if (!error.field) continue;
    row.values[error.field] = error.value;
    row.errors[error.field] = { code: error.code, message: error.message };
  }
  return [...rows.values()].sort((a, b) => a.row - b.row);
}

export const STATES: Record<ImportJob["state"], string> = {
  queued: "排队中",
  parsing: "校验中",
  mapping: "待核对列名",
  ready: "待确认",
  confirming: "写入中",
  confirmed: "已导入",
  undoing: "撤销中",
  undone: "已撤销",
  failed: "失败",
  cancelled: "已放弃",
};

export const ON_DUPLICATE: { value: ImportJob["on_duplicate"]; label: string; help: string }[] = [
  { value: "update", label: "更新", help: "系统中已有的记录按文件中的内容修改；文件里没有的列保持不变。" },
  { value: "skip", label: "跳过", help: "系统中已有的记录保持不变，只新增没有的。" },
  { value: "error", label: "报错", help: "系统中已有的记录算作错误，由您核对后再决定。" },
];

export const BLANK_CELLS: { value: BlankCells; label: string; help: string }[] = [
  { value: "keep", label: "空白单元格保留系统中的内容", help: "只改文件中填了内容的单元格。" },
  { value: "clear", label: "空白单元格清空系统中的内容", help: "文件中留空的，系统中也改为空白；确认前会列出。" },
];

/** From here on most people would say that a suggestion is meant: it is filled in, and shown to be looked at. */
export const STRONG = 66;

/** The headings that are asked about, and those about which something has been said, in the order of the file. */
export function askedHeadings(mapping: Mapping): (HeadingQuestion & { id?: string | null })[] {
  const asked = new Map<string, HeadingQuestion & { id?: string | null }>();
  for (const { header, column, id } of mapping.known ?? []) asked.set(column, { header, column, suggestions: [], id });
  for (const heading of mapping.headings) if (!asked.has(heading.column)) asked.set(heading.column, heading);
  return [...asked.values()].sort((a, b) => a.column.length - b.column.length || a.column.localeCompare(b.column));
}

/** What the mapping step begins with: what has been said, and headings that surely mean a field, each field once. */
export function firstGuess(mapping: Mapping): Record<string, string> {
  const said = (mapping.known ?? []).flatMap(({ header, field }) => (field ? [[header, field] as const] : []));
  const taken = new Set(said.map(([, field]) => field));
  const guess: Record<string, string> = Object.fromEntries(said);
  const best = mapping.headings
    .flatMap(({ header, suggestions }) => suggestions.map(({ field, score }) => ({ header, field, score })))
    .filter(({ score }) => score >= STRONG)
    .sort((a, b) => b.score - a.score);
  for (const { header, field } of best) {
    if (taken.has(field) || header in guess) continue;
    taken.add(field);
    guess[header] = field;
  }
  return { ...guess, ...mapping.given.headings };
}

/** Required fields that no column stands for yet. */
export function stillMissing(mapping: Mapping, chosen: Record<string, string>): string[] {
  const given = new Set(Object.values(chosen));
  return mapping.fields.filter(({ field }) => mapping.missing.includes(field) && !given.has(field)).map((f) => f.title);
}

/** What the updates would leave blank, as a sentence; null when it is nothing. */
export function clearedWords(job: Pick<ImportJob, "cleared" | "cleared_first">): string | null {
  if (!job.cleared) return null;
  const first = (job.cleared_first ?? []).map(({ row, title }) => `第 ${row} 行“${title}”`).join("、");
  const more = job.cleared > (job.cleared_first ?? []).length && first ? "等" : "";
  return `将清空系统中 ${job.cleared} 个单元格的内容${first && `：${first}${more}`}`;
}

/** Until when an import can be undone, 今天 18:05 or 明天 09:30; null when it cannot. */
export function undoUntil(job: Pick<ImportJob, "undo">, now = Date.now()): string | null {
  const until = job.undo?.possible_until;
  if (!until || Date.parse(until) - now < 60_000) return null;
  const [day, minute] = dateTime(until).split(" ");
  return `${day === today(new Date(now)) ? "今天" : "明天"} ${minute}`;
}

/** Whether the workbook with the errors in it is still there: a day from the upload. */
export function hasErrorWorkbook(job: Pick<ImportJob, "invalid" | "expired" | "state">): boolean {
  return job.invalid > 0 && !job.expired && ["ready", "confirmed", "undone"].includes(job.state);
}

/** The cells that say something else than those that were sent. */
export function without(all: Cells, sent: Cells): Cells {
  const left = Object.entries(all).map(([row, fields]): [string, Record<string, string>] => [
    row,
    Object.fromEntries(Object.entries(fields).filter(([field, text]) => sent[Number(row)]?.[field] !== text)),
  ]);
  return Object.fromEntries(left.filter(([, fields]) => Object.keys(fields).length > 0));
}
