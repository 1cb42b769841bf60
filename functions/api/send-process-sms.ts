import { refusalProblem } from "../advance.ts";
import { assembleLinks, assembleSms, assembleTemplates } from "../assemble.ts";
import { wordProblem } from "../dialects/wallet.ts";
import { isTerminal } from "../domain/contract.ts";
import { Problem } from "../domain/problem.ts";
import { httpLambda } from "../http.ts";
import { inviter } from "../invitation.ts";
import { processStarter } from "../start/start-process.ts";
import { lambda, type World } from "../world.ts";

/**
 * `POST /api/v1/notification/sms/send` (D-10): the body of an initiation, under the same keys (K45). It begins a
 * process that does not exist, and sends the message of a live one again, as often as B-34 lets.
 */
export function build(world: World) {
  const { contracts, begin, answer, answerRepeated } = processStarter(world);
  const invite = inviter(
    world,
    contracts,
    assembleSms(world),
    assembleTemplates(world),
    assembleLinks(world).messageUrl,
  );

  return httpLambda(world, wordProblem, async (call) => {
    const { contract, isNew } = await begin(call, () => undefined);
    if (isNew || contract.state.status === "CREATED") return answer(call, contract);
    if (isTerminal(contract) && contract.state.status !== "EXPIRED")
      return answerRepeated(call, contract);
    const invitation = await invite(contract, 1, "RESEND");
    if ("refused" in invitation) throw refusalProblem(invitation.refused);
    if (!invitation.sent)
      throw new Problem(
        "SMS_FAILED",
        "the message could not be sent; it is on record, wait a minute and send it again",
        { data: { processId: contract.id } },
      );
    return answer(call, invitation.contract);
  });
}

export const handler = lambda(build);
