import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { partnerDirectory } from "../adapters/partners.ts";
import { advance } from "../advance.ts";
import { detailsUnlessErased } from "../agreement-answers.ts";
import { assembleContracts } from "../assemble.ts";
import { newsOf } from "../dialect-news.ts";
import type { ContractEvent } from "../domain/events.ts";
import { readEnvironment } from "../environment.ts";
import { type Delivery, webhookDelivery } from "../webhook-delivery.ts";
import { lambda, type World } from "../world.ts";

/** Tells the partner how its contract ended, or each of its steps where its dialect asks for them (A-27, B-11, K20). */
export function build(world: World) {
  const env = readEnvironment(world, "CONTRACT_FLOW_TABLE", "PARTNERS_SECRET_ID");
  const contracts = assembleContracts(world);
  const partnerOf = partnerDirectory(world, env.PARTNERS_SECRET_ID);
  const chain = async (id: string) => (await contracts.history(id)).map((row) => row.entry);
  const deliver = webhookDelivery<ContractEvent>(world, {
    table: env.CONTRACT_FLOW_TABLE,
    idOf: ({ contractId }) => contractId,

    async receiver(event) {
      const { callbackUrl } = await contracts.readOpenDetails(event.contractId);
      const partner = await partnerOf(event.owner);
      if (callbackUrl === undefined || partner === undefined) return undefined;
      const news = newsOf(event);
      const body = await news.webhook(event, chain);
      if (body === undefined) return undefined;
      const headers = news.headers?.(
        (await detailsUnlessErased(contracts, event.contractId))?.sent,
      );
      return {
        url: callbackUrl,
        secret: partner.webhookSecret,
        body: JSON.stringify(body),
        ...(headers ? { headers } : {}),
      };
    },

    async record(type, { contractId, eventId }, attempt) {
      await advance(contracts, contractId, { type, at: world.now(), eventId, ...attempt });
    },
  });
  const processor = new BatchProcessor(EventType.SQS);

  return (event: SQSEvent): Promise<SQSBatchResponse> =>
    processPartialResponse(
      event,
      ({ body }: SQSRecord) => deliver(JSON.parse(body) as Delivery<ContractEvent>),
      processor,
      { throwOnFullBatchFailure: false },
    );
}

export const handler = lambda(build);
