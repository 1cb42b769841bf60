import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder of files for one test. */
export function signingFolder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), "qianyue-openssl-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** Runs the openssl of this machine in `folder`; answers all it says, refusals too. */
export function openssl(folder: string, command: string): string {
  const { stdout, stderr, error } = spawnSync("openssl", command.split(" "), {
    cwd: folder,
    encoding: "utf8",
  });
  if (error) throw error;
  return stdout + stderr;
}
