import { eventBus } from "../adapters/event-bus.ts";
import { eventOf, evidenceChainId } from "../domain/events.ts";
import { faceEventOf, isFaceEntry } from "../domain/face-events.ts";
import { isOrderEntry, transactionEvents } from "../domain/transaction-events.ts";
import { readEnvironment } from "../environment.ts";
import { streamConsumer } from "../stream.ts";
import { lambda, type World } from "../world.ts";

/** Tells the bus what happened. An event's id derives from its entry, so a repeated delivery repeats the id. */
export function build(world: World) {
  const env = readEnvironment(world, "EVENT_BUS_NAME");
  const { publish } = eventBus(world, env.EVENT_BUS_NAME);

  return streamConsumer(async ({ entry, owner, requestId }) => {
    if (isOrderEntry(entry)) {
      const events = transactionEvents(entry, { owner, requestId });
      return publish(events.map((detail) => ({ type: detail.type, at: detail.at, detail })));
    }
    if (isFaceEntry(entry)) {
      const detail = faceEventOf(entry, { owner, requestId });
      return publish(detail === undefined ? [] : [{ type: detail.type, at: detail.at, detail }]);
    }
    const event = eventOf(entry, { owner, requestId });
    if (event === undefined) return;
    const { at, type, contractId, eventId } = event;
    const news = [{ type, at, detail: event }];
    if (entry.step === "COMPLETED") {
      const chain = evidenceChainId(contractId);
      const detail = { eventId, contractId, status: "SUCCESS", evidenceChainId: chain };
      await publish([...news, { type: "ContractCompletedEvent", at, detail }]);
    } else await publish(news);
  });
}

export const handler = lambda(build);
