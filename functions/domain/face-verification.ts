import stage from "#stage" with { type: "json" };
import { type Entry, type EntryDraft, type EvidenceType, leafHash } from "./evidence.ts";

/** A face check that we provide to others (C-01…C-04, K03): who asks, how far it is, what came of it. */

export type FaceVerificationId = string & { readonly __brand: "FaceVerificationId" };

/** Every figure of a face check in one place (requirements 3.4, C-02, C-33, C-71). */
export const faceFigures = stage.face;

export const faceBizTypes = ["RELATIONSHIP_BINDING", "PAYER_AUTHORIZATION"] as const;
export type FaceBizType = (typeof faceBizTypes)[number];

/** C-31: our page leads to the vendor's, or the client's own app runs the vendor's SDK. */
export const faceModes = ["H5", "SDK"] as const;
export type FaceMode = (typeof faceModes)[number];

/** Document C's three reasons, and ours for a check that no vendor was ever there to make. */
export type FaceFailReason =
  | "FACE_MISMATCH"
  | "ID_CARD_MISMATCH"
  | "POOR_QUALITY"
  | "VENDOR_UNAVAILABLE";

/** What the vendor says of the face; `score` in four decimals from 0 to 1, where it gives one. */
export type VendorFinding = {
  readonly transactionNo: string;
  readonly score?: string;
};

/** K06: PENDING has not been opened, PROCESSING has. */
export type FaceState =
  | { readonly status: "PENDING" }
  | { readonly status: "PROCESSING" }
  | ({ readonly status: "SUCCESS"; readonly at: string } & VendorFinding)
  | ({
      readonly status: "FAILED";
      readonly at: string;
      readonly reason: FaceFailReason;
    } & Partial<VendorFinding>)
  | { readonly status: "EXPIRED"; readonly at: string };

/** The task at a vendor that the current try stands on. */
type VendorTask = {
  readonly vendor: string;
  readonly state: "ASKED" | "ACCEPTED" | "UNAVAILABLE";
};

export type FaceVerification = {
  readonly id: FaceVerificationId;
  readonly owner: string;
  readonly bizId: string;
  readonly bizType: FaceBizType;
  readonly mode: FaceMode;
  /** Keyed hash of the canonical request body: tells a replay from a conflict (K07, K08). */
  readonly fingerprint: string;
  /** Keyed hash of name and number: equal for equal persons (C-47, K52). */
  readonly subject: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly expiresAt: string;
  readonly state: FaceState;
  /** Counts from 1. */
  readonly try: number;
  readonly task?: VendorTask;
  readonly vendorCalls: number;
  readonly ignoredResults: number;
  /** Number of entries, which is also the version that every write is conditional on. */
  readonly length: number;
  /** Leaf hash of the newest entry. */
  readonly head: string;
};

export type FaceStep =
  | "FACE_REQUESTED"
  | "FACE_OPENED"
  | "VENDOR_ASKED"
  | "VENDOR_ACCEPTED"
  | "VENDOR_UNAVAILABLE"
  | "FACE_TRY_REJECTED"
  | "FACE_PASSED"
  | "FACE_FAILED"
  | "FACE_EXPIRED"
  | "FACE_RESULT_IGNORED"
  | "CALLBACK_DELIVERED"
  | "CALLBACK_UNDELIVERED"
  | "ERASED";

export type FaceDraft = EntryDraft<FaceStep>;
export type FaceEntry = Entry<FaceStep>;

export const faceEvidenceType = {
  FACE_REQUESTED: "VERIFICATION_REQUEST",
  FACE_OPENED: "VERIFICATION_REQUEST",
  VENDOR_ASKED: "VERIFICATION_REQUEST",
  VENDOR_ACCEPTED: "VERIFICATION_REQUEST",
  VENDOR_UNAVAILABLE: "VERIFICATION_REQUEST",
  FACE_TRY_REJECTED: "VERIFICATION_RESULT",
  FACE_PASSED: "VERIFICATION_RESULT",
  FACE_FAILED: "VERIFICATION_RESULT",
  FACE_EXPIRED: "VERIFICATION_RESULT",
  FACE_RESULT_IGNORED: "VERIFICATION_RESULT",
  CALLBACK_DELIVERED: "FLOW",
  CALLBACK_UNDELIVERED: "FLOW",
  ERASED: "FLOW",
} as const satisfies Record<FaceStep, EvidenceType>;

/** `VR` and 26 base32 characters (K27). */
export const faceVerificationIdForm = /^VR[0-9A-HJKMNP-TV-Z]{26}$/;

export const isDecided = ({ state }: Pick<FaceVerification, "state">): boolean =>
  state.status !== "PENDING" && state.status !== "PROCESSING";

/** What a try is called at its vendor: the same try is the same task, however often it is asked for. */
export const vendorKey = (id: string, number: number): string => `${id}-T${number}`;

/** The check that its first entry tells of. */
export function requested(entry: FaceEntry): FaceVerification {
  const { facts } = entry;
  if (entry.step !== "FACE_REQUESTED")
    throw new Error(`face check ${entry.contractId} begins with ${entry.step}`);
  return {
    id: entry.contractId as FaceVerificationId,
    owner: String(facts.owner),
    bizId: String(facts.bizId),
    bizType: facts.bizType as FaceBizType,
    mode: facts.mode as FaceMode,
    fingerprint: String(facts.fingerprint),
    subject: String(facts.subject),
    createdAt: entry.at,
    updatedAt: entry.at,
    expiresAt: String(facts.expiresAt),
    state: { status: "PENDING" },
    try: 1,
    vendorCalls: 0,
    ignoredResults: 0,
    length: 1,
    head: leafHash(entry),
  };
}

/** The check after one more entry. Trusts the entry: deciding was `decideFace`'s part. */
export function evolveFace(before: FaceVerification, entry: FaceEntry): FaceVerification {
  const after = {
    ...before,
    updatedAt: entry.at,
    length: before.length + 1,
    head: leafHash(entry),
  };
  const { facts, at } = entry;
  const task = (state: VendorTask["state"]): VendorTask => ({
    vendor: String(facts.vendor),
    state,
  });
  switch (entry.step) {
    case "FACE_OPENED":
      return { ...after, state: { status: "PROCESSING" } };
    case "VENDOR_ASKED":
      return { ...after, task: task("ASKED"), vendorCalls: before.vendorCalls + 1 };
    case "VENDOR_ACCEPTED":
      return { ...after, task: task("ACCEPTED") };
    case "VENDOR_UNAVAILABLE":
      return { ...after, task: task("UNAVAILABLE") };
    case "FACE_TRY_REJECTED": {
      const { task: _done, ...rest } = after;
      return { ...rest, state: { status: "PROCESSING" }, try: before.try + 1 };
    }
    case "FACE_PASSED":
      return {
        ...after,
        state: {
          status: "SUCCESS",
          at,
          transactionNo: String(facts.transactionNo),
          ...(facts.score === undefined ? {} : { score: String(facts.score) }),
        },
      };
    case "FACE_FAILED":
      return {
        ...after,
        state: {
          status: "FAILED",
          at,
          reason: facts.reason as FaceFailReason,
          ...(facts.transactionNo === undefined
            ? {}
            : { transactionNo: String(facts.transactionNo) }),
          ...(facts.score === undefined ? {} : { score: String(facts.score) }),
        },
      };
    case "FACE_EXPIRED":
      return { ...after, state: { status: "EXPIRED", at } };
    case "FACE_RESULT_IGNORED":
      return { ...after, ignoredResults: before.ignoredResults + 1 };
    case "CALLBACK_DELIVERED":
    case "CALLBACK_UNDELIVERED":
    case "ERASED":
      return after;
    case "FACE_REQUESTED":
      throw new Error(`face check ${before.id} was requested twice`);
    default:
      return entry.step satisfies never;
  }
}
