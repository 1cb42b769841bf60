import { createPublicKey } from "node:crypto";
import canonicalize from "canonicalize";
import { unzipSync, type Zippable, zipSync } from "fflate";
import type { Certificate } from "../adapters/certificate.ts";
import { type CmsSigner, detachedCms, type Timestamp } from "../adapters/cms.ts";
import type { DataKey } from "../adapters/data-key.ts";
import type { DocumentStore } from "../adapters/document-store.ts";
import { TimestampUnavailable } from "../adapters/timestamp-authority.ts";
import { type Disclosure, type Entry, entryBytes } from "../domain/evidence.ts";
import { type Files, zipTime } from "./agreement-file.ts";
import { asicManifest, asicMimetype, signatureFile, timestampFile } from "./asic.ts";
import { verifyText } from "./verify-text.ts";

/**
 * The bundle that an outsider checks with openssl and the text inside it alone (design 5). At rest it is
 * two objects: what names nobody lies open, the rest is encrypted under the contract's own key, because a
 * locked object cannot be deleted when a person asks to be erased, but its key can.
 */
export type Bundle = { readonly open: Files; readonly personal: Files };

export type BundleParts = {
  readonly entries: readonly Entry[];
  readonly disclosures: Readonly<Record<number, readonly Disclosure[]>>;
  readonly agreement: Uint8Array | undefined;
  /** The agreement with every signature; only of a completed contract. */
  readonly signed: Uint8Array | undefined;
  readonly statement: Uint8Array;
  readonly log: {
    readonly origin: string;
    readonly leafHash: string;
    readonly index: number;
    readonly size: number;
    readonly hashes: readonly string[];
    readonly checkpoint: string;
    /** SubjectPublicKeyInfo, DER. */
    readonly publicKey: Uint8Array;
  };
  /** Who seals, up to the root, by file name. */
  readonly platform: Readonly<Record<string, Certificate>>;
  /** Who signed the document; a signer's certificate names the person. */
  readonly signers: Readonly<Record<string, Certificate>>;
};

/**
 * Puts the files together and signs them as a whole: a CAdES signature over the first manifest, a time-stamp
 * over the second. Without a time-stamp authority the bundle stands without its token (C-73).
 */
export async function evidenceBundle(
  parts: BundleParts,
  seal: { readonly signer: CmsSigner; readonly timestamp: Timestamp },
): Promise<Bundle & { readonly timestamped: boolean }> {
  const personal: Files = {
    ...(parts.agreement ? { "agreement.pdf": parts.agreement } : {}),
    ...(parts.signed ? { "signed.pdf": parts.signed } : {}),
    "disclosures.json": text(JSON.stringify(parts.disclosures, null, 2)),
    ...pkiFiles(parts.signers),
  };
  const open: Files = {
    "VERIFY.md": text(verifyText),
    ...Object.fromEntries(
      parts.entries.map((entry) => [entryName(entry.index), entryBytes(entry)]),
    ),
    "seal/statement.json": parts.statement,
    ...logFiles(parts.log),
    ...pkiFiles(parts.platform),
  };
  const manifest = asicManifest(
    { uri: signatureFile, mimeType: "application/pkcs7-signature" },
    { ...personal, ...open },
  );
  const signature = await detachedCms(manifest, seal.signer);
  const signedFiles = { "META-INF/ASiCManifest001.xml": manifest, [signatureFile]: signature };
  const second = asicManifest(
    { uri: timestampFile, mimeType: "application/vnd.etsi.timestamp-token" },
    signedFiles,
  );
  const token = await seal.timestamp(second).catch(withoutToken);
  const stamp: Files = token
    ? { "META-INF/ASiCManifest002.xml": second, [timestampFile]: token }
    : {};
  return {
    open: { ...open, ...signedFiles, ...stamp },
    personal,
    timestamped: token !== undefined,
  };
}

function withoutToken(cause: unknown): undefined {
  if (!(cause instanceof TimestampUnavailable)) throw cause;
}

/** What the platform's key signs over a chain, and the log keeps: canonical JSON (RFC 8785). */
export const sealStatement = (contractId: string, root: string, treeSize: number): Uint8Array =>
  Buffer.from(canonicalize({ v: 1, contractId, root, treeSize }) ?? "");

/** Stores both halves under `key`, write-once. */
export async function storeBundle(
  store: DocumentStore,
  key: string,
  dataKey: DataKey,
  bundle: Bundle,
): Promise<void> {
  // The personal half first: whoever finds the open one finds both.
  const sealed = dataKey.encrypt(`${key}/personal`, zip(bundle.personal));
  await store.putOnce(`${key}/personal`, sealed, "application/octet-stream");
  await store.putOnce(`${key}/open.zip`, zip(bundle.open), "application/zip");
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
  const personal = sealed && dataKey ? unzipSync(dataKey.decrypt(`${key}/personal`, sealed)) : {};
  const supplement = await store.get(`${key}/supplement.zip`);
  return zip({
    ...unzipSync(open),
    ...personal,
    ...(supplement ? unzipSync(supplement) : {}),
  });
}

/**
 * The type stands first, so that a container's first bytes tell what it is (EN 319 162-1). Nothing is
 * deflated: the same content could be spelled in other bytes, and no byte of a bundle may change unnoticed.
 */
function zip(files: Files): Uint8Array {
  const sorted = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  const zippable: Zippable = { mimetype: text(asicMimetype), ...Object.fromEntries(sorted) };
  return zipSync(zippable, { level: 0, mtime: zipTime });
}

function logFiles({ checkpoint, publicKey, ...proof }: BundleParts["log"]): Files {
  return {
    "log/checkpoint": text(checkpoint),
    "log/proof.json": text(JSON.stringify(proof)),
    "pki/log-key.pem": text(
      createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" })
        .export({ format: "pem", type: "spki" })
        .toString(),
    ),
  };
}

const pkiFiles = (certificates: BundleParts["signers"]): Files =>
  Object.fromEntries(
    Object.entries(certificates).map(([name, { pem }]) => [`pki/${name}`, text(pem)]),
  );

const entryName = (index: number): string => `entries/${String(index).padStart(4, "0")}.json`;
const text = (value: string): Uint8Array => Buffer.from(value, "utf8");
