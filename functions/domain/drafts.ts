import { type Contract, type FailureReason, isTerminal } from "./contract.ts";
import type { EntryDraft, Facts, Step } from "./evidence.ts";
import type { Signer } from "./signer.ts";

export type Draft = EntryDraft<Step>;

export type Refusal = {
  readonly code: RefusalCode;
  readonly message: string;
  readonly data?: Facts;
};

export type RefusalCode =
  | "STATE_CONFLICT"
  | "FLOW_EXPIRED"
  | "LINK_EXPIRED"
  | "LINK_USED"
  | "CONSENT_MISSING"
  | "NOT_READY"
  | "RATE_LIMITED"
  | "TOO_MANY_TRIES"
  | "VERIFICATION_UNKNOWN"
  | "NOT_YET";

/** Empty drafts mean: already so, nothing to write. */
export type Decision = { readonly drafts: readonly Draft[] } | { readonly refused: Refusal };

/** Already so: nothing to write. */
export const nothing: Decision = { drafts: [] };

export function unlessTerminal(contract: Contract, then: () => readonly Draft[]): Decision {
  return isTerminal(contract) ? refuseTerminal(contract) : { drafts: then() };
}

export function refuseTerminal(contract: Contract): Decision {
  return contract.state.status === "EXPIRED"
    ? refuse("FLOW_EXPIRED", "the contract has expired")
    : refuse("STATE_CONFLICT", `the contract is already ${contract.state.status}`);
}

export function refuse(
  code: RefusalCode,
  message: string,
  data?: Facts,
): { readonly refused: Refusal } {
  return { refused: { code, message, ...(data === undefined ? {} : { data }) } };
}

export function draft(
  command: { readonly at: string },
  step: Step,
  actor: string,
  facts: Facts,
  disclosures?: Readonly<Record<string, string>>,
): Draft {
  return {
    step,
    at: command.at,
    actor,
    facts,
    ...(disclosures === undefined ? {} : { disclosures }),
  };
}

export const failed = (
  command: { readonly at: string },
  reason: FailureReason,
  detail: string,
): Draft => draft(command, "FAILED", "platform", { reason, detail });

export const expired = (command: { readonly at: string }): Draft =>
  draft(command, "EXPIRED", "platform", {});

export const signerActor = (signer: number): string => `signer:${signer}`;
export const signerFact = ({ signer }: { readonly signer: number }): Facts => ({ signer });

export const isPast = (deadline: string | undefined, at: string): boolean =>
  deadline !== undefined && Date.parse(at) >= Date.parse(deadline);

/** Whether the signer's time is over: with the contract's, or with a deadline of the signer's own. */
export const isOver = (contract: Contract, signer: Signer, at: string): boolean =>
  isPast(contract.expiresAt, at) || isPast(signer.deadline, at);

export const plusSeconds = (at: string, seconds: number): string =>
  new Date(Date.parse(at) + seconds * 1000).toISOString();

export const earlier = (a: string, b: string): string => (Date.parse(a) < Date.parse(b) ? a : b);
