/**
 * Fails when the build grows beyond what test/budget.json allows (design: frontend.md 3.2). Sizes are KiB after gzip -9.
 * The first load is the entry with everything that it imports at once; a page is what its lazy chunk brings beyond that.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const limits = JSON.parse(readFileSync("test/budget.json", "utf8"));
const manifest = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf8"));
const shares = JSON.parse(readFileSync("dist/.vite/own-share.json", "utf8"));

const sizes = new Map();
function gz(file) {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(join("dist", file)), { level: 9 }).length / 1024);
  return sizes.get(file);
}

/** The files of a chunk and of everything it imports statically. */
function files(key, found = new Set()) {
  const chunk = manifest[key];
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const file of chunk.css ?? []) found.add(file);
  for (const other of chunk.imports ?? []) files(other, found);
  return found;
}

function* sources(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* sources(path);
    else if (/\.(tsx?|css)$/.test(name) && !name.endsWith(".d.ts")) yield path;
  }
}

const checks = [];
const check = (name, value, limit) => checks.push({ name, value, limit, ok: value <= limit });
const sum = (names) => [...names].reduce((total, file) => total + gz(file), 0);

const first = files("index.html");
check("first load", sum(first), limits.first_load);

for (const [key, chunk] of Object.entries(manifest)) {
  if (!chunk.isDynamicEntry || !key.startsWith("src/")) continue;
  const added = [...files(key)].filter((file) => !first.has(file));
  const own = gz(chunk.file) * (shares[chunk.file] ?? 1);
  check(`${chunk.name}: own code`, own, limits.page_own_code);
  const heavy = added.filter((file) => /echarts/.test(file));
  check(`${chunk.name}: all it adds`, sum(added) - sum(heavy), limits.page_all);
  if (heavy.length) check("echarts", sum(heavy), limits.echarts);
}
const source = [...sources("src")].reduce((total, path) => total + statSync(path).size / 1024, 0);
check("own source (KiB, not compressed)", source, limits.own_source);

for (const { name, value, limit, ok } of checks) {
  console.log(`${ok ? "ok  " : "OVER"} ${name.padEnd(40)} ${value.toFixed(1).padStart(7)} of ${limit} KiB`);
}
const over = checks.filter((entry) => !entry.ok).length;
console.log(`${checks.length - over} passed, ${over} failed`);
process.exit(over ? 1 : 0);
