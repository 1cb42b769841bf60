import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { ContractEvent } from "../domain/events.ts";
import { archiver } from "../evidence/archive-again.ts";
import { lambda, type World } from "../world.ts";

/**
 * Archives again what was sealed without a time-stamp (C-73, C-74). A message that finds no authority comes
 * back as the queue says, and ends among the dead letters when that has gone on for hours.
 */
export function build(world: World) {
  const archiveAgain = archiver(world);
  const processor = new BatchProcessor(EventType.SQS);

  return (event: SQSEvent): Promise<SQSBatchResponse> =>
    processPartialResponse(event, ({ body }: SQSRecord) => archive(body), processor, {
      throwOnFullBatchFailure: false,
    });

  async function archive(body: string): Promise<void> {
    const { contractId } = (JSON.parse(body) as { readonly detail: ContractEvent }).detail;
    const done = await archiveAgain(contractId);
    world.log("info", done ? "archived again" : "was archived already", { contractId });
  }
}

export const handler = lambda(build);
