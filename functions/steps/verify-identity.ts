import { type Subject, subjectOf } from "../adapters/contract-items.ts";
import type { ContractStore } from "../adapters/contract-store.ts";
import { PeerRefused, PeerUnavailable } from "../adapters/peer-call.ts";
import { tasks } from "../adapters/workflow.ts";
import { advance } from "../advance.ts";
import { assembleContracts, assembleLinks, assembleVerification } from "../assemble.ts";
import { type Contract, isTerminal, signerOf } from "../domain/contract.ts";
import { challengeKey } from "../domain/decide-verification.ts";
import { isPast } from "../domain/drafts.ts";
import { profileOf } from "../domain/profile.ts";
import { openWaits, verifyWait } from "../domain/waits.ts";
import { verificationCommand } from "../verification-outcome.ts";
import { type WaitInput, WorkflowFailure } from "../workflow-failure.ts";
import { lambda, type World } from "../world.ts";

/**
 * State VerifyIdentity: asks the verification system for a challenge (A-23, B-09) and waits for its result.
 * Entered anew after every retryable failure; the contract says what comes next.
 */
export function build(world: World) {
  const contracts = assembleContracts(world);
  const { h5Url, callbackUrl } = assembleLinks(world);
  const verification = assembleVerification(world);
  const { resume } = tasks(world);

  return async ({ contractId, signer, taskToken }: WaitInput): Promise<void> => {
    const before = await settleOverdue(await existing(contracts, contractId), signer);
    const waits = openWaits(signerOf(before, signer), profileOf(before).gateOrder);
    if (waits.length === 0) return resume(taskToken, { ok: true, output: {} });
    for (const wait of waits) {
      const outcome = await contracts.storeToken(contractId, wait, taskToken);
      if (outcome !== undefined) return resume(taskToken, outcome);
    }

    const command = { type: "requestChallenge", at: world.now(), signer } as const;
    const requested = await advance(contracts, contractId, command);
    // Refused, ended, or a challenge is already out: then somebody else will settle the wait.
    if ("refused" in requested || requested.drafts.length === 0) return;
    if (!isTerminal(requested.contract)) await createChallenge(requested.contract, signer);
  };

  async function createChallenge(contract: Contract, signer: number): Promise<void> {
    const { challenge, userType } = signerOf(contract, signer);
    if (challenge === undefined) throw new Error(`contract ${contract.id} has no challenge`);
    const { number, method } = challenge;
    const { details } = await contracts.readDetails(contract.id);
    const { scene, fundPurpose } = details;
    try {
      const accepted = await verification.createChallenge({
        challengeKey: challengeKey(contract, signer, number, method),
        contractId: contract.id,
        method,
        scene: scene ?? contract.bizScene,
        ...(fundPurpose ? { fundPurpose } : {}),
        subject: { userType, ...identityOf(subjectOf(details, signer)) },
        callbackUrl: callbackUrl(contract.id, signer),
        returnUrl: await h5Url(contract.id, signer),
      });
      const { verificationId, expiresAt, handOffUrl } = accepted;
      await advance(
        contracts,
        contract.id,
        {
          type: "challengeAccepted",
          at: world.now(),
          signer,
          challenge: number,
          method,
          verificationId,
          expiresAt,
        },
        handOffUrl ? { key: verifyWait(signer, number), handOffUrl } : undefined,
      );
    } catch (cause) {
      if (!(cause instanceof PeerUnavailable) && !(cause instanceof PeerRefused)) throw cause;
      world.count("DependencyFailure");
      const failed = {
        type: "challengeFailed",
        at: world.now(),
        signer,
        error: cause.name,
      } as const;
      await advance(contracts, contract.id, failed);
      throw new WorkflowFailure("Verification.Unavailable", cause.message, cause);
    }
  }

  /** B-16's backstop: before a challenge is given up for late, its system is asked once what became of it. */
  async function settleOverdue(contract: Contract, signer: number): Promise<Contract> {
    const { challenge } = signerOf(contract, signer);
    const at = world.now();
    if (challenge?.state !== "PENDING" || !isPast(challenge.expiresAt, at) || isTerminal(contract))
      return contract;
    const { verificationId = "", method } = challenge;
    try {
      const record = await verification.read(verificationId);
      const known = verificationCommand(record, { at, signer, method });
      const late = {
        type: "verificationResult",
        at,
        signer,
        verificationId,
        method,
        result: "FAILED",
        failReason: "EXPIRED",
        source: "DEADLINE",
        evidence: {},
      } as const;
      return (await advance(contracts, contract.id, known ?? late)).contract;
    } catch (cause) {
      if (!(cause instanceof PeerUnavailable) && !(cause instanceof PeerRefused)) throw cause;
      world.count("DependencyFailure");
      throw new WorkflowFailure("Verification.Unavailable", cause.message, cause);
    }
  }
}

/** What an identity is checked by; our own bookkeeping about the subject stays here. */
function identityOf({ role: _role, partyId: _partyId, ...identity }: Subject): Subject {
  return identity;
}

async function existing(contracts: ContractStore, id: string): Promise<Contract> {
  const contract = await contracts.read(id);
  if (contract === undefined) throw new Error(`contract ${id} does not exist`);
  return contract;
}

export const handler = lambda(build);
