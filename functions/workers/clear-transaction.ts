import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import { ChangeMessageVisibilityCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import * as z from "zod";
import { assembleIntake } from "../assemble.ts";
import { readInstruction } from "../dialects/transaction-request.ts";
import { plusSeconds } from "../domain/drafts.ts";
import { intakeFigures, isFinal, type Order } from "../domain/transaction.ts";
import { readEnvironment } from "../environment.ts";
import { lambda, type World } from "../world.ts";

/** Less than the function's time-out by one call and its writes: nothing is begun that cannot be finished. */
const workSeconds = 45;
/** The longest SQS hides a message that was received. */
const longestHideSeconds = 12 * 3600;

/** An event of ours, or clearing's word that something is done; both only say which order to look at. */
const message = z.object({
  detail: z.union([
    z.object({ transactionOrderNo: z.string() }),
    z
      .object({ requestNo: z.string() })
      .transform(({ requestNo }) => ({ transactionOrderNo: requestNo })),
  ]),
});

class NotYet extends Error {
  override readonly name = "NotYet";
}

/**
 * Goes on with the orders that were not settled while their caller waited (K38), and finds those whose
 * intake died: every order has a message. What is settled is dropped, so a redrive is harmless; what is not
 * comes back after a pause of its own, however often the queue delivers it.
 */
export function build(world: World) {
  const env = readEnvironment(world, "CLEARING_QUEUE_URL");
  const { orders, clear, clearBatch, accountCode } = assembleIntake(world);
  const sqs = new SQSClient(world.aws);
  const processor = new BatchProcessor(EventType.SQS);

  return (event: SQSEvent): Promise<SQSBatchResponse> => {
    const until = plusSeconds(world.now(), workSeconds);
    return processPartialResponse(event, (record: SQSRecord) => handle(record, until), processor, {
      throwOnFullBatchFailure: false,
    });
  };

  async function handle(record: SQSRecord, until: string): Promise<void> {
    const { transactionOrderNo } = message.parse(JSON.parse(record.body)).detail;
    const [orderNo = ""] = transactionOrderNo.split("-");
    const order = await orders.read(orderNo);
    if (order === undefined)
      throw new Error(`message ${record.messageId} names order ${orderNo}, which does not exist`);
    if (isFinal(order)) return;
    const { order: after, notBefore } = await goOn(order, until);
    if (isFinal(after) || isParked(after)) return;
    await comeBack(record, notBefore);
    throw new NotYet(`order ${orderNo} is ${after.state.status}`);
  }

  async function goOn(order: Order, until: string) {
    const patience = { until, backoffMs: [0] };
    if (order.bizType !== "BATCH_PAY") return clear(order, patience);
    const bizData = await orders.readBizData(order.orderNo);
    const { receivers } = readInstruction({ bizType: "BATCH_PAY", bizData }, accountCode);
    return clearBatch(order, receivers, patience);
  }

  /** Full jitter, and never before clearing wants to be asked again. */
  async function comeBack(record: SQSRecord, notBefore: string | undefined): Promise<void> {
    const received = Number(record.attributes.ApproximateReceiveCount);
    const steps = intakeFigures.queueBackoffSeconds;
    const longest = steps[Math.min(received, steps.length) - 1] ?? 0;
    const share = world.randomBytes(2).readUInt16BE() / 0xffff;
    const pause = notBefore ? (Date.parse(notBefore) - Date.parse(world.now())) / 1000 : 0;
    const seconds = Math.ceil(Math.max(pause, 0) + 1 + share * longest);
    await sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: env.CLEARING_QUEUE_URL,
        ReceiptHandle: record.receiptHandle,
        VisibilityTimeout: Math.min(seconds, longestHideSeconds),
      }),
    );
  }
}

const isParked = ({ state }: Order): boolean =>
  state.status === "FORWARDED" && state.parkedAt !== undefined;

export const handler = lambda(build);
