import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { partnerDirectory } from "../adapters/partners.ts";
import { transactionCallback } from "../dialects/transaction.ts";
import type { TransactionEvent } from "../domain/transaction-events.ts";
import { readEnvironment } from "../environment.ts";
import { type Delivery, webhookDelivery } from "../webhook-delivery.ts";
import { lambda, type World } from "../world.ts";

/** Tells a partner that registered a `transactionUrl` what became of its order; of a batch's parts it hears with the batch. */
export function build(world: World) {
  const env = readEnvironment(world, "CONTRACT_FLOW_TABLE", "PARTNERS_SECRET_ID");
  const partnerOf = partnerDirectory(world, env.PARTNERS_SECRET_ID);
  const deliver = webhookDelivery<TransactionEvent>(world, {
    table: env.CONTRACT_FLOW_TABLE,
    idOf: ({ transactionOrderNo }) => transactionOrderNo,

    async receiver(event) {
      const partner = await partnerOf(event.owner);
      if (partner?.transactionUrl === undefined || event.part !== undefined) return undefined;
      const body = JSON.stringify(transactionCallback(event));
      return { url: partner.transactionUrl, secret: partner.webhookSecret, body };
    },

    // The attempts are on record beside the deliveries of contracts; an order's history is about its money.
    async record() {},
  });
  const processor = new BatchProcessor(EventType.SQS);

  return (event: SQSEvent): Promise<SQSBatchResponse> =>
    processPartialResponse(
      event,
      ({ body }: SQSRecord) => deliver(JSON.parse(body) as Delivery<TransactionEvent>),
      processor,
      { throwOnFullBatchFailure: false },
    );
}

export const handler = lambda(build);
