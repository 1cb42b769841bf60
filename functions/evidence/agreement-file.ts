import { unzipSync, zipSync } from "fflate";
import type { DataKey } from "../adapters/data-key.ts";
import type { DocumentStore } from "../adapters/document-store.ts";

export type Files = Readonly<Record<string, Uint8Array>>;

/** Zip holds no zone and no year before 1980; one fixed time keeps the same content the same bytes. */
export const zipTime = new Date(1980, 0, 1);

/**
 * Keeps the files of a contract under one key, encrypted under the contract's own key: agreements name the
 * person on every page. Write-once: whoever names a key by a hash means the same files.
 */
export async function storeFiles(
  documents: DocumentStore,
  dataKey: DataKey,
  key: string,
  files: Files,
): Promise<void> {
  const blob = dataKey.encrypt(key, zipSync({ ...files }, { level: 0, mtime: zipTime }));
  await documents.putOnce(key, blob, "application/octet-stream");
}

/** The files that lie under `key`. Throws when there are none: an entry of the chain says there must be. */
export async function readFiles(
  documents: DocumentStore,
  dataKey: DataKey,
  key: string,
): Promise<Files> {
  const blob = await documents.get(key);
  if (blob === undefined) throw new Error(`the document bucket holds nothing under ${key}`);
  return unzipSync(dataKey.decrypt(key, blob));
}

/** The agreement as the signer reads it, named by what it is, so that nothing can take its place. */
const agreementKey = (contractId: string, documentHash: string): string =>
  `agreements/${contractId}/${documentHash}`;

export const storeAgreement = (
  documents: DocumentStore,
  dataKey: DataKey,
  contractId: string,
  documentHash: string,
  pdf: Uint8Array,
): Promise<void> =>
  storeFiles(documents, dataKey, agreementKey(contractId, documentHash), { "agreement.pdf": pdf });

export async function readAgreement(
  documents: DocumentStore,
  dataKey: DataKey,
  contractId: string,
  documentHash: string,
): Promise<Uint8Array> {
  const key = agreementKey(contractId, documentHash);
  const { "agreement.pdf": pdf } = await readFiles(documents, dataKey, key);
  if (pdf === undefined) throw new Error(`${key} holds no agreement`);
  return pdf;
}

/** Every party's signature is in it; named by its hash like the one before it. */
export const signedKey = (contractId: string, signedHash: string): string =>
  `signed/${contractId}/${signedHash}`;
