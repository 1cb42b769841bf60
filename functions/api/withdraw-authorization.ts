import { advanceOrRefuse } from "../advance.ts";
import { assembleContracts, assemblePartners, findOwned } from "../assemble.ts";
import { authorizationView, progressOf, wordProblem } from "../dialects/native.ts";
import { readRevokeRequest } from "../dialects/native-request.ts";
import { httpLambda, readJson } from "../http.ts";
import { lambda, type World } from "../world.ts";

/** `POST /v1/contracts/{contractId}/withdraw`: from now on no money moves on a completed contract (K42). */
export function build(world: World) {
  const contracts = assembleContracts(world);
  const verifyPartner = assemblePartners(world);

  return httpLambda(world, wordProblem, async (call) => {
    const partner = await verifyPartner(call);
    const { id } = await findOwned(contracts, partner.clientId, call.parameters.contractId);
    const { reason, operator } = readRevokeRequest(readJson(call));
    const { contract } = await advanceOrRefuse(contracts, id, {
      type: "withdraw",
      at: world.now(),
      owner: partner.clientId,
      reason,
      operator,
    });
    const progress = progressOf[contract.state.status];
    return { status: 200, body: { contractId: id, ...progress, ...authorizationView(contract) } };
  });
}

export const handler = lambda(build);
