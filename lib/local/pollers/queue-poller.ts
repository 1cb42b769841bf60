import { createHash } from "node:crypto";
import { localAccount, localRegion } from "../aws-json.ts";
import type { LocalClock } from "../clock.ts";
import type { Invocation } from "../lambda/lambda.ts";
import type { Message } from "../sqs/messages.ts";
import type { Queues } from "../sqs/queues.ts";
import { systemAttributes } from "../sqs/sqs.ts";
import { type BatchAnswer, type Poller, pollForever } from "./pollers.ts";

/** An event source mapping from a queue, as the template has it. */
export type QueueMapping = {
  readonly queue: string;
  readonly functionName: string;
  readonly batchSize: number;
  /** ReportBatchItemFailures: only the named messages come again. */
  readonly reportsFailures: boolean;
};

/** Long polling wakes at once on a message; this only bounds how long one call waits. */
const longPollMs = 20_000;

/**
 * Feeds a function from a queue. What the function does not take stays hidden until its visibility
 * runs out; the queue itself moves it to the dead letter queue after `maxReceiveCount`.
 */
export function pollQueue(
  mapping: QueueMapping,
  {
    queues,
    clock,
    invoke,
  }: {
    readonly queues: Queues;
    readonly clock: LocalClock;
    readonly invoke: (functionName: string, event: object) => Promise<Invocation>;
  },
): Poller {
  const { queue, functionName, batchSize } = mapping;
  return pollForever(`queue ${queue} → ${functionName}`, clock, async ({ signal }) => {
    const messages = await queues.receive(queue, { max: batchSize, waitMs: longPollMs, signal });
    if (messages.length === 0) return;
    const result = await invoke(functionName, {
      Records: messages.map((each) => record(queue, each)),
    });
    // The stack stops: nothing may be taken off a queue whose database is about to close.
    if (signal.aborted || !result.ok) return;
    const failed = mapping.reportsFailures ? failedIds(result.payload) : new Set<string>();
    // An identifier the batch does not have counts as a failure of the whole batch, as on Lambda.
    if ([...failed].some((id) => !messages.some((message) => message.id === id))) return;
    for (const message of messages) {
      if (!failed.has(message.id)) queues.delete(queue, message.receipt);
    }
  });
}

function failedIds(payload: unknown): Set<string> {
  const { batchItemFailures = [] } = (payload ?? {}) as BatchAnswer;
  return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier ?? ""));
}

function record(queue: string, message: Message): object {
  return {
    messageId: message.id,
    receiptHandle: message.receipt,
    body: message.body,
    attributes: systemAttributes(message),
    messageAttributes: Object.fromEntries(
      Object.entries(message.attributes).map(([name, value]) => [
        name,
        {
          stringValue: value.StringValue,
          binaryValue: value.BinaryValue,
          dataType: value.DataType,
        },
      ]),
    ),
    md5OfBody: createHash("md5").update(message.body).digest("hex"),
    eventSource: "aws:sqs",
    eventSourceARN: `arn:aws:sqs:${localRegion}:${localAccount}:${queue}`,
    awsRegion: localRegion,
  };
}
