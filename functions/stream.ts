import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { entryFromItem } from "./adapters/contract-items.ts";
import type { Entry } from "./domain/evidence.ts";
import type { ProfileName } from "./domain/profile.ts";
import type { Work } from "./domain/waits.ts";

/** An entry as the stream of evidence_chain delivers it, with the errands that came along. */
export type Appended = {
  readonly entry: Entry;
  readonly work: Work;
  readonly owner: string;
  readonly requestId: string;
  /** Absent for the native dialect, and for what is no contract. */
  readonly profile?: ProfileName;
};

/**
 * A consumer of the chain's stream. Deliveries repeat, so `consume` must be harmless the second time;
 * what throws is reported and delivered again while the rest of the batch is done.
 */
export function streamConsumer(consume: (appended: Appended) => Promise<void>) {
  const processor = new BatchProcessor(EventType.DynamoDBStreams);
  return (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> =>
    processPartialResponse(
      event,
      async ({ eventName, dynamodb }: DynamoDBRecord) => {
        if (eventName !== "INSERT" || dynamodb?.NewImage === undefined) return;
        const item = unmarshall(dynamodb.NewImage as Parameters<typeof unmarshall>[0]);
        await consume({
          entry: entryFromItem(item).entry,
          work: (item.work ?? {}) as Work,
          owner: String(item.owner),
          requestId: String(item.request_id),
          ...(item.profile ? { profile: item.profile as ProfileName } : {}),
        });
      },
      processor,
      { throwOnFullBatchFailure: false },
    );
}
