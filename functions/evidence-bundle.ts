import { createPublicKey } from "node:crypto";
import canonicalize from "canonicalize";
import { type Zippable, zipSync } from "fflate";
import type { Disclosure, Entry } from "./domain/evidence.ts";
import { entryBytes } from "./domain/evidence.ts";
import { verifyText } from "./verify-text.ts";

export type BundleParts = {
  readonly entries: readonly Entry[];
  readonly disclosures: Readonly<Record<number, readonly Disclosure[]>>;
  readonly agreement: Uint8Array | undefined;
  /** The signed statement: which contract, how many entries, which root. */
  readonly statement: Uint8Array;
  readonly signature: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
};

/** What the platform's key signs over a chain: canonical JSON (RFC 8785). */
export const sealStatement = (contractId: string, root: string, treeSize: number): Uint8Array =>
  Buffer.from(canonicalize({ v: 1, contractId, root, treeSize }) ?? "");

/** Zip holds no zone and no year before 1980; one fixed time keeps the same content the same bytes. */
const zipTime = new Date(1980, 0, 1);

/** The bundle that an outsider checks with openssl and the text inside it alone (design 5). */
export function evidenceBundle(parts: BundleParts): Uint8Array {
  const files: Zippable = { "VERIFY.md": text(verifyText) };
  for (const entry of parts.entries)
    files[`entries/${String(entry.index).padStart(4, "0")}.json`] = entryBytes(entry);
  files["disclosures.json"] = text(JSON.stringify(parts.disclosures, null, 2));
  if (parts.agreement) files["agreement.pdf"] = [parts.agreement, { level: 0 }];
  files["seal/statement.json"] = parts.statement;
  files["seal/statement.sig"] = parts.signature;
  files["seal/public-key.pem"] = text(
    createPublicKey({ key: Buffer.from(parts.publicKey), format: "der", type: "spki" })
      .export({ format: "pem", type: "spki" })
      .toString(),
  );
  return zipSync(files, { mtime: zipTime });
}

const text = (value: string): Uint8Array => Buffer.from(value, "utf8");
