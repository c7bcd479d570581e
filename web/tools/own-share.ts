/** A Vite plugin that writes which part of each chunk is our own code, for tools/budget.mjs. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

export function ownShare(folder: string): Plugin {
  const shares: Record<string, number> = {};
  return {
    name: "safework-own-share",
    apply: "build",
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        let own = 0;
        let all = 0;
        for (const [id, module] of Object.entries(chunk.modules)) {
          all += module.renderedLength;
          if (!id.includes("node_modules")) own += module.renderedLength;
        }
        shares[chunk.fileName] = all ? own / all : 0;
      }
    },
    closeBundle() {
      mkdirSync(join(folder, ".vite"), { recursive: true });
      writeFileSync(join(folder, ".vite", "own-share.json"), JSON.stringify(shares, null, 1));
    },
  };
}
