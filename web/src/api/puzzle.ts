/** The proof of work (ALTCHA 2) that a sign-in brings after failures: the machine looks for a number, the person waits a
 * moment. Nothing has to be read, seen or heard, and nothing is asked of another server. */
import { search, type Found, type Parameters } from "./puzzleSearch";

export interface Puzzle {
  parameters: Parameters;
  signature: string;
}

/** The solution as the server reads it. */
export function payload(puzzle: Puzzle, found: Found): string {
  return btoa(JSON.stringify({ challenge: puzzle, solution: found }));
}

/** Solve it off the page's thread; where there are no workers, on it. */
export async function solve(puzzle: Puzzle): Promise<string> {
  if (typeof Worker === "undefined") return payload(puzzle, search(puzzle.parameters));
  const worker = new Worker(new URL("./puzzle.worker.ts", import.meta.url), { type: "module" });
  try {
    const found = await new Promise<Found>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Found>) => resolve(data);
      worker.onerror = () => reject(new Error("安全验证没有完成，请刷新页面后重试"));
      worker.postMessage(puzzle.parameters);
    });
    return payload(puzzle, found);
  } finally {
    worker.terminate();
  }
}
