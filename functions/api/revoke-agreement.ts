import { advanceOrRefuse } from "../advance.ts";
import { assembleContracts, assemblePartners, findOwned } from "../assemble.ts";
import { wordProblem } from "../dialects/agreement.ts";
import { contractStatus } from "../dialects/agreement-contract.ts";
import { readRevocation } from "../dialects/agreement-request.ts";
import { httpLambda, readJson } from "../http.ts";
import { lambda, type World } from "../world.ts";

/** `POST /api/v1/contract/{contractId}/revoke` (C-09): possible until everybody has signed, 409 from then on. */
export function build(world: World) {
  const contracts = assembleContracts(world);
  const verifyPartner = assemblePartners(world);

  return httpLambda(world, wordProblem, async (call) => {
    const partner = await verifyPartner(call);
    const { id } = await findOwned(contracts, partner.clientId, call.parameters.contractId);
    const { reason, operator } = readRevocation(readJson(call));
    const { contract } = await advanceOrRefuse(contracts, id, {
      type: "revoke",
      at: world.now(),
      owner: partner.clientId,
      reason,
      operator,
    });
    return { status: 200, body: { contractId: id, status: contractStatus[contract.state.status] } };
  });
}

export const handler = lambda(build);
