import * as z from "zod";
import { progressOf, statusOf } from "../functions/dialects/native.ts";
import { bizScenes, userTypes } from "../functions/domain/words.ts";

/** What `/v1` answers and tells, field by field: nothing may be in an answer that is not here. */

export const time = z.iso.datetime();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
export const number = z.int().min(0);

const statuses = z.enum(Object.values(statusOf));
const progresses = z.enum(Object.values(progressOf).map(({ status }) => status));
const nextSteps = z.enum(Object.values(progressOf).map(({ nextStep }) => nextStep));
const verificationStatus = z.enum(["NOT_STARTED", "REQUESTED", "PENDING", "PASSED", "FAILED"]);

export const startedContract = z.strictObject({
  contractId: z.string(),
  status: z.literal("PROCESSING"),
  nextStep: z.literal("AWAITING_SMS_VERIFY"),
  h5Url: z.url(),
  signers: z
    .array(
      z.strictObject({
        signer: number,
        h5Url: z.url().optional(),
        mandate: z.string().optional(),
      }),
    )
    .optional(),
  expiresAt: time,
});

const authorization = z.strictObject({
  payerAccountNo: z.string(),
  payeeAccountNo: z.string().optional(),
  maxRatio: z.string().optional(),
  validFrom: time,
  validUntil: time,
  withdrawnAt: time.optional(),
});

const signer = z.strictObject({
  signer: number,
  sequence: number,
  userType: z.enum(userTypes),
  role: z.string().optional(),
  deadline: time.optional(),
  mandate: z.string().optional(),
  signStatus: z.enum(["PENDING", "SIGNED", "REJECTED", "AUTO"]),
  verificationStatus,
  signSerial: z.string().optional(),
  signedAt: time.optional(),
  verifiedAt: time.optional(),
  h5Url: z.url().optional(),
});

const signature = z.strictObject({
  signer: number,
  signSerial: z.string(),
  result: z.literal("SIGNED"),
  contentHash: sha256,
  documentHash: sha256,
  signedAt: time,
});

const message = z.strictObject({
  smsId: z.string(),
  signer: number,
  templateId: z.string(),
  contentHash: sha256,
  status: z.enum(["REQUESTED", "SENT", "FAILED"]),
  attempts: number,
  requestedAt: time,
  sentAt: time.optional(),
  provider: z.string().optional(),
  failureReason: z.string().optional(),
});

const verification = z.strictObject({
  verificationKey: z.string(),
  signer: number,
  type: z.enum(["PAYMENT_VERIFY", "FACE_VERIFY"]),
  status: z.string(),
  verificationId: z.string().nullable(),
  failReason: z.string().optional(),
  credentialId: z.string().optional(),
  validUntil: time.optional(),
  requestedAt: time,
  updatedAt: time,
});

export const contract = z.strictObject({
  contractId: z.string(),
  requestId: z.string(),
  bizScene: z.enum(bizScenes),
  userType: z.enum(userTypes),
  status: statuses,
  result: z.enum([...progresses.options, "SYSTEM_ERROR"]),
  nextStep: nextSteps,
  needsAttention: z.literal(true).optional(),
  signStatus: z.enum(["PENDING", "SIGNED"]),
  verificationStatus,
  h5Url: z.url().optional(),
  signSerial: z.string().optional(),
  verificationCredential: z.string().optional(),
  credentialValidUntil: time.optional(),
  authorization: authorization.optional(),
  failure: z
    .strictObject({ code: z.string(), message: z.string(), retryable: z.boolean() })
    .optional(),
  restartAllowed: z.boolean().optional(),
  agreement: z
    .strictObject({
      contentHash: sha256,
      documentHash: sha256,
      signed: z.literal(true).optional(),
    })
    .optional(),
  signers: z.array(signer),
  records: z.strictObject({
    signSerials: z.array(signature),
    h5Session: z.strictObject({
      sessionId: z.string(),
      signBefore: time.optional(),
      expiresAt: time,
      openedAt: time.nullable(),
    }),
    sms: z.array(message),
    verifications: z.array(verification),
  }),
  createdAt: time,
  updatedAt: time,
  expiresAt: time,
});

/** The answer to a start that is repeated after its contract has ended: document A's words over the contract (B-12). */
export const endedContract = contract.extend({ status: progresses, nextStep: nextSteps });

export const startAnswer = z.union([startedContract, endedContract]);

const contractProgress = z.strictObject({
  contractId: z.string(),
  status: progresses,
  nextStep: nextSteps,
});

export const revokedContract = contractProgress;

export const withdrawnContract = contractProgress.extend({ authorization });

export const sentMessage = z.strictObject({
  contractId: z.string(),
  smsId: z.string(),
  status: z.literal("SENT"),
});

const leaf = z.strictObject({
  evidenceId: z.string(),
  index: number,
  step: z.string(),
  evidenceType: z.string(),
  leafHash: sha256,
  timestamp: time,
  actor: z.string(),
  stepData: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  commitments: z.record(z.string(), sha256),
  prev: sha256,
  proof: z.array(sha256).optional(),
  disclosures: z
    .array(z.strictObject({ name: z.string(), salt: z.string(), value: z.string() }))
    .optional(),
});

export const evidence = z.strictObject({
  contractId: z.string(),
  evidenceChainId: z.string(),
  root: sha256,
  treeSize: number,
  sealed: z.boolean(),
  leaves: z.array(leaf),
  anchors: z.array(
    z.strictObject({
      provider: z.enum(["LOCAL_CA", "BLOCKCHAIN", "TSA"]),
      status: z.enum(["SUCCESS", "PENDING"]),
      at: time.optional(),
      logIndex: number.optional(),
    }),
  ),
  bundleUrl: z.url().optional(),
});

export const logLeaves = z.strictObject({ from: number, leaves: z.array(z.string()) });

export const inclusionProof = z.strictObject({
  leafHash: sha256,
  index: number,
  size: number,
  hashes: z.array(z.string()),
});

export const consistencyProof = z.strictObject({
  from: number,
  to: number,
  hashes: z.array(z.string()),
});

export const knownDocument = z.strictObject({
  known: z.literal(true),
  contractId: z.string(),
  kind: z.enum(["SIGNED_DOCUMENT", "AGREEMENT"]),
  status: statuses,
  sealedAt: time,
  root: sha256,
  logIndex: number,
  timestamped: z.boolean(),
});

export const contractEnded = z.strictObject({
  type: z.enum([
    "esign.contract.v1.completed",
    "esign.contract.v1.failed",
    "esign.contract.v1.expired",
    "esign.contract.v1.rejected",
    "esign.contract.v1.revoked",
  ]),
  timestamp: time,
  data: z.strictObject({
    contractId: z.string(),
    requestId: z.string(),
    eventId: z.string(),
    sequence: number,
    status: progresses,
    state: statuses,
    evidenceChainId: z.string().optional(),
    reason: z.string().optional(),
  }),
});

/** An OpenAPI document; what is in one, its own standard says. */
export const description = z.looseObject({ openapi: z.literal("3.1.1") });
