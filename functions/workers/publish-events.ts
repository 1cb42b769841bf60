import { eventBus } from "../adapters/event-bus.ts";
import { assembleContracts } from "../assemble.ts";
import { newsOf } from "../dialect-news.ts";
import { eventOf, evidenceChainId } from "../domain/events.ts";
import { faceEventOf, isFaceEntry } from "../domain/face-events.ts";
import {
  contractMeasures,
  endsContract,
  endsOrder,
  type Measure,
  orderMeasures,
} from "../domain/monitoring.ts";
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

  // After the news and for the ending entry only: an end is counted when it is told. The stream repeats what follows
  // an entry that cannot be told, and then counts it again: acceptable, because PublishEventsLag rings meanwhile,
  // a repeat does not favour an outcome, and whoever needs the exact number counts the evidence (D-63).
  const measure = (measures: readonly Measure[]) => {
    for (const { name, value, unit, dimensions } of measures)
      world.measure(name, value, unit, dimensions);
  };

  return streamConsumer(async ({ entry, owner, requestId, profile }) => {
    const id = entry.contractId;
    if (isOrderEntry(entry)) {
      const events = transactionEvents(entry, { owner, requestId });
      await publish(events.map((detail) => ({ type: detail.type, at: detail.at, detail })));
      if (endsOrder(entry)) measure(orderMeasures(await chain(id)));
      return;
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
    if (endsContract(entry)) measure(contractMeasures(await chain(id)));
  });
}

export const handler = lambda(build);
