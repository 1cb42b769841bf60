import * as z from "zod";
import { subjectOf } from "../adapters/contract-items.ts";
import { PeerRefused, PeerUnavailable } from "../adapters/peer-call.ts";
import { advance, advanceOrRefuse } from "../advance.ts";
import { assembleLinks, assembleSms } from "../assemble.ts";
import { signerOf } from "../domain/contract.ts";
import { isConfirmed, nextOtp } from "../domain/decide-otp.ts";
import { otpMessageId, otpText } from "../domain/otp.ts";
import { Problem } from "../domain/problem.ts";
import { pageAction } from "../h5.ts";
import { lambda, type World } from "../world.ts";

/**
 * `POST /h5/{token}/otp`: a code to the signer's phone (C-39). That it was asked for is on record before the
 * message leaves; one that the gateway did not take is sent again as the same message.
 */
export function build(world: World) {
  const { keys } = assembleLinks(world);
  const sms = assembleSms(world);

  return pageAction(world, z.strictObject({}), (contracts) => async (visit) => {
    const { id } = visit.contract;
    const { number: signer } = visit.signer;
    const { details } = await contracts.readDetails(id);
    const { mobile } = subjectOf(details, signer);
    const number = nextOtp(visit.signer, world.now());
    const code = await keys.otp(id, signer, number);
    const asked = { type: "requestOtp", at: world.now(), signer, number, code, mobile } as const;
    const { contract } = await advanceOrRefuse(contracts, id, asked);
    const now = signerOf(contract, signer);
    if (now.otp?.number !== number || now.otp.sent || isConfirmed(now, world.now()))
      return contract;
    const messageId = otpMessageId(contract, signer, number);
    const message = { messageId, to: mobile, text: otpText(code), templateId: "SMS.OTP" };
    try {
      const answer = await sms.send(message);
      const sent = { type: "otpSent", at: world.now(), signer, number, ...answer } as const;
      return (await advance(contracts, id, sent)).contract;
    } catch (cause) {
      if (!(cause instanceof PeerUnavailable) && !(cause instanceof PeerRefused)) throw cause;
      world.count("DependencyFailure");
      const text = "the code could not be sent; please press again";
      throw new Problem("SMS_FAILED", text, { cause });
    }
  });
}

export const handler = lambda(build);
