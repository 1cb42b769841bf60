import type { DataKey } from "./adapters/data-key.ts";
import type { DocumentStore } from "./adapters/document-store.ts";

/** Where an agreement lies: named by what it is, so that nothing can take its place. */
const keyOf = (contractId: string, documentHash: string): string =>
  `agreements/${contractId}/${documentHash}.pdf`;

/** Keeps the agreement encrypted under the contract's own key: it names the person on every page. */
export async function storeAgreement(
  documents: DocumentStore,
  dataKey: DataKey,
  contractId: string,
  documentHash: string,
  pdf: Uint8Array,
): Promise<void> {
  const key = keyOf(contractId, documentHash);
  await documents.putOnce(key, dataKey.encrypt(key, pdf), "application/octet-stream");
}

/** The agreement as the signer read it; undefined for a contract that ended before it had one. */
export async function readAgreement(
  documents: DocumentStore,
  dataKey: DataKey,
  contract: { readonly id: string; readonly agreement?: { readonly documentHash: string } },
): Promise<Uint8Array | undefined> {
  if (contract.agreement === undefined) return undefined;
  const key = keyOf(contract.id, contract.agreement.documentHash);
  const blob = await documents.get(key);
  if (blob === undefined) throw new Error(`the agreement of ${contract.id} is not under ${key}`);
  return dataKey.decrypt(key, blob);
}
