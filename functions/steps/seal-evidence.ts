import { certificates } from "../adapters/certificates.ts";
import { Conflict } from "../adapters/contract-store.ts";
import { documentStore } from "../adapters/document-store.ts";
import { signingKey } from "../adapters/signing-key.ts";
import { timestampAuthority } from "../adapters/timestamp-authority.ts";
import { transparencyLog } from "../adapters/transparency-log.ts";
import { advance } from "../advance.ts";
import { assembleContracts } from "../assemble.ts";
import { issueCredential } from "../credential.ts";
import type { Contract } from "../domain/contract.ts";
import { decide } from "../domain/decide.ts";
import { readEnvironment } from "../environment.ts";
import { bundleSealer } from "../seal-bundle.ts";
import { agreementSigner } from "../signed-agreement.ts";
import { WorkflowFailure } from "../workflow-failure.ts";
import { lambda, type World } from "../world.ts";

type SealInput = { readonly contractId: string; readonly cause?: string };

/**
 * State SealEvidence: every contract ends here, whatever became of it. Signs the document of a completed
 * one, aggregates the chain under one root, has it logged, time-stamped and locked away, and
 * completes the contract in the same write.
 */
export function build(world: World) {
  const env = readEnvironment(
    world,
    "DOCUMENT_BUCKET",
    "EVIDENCE_BUCKET",
    "SIGNING_KEY_ID",
    "CA_KEY_ID",
    "TIMESTAMP_URLS",
    "TIMESTAMP_ROOTS",
    "LOG_TABLE",
    "LOG_ORIGIN",
  );
  const contracts = assembleContracts(world);
  const documents = documentStore(world, env.DOCUMENT_BUCKET);
  const platformKey = signingKey(world, env.SIGNING_KEY_ID);
  const caKey = signingKey(world, env.CA_KEY_ID);
  const tools = {
    documents,
    evidence: documentStore(world, env.EVIDENCE_BUCKET),
    platformKey,
    certificates: certificates(world, { caKey, platformKey, store: documents }),
    timestamp: timestampAuthority(world, {
      urls: env.TIMESTAMP_URLS.split(",").filter(Boolean),
      roots: env.TIMESTAMP_ROOTS,
    }),
    log: transparencyLog(world, { table: env.LOG_TABLE, origin: env.LOG_ORIGIN, key: platformKey }),
    logOrigin: env.LOG_ORIGIN,
  };
  const signer = agreementSigner(world, tools);
  const sealBundle = bundleSealer(tools, signer.read);

  return async ({ contractId, cause = "" }: SealInput): Promise<void> => {
    const conclusion = { type: "conclude", at: world.now(), cause } as const;
    const concluded = await advance(contracts, contractId, conclusion);
    if ("refused" in concluded)
      throw new WorkflowFailure("Contract.NotYet", `${concluded.refused.message} (${cause})`);
    const { contract } = concluded;
    if (contract.sealed) return;
    const signed = await signDocument(contract);
    const { rows, disclosures, dataKey } = await readChain(signed);

    const entries = rows.map((row) => row.entry);
    const at = world.now();
    const { facts, items } = await sealBundle(signed, entries, disclosures, dataKey, at);
    const completes = signed.state.status === "SEALING";
    const credential = completes ? await issueCredential(platformKey, signed, entries) : "";
    const decision = decide(signed, { type: "seal", at, ...facts, credential });
    if ("refused" in decision)
      throw new WorkflowFailure("Contract.NotYet", decision.refused.message);
    await contracts.commit(signed, decision.drafts, { items });
  };

  /** The signatures are in the chain before its root is taken, so the seal covers them. */
  async function signDocument(contract: Contract): Promise<Contract> {
    if (contract.state.status !== "SEALING" || contract.agreement?.signed) return contract;
    const { rows, disclosures, dataKey } = await readChain(contract);
    const { details } = await contracts.readDetails(contract.id);
    const entries = rows.map((row) => row.entry);
    const facts = await signer.sign(contract, details, entries, disclosures, dataKey);
    const command = { type: "signDocument", at: world.now(), facts } as const;
    return (await advance(contracts, contract.id, command)).contract;
  }

  /** The chain that belongs to this very version: the seal must cover what its write extends. */
  async function readChain(contract: Contract) {
    const rows = await contracts.history(contract.id);
    if (rows.length !== contract.length)
      throw new Conflict(`contract ${contract.id} grew while it was being sealed`);
    const dataKey = await contracts.readKey(contract.id);
    return { rows, dataKey, disclosures: contracts.disclose(contract.id, rows, dataKey) };
  }
}

export const handler = lambda(build);
