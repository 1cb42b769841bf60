import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export type Lock = { close(): void };

/**
 * Takes `<directory>/lock.db` for this process, or answers undefined while another holds it. SQLite's
 * own file lock is used because the operating system drops it with the process: after `kill -9` there
 * is no stale lock to clean up.
 */
export function tryLock(directory: string): Lock | undefined {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(directory, "lock.db"), { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch {
    database.close();
    return undefined;
  }
}

/** Takes the data folder of a stack and says who has it where it is taken. */
export function lockFolder(directory: string): Lock {
  const lock = tryLock(directory);
  if (lock !== undefined) return lock;
  throw new Error(
    `another local stack runs on ${directory}${whoRuns(directory)}: stop it or choose another folder with --data`,
  );
}

function whoRuns(directory: string): string {
  try {
    const { pid, apiUrl } = JSON.parse(readFileSync(join(directory, "stack.json"), "utf8"));
    return ` (process ${pid}, ${apiUrl})`;
  } catch {
    // It is still starting, or in a version without these fields: the folder's name must do.
    return "";
  }
}
