import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { marshall } from "@aws-sdk/util-dynamodb";
import type { DynamoDBStreamEvent } from "aws-lambda";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { entryToItem } from "../../functions/adapters/contract-items.ts";
import { platformKeys } from "../../functions/adapters/platform-keys.ts";
import { advance } from "../../functions/advance.ts";
import { assembleContracts, assembleTemplates } from "../../functions/assemble.ts";
import { walletStart } from "../../functions/dialects/wallet-start.ts";
import type { Entry } from "../../functions/domain/evidence.ts";
import { contractStarter } from "../../functions/start/start-contract.ts";
import { build } from "../../functions/workers/publish-events.ts";
import { person } from "../dialects/wallet-given.ts";
import { accepted, chainOf, later, request } from "../domain/given-order.ts";
import { testWorld } from "../fakes/world.ts";
import {
  begin,
  contractId,
  decline,
  generate,
  invite,
  seal,
  sent,
  signedAndVerified,
  tell,
} from "../story.ts";

const bus = mockClient(EventBridgeClient);
beforeEach(() => bus.on(PutEventsCommand).resolves({ FailedEntryCount: 0 }));
afterEach(() => bus.reset());
// The files of this project share one process, and the mock sits on the class.
afterAll(() => bus.restore());

type Told = {
  readonly contract: { readonly owner: string; readonly requestId: string };
  readonly entries: readonly Entry<string>[];
};

const itemOf = (entry: Entry<string>, of: Told["contract"]) =>
  marshall(entryToItem(entry, {}, of), { removeUndefinedValues: true });

/** Brings the whole chain of a story to the worker, as the stream does. */
async function publish({ contract, entries }: Told, world = testWorld({ now: () => begin }).world) {
  const environment = (name: string) =>
    name === "EVENT_BUS_NAME" ? "qianyue" : world.environment(name);
  const consume = build({ ...world, environment });
  const Records = entries.map((entry) => ({
    eventName: "INSERT",
    dynamodb: {
      SequenceNumber: String(entry.index),
      NewImage: itemOf(entry, contract),
    },
  }));
  const { batchItemFailures } = await consume({ Records } as unknown as DynamoDBStreamEvent);
  const published = bus
    .commandCalls(PutEventsCommand)
    .flatMap(({ args: [{ input }] }) => input.Entries ?? [])
    .map(({ DetailType, Detail }) => ({ type: DetailType, detail: JSON.parse(Detail ?? "{}") }));
  return { batchItemFailures, published };
}

/** A process of document D that the wallet revoked, in a store that can be asked for its history. */
async function revokedProcess() {
  const { world, measured } = testWorld({ now: () => begin });
  const contracts = assembleContracts(world);
  const keys = platformKeys(world, "platform");
  const start = contractStarter(world, contracts, keys, assembleTemplates(world), []);
  const { request, facts, headquartersName } = walletStart(person);
  const origin = { profile: "wallet", sent: person, facts, headquartersName } as const;
  const { contract } = await start({ clientId: "wallet", returnUrls: [] }, request, origin);
  const revoke = {
    type: "revoke",
    at: begin,
    owner: "wallet",
    reason: "x",
    operator: "o",
  } as const;
  const revoked = await advance(contracts, contract.id, revoke);
  const entries = (await contracts.history(contract.id)).map(({ entry }) => entry);
  return { world, measured, contract: revoked.contract, entries };
}

/** An order of document T in such a store, and how it ended. */
async function executedOrder() {
  const { world, measured, dynamo } = testWorld({ now: () => begin });
  const entries = chainOf(accepted(), {
    step: "ORDER_SUCCEEDED",
    at: later(12),
    facts: { clearingOrderNo: "CL1" },
  });
  const contract = { owner: request.owner, requestId: request.requestId };
  for (const entry of entries)
    await dynamo.serve({
      operation: "PutItem",
      input: { TableName: "chain", Item: itemOf(entry, contract) },
    });
  return { world, measured, contract, entries: entries as readonly Entry<string>[] };
}

describe("what the bus hears", () => {
  test("D-15 K32: a process of the wallet is told under document D's name as well, under the same eventId", async () => {
    const { world, ...story } = await revokedProcess();

    const { published, batchItemFailures } = await publish(story, world);

    expect(batchItemFailures).toEqual([]);
    expect(published.map(({ type }) => type)).toEqual([
      "esign.contract.v1.created",
      "esign.contract.v1.revoked",
      "SigningProcessFailedEvent",
    ]);
    const [, ours, theirs] = published;
    expect(theirs?.detail).toMatchObject({
      eventId: ours?.detail.eventId,
      type: "SIGNING_PROCESS_FAILED",
      payload: { processId: story.contract.id, failureReason: "REVOKED" },
    });
    expect(JSON.stringify(published)).not.toMatch(/张三|13800138001|310101199001011234/);
  });

  test("A-10: a completed contract publishes ContractCompletedEvent with its evidence chain", async () => {
    const { published } = await publish(tell([...signedAndVerified, seal]));

    expect(published.at(-1)).toEqual({
      type: "ContractCompletedEvent",
      detail: {
        eventId: `${contractId}-E10`,
        contractId,
        status: "SUCCESS",
        evidenceChainId: `EC${contractId.slice(2)}`,
      },
    });
  });

  test("B-11: every step that is news to others is told under the id of its entry", async () => {
    const { published } = await publish(tell([...signedAndVerified, seal]));

    expect(published.map(({ type, detail }) => `${detail.sequence ?? ""} ${type}`)).toEqual([
      "0 esign.contract.v1.created",
      "3 esign.contract.v1.notified",
      "5 esign.contract.v1.signed",
      "6 esign.contract.v1.verifying",
      "9 esign.contract.v1.archived",
      "10 esign.contract.v1.completed",
      " ContractCompletedEvent",
    ]);
  });

  test("A-10: a contract that ends otherwise is never told as completed", async () => {
    const { published } = await publish(tell([generate, invite, sent, decline]));

    expect(published.at(-1)?.type).toBe("esign.contract.v1.rejected");
  });

  test("no event carries a personal value", async () => {
    const { published } = await publish(tell([generate, invite, sent, decline]));

    expect(JSON.stringify(published)).not.toMatch(/张三|13800138000|310101199001011234|不同意/);
  });

  test("what the bus refuses is reported, so that the stream brings it again", async () => {
    bus
      .on(PutEventsCommand)
      .resolves({ FailedEntryCount: 1, Entries: [{ ErrorCode: "InternalFailure" }] });

    const { batchItemFailures } = await publish(tell([]));

    expect(batchItemFailures).toEqual([{ itemIdentifier: "0" }]);
  });
});

describe("what the dashboard hears", () => {
  test("D-63: a contract's end is measured by scene from its own evidence", async () => {
    const { world, measured, ...story } = await revokedProcess();

    await publish(story, world);

    expect(measured).toEqual([
      {
        name: "ContractEnded",
        value: 1,
        unit: "Count",
        dimensions: { bizScene: "RELATION_BIND", fundScene: "BATCH_PAYMENT", outcome: "REVOKED" },
      },
    ]);
  });

  test("D-63: an order's end is measured by business type", async () => {
    const { world, measured, ...story } = await executedOrder();

    await publish(story, world);

    const dimensions = { bizType: "SPLIT", outcome: "SUCCEEDED" };
    expect(measured).toEqual([
      { name: "OrderEnded", value: 1, unit: "Count", dimensions },
      { name: "OrderSeconds", value: 12, unit: "Seconds", dimensions },
    ]);
  });

  test("D-63: an end that the bus did not take is not counted yet", async () => {
    const { world, measured, ...story } = await revokedProcess();
    bus
      .on(PutEventsCommand)
      .resolves({ FailedEntryCount: 1, Entries: [{ ErrorCode: "Internal" }] });

    await publish(story, world);

    expect(measured).toEqual([]);
  });

  test("no dimension names a contract, a partner or a person", async () => {
    const { world, measured, ...story } = await revokedProcess();

    await publish(story, world);

    expect(JSON.stringify(measured)).not.toMatch(/CT[0-9A-Z]{26}|wallet|张三|1380013/);
  });
});
