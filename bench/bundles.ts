import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";

/** A process start varies more than an import takes; the median of these is steady. */
const rounds = 11;

/** Milliseconds of a Node process that does nothing, and of one that imports the bundle in `folder`. */
export function importCost(folder: string): {
  readonly emptyMs: number;
  readonly importMs: number;
} {
  const bundle = pathToFileURL(join(folder, "index.mjs"));
  return {
    emptyMs: medianMs(() => run("0")),
    importMs: medianMs(() => run(`import(${JSON.stringify(bundle)})`)),
  };
}

function run(script: string): void {
  const { status, stderr } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
  if (status !== 0) throw new Error(`node -e '${script}': ${stderr}`);
}

function medianMs(measured: () => void): number {
  const times = Array.from({ length: rounds }, () => {
    const began = performance.now();
    measured();
    return performance.now() - began;
  });
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
}

/** Every bundle of the last synthesis, largest first. */
export function bundleSizes(build: string): { readonly name: string; readonly bytes: number }[] {
  return ["api", "steps", "workers"]
    .flatMap((kind) => readdirSync(join(build, kind)).map((name) => `${kind}/${name}`))
    .map((name) => ({ name, bytes: statSync(join(build, name, "index.mjs")).size }))
    .sort((a, b) => b.bytes - a.bytes);
}
