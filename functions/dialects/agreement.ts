import * as z from "zod";
import type { ArchiveRecord } from "../domain/archive.ts";
import type { Problem, ProblemCode } from "../domain/problem.ts";
import { fieldProblems, invalid } from "./fields.ts";
import { problemAnswer } from "./problem-answer.ts";

/** The words of document C on `/api/v1/contract` (requirements 1.3 and 2.3). */

/**
 * HTTP status and numeric code for everything that can go wrong: the first three digits are the status (K14).
 * What document C has no row for (403, 404, 413, 415, 429) got a code of the same build.
 */
const problemWords = {
  BODY_REFUSED: [400, 40001],
  BODY_TOO_LARGE: [413, 41301],
  MEDIA_TYPE: [415, 41501],
  PARAM_MISSING: [400, 40001],
  PARAM_INVALID: [400, 40001],
  SCENE_UNSUPPORTED: [400, 40001],
  AGREEMENT_UNSUPPORTED: [400, 40001],
  BIZ_TYPE_UNSUPPORTED: [400, 40001],
  TEMPLATE_UNAVAILABLE: [400, 40003],
  SIGNATURE_INVALID: [401, 40101],
  CLIENT_UNKNOWN: [401, 40101],
  TIMESTAMP_INVALID: [401, 40101],
  FORBIDDEN: [403, 40301],
  AUTHORIZATION_REQUIRED: [403, 40301],
  AUTHORIZATION_EXCEEDED: [403, 40301],
  NOT_FOUND: [404, 40401],
  DUPLICATE: [400, 40002],
  IDEMPOTENCY_CONFLICT: [400, 40002],
  REQUEST_PROCESSING: [400, 40002],
  STATE_CONFLICT: [409, 40901],
  NOT_READY: [409, 40901],
  CONSENT_MISSING: [409, 40901],
  LINK_USED: [400, 40005],
  FLOW_EXPIRED: [400, 40004],
  LINK_EXPIRED: [400, 40004],
  TOO_MANY_TRIES: [400, 40006],
  VERIFICATION_UNKNOWN: [400, 40001],
  RATE_LIMITED: [429, 42901],
  SMS_FAILED: [500, 50001],
  VERIFIER_DOWN: [500, 50001],
  CLEARING_FAILED: [500, 50001],
  INTERNAL: [500, 50000],
} as const satisfies Record<ProblemCode, readonly [number, number]>;

/** The two that no answer carries, because nobody waits for one: operations find them in the log (C-72, C-73). */
export const loggedCodes = { CALLBACK_UNDELIVERED: 50002, ARCHIVE_FAILED: 50003 } as const;

/** Every error of this dialect: a numeric code, a message, and the fields it is about. */
export const wordProblem = (problem: Problem, traceId: string) =>
  problemAnswer(problemWords[problem.code], problem, traceId);

const id = z.string().min(1, "must not be empty").max(64, "must not be longer than 64 characters");

export const verifySchema = z.discriminatedUnion(
  "method",
  [
    z.strictObject({ method: z.literal("CONTRACT_ID"), contractId: id }),
    z.strictObject({
      method: z.literal("FILE_HASH"),
      fileHash: z
        .string()
        .regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 lowercase hex digits"),
      archiveId: id.optional(),
    }),
  ],
  { error: "must be one of CONTRACT_ID, FILE_HASH" },
);

export type VerifyRequest = z.infer<typeof verifySchema>;

/** Reads the request of `POST /api/v1/contract/verify` (C-10). Throws a Problem that names every faulty field. */
export function readVerifyRequest(body: unknown): VerifyRequest {
  const parsed = verifySchema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalid("PARAM_INVALID", fieldProblems(parsed.error));
}

type Signature = {
  readonly signTime: string;
  /** Missing once the person asked to be erased. */
  readonly certificate?: {
    readonly subject: string;
    readonly issuer: string;
    readonly validFrom: string;
    readonly validTo: string;
  };
};

/** The fields of C-11, all of them always: what is not there is null. A person's name is masked as certified. */
export function verifyAnswer(found: {
  readonly valid: boolean;
  readonly contractId: string;
  readonly signatures: readonly Signature[];
  readonly archives: readonly ArchiveRecord[];
  readonly timestampAuthority: string | undefined;
}) {
  const succeeded = found.archives.filter(({ status }) => status === "SUCCESS");
  // An authority's clock says more than ours, so its record stands first.
  const first = succeeded.find(({ provider }) => provider === "TSA") ?? succeeded[0];
  return {
    valid: found.valid,
    contractId: found.contractId,
    signatureInfo: found.signatures.map(({ signTime, certificate }) => ({
      signer: certificate?.subject ?? "erased",
      signTime,
      certificateIssuer: certificate?.issuer ?? null,
      validFrom: certificate?.validFrom ?? null,
      validTo: certificate?.validTo ?? null,
    })),
    archiveInfo: {
      archived: first !== undefined,
      archiveTime: first?.archivedAt ?? null,
      timestampAuthority: found.timestampAuthority ?? null,
    },
  };
}
