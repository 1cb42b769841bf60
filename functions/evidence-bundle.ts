import { createPublicKey } from "node:crypto";
import canonicalize from "canonicalize";
import { unzipSync, type Zippable, zipSync } from "fflate";
import type { DataKey } from "./adapters/data-key.ts";
import type { DocumentStore } from "./adapters/document-store.ts";
import { type Disclosure, type Entry, entryBytes } from "./domain/evidence.ts";
import { verifyText } from "./verify-text.ts";

export type Files = Readonly<Record<string, Uint8Array>>;

/**
 * The bundle that an outsider checks with openssl and the text inside it alone (design 5). At rest it is
 * two objects: what names nobody lies open, the rest is encrypted under the contract's own key, because a
 * locked object cannot be deleted when a person asks to be erased, but its key can.
 */
export type Bundle = { readonly open: Files; readonly personal: Files };

export function evidenceBundle(parts: {
  readonly entries: readonly Entry[];
  readonly disclosures: Readonly<Record<number, readonly Disclosure[]>>;
  readonly agreement: Uint8Array | undefined;
  /** The signed statement: which contract, how many entries, which root. */
  readonly statement: Uint8Array;
  readonly signature: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
}): Bundle {
  const entries = parts.entries.map(
    (entry) => [entryName(entry.index), entryBytes(entry)] as const,
  );
  const publicKey = createPublicKey({
    key: Buffer.from(parts.publicKey),
    format: "der",
    type: "spki",
  });
  return {
    open: {
      "VERIFY.md": text(verifyText),
      ...Object.fromEntries(entries),
      "seal/statement.json": parts.statement,
      "seal/statement.sig": parts.signature,
      "seal/public-key.pem": text(publicKey.export({ format: "pem", type: "spki" }).toString()),
    },
    personal: {
      ...(parts.agreement ? { "agreement.pdf": parts.agreement } : {}),
      "disclosures.json": text(JSON.stringify(parts.disclosures, null, 2)),
    },
  };
}

/** What the platform's key signs over a chain: canonical JSON (RFC 8785). */
export const sealStatement = (contractId: string, root: string, treeSize: number): Uint8Array =>
  Buffer.from(canonicalize({ v: 1, contractId, root, treeSize }) ?? "");

/** Stores both halves under `key`, write-once; returns what lies there afterwards. */
export async function storeBundle(
  store: DocumentStore,
  key: string,
  dataKey: DataKey,
  bundle: Bundle,
): Promise<Bundle> {
  const open = await store.putOnce(`${key}/open.zip`, zip(bundle.open), "application/zip");
  const sealed = dataKey.encrypt(`${key}/personal`, zip(bundle.personal));
  const personal = await store.putOnce(`${key}/personal`, sealed, "application/octet-stream");
  return {
    open: unzipSync(open),
    personal: unzipSync(dataKey.decrypt(`${key}/personal`, personal)),
  };
}

/** The bundle as one zip; without the key the personal half stays closed and the rest still proves itself. */
export async function loadBundle(
  store: DocumentStore,
  key: string,
  dataKey: DataKey | undefined,
): Promise<Uint8Array> {
  const open = await store.get(`${key}/open.zip`);
  if (open === undefined) throw new Error(`no bundle lies under ${key}`);
  const sealed = dataKey && (await store.get(`${key}/personal`));
  const personal = sealed ? unzipSync(dataKey.decrypt(`${key}/personal`, sealed)) : {};
  return zip({ ...unzipSync(open), ...personal });
}

/** Zip holds no zone and no year before 1980; one fixed time keeps the same content the same bytes. */
const zipTime = new Date(1980, 0, 1);

function zip(files: Files): Uint8Array {
  // Text shrinks to a third; PDFs are compressed inside already.
  const sorted = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  const zippable: Zippable = {};
  for (const [name, bytes] of sorted)
    zippable[name] = name.endsWith(".pdf") ? [bytes, { level: 0 }] : bytes;
  return zipSync(zippable, { mtime: zipTime });
}

const entryName = (index: number): string => `entries/${String(index).padStart(4, "0")}.json`;
const text = (value: string): Uint8Array => Buffer.from(value, "utf8");
