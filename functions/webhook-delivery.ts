import { deliveryLog } from "./adapters/delivery-log.ts";
import { type Message, type WebhookResult, webhookSender } from "./adapters/webhook.ts";
import { delayedQueue } from "./adapters/webhook-queue.ts";
import { loggedCodes } from "./dialects/agreement.ts";
import { plusSeconds } from "./domain/drafts.ts";
import { webhookFigures } from "./domain/figures.ts";
import { readEnvironment } from "./environment.ts";
import type { World } from "./world.ts";

/** K19, and how long at most anybody may make us wait with Retry-After. */
const { delaysSeconds, longestWaitSeconds } = webhookFigures;
const attemptLimit = delaysSeconds.length + 1;

/** From the bus's rule first, from ourselves for every further attempt. */
export type Delivery<Event> = {
  readonly detail: Event;
  readonly attempt?: number;
  readonly notBefore?: string;
};

/** What an event is told about: where its attempts are noted, who hears of it, what is kept as evidence. */
export type Subject<Event> = {
  /** Table and id that the attempts are noted beside. */
  readonly table: string;
  idOf(event: Event): string;
  /** Undefined for an event that nobody asked to hear of. */
  receiver(event: Event): Promise<Message | undefined>;
  /** Delivery is part of the evidence; whoever asks later sees what the partner was told, and when. */
  record(
    type: "delivered" | "undelivered",
    event: Event,
    attempt: { readonly attempts: number; readonly status: number },
  ): Promise<void>;
};

/**
 * Delivers events at least once (C-72, C-75): the id and the bytes of an event never change over its attempts, so
 * a receiver can drop what it has already seen. What is given up waits among the dead letters for a person.
 */
export function webhookDelivery<Event extends { readonly eventId: string }>(
  world: World,
  subject: Subject<Event>,
) {
  const env = readEnvironment(
    world,
    "WEBHOOK_QUEUE_URL",
    "WEBHOOK_DLQ_URL",
    "ALLOWED_CALLBACK_HOSTS",
  );
  const log = deliveryLog(world, subject.table);
  const queue = delayedQueue(world, env.WEBHOOK_QUEUE_URL);
  const deadLetters = delayedQueue(world, env.WEBHOOK_DLQ_URL);
  const send = webhookSender(world, env.ALLOWED_CALLBACK_HOSTS.split(",").filter(Boolean));

  return async ({ detail, attempt = 1, notBefore }: Delivery<Event>): Promise<void> => {
    if (notBefore !== undefined && Date.parse(world.now()) < Date.parse(notBefore))
      return queue.send({ detail, attempt }, notBefore);
    const { eventId } = detail;
    const id = subject.idOf(detail);
    const receiver = await subject.receiver(detail);
    if (receiver === undefined) return;
    if (!(await log.begin(id, eventId, attempt))) return;

    const result = await send(receiver, eventId);
    const { status } = result;
    if (result.kind === "delivered") {
      await subject.record("delivered", detail, { attempts: attempt, status });
      return log.end(id, eventId, { number: attempt, status, end: "delivered" });
    }
    if (result.kind === "gone" || attempt >= attemptLimit) {
      world.count("WebhookUndelivered");
      const code = loggedCodes.CALLBACK_UNDELIVERED;
      world.log("error", "callback undelivered", { id, eventId, code, attempts: attempt, status });
      await deadLetters.send({ detail, attempt: attempt + 1 }, world.now());
      await subject.record("undelivered", detail, { attempts: attempt, status });
      return log.end(id, eventId, { number: attempt, status, end: "givenUp" });
    }
    await log.end(id, eventId, { number: attempt, status, end: "retry" });
    await queue.send({ detail, attempt: attempt + 1 }, nextTime(world, attempt, result));
  };
}

function nextTime(world: World, attempt: number, result: WebhookResult): string {
  const asked = result.kind === "failed" ? result.retryAfterSeconds : 0;
  const seconds = Math.max(delaysSeconds[attempt - 1] ?? 0, asked);
  return plusSeconds(world.now(), Math.min(seconds, longestWaitSeconds));
}
