interface Progress {
  done?: number;
  hex?: string;
  error?: boolean;
}

/** SHA-256 of a file as hex, computed in a worker; `onProgress` gets 0 to 1. */
export function hashOf(file: File, onProgress: (part: number) => void, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./sha256.worker.ts", import.meta.url), { type: "module" });
    const end = (work: () => void) => {
      worker.terminate();
      work();
    };
    signal.addEventListener("abort", () => end(() => reject(new DOMException("aborted", "AbortError"))), {
      once: true,
    });
    const unreadable = () => new Error("文件无法读取，可能已被移动或修改，请重新选择");
    worker.onerror = () => end(() => reject(unreadable()));
    worker.onmessage = ({ data }: MessageEvent<Progress>) => {
      if (data.hex) end(() => resolve(data.hex!));
      else if (data.error) end(() => reject(unreadable()));
      else onProgress((data.done ?? 0) / file.size);
    };
    worker.postMessage(file);
  });
}
