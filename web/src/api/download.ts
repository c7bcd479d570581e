/** Downloads that need the bearer token: fetched as a blob, then saved under the name the server gave. */
import { signedFetch, withQuery, type Query } from "./http";

/** The file name in a Content-Disposition header: `filename*` (RFC 5987) first, then `filename`. */
export function fileNameOf(header: string | null, fallback: string): string {
  if (!header) return fallback;
  const extended = /filename\*\s*=\s*(?:UTF-8|utf-8)''([^;]+)/.exec(header);
  if (extended?.[1]) {
    try {
      return decodeURIComponent(extended[1].trim());
    } catch {
      // A broken encoding: the plain name below, or the fallback.
    }
  }
  const plain = /filename\s*=\s*(?:"([^"]*)"|([^;]+))/.exec(header);
  return (plain?.[1] ?? plain?.[2])?.trim() || fallback;
}

export async function download(path: string, fallback: string, query?: Query): Promise<string> {
  const response = await signedFetch(new Request(new URL(withQuery(path, query), location.origin).href));
  const name = fileNameOf(response.headers.get("content-disposition"), fallback);
  saveBlob(await response.blob(), name);
  return name;
}

/** A file made for what is asked in the body: what does not fit into an address. */
export async function downloadFor(path: string, fallback: string, wanted: object): Promise<string> {
  const response = await signedFetch(
    new Request(new URL(path, location.origin).href, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(wanted),
    }),
  );
  const name = fileNameOf(response.headers.get("content-disposition"), fallback);
  saveBlob(await response.blob(), name);
  return name;
}

export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  saveUrl(url, name);
  // Revoked late: Chromium reads the blob after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export function saveUrl(url: string, name: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}
