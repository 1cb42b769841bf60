import { assembleContracts, assembleLinks, assemblePartners, findOwned } from "../assemble.ts";
import { contractView, wordProblem } from "../dialects/native.ts";
import { httpLambda } from "../http.ts";
import { lambda, type World } from "../world.ts";

/** `GET /v1/contracts/{contractId}` (B-06, B-20); any record's id of the contract works too (B-43). */
export function build(world: World) {
  const contracts = assembleContracts(world);
  const { h5Urls } = assembleLinks(world);
  const verifyPartner = assemblePartners(world);

  return httpLambda(world, wordProblem, async (call) => {
    const partner = await verifyPartner(call);
    const contract = await findOwned(contracts, partner.clientId, call.parameters.contractId);
    const entries = (await contracts.history(contract.id)).map((row) => row.entry);
    const view = contractView(contract, entries, {
      h5Urls: await h5Urls(contract),
      at: world.now(),
    });
    return { status: 200, body: view };
  });
}

export const handler = lambda(build);
