import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * Takes the data folder for this process. SQLite's own file lock is used because the operating system
 * drops it with the process: after `kill -9` there is no stale lock to clean up.
 */
export function lockFolder(directory: string): { close(): void } {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(directory, "lock.db"), { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    database.close();
    throw new Error(
      `another local stack runs on ${directory}${whoRuns(directory)}: stop it or choose another folder with --data`,
      { cause },
    );
  }
  return { close: () => database.close() };
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
