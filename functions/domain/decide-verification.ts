import { type Contract, isTerminal, signerOf } from "./contract.ts";
import {
  type Decision,
  type Draft,
  draft,
  expired,
  failed,
  isOver,
  isPast,
  nothing,
  refuse,
  refuseTerminal,
  signerActor,
  signerFact,
  unlessTerminal,
} from "./drafts.ts";
import type { Facts } from "./evidence.ts";
import { figures } from "./figures.ts";
import { profileOf } from "./profile.ts";
import {
  fallbackMethod,
  isRetryable,
  triesPerChallenge,
  type VerificationMethod,
} from "./verification-rules.ts";

/** What may happen around a challenge; `at` is added by Command. */
export type VerificationCommand =
  | { readonly type: "requestChallenge"; readonly signer: number }
  | {
      readonly type: "challengeAccepted";
      readonly signer: number;
      readonly challenge: number;
      readonly method: VerificationMethod;
      readonly verificationId: string;
      readonly expiresAt: string;
    }
  | { readonly type: "challengeFailed"; readonly signer: number; readonly error: string }
  | {
      readonly type: "submitTry";
      readonly signer: number;
      readonly amount: string;
      readonly remark: string;
    }
  | { readonly type: "tryRejected"; readonly signer: number; readonly attempt: number }
  | {
      readonly type: "verificationResult";
      readonly signer: number;
      readonly verificationId: string;
      readonly method: VerificationMethod;
      readonly result: "SUCCESS" | "FAILED";
      readonly failReason: string;
      readonly source: "CALLBACK" | "EVENT" | "POLL" | "DEADLINE";
      readonly evidence: Readonly<Record<string, string>>;
    };

type Of<T extends VerificationCommand["type"]> = { readonly at: string } & Extract<
  VerificationCommand,
  { readonly type: T }
>;

/** The next call that creates a challenge: the same again, the other method, the next challenge, or the end. */
export function requestChallenge(contract: Contract, command: Of<"requestChallenge">): Decision {
  const signer = signerOf(contract, command.signer);
  const { challenge } = signer;
  const { gateOrder, fallbackAllowed } = profileOf(contract);
  if (signer.verifiedAt !== undefined) return nothing;
  // Whichever gate comes first, nobody is checked who did not agree to it.
  const isReady = gateOrder === "VERIFY_THEN_SIGN" ? signer.consentedAt : signer.signedAt;
  if (isReady === undefined)
    return refuse("NOT_READY", `the signer has not come to verification yet (${gateOrder})`);
  return unlessTerminal(contract, () => {
    // Before the question whether a challenge is out: it may outlive the contract (K23).
    if (isOver(contract, signer, command.at)) return [expired(command)];
    if (challenge?.state === "PENDING") return [];
    if (challenge === undefined) return [requested(1, signer.method)];
    if (challenge.state === "FAILED") {
      return challenge.number < figures.challenges
        ? [requested(challenge.number + 1, signer.method)]
        : [failed(command, "CHALLENGES_EXHAUSTED", "no further challenge is allowed")];
    }
    if (challenge.calls <= figures.verificationCallRetries)
      return [requested(challenge.number, challenge.method)];
    if (fallbackAllowed && challenge.method === signer.method)
      return [requested(challenge.number, fallbackMethod(signer.method))];
    return [failed(command, "VERIFIER_DOWN", "the verification system could not be reached")];
  });

  function requested(number: number, method: VerificationMethod): Draft {
    return draft(command, "AUTH_REQUESTED", "platform", {
      signer: command.signer,
      challenge: number,
      method,
      challengeKey: challengeKey(contract, command.signer, number, method),
      fallback: method !== signer.method,
    });
  }
}

/** The first signer's challenges are V1, V2, V3; the next signers have the letters after each other. */
const challengeLetters = "VABCDEFGHIJKLMNOPQRS";

/** B-15: what names a challenge at the verification system derives from the flow; at most 32 characters. */
export const challengeKey = (
  contract: Pick<Contract, "id">,
  signer: number,
  number: number,
  method: VerificationMethod,
): string =>
  `${contract.id}-${challengeLetters[signer - 1]}${number}${method === "FACE" ? "F" : "M"}`;

/** Credentials are numbered through the contract, as many a signer as challenges: two digits for twenty signers. */
const credentialId = (contract: Contract, signer: number, challenge: number): string =>
  `${contract.id}-C${(signer - 1) * figures.challenges + challenge}`;

export function challengeAccepted(contract: Contract, command: Of<"challengeAccepted">): Decision {
  const { challenge } = signerOf(contract, command.signer);
  const current =
    challenge?.number === command.challenge &&
    challenge.method === command.method &&
    challenge.state === "REQUESTED";
  // The callback may have overtaken the answer; then there is nothing left to learn from it.
  if (!current || isTerminal(contract)) return nothing;
  return {
    drafts: [
      draft(command, "AUTH_ACCEPTED", "verification-system", {
        ...signerFact(command),
        challenge: command.challenge,
        method: command.method,
        verificationId: command.verificationId,
        expiresAt: command.expiresAt,
      }),
    ],
  };
}

/** Only of a challenge that is still asked for: a result that overtook the answer has settled it. */
export function challengeFailed(contract: Contract, command: Of<"challengeFailed">): Decision {
  const { challenge } = signerOf(contract, command.signer);
  if (challenge?.state !== "REQUESTED" || isTerminal(contract)) return nothing;
  const facts = { ...signerFact(command), error: command.error };
  return { drafts: [draft(command, "AUTH_CALL_FAILED", "platform", facts)] };
}

export function submitTry(contract: Contract, command: Of<"submitTry">): Decision {
  const signer = signerOf(contract, command.signer);
  const { challenge } = signer;
  if (challenge?.method !== "MICRO_DEPOSIT" || challenge.state !== "PENDING")
    return isTerminal(contract)
      ? refuseTerminal(contract)
      : refuse("STATE_CONFLICT", "there is no micro-deposit to confirm now; reload the page");
  if (isPast(challenge.expiresAt, command.at) || isOver(contract, signer, command.at))
    return refuse("FLOW_EXPIRED", "the time to confirm the micro-deposit is over");
  if (challenge.triesUsed >= triesPerChallenge)
    return refuse("TOO_MANY_TRIES", "all tries for this micro-deposit are used");
  if (challenge.submissions >= figures.submissions)
    return refuse("RATE_LIMITED", "submitted too often without an answer; wait for a new deposit");
  return {
    drafts: [
      draft(
        command,
        "AUTH_SUBMITTED",
        signerActor(command.signer),
        { ...signerFact(command), challenge: challenge.number, attempt: challenge.triesUsed + 1 },
        { amount: command.amount, remark: command.remark },
      ),
    ],
  };
}

export function tryRejected(contract: Contract, command: Of<"tryRejected">): Decision {
  const { challenge } = signerOf(contract, command.signer);
  const isNext =
    challenge?.state === "PENDING" &&
    command.attempt > challenge.triesUsed &&
    command.attempt <= triesPerChallenge;
  if (!isNext || isTerminal(contract)) return nothing;
  return {
    drafts: [
      draft(command, "AUTH_TRY_REJECTED", "verification-system", {
        ...signerFact(command),
        challenge: challenge.number,
        attempt: command.attempt,
      }),
    ],
  };
}

/** The first final result wins; whatever comes later is kept as evidence and changes nothing (B-29, K51). */
export function verificationResult(
  contract: Contract,
  command: Of<"verificationResult">,
): Decision {
  const signer = signerOf(contract, command.signer);
  const { challenge } = signer;
  const former = challenge?.former.includes(command.verificationId) === true;
  const foreign =
    challenge === undefined ||
    (!former &&
      (challenge.method !== command.method ||
        (challenge.verificationId !== undefined &&
          challenge.verificationId !== command.verificationId)));
  if (foreign)
    return refuse(
      "VERIFICATION_UNKNOWN",
      "verificationId and authMethod do not belong to the current challenge of this contract",
    );
  const passed = command.result === "SUCCESS";
  const facts = {
    ...signerFact(command),
    challenge: challenge.number,
    verificationId: command.verificationId,
    method: command.method,
    result: command.result,
    source: command.source,
    ...(passed ? {} : { failReason: command.failReason }),
  };
  const actor = command.source === "DEADLINE" ? "platform" : "verification-system";
  const ignored = (why: string): readonly Draft[] =>
    contract.ignoredResults < figures.ignoredResults
      ? [draft(command, "AUTH_RESULT_IGNORED", actor, { ...facts, why })]
      : [];
  // A new challenge follows a failed one only, so a former challenge has failed.
  const state = former ? "FAILED" : challenge.state;
  const known = state === "PASSED" || state === "FAILED";
  if (known && (state === "PASSED") === passed) return nothing;
  if (known || isTerminal(contract)) return { drafts: ignored(known ? "CONTRADICTS" : "TERMINAL") };
  if (isOver(contract, signer, command.at))
    return { drafts: [expired(command), ...ignored("LATE")] };

  const result = (more: Facts): Draft =>
    draft(command, "AUTH_RESULT", actor, { ...facts, ...more }, command.evidence);
  if (passed)
    return {
      drafts: [result({ credentialId: credentialId(contract, signer.number, challenge.number) })],
    };
  if (!isRetryable(command.failReason))
    return {
      drafts: [
        result({ retryable: false }),
        failed(command, "VERIFY_MISMATCH", command.failReason),
      ],
    };
  return challenge.number < figures.challenges
    ? { drafts: [result({ retryable: true })] }
    : {
        drafts: [
          result({ retryable: false }),
          failed(command, "CHALLENGES_EXHAUSTED", command.failReason),
        ],
      };
}
