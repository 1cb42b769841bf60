import { randomBytes, randomInt } from "node:crypto";
import * as z from "zod";

/** What the platform asks for. Personal data is welcome here and nowhere else: checking it is this system's job. */
export const challengeSchema = z.strictObject({
  challengeKey: z.string().min(1).max(200),
  contractId: z.string().min(1).max(64),
  method: z.enum(["MICRO_DEPOSIT", "FACE"]),
  scene: z.string().min(1).max(64),
  fundPurpose: z.string().max(200).optional(),
  subject: z.strictObject({
    userType: z.string().min(1).max(32),
    name: z.string().min(1).max(200),
    idNumber: z.string().max(32).optional(),
    creditCode: z.string().max(32).optional(),
    legalRepName: z.string().max(200).optional(),
    legalRepIdNumber: z.string().max(32).optional(),
    mobile: z.string().min(1).max(20),
    bankAccountNo: z.string().max(40).optional(),
    bankAccountName: z.string().max(200).optional(),
    bankCode: z.string().max(12).optional(),
  }),
  callbackUrl: z.url({ protocol: /^https?$/ }),
  returnUrl: z.url({ protocol: /^https?$/ }),
});
export type Challenge = z.infer<typeof challengeSchema>;

export const confirmSchema = z.strictObject({
  attempt: z.int().min(1).max(1_000),
  amount: z
    .string()
    .regex(/^\d{1,6}(\.\d{1,2})?$/, 'must be yuan with at most two decimals, as "0.37"'),
  remark: z.string().max(64).optional(),
});
export type Guess = z.infer<typeof confirmSchema>;

export const failReasons = [
  "FACE_MISMATCH",
  "ID_CARD_MISMATCH",
  "POOR_QUALITY",
  "AMOUNT_MISMATCH",
  "EXPIRED",
  "TECHNICAL",
  "REFUSED",
] as const;
export type FailReason = (typeof failReasons)[number];

type ConfirmAnswer = {
  readonly status: Verification["status"];
  readonly remainingTries: number;
};

export type Verification = {
  readonly verificationId: string;
  readonly clientId: string;
  readonly challenge: Challenge;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly remainingTries: number;
  /** What each attempt was told; a repeated attempt is told the same again. */
  readonly answers: Readonly<Record<number, ConfirmAnswer>>;
  /** MICRO_DEPOSIT: what arrived on the account. */
  readonly amount?: string;
  readonly remark?: string;
  /** FACE: whoever knows the hand-off link may decide. */
  readonly handOffToken?: string;
  /** FACE, where somebody else compares the faces; then the hand-off link only leads on to them. */
  readonly check?: FaceCheck;
} & (
  | { readonly status: "PENDING" }
  | {
      readonly status: "SUCCESS" | "FAILED";
      readonly verifiedAt: string;
      readonly transactionNo: string;
      readonly failReason?: FailReason;
      readonly score?: number;
    }
);

/** A face check asked of a supplier: who is told of its result, and what the supplier answered once it did. */
export type FaceCheck = {
  readonly callbackUrl: string;
  /** Where the person goes on. */
  readonly page?: string;
  /** Why there is none and will be none. */
  readonly refusal?: string;
};

const hourMs = 3_600_000;

/** Requirements, "Micro-deposit figures" and "Face figures". */
const lifetimeMs = { MICRO_DEPOSIT: 72 * hourMs, FACE: hourMs / 2 };
const tries = 3;
/** Above and below the vendor threshold of 0.80. */
const faceScore = { SUCCESS: 0.97, FAILED: 0.41 };

/** Letters and digits nobody confuses when reading them off a statement. */
const remarkAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

export function newVerification(
  challenge: Challenge,
  clientId: string,
  nowMs: number,
): Verification {
  const deposit = {
    amount: (randomInt(1, 100) / 100).toFixed(2),
    remark: Array.from({ length: 6 }, () => remarkAlphabet[randomInt(remarkAlphabet.length)]).join(
      "",
    ),
  };
  return {
    verificationId: `VR${randomBytes(10).toString("hex").toUpperCase()}`,
    clientId,
    challenge,
    status: "PENDING",
    createdAt: new Date(nowMs).toISOString(),
    expiresAt: new Date(nowMs + lifetimeMs[challenge.method]).toISOString(),
    remainingTries: tries,
    answers: {},
    ...(challenge.method === "FACE"
      ? { handOffToken: randomBytes(24).toString("base64url") }
      : deposit),
  };
}

/** The amount must be right, and the remark too where one is given. A wrong one costs a try; the third fails the challenge. */
export function confirm(verification: Verification, guess: Guess, nowMs: number): Verification {
  const told = verification.answers[guess.attempt];
  if (told !== undefined) return verification;
  const decided =
    verification.status === "PENDING" ? judged(verification, guess, nowMs) : verification;
  const { status, remainingTries } = decided;
  return {
    ...decided,
    answers: { ...decided.answers, [guess.attempt]: { status, remainingTries } },
  };
}

function judged(verification: Verification, guess: Guess, nowMs: number): Verification {
  const remark = guess.remark?.trim().toUpperCase() || verification.remark;
  if (Number(guess.amount) === Number(verification.amount) && remark === verification.remark) {
    return decide(verification, "SUCCESS", undefined, nowMs);
  }
  const remainingTries = verification.remainingTries - 1;
  const poorer = { ...verification, remainingTries };
  return remainingTries === 0 ? decide(poorer, "FAILED", "AMOUNT_MISMATCH", nowMs) : poorer;
}

/**
 * A final result never changes: deciding again returns what was decided. A face without a score of its own
 * gets a likely one; null says that nobody measured any.
 */
export function decide(
  verification: Verification,
  result: "SUCCESS" | "FAILED",
  failReason: FailReason | undefined,
  nowMs: number,
  score: number | null = faceScore[result],
): Verification {
  if (verification.status !== "PENDING") return verification;
  return {
    ...verification,
    status: result,
    verifiedAt: new Date(nowMs).toISOString(),
    transactionNo: `TX${verification.verificationId.slice(2)}`,
    ...(result === "FAILED" && { failReason: failReason ?? defaultReason(verification) }),
    // Nobody looked at a face when the link simply ran out.
    ...(verification.challenge.method === "FACE" &&
      failReason !== "EXPIRED" &&
      score !== null && { score }),
  };
}

function defaultReason(verification: Verification): FailReason {
  return verification.challenge.method === "FACE" ? "FACE_MISMATCH" : "AMOUNT_MISMATCH";
}

/** The answer of `GET /v1/verifications/{id}`: no personal data, and no amount before the person has proved to know it. */
export function queryAnswer(verification: Verification) {
  const { verificationId, status, challenge, amount, remark } = verification;
  const common = { verificationId, status, method: challenge.method };
  if (verification.status === "PENDING") return common;
  const { verifiedAt, transactionNo, failReason, score } = verification;
  const deposit = verification.status === "SUCCESS" ? { amount, remark } : {};
  return { ...common, failReason, verifiedAt, score, transactionNo, ...deposit };
}

/** The body of the callback; requirements A-08. */
export function callbackBody(verification: Verification): string {
  if (verification.status === "PENDING") {
    throw new Error(
      `callback of ${verification.verificationId}: it has no result yet, decide it first`,
    );
  }
  const { verificationId, status, challenge, verifiedAt, transactionNo, failReason } = verification;
  const deposit =
    status === "SUCCESS"
      ? { remittanceAmount: verification.amount, remittanceRemark: verification.remark }
      : {};
  const details = challenge.method === "FACE" ? { score: verification.score } : deposit;
  return JSON.stringify({
    contractId: challenge.contractId,
    verificationId,
    authResult: status,
    authMethod: challenge.method === "FACE" ? "FACE_VERIFY" : "PAYMENT_VERIFY",
    evidenceData: { transactionNo, ...details },
    failReason,
    verifiedAt,
  });
}
