import { advanceOrRefuse } from "../advance.ts";
import { assembleContracts, assemblePartners, findOwned } from "../assemble.ts";
import { progressOf, wordProblem } from "../dialects/native.ts";
import { readRevokeRequest } from "../dialects/native-request.ts";
import { httpLambda, readJson } from "../http.ts";
import { lambda, type World } from "../world.ts";

/** `POST /v1/contracts/{contractId}/revoke`: possible until everyone has signed and been verified. */
export function build(world: World) {
  const contracts = assembleContracts(world);
  const verifyPartner = assemblePartners(world);

  return httpLambda(world, wordProblem, async (call) => {
    const partner = await verifyPartner(call);
    const { id } = await findOwned(contracts, partner.clientId, call.parameters.contractId);
    const { reason, operator } = readRevokeRequest(readJson(call));
    const { contract } = await advanceOrRefuse(contracts, id, {
      type: "revoke",
      at: world.now(),
      owner: partner.clientId,
      reason,
      operator,
    });
    return { status: 200, body: { contractId: id, ...progressOf[contract.state.status] } };
  });
}

export const handler = lambda(build);
