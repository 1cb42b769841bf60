import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { openDatabase, transaction } from "../database.ts";
import type { DefaultRetention, Retention } from "./s3-lock.ts";

type Headers = Readonly<Record<string, string>>;
type Row = Readonly<Record<string, unknown>>;

export type Bucket = {
  readonly name: string;
  readonly isVersioned: boolean;
  readonly lock: DefaultRetention | undefined;
};

export type ObjectVersion = {
  readonly key: string;
  /** "null" in a bucket without versioning, as S3 names it. */
  readonly versionId: string;
  /** File name of the content; a delete marker has none. */
  readonly file: string | undefined;
  readonly size: number;
  /** Quoted, as it goes over the wire. */
  readonly etag: string;
  readonly modifiedMs: number;
  /** Headers the object came with and is returned with. */
  readonly headers: Headers;
  readonly checksums: Headers;
  readonly retention: Retention | undefined;
};

export type ListedVersion = ObjectVersion & { readonly isLatest: boolean };
export type ObjectStore = ReturnType<typeof objectStore>;

/** `seq` orders the versions of a key; the unique index holds that exactly one of them is the latest. */
const schema = `
  CREATE TABLE IF NOT EXISTS buckets (
    name TEXT PRIMARY KEY, is_versioned INTEGER NOT NULL, lock TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS versions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    bucket TEXT NOT NULL REFERENCES buckets (name), key TEXT NOT NULL, version_id TEXT NOT NULL,
    is_latest INTEGER NOT NULL, file TEXT UNIQUE, size INTEGER NOT NULL, etag TEXT NOT NULL,
    modified_ms INTEGER NOT NULL, headers TEXT NOT NULL, checksums TEXT NOT NULL, retention TEXT,
    UNIQUE (bucket, key, version_id)
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS latest ON versions (bucket, key) WHERE is_latest = 1;
`;

/**
 * Objects as files, everything about them in SQLite. A file is synced to disk before the row that
 * names it is committed, so a crash leaves at worst a file nobody names; the next start removes it.
 */
export function objectStore(directory: string) {
  const database = openDatabase(directory, "s3.db", schema);
  const files = join(directory, "s3-objects");
  mkdirSync(files, { recursive: true, mode: 0o700 });

  const selectBucket = database.prepare("SELECT * FROM buckets WHERE name = ?");
  // Versioning and lock are never taken away from a bucket, here as on AWS.
  const upsertBucket = database.prepare(`
    INSERT INTO buckets VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET
      is_versioned = max(is_versioned, excluded.is_versioned), lock = coalesce(excluded.lock, lock)
  `);
  const selectFile = database.prepare("SELECT 1 FROM versions WHERE file = ?");
  const selectLatest = database.prepare(
    "SELECT * FROM versions WHERE bucket = ? AND key = ? AND is_latest = 1",
  );
  const selectVersion = database.prepare(
    "SELECT * FROM versions WHERE bucket = ? AND key = ? AND version_id = ?",
  );
  const selectNextLatest = database.prepare(`
    SELECT * FROM versions WHERE bucket = ? AND key > ? AND key >= ? AND is_latest = 1
      AND file IS NOT NULL ORDER BY key LIMIT 1
  `);
  const selectVersionsFrom = database.prepare(`
    SELECT * FROM versions WHERE bucket = ?1 AND key >= ?4 AND (key > ?2 OR (key = ?2 AND seq <
      (SELECT seq FROM versions WHERE bucket = ?1 AND key = ?2 AND version_id = ?3)))
    ORDER BY key, seq DESC LIMIT ?5
  `);
  const clearLatest = database.prepare(
    "UPDATE versions SET is_latest = 0 WHERE bucket = ? AND key = ? AND is_latest = 1",
  );
  const promoteNewest = database.prepare(`
    UPDATE versions SET is_latest = 1 WHERE seq =
      (SELECT max(seq) FROM versions WHERE bucket = ? AND key = ?)
  `);
  const insertVersion = database.prepare(`
    INSERT INTO versions (bucket, key, version_id, is_latest, file, size, etag, modified_ms,
      headers, checksums, retention) VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)
  `);
  const deleteVersion = database.prepare(
    "DELETE FROM versions WHERE bucket = ? AND key = ? AND version_id = ?",
  );
  const updateRetention = database.prepare(
    "UPDATE versions SET retention = ? WHERE bucket = ? AND key = ? AND version_id = ?",
  );

  for (const file of readdirSync(files)) {
    if (selectFile.get(file) === undefined) removeFile(file);
  }

  function removeFile(file: string | undefined): void {
    if (file !== undefined) rmSync(join(files, file), { force: true });
  }

  return {
    bucket(name: string): Bucket | undefined {
      const row = selectBucket.get(name);
      if (row === undefined) return undefined;
      const lock = parseOptional<DefaultRetention>(row.lock);
      return { name, isVersioned: row.is_versioned === 1, lock };
    },
    saveBucket({ name, isVersioned, lock }: Bucket): void {
      upsertBucket.run(name, isVersioned ? 1 : 0, stringifyOptional(lock));
    },
    latest: (bucket: Bucket, key: string) => toVersion(selectLatest.get(bucket.name, key)),
    version: (bucket: Bucket, key: string, versionId: string) =>
      toVersion(selectVersion.get(bucket.name, key, versionId)),
    /** The first live object after `after` in key order (UTF-8 bytes) that is not before `prefix`. */
    nextLatest: (bucket: Bucket, after: string, prefix: string) =>
      toVersion(selectNextLatest.get(bucket.name, after, prefix)),
    /** Up to `limit` versions, newest first within a key, after the given one. */
    versionsAfter(
      bucket: Bucket,
      after: { readonly key: string; readonly versionId: string },
      prefix: string,
      limit: number,
    ): ListedVersion[] {
      const { key, versionId } = after;
      const rows = selectVersionsFrom.all(bucket.name, key, versionId, prefix, limit);
      return rows.map((row) => ({ ...parseVersion(row), isLatest: row.is_latest === 1 }));
    },

    /** Puts content on disk, synced, under a new name that no row mentions yet. */
    async writeFile(bytes: Buffer): Promise<string> {
      const file = randomUUID();
      const handle = await open(join(files, file), "wx", 0o600);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      const folder = await open(files, "r");
      await folder.sync().finally(() => folder.close());
      return file;
    },
    readFile: (file: string): Buffer => readFileSync(join(files, file)),
    removeFile,

    /** Makes `version` the latest of its key if `allow` accepts the one before; else nothing changes. */
    append(
      bucket: Bucket,
      version: ObjectVersion,
      allow: (before: ObjectVersion | undefined) => void,
    ): void {
      const { key, versionId, file, size, etag, modifiedMs, headers, checksums } = version;
      const replaced = transaction(database, () => {
        allow(toVersion(selectLatest.get(bucket.name, key)));
        clearLatest.run(bucket.name, key);
        const before = toVersion(selectVersion.get(bucket.name, key, versionId));
        deleteVersion.run(bucket.name, key, versionId);
        insertVersion.run(
          ...[bucket.name, key, versionId, file ?? null, size, etag, modifiedMs],
          ...[JSON.stringify(headers), JSON.stringify(checksums)],
          stringifyOptional(version.retention),
        );
        return before;
      });
      removeFile(replaced?.file);
    },
    /** Removes one version for good; the newest one left becomes the latest. */
    remove(bucket: Bucket, version: ObjectVersion): void {
      transaction(database, () => {
        clearLatest.run(bucket.name, version.key);
        deleteVersion.run(bucket.name, version.key, version.versionId);
        promoteNewest.run(bucket.name, version.key);
      });
      removeFile(version.file);
    },
    retain(bucket: Bucket, version: ObjectVersion, retention: Retention): void {
      const { key, versionId } = version;
      updateRetention.run(JSON.stringify(retention), bucket.name, key, versionId);
    },
    close: (): void => database.close(),
  };
}

function toVersion(row: Row | undefined): ObjectVersion | undefined {
  return row === undefined ? undefined : parseVersion(row);
}

function parseVersion(row: Row): ObjectVersion {
  return {
    key: String(row.key),
    versionId: String(row.version_id),
    file: typeof row.file === "string" ? row.file : undefined,
    size: Number(row.size),
    etag: String(row.etag),
    modifiedMs: Number(row.modified_ms),
    headers: JSON.parse(String(row.headers)),
    checksums: JSON.parse(String(row.checksums)),
    retention: parseOptional<Retention>(row.retention),
  };
}

function parseOptional<Value>(column: unknown): Value | undefined {
  return typeof column === "string" ? JSON.parse(column) : undefined;
}

function stringifyOptional(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
