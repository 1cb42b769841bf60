import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { TestProject } from "vitest/node";
import { localTemplate, synthesizeIfStale } from "../../lib/local/template/synth.ts";
import { type Running, startProcess } from "./stack.ts";

const root = resolve(import.meta.dirname, "../..");

/**
 * One template and one stack for all journeys of a run. QIANYUE_STACK names the data folder (or the
 * stack.json) of a stack that runs already, which is then used instead and left running.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const source = join(root, localTemplate);
  await synthesizeIfStale(root, source);
  const folder = mkdtempSync(join(tmpdir(), "qianyue-journeys-"));
  const outDir = keptTemplate(source, join(folder, "cdk.out"));
  const running = process.env.QIANYUE_STACK
    ? alreadyRunning(process.env.QIANYUE_STACK)
    : await startProcess(join(folder, "data"), outDir);
  project.provide("outDir", outDir);
  project.provide("stack", running.description);
  return async () => {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

/** A copy from the far future, so that nobody synthesizes it anew when a source is edited during the run. */
function keptTemplate(source: string, outDir: string): string {
  cpSync(source, outDir, { recursive: true });
  utimesSync(join(outDir, "Qianyue.template.json"), new Date(), new Date("2100-01-01"));
  return outDir;
}

function alreadyRunning(path: string): Running {
  const file = statSync(path).isDirectory() ? join(path, "stack.json") : path;
  const leaveIt = async () => {};
  return { description: JSON.parse(readFileSync(file, "utf8")), kill: leaveIt, stop: leaveIt };
}
