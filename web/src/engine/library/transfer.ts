/** One file from the browser to the object store: begin or go on, send the parts, complete. */
import { documents, type OnConflict } from "../../api/documents";
import { ApiError } from "../../api/problem";
import type { LibraryNode, Upload, UploadPart } from "../../api/documents";
import { afterFailure, delayBefore, nextParts, sentBytes } from "./parts";
import { put, PutFailed } from "./put";

/** Where uploads are begun, taken up and completed: a library, or the attachments of a row. */
export interface Channel {
  begin: (file: { name: string; size: number; sha256: string; onConflict: OnConflict }) => Promise<Upload>;
  upload: (id: string) => Promise<Upload>;
  complete: (id: string) => Promise<LibraryNode>;
}

export interface Target {
  slug: string;
  parentId: string | null;
  /** The library named by `slug`, unless something else is said. */
  channel?: Channel;
}

function channelOf({ slug, parentId, channel }: Target): Channel {
  return (
    channel ?? {
      begin: ({ onConflict, ...file }) =>
        documents.beginUpload(slug, { ...file, parent_id: parentId, on_conflict: onConflict }),
      upload: documents.upload,
      complete: documents.completeUpload,
    }
  );
}

/** Where an unfinished upload of this very file is remembered, so that it goes on after a reload. */
function memoryKey(target: Target, file: File, sha256: string): string {
  return `safework.upload.${target.slug}.${target.parentId ?? "root"}.${sha256}.${file.name}`;
}

async function open(target: Target, file: File, sha256: string, onConflict: OnConflict): Promise<Upload> {
  const key = memoryKey(target, file, sha256);
  const known = localStorage.getItem(key);
  if (known) {
    try {
      const upload = await channelOf(target).upload(known);
      if (upload.parts.length > 0 && upload.size === file.size) return upload;
    } catch (error) {
      if (!(error instanceof ApiError) || ![403, 404, 409, 410].includes(error.status)) throw error;
    }
    localStorage.removeItem(key); // over, swept away or completed: begin anew
  }
  const upload = await channelOf(target).begin({ name: file.name, size: file.size, sha256, onConflict });
  localStorage.setItem(key, upload.id);
  return upload;
}

export async function transfer(
  target: Target,
  file: File,
  sha256: string,
  onConflict: OnConflict,
  onSent: (bytes: number) => void,
  signal: AbortSignal,
): Promise<LibraryNode> {
  const upload = await open(target, file, sha256, onConflict);
  await sendParts(channelOf(target), upload, file, onSent, signal);
  signal.throwIfAborted();
  try {
    const node = await channelOf(target).complete(upload.id);
    localStorage.removeItem(memoryKey(target, file, sha256));
    return node;
  } catch (error) {
    // Refused for good (wrong checksum, wrong type): going on with it could only be refused again.
    if (error instanceof ApiError && [409, 410, 415, 422].includes(error.status)) {
      localStorage.removeItem(memoryKey(target, file, sha256));
    }
    throw error;
  }
}

async function sendParts(
  channel: Channel,
  upload: Upload,
  file: File,
  onSent: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  let parts = upload.parts;
  const loaded = new Map<number, number>();
  const tries = new Map<number, number>();
  const busy = new Map<number, Promise<void>>();
  // One part that is given up ends all the others at once.
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const report = () => onSent(sentBytes(parts, loaded));

  const one = async (number: number) => {
    const part = parts.find((candidate) => candidate.number === number)!;
    try {
      await put(
        part.url!,
        file.slice(part.offset, part.offset + part.size),
        (bytes) => (loaded.set(number, bytes), report()),
        either,
      );
      parts = parts.map((candidate) => (candidate.number === number ? { ...candidate, done: true } : candidate));
    } catch (error) {
      loaded.delete(number);
      if (!(error instanceof PutFailed)) throw error;
      const tried = (tries.get(number) ?? 0) + 1;
      tries.set(number, tried);
      const next = afterFailure(error.status, tried);
      if (next === "give-up") throw error;
      await pause(delayBefore(tried), either);
      if (next === "new-url") {
        const fresh = new Map(
          (await channel.upload(upload.id)).parts.map((candidate) => [candidate.number, candidate]),
        );
        parts = parts.map((candidate) => ({ ...candidate, url: fresh.get(candidate.number)?.url ?? candidate.url }));
      }
    } finally {
      busy.delete(number);
      report();
    }
  };

  refuseOtherOrigin(parts);
  report();
  try {
    while (parts.some((part) => !part.done)) {
      for (const part of nextParts(parts, new Set(busy.keys()))) busy.set(part.number, one(part.number));
      await Promise.race(busy.values());
    }
  } catch (error) {
    stop.abort();
    await Promise.allSettled(busy.values());
    throw error;
  }
}

/** Presigned URLs name the address that the system is published under; a page opened under another name cannot use them. */
function refuseOtherOrigin(parts: UploadPart[]): void {
  const url = parts.find((part) => part.url)?.url;
  if (!url) return;
  const { origin } = new URL(url, location.origin);
  if (origin !== location.origin) throw new Error(`请用 ${origin} 打开本系统后再上传文件`);
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("aborted", "AbortError"));
    });
  });
}
