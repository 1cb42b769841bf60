import { isPast, type Refusal, refuse } from "./drafts.ts";
import type { Facts } from "./evidence.ts";
import {
  type FaceDraft,
  type FaceFailReason,
  type FaceStep,
  type FaceVerification,
  faceFigures,
  isDecided,
  type VendorFinding,
} from "./face-verification.ts";

export type FaceCommand = { readonly at: string } & (
  | { readonly type: "open" }
  | { readonly type: "askVendor"; readonly vendor: string }
  | { readonly type: "vendorAccepted"; readonly vendor: string; readonly try: number }
  | {
      readonly type: "vendorUnavailable";
      readonly vendor: string;
      readonly try: number;
      readonly error: string;
    }
  | ({
      readonly type: "vendorResult";
      readonly vendor: string;
      readonly try: number;
      readonly source: "CALLBACK" | "POLL" | "ANSWER";
      readonly threshold: number;
    } & VendorResult)
  | {
      readonly type: "deadline";
      /** False when the vendor could not be asked what became of its task. */
      readonly outcomeKnown: boolean;
    }
  | {
      readonly type: "delivered" | "undelivered";
      readonly eventId: string;
      readonly attempts: number;
      readonly status: number;
    }
  | { readonly type: "erase"; readonly operator: string }
);

/** A vendor's own verdict in our words. */
export type VendorResult = VendorFinding &
  (
    | { readonly passed: true }
    | { readonly passed: false; readonly reason: Exclude<FaceFailReason, "VENDOR_UNAVAILABLE"> }
  );

type Of<T extends FaceCommand["type"]> = Extract<FaceCommand, { readonly type: T }>;

/** Empty drafts mean: already so, nothing to write. */
export type FaceDecision =
  | { readonly drafts: readonly FaceDraft[] }
  | { readonly refused: Refusal };

const nothing: FaceDecision = { drafts: [] };

/** What follows from a command for a face check; time comes in with it. */
export function decideFace(face: FaceVerification, command: FaceCommand): FaceDecision {
  switch (command.type) {
    case "open":
      return open(face, command);
    case "askVendor":
      return askVendor(face, command);
    case "vendorAccepted":
      return isCurrentAsked(face, command)
        ? one(command, "VENDOR_ACCEPTED", "vendor", taskFacts(command))
        : nothing;
    case "vendorUnavailable":
      return isCurrentAsked(face, command)
        ? one(command, "VENDOR_UNAVAILABLE", "platform", {
            ...taskFacts(command),
            error: command.error,
          })
        : nothing;
    case "vendorResult":
      return vendorResult(face, command);
    case "deadline":
      return deadline(face, command);
    case "delivered":
    case "undelivered": {
      const { eventId, attempts, status } = command;
      const step = command.type === "delivered" ? "CALLBACK_DELIVERED" : "CALLBACK_UNDELIVERED";
      return one(command, step, "platform", { eventId, attempts, status });
    }
    case "erase":
      return isDecided(face)
        ? one(command, "ERASED", "operator", { operator: command.operator })
        : refuse("STATE_CONFLICT", "the face check is still under way; erase after it has ended");
    default:
      return command satisfies never;
  }
}

/** The person pressed the button, having read what will happen to the picture. */
function open(face: FaceVerification, command: Of<"open">): FaceDecision {
  if (isDecided(face) || isPast(face.expiresAt, command.at)) return refuseOver(face);
  return face.state.status === "PROCESSING"
    ? nothing
    : one(command, "FACE_OPENED", "person", { try: face.try });
}

/** Recorded before the call leaves. A task that a vendor has accepted is never given to another (K47). */
function askVendor(face: FaceVerification, command: Of<"askVendor">): FaceDecision {
  if (isDecided(face) || isPast(face.expiresAt, command.at)) return refuseOver(face);
  if (face.task?.state === "ACCEPTED") return nothing;
  if (face.vendorCalls >= faceFigures.vendorCalls)
    return refuse("RATE_LIMITED", "the vendors were asked too often for this check");
  const facts = { vendor: command.vendor, try: face.try, call: face.vendorCalls + 1 };
  return one(command, "VENDOR_ASKED", "platform", facts);
}

/**
 * The first final result wins (C-61, K50); what comes later is kept as evidence and changes nothing.
 * A mismatch ends the check at once: another look, or another vendor, would be guessing (K47).
 */
function vendorResult(face: FaceVerification, command: Of<"vendorResult">): FaceDecision {
  const isCurrent = command.try === face.try && command.vendor === face.task?.vendor;
  if (command.try > face.try || (command.try === face.try && face.task === undefined))
    return refuse("VERIFICATION_UNKNOWN", "this check never had such a task at this vendor");
  const verdict = judged(command);
  const facts: Facts = {
    ...taskFacts(command),
    transactionNo: command.transactionNo,
    source: command.source,
    ...(command.score === undefined ? {} : { score: command.score }),
    ...(verdict === "PASSED" ? {} : { reason: verdict }),
  };
  const ignored = (why: string): FaceDecision =>
    face.ignoredResults >= faceFigures.ignoredResults
      ? nothing
      : one(command, "FACE_RESULT_IGNORED", command.vendor, { ...facts, why });

  if (!isCurrent) return saysAgain(face, verdict) ? nothing : ignored("OTHER_TASK");
  if (isDecided(face)) return saysAgain(face, verdict) ? nothing : ignored("DECIDED");
  if (verdict === "PASSED") return one(command, "FACE_PASSED", command.vendor, facts);
  const mayTryAgain =
    verdict === "POOR_QUALITY" && face.mode === "H5" && face.try < faceFigures.tries;
  const step = mayTryAgain ? "FACE_TRY_REJECTED" : "FACE_FAILED";
  return one(command, step, command.vendor, facts);
}

/** A vendor that calls two faces the same below our threshold has compared two persons. */
function judged(result: Of<"vendorResult">): "PASSED" | FaceFailReason {
  if (!result.passed) return result.reason;
  const isTooLow = result.score !== undefined && Number(result.score) < result.threshold;
  return isTooLow ? "FACE_MISMATCH" : "PASSED";
}

/** A repeated result, as vendors send it until they hear 200; a poor picture's try is over by then. */
function saysAgain({ state }: FaceVerification, verdict: "PASSED" | FaceFailReason): boolean {
  if (verdict === "PASSED") return state.status === "SUCCESS";
  if (state.status === "FAILED") return state.reason === verdict;
  return verdict === "POOR_QUALITY" && state.status === "PROCESSING";
}

/** An unknown outcome is no failure: only the deadline ends such a check, as expired (C-71). */
function deadline(face: FaceVerification, command: Of<"deadline">): FaceDecision {
  if (isDecided(face) || !isPast(face.expiresAt, command.at)) return nothing;
  const neverBegun = face.task?.state !== "ACCEPTED" && face.try === 1 && face.vendorCalls > 0;
  if (neverBegun && command.outcomeKnown)
    return one(command, "FACE_FAILED", "platform", { reason: "VENDOR_UNAVAILABLE" });
  return one(command, "FACE_EXPIRED", "platform", { outcomeKnown: command.outcomeKnown });
}

const isCurrentAsked = (
  { task, try: current }: FaceVerification,
  command: { readonly vendor: string; readonly try: number },
): boolean => task?.state === "ASKED" && task.vendor === command.vendor && current === command.try;

function refuseOver({ state }: FaceVerification): FaceDecision {
  switch (state.status) {
    case "SUCCESS":
      return refuse("LINK_USED", "this face check has already passed");
    case "FAILED":
      return refuse("TOO_MANY_TRIES", `this face check has failed: ${state.reason}`);
    default:
      return refuse("LINK_EXPIRED", "the time for this face check is over; ask for a new one");
  }
}

const taskFacts = (command: { readonly vendor: string; readonly try: number }): Facts => ({
  vendor: command.vendor,
  try: command.try,
});

const one = (
  { at }: { readonly at: string },
  step: FaceStep,
  actor: string,
  facts: Facts,
): FaceDecision => ({ drafts: [{ step, at, actor, facts }] });
