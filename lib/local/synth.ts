import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Everything the template and its bundles are made of. */
const sources = ["bin/app.ts", "functions", "lib/aws", "statemachines", "package-lock.json"];

/**
 * Runs `node bin/app.ts` unless `outDir` holds a template younger than every source.
 * @returns whether it ran
 */
export async function synthesizeIfStale(root: string, outDir: string): Promise<boolean> {
  const newest = Math.max(...sources.map((source) => newestMs(join(root, source))));
  if (templateMs(outDir) > newest) return false;
  await synthesize(root, outDir);
  return true;
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
    env: { ...process.env, CDK_OUTDIR: outDir },
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
      else reject(new Error(`\`node bin/app.ts\` ended with ${code}:\n${stderr.trim()}`));
    });
  });
}
