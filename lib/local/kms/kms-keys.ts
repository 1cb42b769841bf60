import {
  createPrivateKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { AwsError } from "../aws-error.ts";
import type { LocalClock } from "../clock.ts";
import { openDatabase } from "../database.ts";

export type KeySpec = "SYMMETRIC_DEFAULT" | "ECC_NIST_P256";
export type KeyUsage = "ENCRYPT_DECRYPT" | "SIGN_VERIFY";

export type Key = {
  readonly id: string;
  readonly spec: KeySpec;
  readonly usage: KeyUsage;
  /** A 32-byte secret, or a P-256 private key. */
  readonly material: KeyObject;
  readonly createdMs: number;
};

export type KeyStore = ReturnType<typeof keyStore>;

const schema = `
  CREATE TABLE IF NOT EXISTS keys (
    id TEXT PRIMARY KEY, spec TEXT NOT NULL, usage TEXT NOT NULL,
    material BLOB NOT NULL, created_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS aliases (
    name TEXT PRIMARY KEY, key_id TEXT NOT NULL REFERENCES keys (id)
  ) STRICT;
`;

const usageOf = {
  SYMMETRIC_DEFAULT: "ENCRYPT_DECRYPT",
  ECC_NIST_P256: "SIGN_VERIFY",
} as const satisfies Record<KeySpec, KeyUsage>;

/** The durable keys and aliases behind the local KMS. */
export function keyStore(directory: string, clock: Pick<LocalClock, "now">) {
  const database = openDatabase(directory, "kms.db", schema);
  const selectKey = database.prepare("SELECT * FROM keys WHERE id = ?");
  const selectAlias = database.prepare("SELECT key_id FROM aliases WHERE name = ?");
  const insertKey = database.prepare("INSERT INTO keys VALUES (?, ?, ?, ?, ?)");
  const upsertAlias = database.prepare(
    "INSERT INTO aliases VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET key_id = excluded.key_id",
  );
  // A key never changes, and parsing one costs more than using it.
  const parsed = new Map<string, Key>();

  function read(id: string): Key | undefined {
    const known = parsed.get(id);
    if (known !== undefined) return known;
    const row = selectKey.get(id);
    if (row === undefined) return undefined;
    const key = toKey(row);
    parsed.set(id, key);
    return key;
  }

  return {
    /** Finds a key by id, key ARN, `alias/name` or alias ARN. */
    find(reference: string): Key {
      const name = reference.replace(/^arn:[^:]*:kms:[^:]*:[^:]*:(key\/)?/, "");
      const id = name.startsWith("alias/") ? selectAlias.get(name)?.key_id : name;
      const key = typeof id === "string" ? read(id) : undefined;
      if (key === undefined) throw new AwsError("NotFoundException", `no key ${reference}`);
      return key;
    },
    create(id: string, spec: KeySpec, usage: KeyUsage): Key {
      if (usageOf[spec] !== usage) {
        throw new Error(
          `create KMS key ${id}: a ${spec} key is for ${usageOf[spec]}, not ${usage}`,
        );
      }
      const known = read(id);
      if (known === undefined) {
        insertKey.run(id, spec, usage, newMaterial(spec), Math.trunc(clock.now()));
      } else if (known.spec !== spec) {
        throw new Error(
          `create KMS key ${id} as ${spec}: it exists as ${known.spec}; use another id or data folder`,
        );
      }
      return known ?? this.find(id);
    },
    setAlias(alias: string, key: Key): void {
      upsertAlias.run(alias.startsWith("alias/") ? alias : `alias/${alias}`, key.id);
    },
    close: (): void => database.close(),
  };
}

function newMaterial(spec: KeySpec): Buffer {
  if (spec === "SYMMETRIC_DEFAULT") return randomBytes(32);
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "der" });
}

function toKey(row: Readonly<Record<string, unknown>>): Key {
  const spec = row.spec as KeySpec;
  const bytes = Buffer.from(row.material as Uint8Array);
  return {
    id: String(row.id),
    spec,
    usage: row.usage as KeyUsage,
    material:
      spec === "SYMMETRIC_DEFAULT"
        ? createSecretKey(bytes)
        : createPrivateKey({ key: bytes, type: "pkcs8", format: "der" }),
    createdMs: Number(row.created_ms),
  };
}
