import { maskedName } from "../domain/agreement-variables.ts";
import type { Contract, FailureReason, Status } from "../domain/contract.ts";
import type { Entry } from "../domain/evidence.ts";
import type { Problem, ProblemCode } from "../domain/problem.ts";
import type { Signer } from "../domain/signer.ts";
import type { VerificationMethod } from "../domain/verification-rules.ts";
import { problemAnswer } from "./problem-answer.ts";
import { processTypeOf } from "./wallet-processes.ts";
import { businessType, type WalletRequest } from "./wallet-request.ts";

/** The words of document D on `/api/v1/esign` (requirements 1.4, 2.1, 2.3). */

/** D-08's words and D-17's numbers. */
export const processStatus = {
  CREATED: { word: "INIT", number: 0 },
  NOTIFIED: { word: "SMS_SENT", number: 1 },
  PART_SIGNED: { word: "SMS_SENT", number: 1 },
  SIGNED_UNVERIFIED: { word: "PROTOCOL_SIGNED", number: 2 },
  VERIFYING: { word: "VERIFICATION_PENDING", number: 3 },
  SEALING: { word: "VERIFICATION_SUCCESS", number: 4 },
  COMPLETED: { word: "COMPLETED", number: 5 },
  FAILED: { word: "FAILED", number: 6 },
  REJECTED: { word: "FAILED", number: 6 },
  REVOKED: { word: "FAILED", number: 6 },
  EXPIRED: { word: "EXPIRED", number: 7 },
} as const satisfies Record<Status, { readonly word: string; readonly number: number }>;

/** D-07 names REMITTANCE and leaves the other to us. */
const verificationType = {
  MICRO_DEPOSIT: "REMITTANCE",
  FACE: "FACE",
} as const satisfies Record<VerificationMethod, string>;

/** Why a contract failed, in the error codes of document D where it has one. */
const failureWord = {
  TEMPLATE_UNAVAILABLE: "TEMPLATE_NOT_FOUND",
  UNSUPPORTED_CHARACTER: "PARAM_INVALID",
  SMS_SEND_FAILED: "SMS_SEND_FAILED",
  VERIFIER_DOWN: "VERIFICATION_SERVICE_ERROR",
  VERIFY_MISMATCH: "VERIFY_MISMATCH",
  CHALLENGES_EXHAUSTED: "CHALLENGES_EXHAUSTED",
} as const satisfies Record<FailureReason, string>;

export const failureWordOf = (reason: string): string =>
  failureWord[reason as FailureReason] ?? reason;

/** The failureReason of D-07; null for a process that has not failed. */
export function failureReasonOf({ state }: Pick<Contract, "state">): string | null {
  switch (state.status) {
    case "FAILED":
      return failureWord[state.reason];
    case "EXPIRED":
      return "PROCESS_EXPIRED";
    case "REJECTED":
      return "DECLINED";
    case "REVOKED":
      return "REVOKED";
    default:
      return null;
  }
}

/** HTTP status and code for everything that can go wrong (D-50…D-57); what document D has no row for is added. */
const problemWords = {
  BODY_REFUSED: [400, "PARAM_INVALID"],
  BODY_TOO_LARGE: [413, "PARAM_INVALID"],
  MEDIA_TYPE: [415, "PARAM_INVALID"],
  PARAM_MISSING: [400, "PARAM_INVALID"],
  PARAM_INVALID: [400, "PARAM_INVALID"],
  SCENE_UNSUPPORTED: [400, "PARAM_INVALID"],
  AGREEMENT_UNSUPPORTED: [400, "PARAM_INVALID"],
  BIZ_TYPE_UNSUPPORTED: [400, "PARAM_INVALID"],
  VERIFICATION_UNKNOWN: [400, "PARAM_INVALID"],
  TEMPLATE_UNAVAILABLE: [500, "TEMPLATE_NOT_FOUND"],
  SIGNATURE_INVALID: [401, "SIGNATURE_INVALID"],
  CLIENT_UNKNOWN: [401, "SIGNATURE_INVALID"],
  TIMESTAMP_INVALID: [401, "SIGNATURE_INVALID"],
  FORBIDDEN: [403, "FORBIDDEN"],
  AUTHORIZATION_REQUIRED: [403, "FORBIDDEN"],
  AUTHORIZATION_EXCEEDED: [403, "FORBIDDEN"],
  NOT_FOUND: [404, "PROCESS_NOT_FOUND"],
  DUPLICATE: [409, "REQUEST_DUPLICATED"],
  IDEMPOTENCY_CONFLICT: [409, "REQUEST_DUPLICATED"],
  REQUEST_PROCESSING: [409, "REQUEST_DUPLICATED"],
  STATE_CONFLICT: [409, "STATE_CONFLICT"],
  NOT_READY: [409, "STATE_CONFLICT"],
  CONSENT_MISSING: [409, "STATE_CONFLICT"],
  LINK_USED: [409, "STATE_CONFLICT"],
  FLOW_EXPIRED: [410, "PROCESS_EXPIRED"],
  LINK_EXPIRED: [410, "PROCESS_EXPIRED"],
  TOO_MANY_TRIES: [429, "RATE_LIMITED"],
  RATE_LIMITED: [429, "RATE_LIMITED"],
  SMS_FAILED: [502, "SMS_SEND_FAILED"],
  VERIFIER_DOWN: [502, "VERIFICATION_SERVICE_ERROR"],
  CLEARING_FAILED: [502, "INTERNAL_ERROR"],
  INTERNAL: [500, "INTERNAL_ERROR"],
} as const satisfies Record<ProblemCode, readonly [number, string]>;

/** Every error of this dialect; `errors` names fields, `data` holds the process where there is one. */
export const wordProblem = (problem: Problem, traceId: string) =>
  problemAnswer<string>(problemWords[problem.code], problem, traceId);

/** The same for the verification system: whoever cannot prove to be it gets D-56's code. */
export function wordCallbackProblem(problem: Problem, traceId: string) {
  const worded = wordProblem(problem, traceId);
  const code = worded.status === 401 ? "CALLBACK_TOKEN_INVALID" : worded.body.code;
  return { ...worded, body: { ...worded.body, code } };
}

/** What an initiation tells of a process, at first and whenever it is repeated (D-06, D-51). */
export const processData = (contract: Contract, h5PageUrl: string) => ({
  processId: contract.id,
  status: processStatus[contract.state.status].word,
  h5PageUrl,
  expiredAt: contract.expiresAt,
});

/** D-06. */
export const initiateAnswer = (data: ReturnType<typeof processData>) => ({
  code: "SUCCESS",
  message: "签约流程已发起",
  data,
});

/** D-07. Personal values are masked (requirements 3.4); what a process of another dialect lacks is null (K01). */
export function processView(
  contract: Contract,
  entries: readonly Entry[],
  more: {
    readonly request: WalletRequest | undefined;
    readonly scene: string | undefined;
    readonly protocolName: string;
    readonly downloadUrl: string | undefined;
  },
) {
  const { request } = more;
  const signed = entries.findLast(({ step }) => step === "SIGNED");
  return {
    code: "SUCCESS",
    message: "查询成功",
    data: {
      processId: contract.id,
      businessType: request?.businessType ?? businessType,
      scene: more.scene ?? null,
      processType: processTypeOf[contract.bizScene],
      status: processStatus[contract.state.status].word,
      payerInfo: request ? maskedParty(request.payerInfo) : null,
      payeeInfo: request ? maskedParty(request.payeeInfo) : null,
      protocolInfo: contract.agreement
        ? {
            protocolId: protocolId(contract.id),
            protocolName: more.protocolName,
            signedAt: signed?.at ?? null,
            downloadUrl: more.downloadUrl ?? null,
          }
        : null,
      verificationInfo: verificationView(contract.signers[0], entries),
      failureReason: failureReasonOf(contract),
      createdAt: contract.createdAt,
      updatedAt: contract.updatedAt,
    },
  };
}

/** One agreement a contract, named after it. */
export const protocolId = (contractId: string): string => `PR${contractId.slice(2)}`;

/** `dispatch` says whether the verification system has taken the challenge over (D-54, K30). */
function verificationView(signer: Signer | undefined, entries: readonly Entry[]) {
  const { challenge } = signer ?? {};
  if (challenge === undefined) return null;
  const { state, verificationId, method } = challenge;
  const result = entries.findLast(({ step }) => step === "AUTH_RESULT");
  return {
    verificationId: verificationId ?? null,
    type: verificationType[method],
    status: { REQUESTED: "PENDING", PENDING: "PENDING", PASSED: "SUCCESS", FAILED: "FAILED" }[
      state
    ],
    dispatch: state === "REQUESTED" ? "NOT_SENT" : "ACKED",
    verifiedAt: state === "PASSED" ? (result?.at ?? null) : null,
  };
}

type Party = WalletRequest["payerInfo"] | WalletRequest["payeeInfo"];

function maskedParty({ bankCardInfo, contactInfo, ...party }: Party) {
  return {
    ...party,
    ...(bankCardInfo
      ? { bankCardInfo: { ...bankCardInfo, cardNo: masked(bankCardInfo.cardNo, 4, 4) } }
      : {}),
    ...(contactInfo
      ? {
          contactInfo: {
            ...contactInfo,
            name: maskedName(contactInfo.name),
            ...(contactInfo.idCardNo ? { idCardNo: masked(contactInfo.idCardNo, 3, 4) } : {}),
            mobile: masked(contactInfo.mobile, 3, 4),
          },
        }
      : {}),
  };
}

/** Keeps both ends and covers the middle; a number too short to be covered vanishes. */
function masked(value: string, head: number, tail: number): string {
  const covered = value.length - head - tail;
  return covered < 4
    ? "*".repeat(value.length)
    : value.slice(0, head) + "*".repeat(covered) + value.slice(value.length - tail);
}
