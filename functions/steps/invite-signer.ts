import { tasks } from "../adapters/workflow.ts";
import { advance } from "../advance.ts";
import { assembleContracts, assembleLinks, assembleSms, assembleTemplates } from "../assemble.ts";
import { isTerminal, signerOf } from "../domain/contract.ts";
import { inviteWait } from "../domain/waits.ts";
import { inviter } from "../invitation.ts";
import { type WaitInput, WorkflowFailure } from "../workflow-failure.ts";
import { lambda, type World } from "../world.ts";

/**
 * State InviteSigner: sends the link and waits for the signature. The token is stored before the message
 * leaves (design 4): whoever signs within the same second already finds somebody waiting.
 */
export function build(world: World) {
  const contracts = assembleContracts(world);
  const invite = inviter(
    world,
    contracts,
    assembleSms(world),
    assembleTemplates(world),
    assembleLinks(world).messageUrl,
  );
  const { resume } = tasks(world);

  return async ({ contractId, signer, taskToken }: WaitInput): Promise<void> => {
    const before = await contracts.read(contractId);
    if (before === undefined) throw new Error(`contract ${contractId} does not exist`);
    const outcome = await contracts.storeToken(contractId, inviteWait(before, signer), taskToken);
    if (outcome !== undefined) return resume(taskToken, outcome);

    // Whose link the partner hands over gets no message; from now on it opens (C-06, C-50).
    if (signerOf(before, signer).notifyType === "H5_LINK") {
      const issue = { type: "issueLink", at: world.now(), signer, by: "platform" } as const;
      await advance(contracts, contractId, issue);
      return;
    }
    const { contract, sent } = await invite(before, signer, "INVITE");
    // A contract that ended meanwhile has settled the wait: the stream resumes this task.
    if (sent || isTerminal(contract) || signerOf(contract, signer).sms.reached) return;
    throw new WorkflowFailure("Sms.Unavailable", `message to signer ${signer} was not sent`);
  };
}

export const handler = lambda(build);
