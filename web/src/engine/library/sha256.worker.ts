/** SHA-256 of a file, in slices and off the page's thread. Pure JavaScript: the CSP does not allow WebAssembly. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

const SLICE = 4 * 1024 * 1024;

self.addEventListener("message", ({ data: file }: MessageEvent<File>) => {
  void digest(file);
});

async function digest(file: File): Promise<void> {
  try {
    const hash = sha256.create();
    for (let from = 0; from < file.size; from += SLICE) {
      hash.update(new Uint8Array(await file.slice(from, from + SLICE).arrayBuffer()));
      self.postMessage({ done: Math.min(from + SLICE, file.size) });
    }
    self.postMessage({ hex: bytesToHex(hash.digest()) });
  } catch {
    self.postMessage({ error: true });
  }
}
