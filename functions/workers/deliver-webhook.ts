import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { deliveryLog } from "../adapters/delivery-log.ts";
import { partnerDirectory } from "../adapters/partners.ts";
import { type WebhookResult, webhookSender } from "../adapters/webhook.ts";
import { delayedQueue } from "../adapters/webhook-queue.ts";
import { advance } from "../advance.ts";
import { assembleContracts } from "../assemble.ts";
import { webhookBody } from "../dialects/native.ts";
import { plusSeconds } from "../domain/drafts.ts";
import type { ContractEvent } from "../domain/events.ts";
import { readEnvironment } from "../environment.ts";
import { lambda, type World } from "../world.ts";

/** K19: three attempts at once, then the example schedule of Standard Webhooks, about three days in all. */
const delaysSeconds = [1, 2, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
const attemptLimit = delaysSeconds.length + 1;
/** Longer than this nobody may make us wait with Retry-After. */
const longestWaitSeconds = 86_400;

/** From the bus's rule first, from ourselves for every further attempt. */
type Delivery = {
  readonly detail: ContractEvent;
  readonly attempt?: number;
  readonly notBefore?: string;
};

/**
 * Tells the partner how its contract ended (A-27, B-11). At least once: the id and the bytes of an event
 * never change over its attempts, so a receiver can drop what it has already seen.
 */
export function build(world: World) {
  const env = readEnvironment(
    world,
    "CONTRACT_FLOW_TABLE",
    "PARTNERS_SECRET_ID",
    "WEBHOOK_QUEUE_URL",
    "WEBHOOK_DLQ_URL",
    "ALLOWED_CALLBACK_HOSTS",
  );
  const contracts = assembleContracts(world);
  const log = deliveryLog(world, env.CONTRACT_FLOW_TABLE);
  const partnerOf = partnerDirectory(world, env.PARTNERS_SECRET_ID);
  const queue = delayedQueue(world, env.WEBHOOK_QUEUE_URL);
  const deadLetters = delayedQueue(world, env.WEBHOOK_DLQ_URL);
  const send = webhookSender(world, env.ALLOWED_CALLBACK_HOSTS.split(",").filter(Boolean));
  const processor = new BatchProcessor(EventType.SQS);

  return (event: SQSEvent): Promise<SQSBatchResponse> =>
    processPartialResponse(
      event,
      ({ body }: SQSRecord) => deliver(JSON.parse(body) as Delivery),
      processor,
      { throwOnFullBatchFailure: false },
    );

  async function deliver({ detail, attempt = 1, notBefore }: Delivery): Promise<void> {
    if (notBefore !== undefined && Date.parse(world.now()) < Date.parse(notBefore))
      return queue.send({ detail, attempt }, notBefore);
    const { contractId, eventId, owner } = detail;
    const { callbackUrl } = await contracts.readOpenDetails(contractId);
    const partner = await partnerOf(owner);
    if (callbackUrl === undefined || partner === undefined) return;
    if (!(await log.begin(contractId, eventId, attempt))) return;

    const body = JSON.stringify(webhookBody(detail));
    const result = await send(callbackUrl, partner.webhookSecret, eventId, body);
    const { status } = result;
    if (result.kind === "delivered") {
      await record("delivered", detail, attempt, status);
      return log.end(contractId, eventId, { number: attempt, status, end: "delivered" });
    }
    if (result.kind === "gone" || attempt >= attemptLimit) {
      world.count("WebhookUndelivered");
      await deadLetters.send({ detail, attempt: attempt + 1 }, world.now());
      await record("undelivered", detail, attempt, status);
      return log.end(contractId, eventId, { number: attempt, status, end: "givenUp" });
    }
    await log.end(contractId, eventId, { number: attempt, status, end: "retry" });
    await queue.send({ detail, attempt: attempt + 1 }, nextTime(attempt, result));
  }

  /** Delivery is part of the evidence; whoever asks later sees what the partner was told, and when. */
  async function record(
    type: "delivered" | "undelivered",
    { contractId, eventId }: ContractEvent,
    attempts: number,
    status: number,
  ): Promise<void> {
    await advance(contracts, contractId, { type, at: world.now(), eventId, attempts, status });
  }

  function nextTime(attempt: number, result: WebhookResult): string {
    const asked = result.kind === "failed" ? result.retryAfterSeconds : 0;
    const seconds = Math.max(delaysSeconds[attempt - 1] ?? 0, asked);
    return plusSeconds(world.now(), Math.min(seconds, longestWaitSeconds));
  }
}

export const handler = lambda(build);
