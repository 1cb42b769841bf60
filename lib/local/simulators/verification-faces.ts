import { randomBytes } from "node:crypto";
import * as z from "zod";
import type { LocalClock } from "../clock.ts";
import { parsedBody } from "./control.ts";
import { type Credential, signedHeaders } from "./request-signature.ts";
import type { Cases } from "./verification-cases.ts";
import {
  type Challenge,
  decide,
  type FaceCheck,
  failReasons,
  type Verification,
} from "./verification-record.ts";
import { webhookFault } from "./webhook-signature.ts";
import { json, type WireAnswer, type WireRequest } from "./wire.ts";

/** Who compares faces for this system, and what the two of them sign with (K03, K04). */
export type FaceSupplier = Credential & {
  readonly apiUrl: string;
  /** Standard Webhooks: `whsec_` and base64. */
  readonly webhookSecret: string;
};

export type FaceChecks = {
  /** The check that a challenge needs; undefined for one that names nobody whose face could be compared. */
  wanted(challenge: Challenge): FaceCheck | undefined;
  /** Asks the supplier for the check of a verification, until it answers or the verification is over. */
  ask(verification: Verification): void;
  /** A result as the supplier brings it; one that is known already changes nothing. */
  receive(request: WireRequest): WireAnswer;
  /** Takes up what an earlier process asked for and did not hear. */
  resume(): void;
  stop(): void;
};

/** Where the supplier brings its results; which verification they are about is in the body. */
export const resultsPath = "/face-results";

const initiatePath = "/api/v1/verification/face/initiate";

/** Before the second to the fourth attempt, and before every later one until the verification expires. */
const backOffMs = [200, 1_000, 5_000];
const usualBackOffMs = 30_000;
const attemptTimeoutMs = 5_000;

/** Further attempts would be answered the same: the request is wrong, or the guard against loops refuses it. */
const refusals: readonly number[] = [400, 409];

type Answer = Pick<FaceCheck, "page" | "refusal">;

/** Buys face checks. What is still to be asked for is read off the verifications, so that a kill loses nothing. */
export function faceChecks(
  supplier: FaceSupplier,
  clock: LocalClock,
  cases: Cases,
  ownUrl: () => string,
): FaceChecks {
  /** What is being asked for, with how to cancel its next attempt. */
  const asking = new Map<string, () => void>();
  let stopping = new AbortController();

  function ask(verification: Verification): void {
    const { verificationId: id } = verification;
    if (isUnanswered(verification) && !asking.has(id)) schedule(id, 1, clock.now());
  }

  function schedule(id: string, attempt: number, dueMs: number): void {
    asking.set(
      id,
      clock.at(dueMs, () => void askOnce(id, attempt)),
    );
  }

  async function askOnce(id: string, attempt: number): Promise<void> {
    const { signal } = stopping;
    const before = cases.find(id);
    const answer = isUnanswered(before) ? await initiate(before, signal) : undefined;
    // Nobody is left to tell: the journal may be closed or cleared by now.
    if (signal.aborted) return;
    const verification = cases.find(id);
    if (answer === undefined && isUnanswered(verification)) {
      const pauseMs = backOffMs[attempt - 1] ?? usualBackOffMs;
      return schedule(id, attempt + 1, clock.now() + pauseMs);
    }
    asking.delete(id);
    if (answer !== undefined && isUnanswered(verification)) keep(verification, answer);
  }

  function keep(verification: Unanswered, answer: Answer): void {
    const told = { ...verification, check: { ...verification.check, ...answer } };
    const isRefused = answer.refusal !== undefined;
    cases.settle(
      verification,
      isRefused ? decide(told, "FAILED", "REFUSED", clock.now(), null) : told,
    );
  }

  /** Undefined when the supplier gave no answer that counts: then asking again is safe, and needed. */
  async function initiate(verification: Unanswered, signal: AbortSignal) {
    const body = requestOf(verification);
    const part = { method: "POST", path: initiatePath, search: "", body };
    const nonce = randomBytes(16).toString("hex");
    try {
      const response = await fetch(`${supplier.apiUrl}${initiatePath}`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "idempotency-key": verification.verificationId,
          ...signedHeaders(supplier, part, clock.now(), nonce),
        },
        body,
        redirect: "manual",
        signal: AbortSignal.any([signal, AbortSignal.timeout(attemptTimeoutMs)]),
      });
      return answerOf(response.status, await response.text());
    } catch {
      return undefined;
    }
  }

  return {
    wanted(challenge) {
      if (challenge.method !== "FACE" || personOf(challenge) === undefined) return undefined;
      return { callbackUrl: `${ownUrl()}${resultsPath}` };
    },
    ask,
    receive(request) {
      const message = webhookFault(request, [supplier.webhookSecret], clock.now());
      if (message !== undefined) return json(401, { code: "SIGNATURE_INVALID", message });
      const result = parsedBody(resultSchema, request.body);
      if ("refusal" in result) return result.refusal;
      const { bizId, status, failReason, score } = result.value;
      const verification = cases.find(bizId);
      // What this system has forgotten is received all the same: nobody should send it again.
      if (verification?.check) {
        const passed = status === "SUCCESS";
        const reason = passed ? undefined : (failReason ?? "EXPIRED");
        const outcome = passed ? "SUCCESS" : "FAILED";
        cases.settle(verification, decide(verification, outcome, reason, clock.now(), score));
      }
      return json(200, { received: true });
    },
    resume: () => cases.pending().forEach(ask),
    stop() {
      stopping.abort();
      stopping = new AbortController();
      for (const cancel of asking.values()) cancel();
      asking.clear();
    },
  };
}

type Unanswered = Verification & { readonly status: "PENDING"; readonly check: FaceCheck };

const isUnanswered = (verification: Verification | undefined): verification is Unanswered =>
  verification?.status === "PENDING" &&
  verification.check !== undefined &&
  verification.check.page === undefined;

/** The same bytes at every attempt, or the supplier would see another request under the same bizId. */
function requestOf({ verificationId, challenge, check }: Unanswered): string {
  return JSON.stringify({
    bizId: verificationId,
    bizType: "RELATIONSHIP_BINDING",
    userInfo: personOf(challenge),
    callbackUrl: check.callbackUrl,
    // On whose behalf: if that is a verification itself, the two systems would ask each other for ever (K03).
    origin: challenge.contractId,
  });
}

/** For a company its representative shows the face. */
function personOf({ subject }: Challenge) {
  const { name, idNumber, legalRepName, legalRepIdNumber } = subject;
  if (idNumber !== undefined) return { name, idCardNo: idNumber };
  if (legalRepName === undefined || legalRepIdNumber === undefined) return undefined;
  return { name: legalRepName, idCardNo: legalRepIdNumber };
}

const acceptedSchema = z.object({ verificationUrl: z.url({ protocol: /^https?$/ }) });

function answerOf(status: number, text: string): Answer | undefined {
  if (refusals.includes(status)) return { refusal: `${status} ${text}` };
  if (status !== 200) return undefined;
  return { page: acceptedSchema.parse(JSON.parse(text)).verificationUrl };
}

const resultSchema = z.object({
  bizId: z.string(),
  status: z.enum(["SUCCESS", "FAILED", "EXPIRED"]),
  score: z.number().nullable(),
  // A vendor that was away says nothing about the person: the client may try again.
  failReason: z
    .string()
    .transform((reason) => failReasons.find((known) => known === reason) ?? "TECHNICAL")
    .nullable(),
});
