import type { Contract, Signer } from "./contract.ts";
import type { Draft } from "./drafts.ts";
import { figures } from "./figures.ts";
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
export const verifyWait = (signer: number, challenge: number): string =>
  `W#${signer}#VERIFY#${challenge}`;

/**
 * The waits that `draft` ends; whoever writes one first decides it (design 4). `before` is the contract
 * just before this draft, so that an end also settles the wait which a late task would come to next.
 */
export function settlements(before: Contract, draft: Draft): readonly Settlement[] {
  const signer = Number(draft.facts.signer);
  switch (draft.step) {
    case "SIGNED":
      return [
        {
          key: signWait(signer),
          outcome: { ok: true, output: { challengeSeconds: challengeSeconds[before.method] } },
        },
      ];
    case "AUTH_RESULT":
      return [
        {
          key: verifyWait(signer, Number(draft.facts.challenge)),
          outcome:
            draft.facts.result === "SUCCESS"
              ? { ok: true, output: {} }
              : {
                  ok: false,
                  error: draft.facts.retryable ? "Verification.Retryable" : "Contract.Failed",
                },
        },
      ];
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

function endAll(contract: Contract, error: WorkflowError): readonly Settlement[] {
  return contract.signers
    .map(openWait)
    .filter((key) => key !== undefined)
    .map((key) => ({ key, outcome: { ok: false, error } }));
}

/** The wait a signer's part of the workflow stands at, or will come to next. */
export function openWait(signer: Signer): string | undefined {
  if (signer.signedAt === undefined) return signWait(signer.number);
  if (signer.verifiedAt !== undefined) return undefined;
  const { challenge } = signer;
  if (challenge === undefined) return verifyWait(signer.number, 1);
  return verifyWait(
    signer.number,
    challenge.state === "FAILED" ? challenge.number + 1 : challenge.number,
  );
}
