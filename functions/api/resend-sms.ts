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
import { type Contract, signerOf } from "../domain/contract.ts";
import { Problem } from "../domain/problem.ts";
import { httpLambda } from "../http.ts";
import { inviter } from "../invitation.ts";
import { lambda, type World } from "../world.ts";

/** `POST /v1/contracts/{contractId}/sms` (B-07, B-34): another message to one signer. */
export function build(world: World) {
  const contracts = assembleContracts(world);
  const verifyPartner = assemblePartners(world);
  const invite = inviter(
    world,
    contracts,
    assembleSms(world),
    assembleTemplates(world),
    assembleLinks(world).messageUrl,
  );

  return httpLambda(world, wordProblem, async (call) => {
    const partner = await verifyPartner(call);
    const contract = await findOwned(contracts, partner.clientId, call.parameters.contractId);
    const { id } = contract;
    const signer = readSigner(contract, call.query);
    const invitation = await invite(contract, signer, "RESEND");
    if ("refused" in invitation) throw refusalProblem(invitation.refused);
    const { sms } = signerOf(invitation.contract, signer);
    if (!invitation.sent)
      throw new Problem(
        "SMS_FAILED",
        "the message could not be sent; it is on record, wait a minute and send it again",
        { data: { contractId: id, smsId: `${id}-M${sms.message}` } },
      );
    return {
      status: 200,
      body: { contractId: id, smsId: `${id}-M${sms.message}`, status: "SENT" },
    };
  });
}

/** `?signer=2`; without it the first. */
function readSigner({ signers }: Contract, query: string): number {
  const wanted = Number(new URLSearchParams(query).get("signer") ?? 1);
  if (signers.some(({ number }) => number === wanted)) return wanted;
  const message = `must be one of ${signers.map(({ number }) => number).join(", ")}`;
  throw new Problem("PARAM_INVALID", `signer ${message}`, {
    fields: [{ field: "signer", message }],
  });
}

export const handler = lambda(build);
