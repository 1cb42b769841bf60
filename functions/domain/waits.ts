import { type Contract, signerOf } from "./contract.ts";
import { type Draft, earlier } from "./drafts.ts";
import { figures } from "./figures.ts";
import { type GateOrder, profileOf } from "./profile.ts";
import { acts, groupsOf, type Signer } from "./signer.ts";
import { challengeSeconds } from "./verification-rules.ts";

/** How a wait of the workflow ends: with an output, or with the name of an error it catches or retries. */
export type Outcome =
  | { readonly ok: true; readonly output: Readonly<Record<string, number>> }
  | { readonly ok: false; readonly error: WorkflowError };

export type WorkflowError =
  | "Contract.Rejected"
  | "Contract.Revoked"
  | "Contract.Expired"
  | "Contract.Failed"
  | "Verification.Retryable";

export type Settlement = { readonly key: string; readonly outcome: Outcome };

/** What the stream of the chain has to do with the workflow after an entry (design 1). */
export type Work = {
  readonly start?: true;
  /** Starts a fresh execution of the same contract; every step finds what is already done. */
  readonly recover?: number;
  readonly resume?: readonly string[];
};

export const signWait = (signer: number): string => `W#${signer}#SIGN`;
/** Where verification comes first, consent is what ends the invitation: from then on the person is there. */
export const consentWait = (signer: number): string => `W#${signer}#CONSENT`;
export const verifyWait = (signer: number, challenge: number): string =>
  `W#${signer}#VERIFY#${challenge}`;

/**
 * The waits that `draft` ends; whoever writes one first decides it (design 4). `before` is the contract
 * just before this draft, so that an end also settles the wait which a late task would come to next.
 */
export function settlements(before: Contract, draft: Draft): readonly Settlement[] {
  const signer = Number(draft.facts.signer);
  const verifiesFirst = profileOf(before).gateOrder === "VERIFY_THEN_SIGN";
  const toVerification = (): Outcome => {
    const { method } = signerOf(before, signer);
    return { ok: true, output: { challengeSeconds: challengeSeconds[method] } };
  };
  switch (draft.step) {
    case "CONSENT_GIVEN":
      return verifiesFirst ? [{ key: consentWait(signer), outcome: toVerification() }] : [];
    case "SIGNED":
      return [
        {
          key: signWait(signer),
          outcome: verifiesFirst ? { ok: true, output: {} } : toVerification(),
        },
      ];
    case "AUTH_RESULT":
      return verified(signer, draft, verifiesFirst);
    case "DECLINED":
      return endAll(before, "Contract.Rejected");
    case "REVOKED":
      return endAll(before, "Contract.Revoked");
    case "EXPIRED":
      return endAll(before, "Contract.Expired");
    case "FAILED":
      return endAll(before, "Contract.Failed");
    default:
      return [];
  }
}

/** A passed verification is not the last gate where the signature follows it: the same task waits on for that. */
function verified(signer: number, { facts }: Draft, verifiesFirst: boolean): Settlement[] {
  const key = verifyWait(signer, Number(facts.challenge));
  if (facts.result === "SUCCESS")
    return verifiesFirst ? [] : [{ key, outcome: { ok: true, output: {} } }];
  const error = facts.retryable ? "Verification.Retryable" : "Contract.Failed";
  return [{ key, outcome: { ok: false, error } }];
}

/** What the stream consumer must do after `draft`, given the waits it settled. */
export function workAfter(
  before: Contract | undefined,
  draft: Draft,
  settled: readonly string[],
): Work {
  if (draft.step === "FLOW_CREATED") return { start: true };
  if (draft.step === "SYSTEM_ERROR") {
    const run = (before?.attention?.recoveries ?? 0) + 1;
    return run <= figures.recoveries ? { recover: run } : {};
  }
  return settled.length > 0 ? { resume: settled } : {};
}

const endAll = (contract: Contract, error: WorkflowError): readonly Settlement[] =>
  contract.signers
    .filter(acts)
    .flatMap((signer) => openWaits(signer, profileOf(contract).gateOrder))
    .map((key) => ({ key, outcome: { ok: false, error } }));

/** The wait of InviteSigner: for the first gate, or for the person who is to come to it. */
export const inviteWait = (contract: Contract, signer: number): string =>
  profileOf(contract).gateOrder === "VERIFY_THEN_SIGN" ? consentWait(signer) : signWait(signer);

/**
 * The waits that a signer's part of the workflow stands at, or will come to next. Where the signature follows
 * the verification, one task waits for both: a challenge that fails ends it, and so does the signature.
 */
export function openWaits(signer: Signer, order: GateOrder): readonly string[] {
  const { number, challenge } = signer;
  const sign = signer.signedAt === undefined ? [signWait(number)] : [];
  const failed = challenge?.state === "FAILED";
  const verify =
    signer.verifiedAt === undefined
      ? [verifyWait(number, (challenge?.number ?? 1) + (failed ? 1 : 0))]
      : [];
  if (order === "SIGN_THEN_VERIFY") return sign.length > 0 ? sign : verify;
  return signer.consentedAt === undefined ? [consentWait(number)] : [...verify, ...sign];
}

/** A signer's part of the workflow. */
export type SignerTask = {
  readonly signer: number;
  /** When its waits are over at the latest: with the contract, or with a deadline that ends the contract. */
  readonly expiresAt: string;
};

/** The way of the workflow: one group after the other, everybody within a group at the same time (C-48). */
export const signerTasks = ({ signers, expiresAt }: Contract): SignerTask[][] =>
  groupsOf(signers.filter(acts)).map((group) =>
    group.map(({ number, group: own }) => ({
      signer: number,
      expiresAt: signers
        .filter((one) => acts(one) && one.group >= own)
        .reduce((until, { deadline }) => earlier(until, deadline ?? until), expiresAt),
    })),
  );
