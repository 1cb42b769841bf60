import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { afterEach, beforeEach, expect, test } from "vitest";
import { localClock } from "../../lib/local/clock.ts";
import { type LocalDynamo, localDynamo } from "../../lib/local/dynamodb/dynamodb.ts";
import { createTable } from "../../lib/local/dynamodb/tables.ts";
import {
  type LocalEventBridge,
  localEventBridge,
} from "../../lib/local/event-bridge/event-bridge.ts";
import { localGateway } from "../../lib/local/gateway.ts";
import { invocationMeter, tellingCapacity } from "../../lib/local/metering.ts";
import { type Listening, listen } from "../../lib/local/service.ts";
import type { Resource } from "../../lib/local/template/template.ts";
import { temporaryFolder } from "./synthesized.ts";

let folder: ReturnType<typeof temporaryFolder>;
let dynamo: LocalDynamo;
let events: LocalEventBridge;
let listening: Listening;
let gateway: ReturnType<typeof localGateway>;
let client: DynamoDBClient;

beforeEach(async () => {
  folder = temporaryFolder("metering");
  dynamo = await localDynamo({ directory: folder.path });
  events = localEventBridge({ directory: folder.path, clock: localClock() });
  gateway = localGateway({ services: { dynamodb: tellingCapacity(dynamo), events } });
  listening = await listen(gateway.handle);
  client = new DynamoDBClient(clientOptions());
  await createTable(dynamo.call, table);
});
afterEach(async () => {
  client.destroy();
  await listening.close();
  await events.close();
  await dynamo.close();
  folder.remove();
});

const clientOptions = () => ({
  endpoint: listening.url,
  region: "us-east-1",
  credentials: { accessKeyId: "create-contract", secretAccessKey: "local" },
  maxAttempts: 1,
});
const table: Resource = {
  logicalId: "Table",
  type: "AWS::DynamoDB::Table",
  name: "contracts",
  ref: "contracts",
  attributes: {},
  properties: {
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    AttributeDefinitions: [
      { AttributeName: "pk", AttributeType: "S" },
      { AttributeName: "queue", AttributeType: "S" },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: "queue",
        KeySchema: [{ AttributeName: "queue", KeyType: "HASH" }],
        Projection: { ProjectionType: "ALL" },
      },
    ],
  },
};
const TableName = table.name;
const kilobytes = (count: number) => ({ S: "x".repeat(count * 1024) });
const item = (pk: string, rest: object = {}) => ({ pk: { S: pk }, ...rest });
const unitsOf = (operation: string) => {
  const call = gateway.counts().find((each) => each.operation === operation);
  return { count: call?.count, readUnits: call?.readUnits, writeUnits: call?.writeUnits };
};

test("a write is metered by the size of what is stored, not of what was sent", async () => {
  await client.send(
    new PutItemCommand({ TableName, Item: item("a", { text: kilobytes(2), extra: kilobytes(1) }) }),
  );
  const change = {
    TableName,
    Key: item("a"),
    UpdateExpression: "SET small = :small",
    ExpressionAttributeValues: { ":small": { N: "1" } },
  };
  await client.send(new UpdateItemCommand(change));
  await client.send(new UpdateItemCommand(change));

  expect(unitsOf("PutItem")).toEqual({ count: 1, writeUnits: 4 });
  expect(unitsOf("UpdateItem")).toEqual({ count: 2, writeUnits: 8 });
});

test("a transaction costs twice its items, and its indexes on top", async () => {
  const put = (Item: object) => ({ Put: { TableName, Item: Item as ReturnType<typeof item> } });
  const TransactItems = [put(item("a")), put(item("b", { queue: { S: "MANUAL" } }))];

  await client.send(new TransactWriteItemsCommand({ TransactItems }));

  expect(unitsOf("TransactWriteItems")).toEqual({ count: 1, writeUnits: 5 });
});

test("a read is metered by size, and a consistent one twice as high", async () => {
  await client.send(new PutItemCommand({ TableName, Item: item("a", { text: kilobytes(5) }) }));
  const Key = item("a");

  await client.send(new GetItemCommand({ TableName, Key }));
  expect(unitsOf("GetItem")).toEqual({ count: 1, readUnits: 1 });

  await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
  expect(unitsOf("GetItem")).toEqual({ count: 2, readUnits: 3 });
});

test("a refused write is counted as a call; what it used is not told", async () => {
  const put = { TableName, Item: item("a"), ConditionExpression: "attribute_not_exists(pk)" };
  await client.send(new PutItemCommand(put));

  await expect(client.send(new PutItemCommand(put))).rejects.toMatchObject({
    name: "ConditionalCheckFailedException",
  });

  expect(unitsOf("PutItem")).toEqual({ count: 2, writeUnits: 1 });
});

test("events are metered one by one, however few calls carry them", async () => {
  const bus = new EventBridgeClient(clientOptions());
  const entry = { Source: "test", DetailType: "Written", Detail: "{}" };

  await bus.send(new PutEventsCommand({ Entries: [entry, entry, { ...entry, Detail: "no" }] }));

  expect(gateway.counts()).toEqual([
    {
      caller: "create-contract",
      service: "events",
      operation: "PutEvents",
      count: 1,
      events: 2,
    },
  ]);
});

test("invocations add up by function, with the messages that queues gave them", () => {
  const meter = invocationMeter();
  const settings = {
    name: "clear",
    assetFolder: "",
    handler: "index.handler",
    timeoutMs: 3000,
    memoryMb: 512,
    environment: {},
  };
  const record = { eventSource: "aws:sqs" };

  meter.add(settings, { Records: [record, record] }, { ms: 30, cpuMs: 10 });
  meter.add(settings, { httpMethod: "GET" }, { ms: 12, cpuMs: 5 });

  expect(meter.counts()).toEqual([
    { functionName: "clear", memoryMb: 512, count: 2, ms: 42, cpuMs: 15, messages: 2 },
  ]);
});
