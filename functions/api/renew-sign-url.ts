import { advanceOrRefuse } from "../advance.ts";
import { detailsUnlessErased, partiesOf, startedAnswer } from "../agreement-answers.ts";
import { assembleContracts, assembleLinks, assemblePartners, findOwned } from "../assemble.ts";
import { wordProblem } from "../dialects/agreement.ts";
import { readRenewal } from "../dialects/agreement-request.ts";
import { Problem } from "../domain/problem.ts";
import { httpLambda, readJson } from "../http.ts";
import { lambda, type World } from "../world.ts";

/** `POST /api/v1/contract/{contractId}/sign-url` (K28, C-68): the link of one party opens again. */
export function build(world: World) {
  const contracts = assembleContracts(world);
  const links = assembleLinks(world);
  const verifyPartner = assemblePartners(world);

  return httpLambda(world, wordProblem, async (call) => {
    const partner = await verifyPartner(call);
    const found = await findOwned(contracts, partner.clientId, call.parameters.contractId);
    const { partyId } = readRenewal(readJson(call));
    const details = await detailsUnlessErased(contracts, found.id);
    const parties = partiesOf(found, details, false);
    const signer = found.signers.find(({ number }) => parties[number]?.partyId === partyId)?.number;
    if (signer === undefined) {
      const message = "is no party of this contract";
      const fields = [{ field: "partyId", message }];
      throw new Problem("PARAM_INVALID", `partyId ${message}`, { fields });
    }
    const issue = { type: "issueLink", at: world.now(), signer, by: "partner" } as const;
    const { contract } = await advanceOrRefuse(contracts, found.id, issue);
    const { signTasks } = await startedAnswer(contract, details, links);
    return { status: 200, body: signTasks[signer - 1] };
  });
}

export const handler = lambda(build);
