import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { PeerRefused, PeerUnavailable } from "../adapters/peer-call.ts";
import { delayedQueue } from "../adapters/webhook-queue.ts";
import { earlier, isPast, plusSeconds } from "../domain/drafts.ts";
import type { FaceEvent } from "../domain/face-events.ts";
import {
  type FaceVerification,
  faceFigures,
  isDecided,
  vendorKey,
} from "../domain/face-verification.ts";
import { readEnvironment } from "../environment.ts";
import {
  advanceFace,
  assembleFaceLinks,
  assembleFaces,
  assembleFaceVendors,
  vendorDispatch,
} from "../faces/face-check.ts";
import { lambda, type World } from "../world.ts";

/** One message follows a check from its request to its end; the figures bound how often it comes back. */
type Visit = {
  readonly detail: Pick<FaceEvent, "verificationId">;
  /** Rounds over the vendors begun without the person. */
  readonly retries?: number;
  /** Times the vendor could not be asked since the deadline. */
  readonly lastPolls?: number;
  readonly notBefore?: string;
};

/**
 * Brings a face check forward where neither person nor vendor does (C-71, C-74): asks the vendors again while none
 * has taken the task, asks the one that has for a result whose callback got lost, and ends the check at its
 * deadline, but not before the vendor was asked what became of it: an unknown outcome is no failure.
 */
export function build(world: World) {
  const env = readEnvironment(world, "FACE_CHECK_QUEUE_URL");
  const faces = assembleFaces(world);
  const vendors = assembleFaceVendors(world);
  const dispatch = vendorDispatch(world, faces, vendors, assembleFaceLinks(world));
  const queue = delayedQueue(world, env.FACE_CHECK_QUEUE_URL);
  const processor = new BatchProcessor(EventType.SQS);

  return (event: SQSEvent): Promise<SQSBatchResponse> =>
    processPartialResponse(
      event,
      ({ body }: SQSRecord) => visit(JSON.parse(body) as Visit),
      processor,
      { throwOnFullBatchFailure: false },
    );

  async function visit(told: Visit): Promise<void> {
    const { detail, retries = 0, lastPolls = 0, notBefore } = told;
    if (notBefore !== undefined && Date.parse(world.now()) < Date.parse(notBefore))
      return queue.send({ detail, retries, lastPolls }, notBefore);
    const { verificationId: id } = detail;
    const face = await faces.read(id);
    if (face === undefined) throw new Error(`face check ${id} does not exist`);
    if (isDecided(face)) return;
    if (isPast(face.expiresAt, world.now())) return end(face, lastPolls);

    const again = (seconds: number, made: number) => {
      const next = earlier(plusSeconds(world.now(), seconds), face.expiresAt);
      return queue.send({ detail: { verificationId: id }, retries: made }, next);
    };
    const pause = faceFigures.vendorRetrySeconds[retries];
    if (pause !== undefined && lacksVendor(face)) {
      await dispatch(id);
      return again(pause, retries + 1);
    }
    await poll(face);
    return again(faceFigures.pollSeconds, retries);
  }

  async function end(face: FaceVerification, lastPolls: number): Promise<void> {
    const outcomeKnown = await poll(face);
    if (!outcomeKnown && lastPolls < faceFigures.lastPolls) {
      const next = plusSeconds(world.now(), faceFigures.lastPollSeconds);
      const detail = { verificationId: face.id };
      return queue.send({ detail, lastPolls: lastPolls + 1 }, next);
    }
    await advanceFace(faces, face.id, { type: "deadline", at: world.now(), outcomeKnown });
  }

  /** Asks the vendor what came of the current task; false when it cannot be asked. */
  async function poll(face: FaceVerification): Promise<boolean> {
    const vendor = face.task && (await vendors.named(face.task.vendor));
    if (vendor === undefined) return true;
    try {
      const result = await vendor.query(vendorKey(face.id, face.try));
      if (result !== undefined)
        await advanceFace(faces, face.id, {
          type: "vendorResult",
          at: world.now(),
          vendor: vendor.name,
          try: face.try,
          source: "POLL",
          threshold: vendor.threshold,
          ...result,
        });
      return true;
    } catch (cause) {
      if (!(cause instanceof PeerUnavailable) && !(cause instanceof PeerRefused)) throw cause;
      world.count("FaceVendorFailure");
      return false;
    }
  }
}

/** After a poor picture nobody but the person can go on. */
const lacksVendor = ({ task, try: number }: FaceVerification): boolean =>
  task === undefined ? number === 1 : task.state !== "ACCEPTED";

export const handler = lambda(build);
