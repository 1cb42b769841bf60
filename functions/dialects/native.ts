import type { ArchiveProvider } from "../domain/archive.ts";
import { authorizationOf } from "../domain/authorization.ts";
import {
  type Contract,
  isTerminal,
  type State,
  type Status,
  signerOf,
  signSerial,
} from "../domain/contract.ts";
import { isPast, plusSeconds } from "../domain/drafts.ts";
import { type ContractEvent, eventId, evidenceChainId } from "../domain/events.ts";
import { type Disclosure, type Entry, type Facts, leafHash } from "../domain/evidence.ts";
import { figures } from "../domain/figures.ts";
import { inclusionRanges, merkleRoot, proofOf } from "../domain/merkle-tree.ts";
import type { Problem, ProblemCode } from "../domain/problem.ts";
import { acts, isThrough, type Signer } from "../domain/signer.ts";
import { credentialSeconds, type VerificationMethod } from "../domain/verification-rules.ts";
import { problemAnswer } from "./problem-answer.ts";

/** The words of documents A and B on `/v1/contracts` (requirements 2.1, 2.3, 3.1, 3.2). */

/** Document A's own two fields. */
export const progressOf = {
  CREATED: { status: "PROCESSING", nextStep: "GENERATING" },
  NOTIFIED: { status: "PROCESSING", nextStep: "AWAITING_SMS_VERIFY" },
  PART_SIGNED: { status: "PROCESSING", nextStep: "AWAITING_SIGN" },
  SIGNED_UNVERIFIED: { status: "PROCESSING", nextStep: "AWAITING_AUTH" },
  VERIFYING: { status: "PROCESSING", nextStep: "AWAITING_AUTH" },
  SEALING: { status: "PROCESSING", nextStep: "NONE" },
  COMPLETED: { status: "SUCCESS", nextStep: "NONE" },
  FAILED: { status: "FAILED", nextStep: "NONE" },
  REJECTED: { status: "FAILED", nextStep: "NONE" },
  REVOKED: { status: "FAILED", nextStep: "NONE" },
  EXPIRED: { status: "FAILED", nextStep: "NONE" },
} as const satisfies Record<Status, { status: string; nextStep: string }>;

/** Document B's states (B-36): 已创建, 待签署, 待认证, 认证处理中, 已完成, 已失败, 已超时. */
export const statusOf = {
  CREATED: "CREATED",
  NOTIFIED: "AWAITING_SIGNATURE",
  PART_SIGNED: "AWAITING_SIGNATURE",
  SIGNED_UNVERIFIED: "AWAITING_VERIFICATION",
  VERIFYING: "VERIFYING",
  SEALING: "VERIFYING",
  COMPLETED: "COMPLETED",
  FAILED: "FAILED",
  REJECTED: "FAILED",
  REVOKED: "FAILED",
  EXPIRED: "TIMED_OUT",
} as const satisfies Record<Status, string>;

/** A-08's words for the two methods. */
const methodOf = {
  MICRO_DEPOSIT: "PAYMENT_VERIFY",
  FACE: "FACE_VERIFY",
} as const satisfies Record<VerificationMethod, string>;

export const methodFrom = {
  PAYMENT_VERIFY: "MICRO_DEPOSIT",
  FACE_VERIFY: "FACE",
} as const satisfies Record<string, VerificationMethod>;

/** HTTP status and document B's code for everything that can go wrong (2.3 and 3.2). */
const problemWords = {
  BODY_REFUSED: [400, "B40001"],
  BODY_TOO_LARGE: [413, "B41301"],
  MEDIA_TYPE: [415, "B41501"],
  PARAM_MISSING: [400, "B40001"],
  PARAM_INVALID: [400, "B40001"],
  SCENE_UNSUPPORTED: [400, "B40002"],
  AGREEMENT_UNSUPPORTED: [400, "B40003"],
  BIZ_TYPE_UNSUPPORTED: [400, "B40002"],
  TEMPLATE_UNAVAILABLE: [500, "B50003"],
  SIGNATURE_INVALID: [401, "B40101"],
  CLIENT_UNKNOWN: [401, "B40101"],
  TIMESTAMP_INVALID: [401, "B40101"],
  FORBIDDEN: [403, "B40301"],
  AUTHORIZATION_REQUIRED: [403, "B40301"],
  AUTHORIZATION_EXCEEDED: [403, "B40301"],
  NOT_FOUND: [404, "B40401"],
  DUPLICATE: [409, "REQUEST_DUPLICATED"],
  IDEMPOTENCY_CONFLICT: [409, "B40901"],
  REQUEST_PROCESSING: [409, "B40901"],
  STATE_CONFLICT: [409, "B40901"],
  NOT_READY: [409, "B40901"],
  CONSENT_MISSING: [409, "B40901"],
  LINK_USED: [409, "B40902"],
  FLOW_EXPIRED: [410, "B41001"],
  LINK_EXPIRED: [410, "B41001"],
  TOO_MANY_TRIES: [422, "B42201"],
  VERIFICATION_UNKNOWN: [400, "B40001"],
  RATE_LIMITED: [429, "B42901"],
  SMS_FAILED: [502, "B50201"],
  VERIFIER_DOWN: [502, "B50202"],
  CLEARING_FAILED: [502, "B50203"],
  INTERNAL: [500, "B50000"],
} as const satisfies Record<ProblemCode, readonly [number, string]>;

/** Every error of this dialect has one shape; `errors` names fields, `data` what the caller may use. */
export const wordProblem = (problem: Problem, traceId: string) =>
  problemAnswer(problemWords[problem.code], problem, traceId);

/**
 * The answer to a start and to every replay of it while the flow runs (B-12): the same bytes
 * however far the workflow has come, so that a hundred equal requests get a hundred equal answers.
 */
export const startAnswer = (contract: Contract, h5Urls: H5Urls) => ({
  contractId: contract.id,
  status: "PROCESSING",
  nextStep: "AWAITING_SMS_VERIFY",
  h5Url: h5Urls[firstToAct(contract)],
  ...(contract.signers.length > 1
    ? {
        signers: contract.signers.map(({ number, mandate }) => ({
          signer: number,
          ...(mandate === undefined ? { h5Url: h5Urls[number] } : { mandate }),
        })),
      }
    : {}),
  expiresAt: contract.expiresAt,
});

/** Each signer's own link, by number. */
export type H5Urls = Readonly<Record<number, string>>;

const firstToAct = ({ signers }: Contract): number => signers.find(acts)?.number ?? 1;

/** The query answer (B-06, B-20) with the records behind it (B-22…B-27), told from the chain. */
export function contractView(
  contract: Contract,
  entries: readonly Entry[],
  more: { readonly h5Urls: H5Urls; readonly at: string },
) {
  const first = signerOf(contract, firstToAct(contract));
  const enterable = !isTerminal(contract) && !isPast(contract.expiresAt, more.at);
  const last = (step: Entry["step"]) => entries.findLast((entry) => entry.step === step);
  const passed = entries.filter(
    (entry) => entry.step === "AUTH_RESULT" && entry.facts.credentialId,
  );
  const attention = contract.attention !== undefined && !isTerminal(contract);
  return {
    contractId: contract.id,
    requestId: contract.requestId,
    bizScene: contract.bizScene,
    userType: contract.userType,
    status: statusOf[contract.state.status],
    result: attention ? "SYSTEM_ERROR" : progressOf[contract.state.status].status,
    nextStep: progressOf[contract.state.status].nextStep,
    ...(attention ? { needsAttention: true } : {}),
    signStatus: contract.signers.filter(acts).every(({ signedAt }) => signedAt)
      ? "SIGNED"
      : "PENDING",
    verificationStatus: verificationOfAll(contract),
    ...(enterable ? { h5Url: more.h5Urls[first.number] } : {}),
    ...(last("SIGNED") ? { signSerial: last("SIGNED")?.facts.signSerial } : {}),
    ...(last("COMPLETED") ? { verificationCredential: last("COMPLETED")?.facts.credential } : {}),
    // As long as the first of them: the credential speaks of all.
    ...(passed.length > 0
      ? { credentialValidUntil: passed.map(credentialValidUntil).toSorted()[0] }
      : {}),
    ...authorizationView(contract),
    ...failureView(contract, more.at),
    ...(contract.agreement ? { agreement: contract.agreement } : {}),
    signers: contract.signers.map((signer) => ({
      ...signerView(contract, signer),
      ...(enterable && !isThrough(signer) ? { h5Url: more.h5Urls[signer.number] } : {}),
    })),
    records: {
      signSerials: entries.filter((entry) => entry.step === "SIGNED").map(signSerialView),
      h5Session: {
        sessionId: `${contract.id}-H${first.number}`,
        ...(first.linkExpiresAt ? { signBefore: first.linkExpiresAt } : {}),
        expiresAt: contract.expiresAt,
        openedAt: first.openedAt ?? null,
      },
      sms: smsViews(contract.id, entries),
      verifications: verificationViews(entries),
    },
    createdAt: contract.createdAt,
    updatedAt: contract.updatedAt,
    expiresAt: contract.expiresAt,
  };
}

/** K42: what a completed contract lets money do, and until when. */
export function authorizationView(contract: Contract) {
  const authorization = authorizationOf(contract);
  if (authorization === undefined) return {};
  const { payerAccountNo, payeeAccountNo, validFrom, validUntil, withdrawnAt } = authorization;
  const maxRatio = contract.authorization?.maxRatio;
  return {
    authorization: {
      payerAccountNo,
      ...(payeeAccountNo ? { payeeAccountNo } : {}),
      ...(maxRatio ? { maxRatio } : {}),
      validFrom,
      validUntil,
      ...(withdrawnAt ? { withdrawnAt } : {}),
    },
  };
}

/** Until when others may rely on a passed verification (B-17). */
export const credentialValidUntil = (passed: Entry): string =>
  plusSeconds(passed.at, credentialSeconds[passed.facts.method as VerificationMethod]);

/** B-14: what failed, and whether a new request may try again. */
function failureView(contract: Contract, at: string) {
  const { state } = contract;
  if (!isTerminal(contract) || state.status === "COMPLETED") return {};
  const { code, message, retryable } = failureWords(state);
  const waited =
    state.status === "REJECTED" &&
    isPast(plusSeconds(state.at, figures.restartAfterDeclineSeconds), at);
  return { failure: { code, message, retryable }, restartAllowed: retryable || waited };
}

export function failureWords(state: State) {
  const word = (code: string, message: string, retryable: boolean) => ({
    code,
    message,
    retryable,
  });
  switch (state.status) {
    case "REJECTED":
      return word("DECLINED", "the person declined to sign", false);
    case "REVOKED":
      return word("REVOKED", "the contract was revoked before it was complete", true);
    case "EXPIRED":
      return word("EXPIRED", "the time to sign and be verified ran out", true);
    case "FAILED":
      return word(state.reason, failureTexts[state.reason], retryableFailures.has(state.reason));
    default:
      return word("NONE", "nothing failed", false);
  }
}

const failureTexts = {
  TEMPLATE_UNAVAILABLE: "no agreement template fits this request",
  UNSUPPORTED_CHARACTER: "a character of the request cannot be printed in the agreement",
  SMS_SEND_FAILED: "the message could not be sent after all tries",
  VERIFIER_DOWN: "the verification system could not be reached after all tries",
  VERIFY_MISMATCH: "the identity verification did not match",
  CHALLENGES_EXHAUSTED: "all verification challenges of this contract are used",
} as const satisfies Record<Extract<State, { status: "FAILED" }>["reason"], string>;

const retryableFailures: ReadonlySet<string> = new Set(["SMS_SEND_FAILED", "VERIFIER_DOWN"]);

/** One signer as partners see it: by number, never by name. */
function signerView(contract: Contract, signer: Signer) {
  const { number, group, userType, role, deadline, mandate, signedAt, verifiedAt } = signer;
  const declined = contract.state.status === "REJECTED" && contract.state.by === number;
  return {
    signer: number,
    sequence: group,
    userType,
    ...(role ? { role } : {}),
    ...(deadline ? { deadline } : {}),
    ...(mandate ? { mandate } : {}),
    signStatus: mandate ? "AUTO" : signedAt ? "SIGNED" : declined ? "REJECTED" : "PENDING",
    verificationStatus: verificationWord(signer),
    ...(signedAt ? { signSerial: signSerial(contract, number), signedAt } : {}),
    ...(verifiedAt ? { verifiedAt } : {}),
  };
}

const verificationWord = ({ verifiedAt, challenge }: Signer): string =>
  verifiedAt ? "PASSED" : (challenge?.state ?? "NOT_STARTED");

/** Passed when all have; until then the word for the first who has not. */
const verificationOfAll = ({ signers }: Contract): string => {
  const open = signers.find((signer) => acts(signer) && signer.verifiedAt === undefined);
  return open === undefined ? "PASSED" : verificationWord(open);
};

const signSerialView = ({ facts, at }: Entry) => ({
  signer: facts.signer ?? 1,
  signSerial: facts.signSerial,
  result: "SIGNED",
  contentHash: facts.contentHash,
  documentHash: facts.documentHash,
  signedAt: at,
});

function smsViews(id: string, entries: readonly Entry[]) {
  return entries
    .filter((entry) => entry.step === "SMS_REQUESTED")
    .map(({ facts, at }) => {
      const about = entries.filter(
        (entry) =>
          (entry.step === "SMS_SENT" || entry.step === "SMS_FAILED") &&
          entry.facts.message === facts.message,
      );
      const newest = about.at(-1);
      return {
        smsId: `${id}-M${facts.message}`,
        signer: facts.signer ?? 1,
        templateId: facts.templateId,
        contentHash: facts.contentHash,
        status: newest ? (newest.step === "SMS_SENT" ? "SENT" : "FAILED") : "REQUESTED",
        attempts: Math.max(1, about.length),
        requestedAt: at,
        ...(newest?.step === "SMS_SENT"
          ? { sentAt: newest.at, provider: newest.facts.provider }
          : {}),
        ...(newest?.step === "SMS_FAILED" ? { failureReason: newest.facts.error } : {}),
      };
    });
}

function verificationViews(entries: readonly Entry[]) {
  return entries
    .filter((entry) => entry.step === "AUTH_REQUESTED")
    .filter(
      (entry, index, all) =>
        all.findIndex((other) => other.facts.challengeKey === entry.facts.challengeKey) === index,
    )
    .map(({ facts, at }) => {
      const same = (entry: Entry) =>
        entry.facts.signer === facts.signer &&
        entry.facts.challenge === facts.challenge &&
        entry.facts.method === facts.method;
      const accepted = entries.find((entry) => entry.step === "AUTH_ACCEPTED" && same(entry));
      const result = entries.find((entry) => entry.step === "AUTH_RESULT" && same(entry));
      return {
        verificationKey: facts.challengeKey,
        signer: facts.signer ?? 1,
        type: methodOf[facts.method as VerificationMethod],
        status: result?.facts.result ?? (accepted ? "PENDING" : "REQUESTED"),
        verificationId: result?.facts.verificationId ?? accepted?.facts.verificationId ?? null,
        ...(result?.facts.failReason ? { failReason: result.facts.failReason } : {}),
        ...(result?.facts.credentialId
          ? {
              credentialId: result.facts.credentialId,
              validUntil: credentialValidUntil(result),
            }
          : {}),
        requestedAt: at,
        updatedAt: (result ?? accepted)?.at ?? at,
      };
    });
}

/** The chain as requirements 3.1 lay it out. Facts hold no personal value; disclosures come only on request. */
export function evidenceView(
  contractId: string,
  entries: readonly Entry[],
  more: {
    readonly bundleUrl: string | undefined;
    readonly disclosures: Readonly<Record<number, readonly Disclosure[]>> | undefined;
  },
) {
  const hashes = entries.map(leafHash);
  const sealed = entries.find((entry) => entry.step === "SEALED");
  const treeSize = Number(sealed?.facts.treeSize ?? hashes.length);
  /** RFC 6962 section 2.1.1: one step can be shown to somebody without the others. */
  const proofAt = (index: number): readonly string[] =>
    proofOf(inclusionRanges(index, treeSize), ({ start, end }) =>
      merkleRoot(hashes.slice(start, end)),
    );
  return {
    contractId,
    evidenceChainId: evidenceChainId(contractId),
    root: sealed?.facts.root ?? merkleRoot(hashes),
    treeSize,
    sealed: sealed !== undefined,
    leaves: entries.map((entry, index) => ({
      evidenceId: eventId(entry),
      index,
      step: entry.step,
      evidenceType: entry.evidenceType,
      leafHash: hashes[index],
      timestamp: entry.at,
      actor: entry.actor,
      stepData: entry.facts,
      commitments: entry.commitments,
      prev: entry.prev,
      ...(index < treeSize ? { proof: proofAt(index) } : {}),
      ...(more.disclosures?.[index] ? { disclosures: more.disclosures[index] } : {}),
    })),
    anchors: anchorsOf(entries),
    ...(more.bundleUrl ? { bundleUrl: more.bundleUrl } : {}),
  };
}

/** Who outside the chain vouches for its root (K21), in the words of the archive records (C-25). */
function anchorsOf(entries: readonly Entry[]): readonly Anchor[] {
  const sealed = entries.find((entry) => entry.step === "SEALED");
  if (sealed === undefined) return [];
  const late = entries.find((entry) => entry.step === "ARCHIVED");
  const stamped = sealed.facts.timestamped === true ? sealed : late;
  return [
    { provider: "LOCAL_CA", status: "SUCCESS", at: sealed.at },
    { provider: "BLOCKCHAIN", status: "SUCCESS", at: sealed.at, logIndex: sealed.facts.logIndex },
    stamped
      ? { provider: "TSA", status: "SUCCESS", at: stamped.at }
      : { provider: "TSA", status: "PENDING" },
  ];
}

type Anchor = {
  readonly provider: ArchiveProvider;
  readonly status: "SUCCESS" | "PENDING";
  readonly at?: string;
  readonly logIndex?: Facts[string] | undefined;
};

/** the body of a webhook. Built from the event alone, so every attempt carries the same bytes. */
export function webhookBody(event: ContractEvent) {
  const status = finalStatus[event.step] ?? "CREATED";
  return {
    type: event.type,
    timestamp: event.at,
    data: {
      contractId: event.contractId,
      requestId: event.requestId,
      eventId: event.eventId,
      sequence: event.sequence,
      status: progressOf[status].status,
      state: statusOf[status],
      ...(status === "COMPLETED" ? { evidenceChainId: evidenceChainId(event.contractId) } : {}),
      // Steps are named like the failure codes of the query (DECLINED, REVOKED, EXPIRED).
      ...(status === "COMPLETED" ? {} : { reason: event.reason ?? event.step }),
    },
  };
}

const finalStatus: Readonly<Partial<Record<Entry["step"], Status>>> = {
  COMPLETED: "COMPLETED",
  FAILED: "FAILED",
  EXPIRED: "EXPIRED",
  DECLINED: "REJECTED",
  REVOKED: "REVOKED",
};
