import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { World } from "../world.ts";

export type BusEvent = { readonly type: string; readonly at: string; readonly detail: object };

/** PutEvents takes ten entries and answers 200 even when it refused some of them. */
const entriesPerCall = 10;

/** Publishes on our bus. Throws when any entry was refused: the stream then delivers the batch again. */
export function eventBus(world: World, busName: string) {
  const client = new EventBridgeClient(world.aws);
  return {
    async publish(events: readonly BusEvent[]): Promise<void> {
      for (let from = 0; from < events.length; from += entriesPerCall) {
        const { FailedEntryCount, Entries } = await client.send(
          new PutEventsCommand({
            Entries: events.slice(from, from + entriesPerCall).map(({ type, at, detail }) => ({
              EventBusName: busName,
              Source: "qianyue",
              DetailType: type,
              Time: new Date(at),
              Detail: JSON.stringify(detail),
            })),
          }),
        );
        if ((FailedEntryCount ?? 0) > 0)
          throw new Error(
            `PutEvents refused ${FailedEntryCount} events: ${Entries?.find((entry) => entry.ErrorCode)?.ErrorCode}`,
          );
      }
    },
  };
}
