/** One part to its presigned URL. XMLHttpRequest, because fetch does not tell how much has been sent. */
export class PutFailed extends Error {
  constructor(readonly status: number) {
    super(`the object store answered ${status}`);
  }
}

export function put(url: string, body: Blob, onLoaded: (bytes: number) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new DOMException("aborted", "AbortError"));
    const xhr = new XMLHttpRequest();
    const abort = () => xhr.abort();
    signal.addEventListener("abort", abort, { once: true });
    xhr.open("PUT", url);
    xhr.upload.onprogress = (event) => onLoaded(event.loaded);
    xhr.onerror = () => reject(new PutFailed(0));
    xhr.onabort = () => reject(new DOMException("aborted", "AbortError"));
    xhr.onload = () => (xhr.status >= 200 && xhr.status < 300 ? resolve() : reject(new PutFailed(xhr.status)));
    xhr.onloadend = () => signal.removeEventListener("abort", abort);
    xhr.send(body);
  });
}
