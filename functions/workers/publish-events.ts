import { eventBus } from "../adapters/event-bus.ts";
import { assembleContracts } from "../assemble.ts";
import { newsOf } from "../dialect-news.ts";
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

  const contracts = assembleContracts(world);
  const chain = async (id: string) => (await contracts.history(id)).map((row) => row.entry);

  return streamConsumer(async ({ entry, owner, requestId, profile }) => {
    if (isOrderEntry(entry)) {
      const events = transactionEvents(entry, { owner, requestId });
      return publish(events.map((detail) => ({ type: detail.type, at: detail.at, detail })));
    }
    if (isFaceEntry(entry)) {
      const detail = faceEventOf(entry, { owner, requestId });
      return publish(detail === undefined ? [] : [{ type: detail.type, at: detail.at, detail }]);
    }
    const event = eventOf(entry, { owner, requestId, profile });
    if (event === undefined) return;
    const { at, type, contractId, eventId } = event;
    const own = await newsOf(event).events(event, chain);
    const news = [{ type, at, detail: event }, ...own.map((one) => ({ ...one, at }))];
    if (entry.step === "COMPLETED") {
      const evidence = evidenceChainId(contractId);
      const detail = { eventId, contractId, status: "SUCCESS", evidenceChainId: evidence };
      await publish([...news, { type: "ContractCompletedEvent", at, detail }]);
    } else await publish(news);
  });
}

export const handler = lambda(build);
