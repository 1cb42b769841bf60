#!/usr/bin/env node
// Starts the verifier on any Node from 20 on: bundles it the first time, and again whenever a source changed.
import { mkdirSync, readdirSync, renameSync, statSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const sources = here("../verifier/");
const folder = here("../node_modules/.cache/qianyue-verify/");
const program = `${folder}qianyue-verify.mjs`;

const changedAt = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const newest = Math.max(...readdirSync(sources).map((name) => changedAt(sources + name)));

if (changedAt(program) < newest) {
  const { build } = await import("esbuild");
  mkdirSync(folder, { recursive: true });
  const own = `${folder}${process.pid}.mjs`;
  await build({
    entryPoints: [`${sources}cli.ts`],
    outfile: own,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
  });
  // Two that start at once both build; neither reads half a file.
  renameSync(own, program);
}
await import(pathToFileURL(program).href);
