import * as z from "zod";
import type { LocalClock } from "../clock.ts";
import {
  authenticated,
  invalid,
  parsedBody,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from "./control.ts";
import type { Journal } from "./journal.ts";
import type { Credential } from "./request-signature.ts";
import { callbackOutbox, sealedFor } from "./verification-callbacks.ts";
import { type Cases, verificationCases } from "./verification-cases.ts";
import {
  type FaceChecks,
  type FaceSupplier,
  faceChecks,
  resultsPath,
} from "./verification-faces.ts";
import { facePage, handOffUrlOf, statementPage } from "./verification-pages.ts";
import {
  challengeSchema,
  confirm,
  confirmSchema,
  decide,
  failReasons,
  queryAnswer,
  type Verification,
} from "./verification-record.ts";
import { json, type WireAnswer, type WireRequest } from "./wire.ts";

/**
 * An identity verification system: micro-deposits with a bank statement at `/`, face checks at `/face/{id}`,
 * and a callback for every result, signed with the secret of the client that asked. With `faces` it has faces
 * compared there and hears of the results at `/face-results`; without, the person chooses on its own page.
 * `GET /_control/state` gives `{verifications, callbacks}`, oldest first, amounts and remarks included.
 * `POST /_control/verifications/{id}/decide {"result","failReason"?}` decides one, `…/callback` sends its result again.
 */
export function verificationSimulator(
  options: SimulatorOptions & {
    readonly clients: readonly Credential[];
    readonly faces?: FaceSupplier | undefined;
  },
): Promise<Simulator> {
  const { clock, clients, faces } = options;
  return startSimulator("verification", options, (journal, ownUrl) => {
    const outbox = callbackOutbox(journal, clock, sealedFor(clients));
    const cases = verificationCases(journal, clock, outbox);
    const checks = faces && faceChecks(faces, clock, cases, ownUrl);
    const system = { journal, clock, clients, cases, checks, ownUrl };
    outbox.resume();
    cases.resume();
    checks?.resume();
    return {
      handle(request) {
        if (/^\/v1\/verifications(\/|$)/.test(request.path)) return answerClient(request, system);
        if (request.path.startsWith("/face/")) return answerPerson(request, system);
        if (checks && request.path === resultsPath) return checks.receive(request);
        return notFound(request);
      },
      home: (request) => statementPage(request, cases.list().reverse(), ownUrl()),
      state: () => ({ verifications: cases.list(), callbacks: outbox.list() }),
      control: (request) => control(request, system),
      sendsCallbacks: true,
      stopTimers() {
        outbox.stop();
        cases.stop();
        checks?.stop();
      },
    };
  });
}

type System = {
  readonly journal: Journal;
  readonly clock: LocalClock;
  readonly clients: readonly Credential[];
  readonly cases: Cases;
  readonly checks: FaceChecks | undefined;
  readonly ownUrl: () => string;
};

function answerClient(request: WireRequest, system: System): WireAnswer {
  const { clients, journal, clock, cases } = system;
  const caller = authenticated(request, clients, journal, clock.now());
  if ("refusal" in caller) return caller.refusal;
  const [id, action] = request.path.split("/").slice(3);
  const call = `${request.method} ${action ?? (id === undefined ? "all" : "one")}`;
  if (call === "POST all") return create(request, caller.clientId, system);
  const verification = cases.find(id ?? "");
  // Another client's verification answers exactly like an absent one.
  if (verification?.clientId !== caller.clientId) return notFound(request);
  if (call === "GET one") return json(200, queryAnswer(verification));
  if (call === "POST confirm") return confirmDeposit(request, verification, system);
  return notFound(request);
}

function create(request: WireRequest, clientId: string, system: System): WireAnswer {
  const { cases, checks, ownUrl } = system;
  if (!request.headers["idempotency-key"]) return invalid([["Idempotency-Key", "is missing"]]);
  const challenge = parsedBody(challengeSchema, request.body);
  if ("refusal" in challenge) return challenge.refusal;
  const verification = cases.open(challenge.value, clientId, checks?.wanted(challenge.value));
  if (verification === undefined) {
    const { challengeKey } = challenge.value;
    return conflict(`challengeKey ${challengeKey} already stands for another challenge`);
  }
  checks?.ask(verification);
  const { verificationId, expiresAt } = verification;
  const handOffUrl = handOffUrlOf(verification, ownUrl());
  return json(202, { verificationId, status: "PENDING", handOffUrl, expiresAt });
}

function confirmDeposit(
  request: WireRequest,
  verification: Verification,
  { cases, clock }: System,
): WireAnswer {
  if (verification.challenge.method !== "MICRO_DEPOSIT") {
    return conflict(`${verification.verificationId} is a face check: no amount can confirm it`);
  }
  const guess = parsedBody(confirmSchema, request.body);
  if ("refusal" in guess) return guess.refusal;
  const after = cases.settle(verification, confirm(verification, guess.value, clock.now()));
  return json(200, after.answers[guess.value.attempt]);
}

/** What the person's choice on the face page means. */
const faceResults = {
  PASS: ["SUCCESS", undefined],
  FACE_MISMATCH: ["FAILED", "FACE_MISMATCH"],
  POOR_QUALITY: ["FAILED", "POOR_QUALITY"],
} as const;

/** The person's browser at the hand-off link: looking changes nothing, choosing decides and leads back. */
function answerPerson(request: WireRequest, { cases, clock }: System): WireAnswer {
  const verification = cases.find(request.path.slice("/face/".length));
  const token = new URLSearchParams(request.search).get("token");
  if (!verification?.handOffToken || token !== verification.handOffToken) return notFound(request);
  // What somebody else decides is not to be chosen here.
  if (request.method !== "POST" || verification.check) return facePage(request, verification);
  const choice = new URLSearchParams(request.body.toString()).get("choice") ?? "";
  if (!Object.hasOwn(faceResults, choice)) {
    return invalid([["choice", `must be one of ${Object.keys(faceResults).join(", ")}`]]);
  }
  const [result, failReason] = faceResults[choice as keyof typeof faceResults];
  cases.settle(verification, decide(verification, result, failReason, clock.now()));
  return { status: 303, headers: { location: verification.challenge.returnUrl } };
}

const decisionSchema = z.strictObject({
  result: z.enum(["SUCCESS", "FAILED"]),
  failReason: z.enum(failReasons).optional(),
});

function control(request: WireRequest, { cases, clock }: System): WireAnswer | undefined {
  const [collection, id = "", action = ""] = request.path.split("/").slice(2);
  if (request.method !== "POST" || collection !== "verifications") return undefined;
  if (action !== "decide" && action !== "callback") return undefined;
  const verification = cases.find(id);
  if (!verification) return notFound(request);
  const pending = verification.status === "PENDING";
  if (action === "callback") {
    if (pending) return conflict(`${id} has no result to send yet: decide it first`);
    cases.announce(verification);
    return json(202, { verificationId: id });
  }
  const decision = parsedBody(decisionSchema, request.body);
  if ("refusal" in decision) return decision.refusal;
  if (!pending) return conflict(`${id} is already ${verification.status}`);
  const { result, failReason } = decision.value;
  const after = cases.settle(verification, decide(verification, result, failReason, clock.now()));
  return json(200, queryAnswer(after));
}

function conflict(message: string): WireAnswer {
  return json(409, { code: "CONFLICT", message });
}

function notFound({ method, path }: WireRequest): WireAnswer {
  return json(404, {
    code: "NOT_FOUND",
    message: `${method} ${path}: nothing here answers to that`,
  });
}
