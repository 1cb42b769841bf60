import { eventId } from "./events.ts";
import type { Entry } from "./evidence.ts";
import { type FaceEntry, type FaceStep, faceVerificationIdForm } from "./face-verification.ts";

/** What the bus carries of a face check: ids and codes only. `eventId` is (object id, sequence), K50's dedupe key. */
export type FaceEvent = {
  readonly eventId: string;
  readonly type: FaceEventType;
  readonly verificationId: string;
  readonly owner: string;
  readonly bizId: string;
  readonly sequence: number;
  readonly at: string;
  readonly status: string;
  readonly failReason?: string;
  readonly transactionNo?: string;
  readonly score?: string;
};

type FaceEventType = "FaceVerificationRequested" | "FaceVerificationCompletedEvent";

/** The first wakes our own clockwork; the second is document C's (C-15), for every end there is. */
const eventTypes: Readonly<
  Partial<Record<FaceStep, { readonly type: FaceEventType; readonly status: string }>>
> = {
  FACE_REQUESTED: { type: "FaceVerificationRequested", status: "PENDING" },
  FACE_PASSED: { type: "FaceVerificationCompletedEvent", status: "SUCCESS" },
  FACE_FAILED: { type: "FaceVerificationCompletedEvent", status: "FAILED" },
  FACE_EXPIRED: { type: "FaceVerificationCompletedEvent", status: "EXPIRED" },
};

/** Checks and contracts share the chain's table, and some steps; their ids tell them apart. */
export const isFaceEntry = (entry: Entry<string>): entry is FaceEntry =>
  faceVerificationIdForm.test(entry.contractId);

/** The event that an entry publishes, or undefined for one that concerns nobody outside. */
export function faceEventOf(
  entry: FaceEntry,
  of: { readonly owner: string; readonly requestId: string },
): FaceEvent | undefined {
  const event = eventTypes[entry.step];
  if (event === undefined) return undefined;
  const { reason, transactionNo, score } = entry.facts;
  return {
    eventId: eventId(entry),
    type: event.type,
    verificationId: entry.contractId,
    owner: of.owner,
    bizId: of.requestId,
    sequence: entry.index,
    at: entry.at,
    status: event.status,
    ...(reason === undefined ? {} : { failReason: String(reason) }),
    ...(transactionNo === undefined ? {} : { transactionNo: String(transactionNo) }),
    ...(score === undefined ? {} : { score: String(score) }),
  };
}
