import { archiveItems } from "../adapters/archive-records.ts";
import type { Certificate } from "../adapters/certificate.ts";
import type { Certificates } from "../adapters/certificates.ts";
import type { Timestamp } from "../adapters/cms.ts";
import type { DataKey } from "../adapters/data-key.ts";
import { documentItems } from "../adapters/document-index.ts";
import type { DocumentStore } from "../adapters/document-store.ts";
import type { SigningKey } from "../adapters/signing-key.ts";
import { tokenSerial } from "../adapters/timestamp-token.ts";
import type { TransparencyLog } from "../adapters/transparency-log.ts";
import type { Contract } from "../domain/contract.ts";
import { leafHash } from "../domain/evidence.ts";
import { hashLeaf, merkleRoot } from "../domain/merkle-tree.ts";
import { readAgreement } from "./agreement-file.ts";
import { timestampFile } from "./asic.ts";
import { evidenceBundle, sealStatement, storeBundle } from "./evidence-bundle.ts";
import type { OpenChain, SealedBundle } from "./seal-contract.ts";
import type { SignedAgreement } from "./signed-agreement.ts";

type Tools = {
  readonly documents: DocumentStore;
  readonly evidence: DocumentStore;
  readonly certificates: Certificates;
  readonly platformKey: SigningKey;
  readonly timestamp: Timestamp;
  readonly log: TransparencyLog;
  readonly logOrigin: string;
};

/** Takes the root of a chain, has it logged, signed and time-stamped, and locks the bundle away (design 5). */
export function bundleSealer(
  tools: Tools,
  signedAgreement: (
    contract: Contract,
    signedHash: string,
    dataKey: DataKey,
  ) => Promise<SignedAgreement>,
) {
  return async (chain: OpenChain, at: string): Promise<SealedBundle> => {
    const { contract, entries, disclosures, dataKey } = chain;
    const { id } = contract;
    const root = merkleRoot(entries.map(leafHash));
    const statement = sealStatement(id, root, entries.length);
    const signing = entries.find((entry) => entry.step === "DOCUMENT_SIGNED")?.facts;
    const documentHash = contract.agreement?.documentHash;
    const [log, pki, agreement, signed] = await Promise.all([
      logged(id, statement),
      tools.certificates.chain(),
      documentHash && readAgreement(tools.documents, dataKey, id, documentHash),
      signing && signedAgreement(contract, String(signing.signedHash), dataKey),
    ]);
    const authority = pki.authority.map((certificate, number): [string, Certificate] => [
      number === 0 ? "authority.pem" : `authority-${number}.pem`,
      certificate,
    ]);
    const bundle = await evidenceBundle(
      {
        entries,
        disclosures,
        agreement: agreement || undefined,
        signed: signed?.pdf,
        statement,
        log,
        platform: { "platform.pem": pki.platform, ...Object.fromEntries(authority) },
        signers: signed ? signed.certificates : {},
      },
      {
        signer: { chain: [pki.platform, ...pki.authority], sign: tools.platformKey.sign },
        timestamp: tools.timestamp,
      },
    );
    const bundleKey = `evidence/${id}/${root}`;
    await storeBundle(tools.evidence, bundleKey, dataKey, bundle);

    const { timestamped } = bundle;
    const token = bundle.open[timestampFile];
    const { index, size } = log;
    const signedHash = signing && String(signing.signedHash);
    const archive = signedHash
      ? archiveItems({
          contractId: id,
          at,
          documentHash: signedHash,
          timestamped,
          ...(token ? { tokenSerial: tokenSerial(token) } : {}),
          log: { origin: tools.logOrigin, index, size },
          certificateSerial: pki.platform.serialNumber,
        })
      : [];
    const documents = documentItems({
      contractId: id,
      ...(documentHash ? { agreementHash: documentHash } : {}),
      ...(signedHash ? { signedHash } : {}),
    });
    return {
      facts: { root, treeSize: entries.length, bundleKey, logIndex: index, timestamped },
      items: [...archive, ...documents],
    };
  };

  /** The statement becomes a leaf of the log, once; the proof is for the checkpoint that goes with it. */
  async function logged(contractId: string, statement: Uint8Array) {
    const leaf = hashLeaf(statement);
    const { index } = await tools.log.append(contractId, leaf);
    const { size, note } = await tools.log.checkpoint();
    const [hashes, publicKey] = await Promise.all([
      tools.log.inclusion(index, size),
      tools.platformKey.publicKey(),
    ]);
    return {
      origin: tools.logOrigin,
      leafHash: leaf,
      index,
      size,
      hashes,
      checkpoint: note,
      publicKey,
    };
  }
}
