import { refusalProblem } from "../advance.ts";
import {
  assembleContracts,
  assembleLinks,
  assemblePartners,
  assembleSms,
  assembleTemplates,
  findOwned,
} from "../assemble.ts";
import { wordProblem } from "../dialects/native.ts";
import { Problem } from "../domain/problem.ts";
import { httpLambda } from "../http.ts";
import { inviter } from "../invitation.ts";
import { lambda, type World } from "../world.ts";

/** `POST /v1/contracts/{contractId}/sms` (B-07, B-34). */
export function build(world: World) {
  const contracts = assembleContracts(world);
  const verifyPartner = assemblePartners(world);
  const invite = inviter(
    world,
    contracts,
    assembleSms(world),
    assembleTemplates(world),
    assembleLinks(world).h5Url,
  );

  return httpLambda(world, wordProblem, async (call) => {
    const partner = await verifyPartner(call);
    const { id } = await findOwned(contracts, partner.clientId, call.parameters.contractId);
    const invitation = await invite(id, "RESEND");
    if ("refused" in invitation) throw refusalProblem(invitation.refused);
    const { sms } = invitation.contract;
    if (!invitation.sent)
      throw new Problem(
        "SMS_FAILED",
        "the message could not be sent; it is on record, wait a minute and send it again",
        { data: { contractId: id, smsId: `${id}-M${sms.messages}` } },
      );
    return {
      status: 200,
      body: { contractId: id, smsId: `${id}-M${sms.messages}`, status: "SENT" },
    };
  });
}

export const handler = lambda(build);
