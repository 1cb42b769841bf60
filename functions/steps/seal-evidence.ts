import type { StoredEntry } from "../adapters/contract-items.ts";
import { Conflict } from "../adapters/contract-store.ts";
import { documentStore } from "../adapters/document-store.ts";
import { signingKey } from "../adapters/signing-key.ts";
import { advance } from "../advance.ts";
import { readAgreement } from "../agreement-file.ts";
import { assembleContracts } from "../assemble.ts";
import { issueCredential } from "../credential.ts";
import type { Contract } from "../domain/contract.ts";
import { decide } from "../domain/decide.ts";
import { leafHash } from "../domain/evidence.ts";
import { merkleRoot } from "../domain/merkle-tree.ts";
import { readEnvironment } from "../environment.ts";
import { evidenceBundle, sealStatement, storeBundle } from "../evidence-bundle.ts";
import { WorkflowFailure } from "../workflow-failure.ts";
import { lambda, type World } from "../world.ts";

type SealInput = { readonly contractId: string; readonly cause?: string };

/**
 * State SealEvidence: every contract ends here, whatever became of it. Aggregates the chain under one
 * root, signs it, locks the bundle away and completes the contract in the same write.
 */
export function build(world: World) {
  const env = readEnvironment(world, "DOCUMENT_BUCKET", "EVIDENCE_BUCKET", "SIGNING_KEY_ID");
  const contracts = assembleContracts(world);
  const documents = documentStore(world, env.DOCUMENT_BUCKET);
  const evidence = documentStore(world, env.EVIDENCE_BUCKET);
  const key = signingKey(world, env.SIGNING_KEY_ID);

  return async ({ contractId, cause = "" }: SealInput): Promise<void> => {
    const conclusion = { type: "conclude", at: world.now(), cause } as const;
    const concluded = await advance(contracts, contractId, conclusion);
    if ("refused" in concluded)
      throw new WorkflowFailure("Contract.NotYet", `${concluded.refused.message} (${cause})`);
    const { contract } = concluded;
    if (contract.sealed) return;

    const rows = await contracts.history(contractId);
    // The seal must cover the very chain that its write extends.
    if (rows.length !== contract.length)
      throw new Conflict(`contract ${contractId} grew while it was being sealed`);
    const entries = rows.map((row) => row.entry);
    const sealed = await sealBundle(contract, rows);
    const credential =
      contract.state.status === "SEALING" ? await issueCredential(key, contract, entries) : "";
    const decision = decide(contract, { type: "seal", at: world.now(), ...sealed, credential });
    if ("refused" in decision)
      throw new WorkflowFailure("Contract.NotYet", decision.refused.message);
    await contracts.commit(contract, decision.drafts);
  };

  async function sealBundle(contract: Contract, rows: readonly StoredEntry[]) {
    const entries = rows.map((row) => row.entry);
    const root = merkleRoot(entries.map(leafHash));
    const dataKey = await contracts.readKey(contract.id);
    const disclosures = contracts.disclose(contract.id, rows, dataKey);
    const statement = sealStatement(contract.id, root, entries.length);
    const [signature, publicKey, agreement] = await Promise.all([
      key.sign(statement),
      key.publicKey(),
      readAgreement(documents, dataKey, contract),
    ]);
    const parts = { entries, disclosures, agreement, statement, signature, publicKey };
    const bundleKey = `evidence/${contract.id}/${root}`;
    // Signatures differ each time they are made: after a crash the first bundle under this root stays.
    await storeBundle(evidence, bundleKey, dataKey, evidenceBundle(parts));
    return { root, treeSize: entries.length, bundleKey };
  }
}

export const handler = lambda(build);
