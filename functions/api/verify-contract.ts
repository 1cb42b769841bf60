import { archiveReader } from "../adapters/archive-records.ts";
import { Erased } from "../adapters/contract-store.ts";
import { documentIndex } from "../adapters/document-index.ts";
import { documentStore } from "../adapters/document-store.ts";
import { assembleContracts, assemblePartners, findOwned } from "../assemble.ts";
import {
  readVerifyRequest,
  type VerifyRequest,
  verifyAnswer,
  wordProblem,
} from "../dialects/agreement.ts";
import type { Contract } from "../domain/contract.ts";
import { Problem } from "../domain/problem.ts";
import { readEnvironment } from "../environment.ts";
import { type CheckedEvidence, checkEvidence } from "../evidence/check-evidence.ts";
import { httpLambda, readJson } from "../http.ts";
import { lambda, type World } from "../world.ts";

const unsealed: CheckedEvidence = {
  faults: ["the contract is not sealed"],
  signatures: [],
  timestampAuthority: undefined,
};

/**
 * `POST /api/v1/contract/verify` (C-10, C-11): checks a partner's own contract anew, by its id or by the hash
 * of a file. Valid means completed, every proof holds, and the file, where one is asked about, is the signed
 * one. A hash that no contract of the partner has answers like an unknown id.
 */
export function build(world: World) {
  const env = readEnvironment(world, "CONTRACT_FLOW_TABLE", "EVIDENCE_BUCKET");
  const contracts = assembleContracts(world);
  const verifyPartner = assemblePartners(world);
  const evidence = documentStore(world, env.EVIDENCE_BUCKET);
  const readArchives = archiveReader(world, env.CONTRACT_FLOW_TABLE);
  const findDocument = documentIndex(world, env.CONTRACT_FLOW_TABLE);

  return httpLambda(world, wordProblem, async (call) => {
    const partner = await verifyPartner(call);
    const request = readVerifyRequest(readJson(call));
    const contract = await findOwned(contracts, partner.clientId, await contractIdOf(request));
    const archives = await readArchives(contract.id);
    if (request.method === "FILE_HASH" && request.archiveId !== undefined)
      requireArchive(archives, request.archiveId);

    const { faults, signatures, timestampAuthority } = await check(contract);
    const isTheFile =
      request.method === "CONTRACT_ID" ||
      archives.some(({ documentHash }) => documentHash === request.fileHash);
    const valid = contract.state.status === "COMPLETED" && faults.length === 0 && isTheFile;
    const found = { valid, contractId: contract.id, signatures, archives, timestampAuthority };
    return { status: 200, body: verifyAnswer(found) };
  });

  /** An archive id begins with its contract's; a hash alone is looked up. */
  async function contractIdOf(request: VerifyRequest): Promise<string | undefined> {
    if (request.method === "CONTRACT_ID") return request.contractId;
    if (request.archiveId !== undefined) return request.archiveId;
    return (await findDocument(request.fileHash.slice("sha256:".length)))?.contractId;
  }

  async function check(contract: Contract): Promise<CheckedEvidence> {
    if (!contract.sealed) return unsealed;
    const rows = await contracts.history(contract.id);
    const entries = rows.map(({ entry }) => entry);
    const dataKey = await contracts.readKey(contract.id).catch((cause: unknown) => {
      if (cause instanceof Erased) return undefined;
      throw cause;
    });
    const checked = await checkEvidence(entries, evidence, { dataKey, now: world.now() });
    if (checked.faults.length > 0) {
      const { faults } = checked;
      world.log("error", "evidence does not hold", { contractId: contract.id, faults });
      world.count("SystemError");
    }
    return checked;
  }
}

function requireArchive(archives: readonly { readonly archiveId: string }[], id: string): void {
  if (!archives.some(({ archiveId }) => archiveId === id))
    throw new Problem("NOT_FOUND", "you have no archive with this archiveId; leave it out");
}

export const handler = lambda(build);
