import { documentIndex } from "../adapters/document-index.ts";
import { assembleContracts } from "../assemble.ts";
import { statusOf, wordProblem } from "../dialects/native.ts";
import { Problem } from "../domain/problem.ts";
import { readEnvironment } from "../environment.ts";
import { httpLambda } from "../http.ts";
import { lambda, type World } from "../world.ts";

/**
 * `GET /v1/documents/{sha256}`: whether a file with these bytes was sealed, and with which contract. Public:
 * whoever can name the hash holds the file. Tells nothing of the people in it.
 */
export function build(world: World) {
  const env = readEnvironment(world, "CONTRACT_FLOW_TABLE");
  const contracts = assembleContracts(world);
  const findDocument = documentIndex(world, env.CONTRACT_FLOW_TABLE);

  return httpLambda(world, wordProblem, async (call) => {
    const document = await findDocument(hashOf(call.parameters.sha256));
    if (document === undefined)
      throw new Problem("NOT_FOUND", "no file with this SHA-256 was sealed here");
    const { contractId, kind } = document;
    const [contract, rows] = await Promise.all([
      contracts.read(contractId),
      contracts.history(contractId),
    ]);
    const sealed = rows.find(({ entry }) => entry.step === "SEALED")?.entry;
    if (contract === undefined || sealed === undefined)
      throw new Error(`a file of ${contractId} is known, but its seal is not`);
    return {
      status: 200,
      body: {
        known: true,
        contractId,
        kind,
        status: statusOf[contract.state.status],
        sealedAt: sealed.at,
        root: sealed.facts.root,
        logIndex: sealed.facts.logIndex,
        timestamped: contract.timestamped === true,
      },
    };
  });
}

function hashOf(given = ""): string {
  if (/^[0-9a-f]{64}$/.test(given)) return given;
  const field = "sha256";
  const message = "give the SHA-256 of the file as 64 lowercase hex digits";
  throw new Problem("PARAM_INVALID", `${field}: ${message}`, { fields: [{ field, message }] });
}

export const handler = lambda(build);
