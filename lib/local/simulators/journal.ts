import { openDatabase, transaction } from "../database.ts";
import type { WireRequest } from "./wire.ts";

/** One received request as it was, and how it was answered: an HTTP status, or "cut". */
type LoggedRequest = {
  readonly seq: number;
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly search: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly answered: string | null;
};

/** What a simulator remembers: raw requests, named items and used nonces. Every write is on disk when the call returns. */
export type Journal = {
  record(request: WireRequest, atMs: number): number;
  answered(seq: number, outcome: string): void;
  /** At most `limit` requests with `seq` greater than `after`, oldest first. */
  log(after: number, limit: number): LoggedRequest[];
  read<Item>(kind: string, id: string): Item | undefined;
  write(kind: string, id: string, item: unknown): void;
  /** The newest `limit` items of a kind, oldest first. */
  list<Item>(kind: string, limit?: number): Item[];
  /** At most `limit` items of a kind with `seq` greater than `after`, oldest first; `seq` has gaps. */
  page<Item>(kind: string, after: number, limit: number): { seq: number; item: Item }[];
  /** False if this client used the nonce before; forgets those no window can accept any more. */
  claimNonce(clientId: string, nonce: string, nowMs: number, keepMs: number): boolean;
  /** All writes of `work` or none, also when the process is killed in between. */
  atomically<Result>(work: () => Result): Result;
  clear(): void;
  close(): void;
};

/** A day of hard testing fits; beyond it the oldest requests make room. */
const loggedRequestsKept = 20_000;

/** Enough for any page or test, few enough to be one answer. */
const itemsListed = 1_000;

/** For the start of a process, which must forget nothing that is still to be done. */
export const everyItem = -1;

const schema = `
  CREATE TABLE IF NOT EXISTS request (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT, method TEXT, path TEXT, search TEXT,
    headers TEXT, body TEXT, answered TEXT);
  CREATE TABLE IF NOT EXISTS item (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT, id TEXT, value TEXT, UNIQUE (kind, id));
  CREATE TABLE IF NOT EXISTS nonce (
    client_id TEXT, nonce TEXT, expires_ms INTEGER, PRIMARY KEY (client_id, nonce));`;

export function openJournal(directory: string, name: string): Journal {
  const database = openDatabase(directory, `${name}.db`, schema);
  const insertRequest = database.prepare(
    `INSERT INTO request (at, method, path, search, headers, body) VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const pruneRequests = database.prepare(`DELETE FROM request WHERE seq <= ?`);
  const markAnswered = database.prepare(`UPDATE request SET answered = ? WHERE seq = ?`);
  const selectRequests = database.prepare(
    `SELECT * FROM request WHERE seq > ? ORDER BY seq LIMIT ?`,
  );
  const selectItem = database.prepare(`SELECT value FROM item WHERE kind = ? AND id = ?`);
  // The place in the list stays that of the first write, so lists keep the order of arrival.
  const upsertItem = database.prepare(`INSERT INTO item (kind, id, value) VALUES (?, ?, ?)
    ON CONFLICT (kind, id) DO UPDATE SET value = excluded.value`);
  const selectItems = database.prepare(
    `SELECT value FROM item WHERE kind = ? ORDER BY seq DESC LIMIT ?`,
  );
  const selectPage = database.prepare(
    `SELECT seq, value FROM item WHERE kind = ? AND seq > ? ORDER BY seq LIMIT ?`,
  );
  const dropNonces = database.prepare(`DELETE FROM nonce WHERE expires_ms < ?`);
  const insertNonce = database.prepare(`INSERT OR IGNORE INTO nonce VALUES (?, ?, ?)`);

  return {
    record({ method, path, search, headers, body }, atMs) {
      const at = new Date(atMs).toISOString();
      const headerText = JSON.stringify(headers);
      const added = insertRequest.run(at, method, path, search, headerText, body.toString());
      const seq = Number(added.lastInsertRowid);
      pruneRequests.run(seq - loggedRequestsKept);
      return seq;
    },
    answered(seq, outcome) {
      markAnswered.run(outcome, seq);
    },
    log(after, limit) {
      const rows = selectRequests.all(after, limit);
      return rows.map((row) => ({ ...row, headers: JSON.parse(String(row.headers)) }) as never);
    },
    read(kind, id) {
      const row = selectItem.get(kind, id);
      return row === undefined ? undefined : JSON.parse(String(row.value));
    },
    write(kind, id, item) {
      upsertItem.run(kind, id, JSON.stringify(item));
    },
    list(kind, limit = itemsListed) {
      const newestFirst = selectItems.all(kind, limit);
      return newestFirst.reverse().map((row) => JSON.parse(String(row.value)));
    },
    page(kind, after, limit) {
      const rows = selectPage.all(kind, after, limit);
      return rows.map(({ seq, value }) => ({ seq: Number(seq), item: JSON.parse(String(value)) }));
    },
    claimNonce(clientId, nonce, nowMs, keepMs) {
      dropNonces.run(nowMs);
      return insertNonce.run(clientId, nonce, nowMs + keepMs).changes === 1;
    },
    atomically: (work) => transaction(database, work),
    clear() {
      database.exec("DELETE FROM request; DELETE FROM item; DELETE FROM nonce");
    },
    close() {
      database.close();
    },
  };
}
