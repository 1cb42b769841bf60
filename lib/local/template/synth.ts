import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Lock, tryLock } from "../lock.ts";

/** Everything the template and its bundles are made of. */
const sources = [
  "bin/app.ts",
  "config",
  "functions",
  "verifier",
  "lib/aws",
  "statemachines",
  "package-lock.json",
];

/** Where the local stacks keep the template of their stage; `cdk.out` is the deployment's. */
export const localTemplate = ".local/cdk.out";
const localStage = "sandbox";

/** A synthesis takes 3 s, on a loaded machine 10. */
const waitLimitMs = 60_000;
const waitStepMs = 50;
/** What fits above the prompt; the whole is one `npm run synth` away. */
const errorLines = 12;

/**
 * Runs `node bin/app.ts` unless `outDir` holds a template younger than every source.
 * @returns whether it ran
 */
export async function synthesizeIfStale(root: string, outDir: string): Promise<boolean> {
  const isFresh = () =>
    templateMs(outDir) > Math.max(...sources.map((source) => newestMs(join(root, source))));
  if (isFresh()) return false;
  const lock = await waitForLock(join(root, "node_modules/.cache/synth"));
  try {
    if (isFresh()) return false;
    await synthesize(root, outDir);
    return true;
  } finally {
    lock.close();
  }
}

/** Two processes that synthesize at once, as tests do, would take each other's bundles away. */
async function waitForLock(directory: string): Promise<Lock> {
  const deadline = performance.now() + waitLimitMs;
  while (performance.now() < deadline) {
    const lock = tryLock(directory);
    if (lock !== undefined) return lock;
    await sleep(waitStepMs);
  }
  throw new Error(
    `another process has synthesized for more than ${waitLimitMs} ms (${directory}): end it`,
  );
}

function templateMs(outDir: string): number {
  if (!existsSync(outDir)) return 0;
  const templates = readdirSync(outDir).filter((file) => file.endsWith(".template.json"));
  return Math.max(0, ...templates.map((file) => statSync(join(outDir, file)).mtimeMs));
}

/** The youngest file under `path`; a deleted file shows in the time of its folder. */
function newestMs(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  const inside = readdirSync(path).map((entry) => newestMs(join(path, entry)));
  return Math.max(stats.mtimeMs, ...inside);
}

function synthesize(root: string, outDir: string): Promise<void> {
  const child = spawn(process.execPath, ["bin/app.ts"], {
    cwd: root,
    env: {
      ...process.env,
      CDK_OUTDIR: outDir,
      CDK_CONTEXT_JSON: JSON.stringify({ stage: localStage }),
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`\`node bin/app.ts\` ended with ${code}:\n${firstLines(stderr)}`));
    });
  });
}

/** The message without the stack of the bundler and of Node. */
function firstLines(stderr: string): string {
  return stderr
    .trim()
    .split("\n")
    .filter((line) => !/^\s+at |^node:internal|^Node\.js v/.test(line))
    .slice(0, errorLines)
    .join("\n");
}
