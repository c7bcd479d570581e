/** All uploads of this tab: a queue that outlives the page it was begun on, two files at a time. */
import { useSyncExternalStore } from "react";
import type { OnConflict } from "../../api/documents";
import { ApiError, describe } from "../../api/problem";
import { hashOf } from "./hash";
import { PutFailed } from "./put";
import { transfer, type Target } from "./transfer";

export type UploadState = "waiting" | "hashing" | "sending" | "paused" | "conflict" | "failed" | "done";

export interface UploadTask {
  id: string;
  target: Target;
  file: File;
  state: UploadState;
  /** 0 to 1 of the hash while hashing, of the bytes afterwards. */
  part: number;
  error: string | null;
}

const PARALLEL_FILES = 2;

interface Inner {
  sha256: string | null;
  onConflict: OnConflict;
  abort: AbortController | null;
}

let tasks: UploadTask[] = [];
const inner = new Map<string, Inner>();
const listeners = new Set<() => void>();
const finished = new Set<(task: UploadTask) => void>();

function change(id: string, part: Partial<UploadTask>): void {
  tasks = tasks.map((task) => (task.id === id ? { ...task, ...part } : task));
  for (const listener of listeners) listener();
}

function begin(): void {
  const running = tasks.filter((task) => task.state === "hashing" || task.state === "sending").length;
  for (const task of tasks.filter((candidate) => candidate.state === "waiting").slice(0, PARALLEL_FILES - running)) {
    void run(task);
  }
}

async function run(task: UploadTask): Promise<void> {
  const own = inner.get(task.id)!;
  const abort = new AbortController();
  own.abort = abort;
  try {
    change(task.id, { state: own.sha256 ? "sending" : "hashing", part: 0, error: null });
    own.sha256 ??= await hashOf(task.file, (part) => change(task.id, { part }), abort.signal);
    change(task.id, { state: "sending", part: 0 });
    const onSent = (bytes: number) => change(task.id, { part: bytes / task.file.size });
    await transfer(task.target, task.file, own.sha256, own.onConflict, onSent, abort.signal);
    change(task.id, { state: "done", part: 1 });
    for (const listener of finished) listener(task);
  } catch (error) {
    if (abort.signal.aborted) change(task.id, { state: "paused" });
    else if (error instanceof ApiError && error.code === "name_taken" && own.onConflict === "error") {
      change(task.id, { state: "conflict", error: describe(error) });
    } else change(task.id, { state: "failed", error: reason(error) });
  } finally {
    own.abort = null;
    begin();
  }
}

function reason(error: unknown): string {
  if (error instanceof PutFailed) {
    return error.status === 0
      ? "网络中断，请恢复网络后点“重试”，将从断点继续"
      : `文件存储拒绝了上传（${error.status}），请重试`;
  }
  return describe(error);
}

// Closing the page would stop what is on its way. It can be taken up again, but only by choosing the same file again.
window.addEventListener("beforeunload", (event) => {
  if (tasks.some((task) => task.state === "hashing" || task.state === "sending")) event.preventDefault();
});

export const uploads = {
  add(files: File[], target: Target): void {
    const added = files.map((file): UploadTask => ({
      id: crypto.randomUUID(),
      target,
      file,
      state: "waiting",
      part: 0,
      error: null,
    }));
    for (const task of added) inner.set(task.id, { sha256: null, onConflict: "error", abort: null });
    tasks = [...tasks, ...added];
    for (const listener of listeners) listener();
    begin();
  },
  pause(id: string): void {
    const running = inner.get(id)?.abort;
    if (running) running.abort();
    else change(id, { state: "paused" });
  },
  resume(id: string): void {
    change(id, { state: "waiting", error: null });
    begin();
  },
  /** Answer to a name that is taken: a new version of that file, or both side by side. */
  resolve(id: string, onConflict: OnConflict): void {
    inner.get(id)!.onConflict = onConflict;
    uploads.resume(id);
  },
  remove(id: string): void {
    inner.get(id)?.abort?.abort();
    inner.delete(id);
    tasks = tasks.filter((task) => task.id !== id);
    for (const listener of listeners) listener();
  },
  clearDone(): void {
    for (const task of tasks.filter((candidate) => candidate.state === "done")) uploads.remove(task.id);
  },
  onFinished(listener: (task: UploadTask) => void): () => void {
    finished.add(listener);
    return () => finished.delete(listener);
  },
};

export function useUploads(slug: string): UploadTask[] {
  const all = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => tasks,
  );
  return all.filter((task) => task.target.slug === slug);
}
