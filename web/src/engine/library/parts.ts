/** The arithmetic of an upload in parts, apart from the network. */
import type { UploadPart } from "../../api/documents";

/** How many parts of one file travel at the same time. */
export const PARALLEL_PARTS = 3;
export const MOST_TRIES = 5;

/** The parts to send next: neither stored nor on their way, as many as there is room for. */
export function nextParts(parts: UploadPart[], busy: ReadonlySet<number>, room = PARALLEL_PARTS): UploadPart[] {
  return parts.filter((part) => !part.done && !busy.has(part.number)).slice(0, Math.max(0, room - busy.size));
}

/** Bytes that are stored or on their way. */
export function sentBytes(parts: UploadPart[], loaded: ReadonlyMap<number, number>): number {
  return parts.reduce(
    (total, part) => total + (part.done ? part.size : Math.min(part.size, loaded.get(part.number) ?? 0)),
    0,
  );
}

/** What to do about a part that was refused: 403 means that its presigned URL is over, 4xx else that it never will. */
export function afterFailure(status: number, tries: number): "again" | "new-url" | "give-up" {
  if (tries >= MOST_TRIES) return "give-up";
  if (status === 403) return "new-url";
  if (status === 0 || status === 408 || status === 429 || status >= 500) return "again";
  return "give-up";
}

/** Milliseconds before the next try: 1, 2, 4, 8 seconds. */
export function delayBefore(tries: number): number {
  return 1000 * 2 ** Math.max(0, tries - 1);
}

/** Why a file is refused before anything is sent; null when it may go. */
export function fileProblem(
  file: { name: string; size: number },
  rules: { accept: string[]; max_mb: number },
): string | null {
  if (file.size === 0) return `“${file.name}”是空文件`;
  if (file.size > rules.max_mb * 1024 * 1024) return `“${file.name}”超过 ${rules.max_mb} MB`;
  const extension = file.name.split(".").pop()?.toLowerCase() ?? "";
  const accepted = rules.accept.map((part) => part.toLowerCase().replace(/^\./, ""));
  if (accepted.length && !accepted.includes("*") && !accepted.includes(extension)) {
    return `“${file.name}”的格式不在允许范围内（${accepted.join("、")}）`;
  }
  return nameProblem(file.name);
}

/** Why a name is refused (domain.md 3.1); null when it is good. */
export function nameProblem(name: string): string | null {
  const text = name.trim();
  if (!text) return "请填写名称";
  if (text.length > 200) return "名称不能超过 200 个字";
  if (/[\\/:*?"<>|]/.test(text)) return '名称不能包含 \\ / : * ? " < > |';
  return null;
}
