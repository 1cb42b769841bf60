import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * Opens `<directory>/<name>` and applies `schema` (idempotent statements).
 * An acknowledged write must outlive `kill -9` and a power cut, hence synchronous = FULL:
 * under WAL the default NORMAL may lose the last transactions when the machine stops.
 */
export function openDatabase(directory: string, name: string, schema: string): DatabaseSync {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(directory, name));
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000");
  database.exec(schema);
  return database;
}

/** Runs `work` as one transaction: all of it is kept, or, when it throws, none. */
export function transaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}
