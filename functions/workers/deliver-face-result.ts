import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { Erased } from "../adapters/contract-store.ts";
import { partnerDirectory } from "../adapters/partners.ts";
import { faceCallback } from "../dialects/face-verification.ts";
import type { FaceEvent } from "../domain/face-events.ts";
import { readEnvironment } from "../environment.ts";
import { advanceFace, assembleFaces } from "../faces/face-check.ts";
import { type Delivery, webhookDelivery } from "../webhook-delivery.ts";
import { lambda, type World } from "../world.ts";

/** Tells the client what came of its face check, with the headers it asked for (C-33, C-70). */
export function build(world: World) {
  const env = readEnvironment(world, "FACE_VERIFICATION_TABLE", "PARTNERS_SECRET_ID");
  const faces = assembleFaces(world);
  const partnerOf = partnerDirectory(world, env.PARTNERS_SECRET_ID);
  const deliver = webhookDelivery<FaceEvent>(world, {
    table: env.FACE_VERIFICATION_TABLE,
    idOf: ({ verificationId }) => verificationId,

    async receiver(event) {
      const partner = await partnerOf(event.owner);
      const found = await faces.readDetails(event.verificationId).catch((cause: unknown) => {
        // Whoever asked to be forgotten is not talked about any more.
        if (cause instanceof Erased) return undefined;
        throw cause;
      });
      if (partner === undefined || found === undefined) return undefined;
      const { callbackUrl: url, callbackHeaders: headers } = found.details;
      const body = JSON.stringify(faceCallback(event));
      return { url, secret: partner.webhookSecret, body, ...(headers ? { headers } : {}) };
    },

    async record(type, { verificationId, eventId }, attempt) {
      const command = { type, at: world.now(), eventId, ...attempt };
      await advanceFace(faces, verificationId, command);
    },
  });
  const processor = new BatchProcessor(EventType.SQS);

  return (event: SQSEvent): Promise<SQSBatchResponse> =>
    processPartialResponse(
      event,
      ({ body }: SQSRecord) => deliver(JSON.parse(body) as Delivery<FaceEvent>),
      processor,
      { throwOnFullBatchFailure: false },
    );
}

export const handler = lambda(build);
