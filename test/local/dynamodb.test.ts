import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type AttributeValue,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { localClock } from "../../lib/local/clock.ts";
import { type LocalDynamo, localDynamo } from "../../lib/local/dynamodb/dynamodb.ts";
import { readStream, streamKeeper } from "../../lib/local/dynamodb/table-stream.ts";
import { createTable, sweepExpired } from "../../lib/local/dynamodb/tables.ts";
import { type Listening, listen } from "../../lib/local/service.ts";
import type { Resource } from "../../lib/local/template/template.ts";
import { temporaryFolder } from "./synthesized.ts";

let folder: ReturnType<typeof temporaryFolder>;
let dynamo: LocalDynamo;
let listening: Listening;
let client: DynamoDBClient;

beforeEach(async () => {
  folder = temporaryFolder("dynamodb");
  dynamo = await localDynamo({ directory: folder.path });
  listening = await listen(dynamo.handle);
  client = new DynamoDBClient({
    endpoint: listening.url,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "local" },
  });
  await createTable(dynamo.call, table);
});
afterEach(async () => {
  client.destroy();
  await listening.close();
  await dynamo.close();
  folder.remove();
});

const table: Resource = {
  logicalId: "Table",
  type: "AWS::DynamoDB::Table",
  name: "contracts",
  ref: "contracts",
  attributes: {},
  properties: {
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
    StreamSpecification: { StreamViewType: "NEW_IMAGE" },
    TimeToLiveSpecification: { AttributeName: "expires_at_s", Enabled: true },
  },
};
const TableName = table.name;
const item = (pk: string, rest: object = {}) => ({ pk: { S: pk }, ...rest });
const put = (pk: string, rest: object = {}) =>
  client.send(new PutItemCommand({ TableName, Item: item(pk, rest) }));
const get = async (pk: string) =>
  (await client.send(new GetItemCommand({ TableName, Key: item(pk) }))).Item;

test("a transaction whose condition fails changes nothing and tells which condition", async () => {
  await put("taken");
  const isNew = { ConditionExpression: "attribute_not_exists(pk)" };

  const writing = client.send(
    new TransactWriteItemsCommand({
      TransactItems: ["free", "taken"].map((pk) => ({
        Put: { TableName, Item: item(pk), ...isNew },
      })),
    }),
  );

  await expect(writing).rejects.toMatchObject({
    CancellationReasons: [{ Code: "None" }, { Code: "ConditionalCheckFailed" }],
  });
  expect(await get("free")).toBeUndefined();
});

test("a sparse index holds what has its key, in order and by pages, and lets go of what loses it", async () => {
  await createTable(dynamo.call, ordersTable);
  const waiting = { queue: { S: "MANUAL" } };
  const order = (id: string, updated: string, queue: object) =>
    client.send(
      new PutItemCommand({
        TableName: ordersTable.name,
        Item: { id: { S: id }, part: { N: "0" }, updated_time: { S: updated }, ...queue },
      }),
    );
  const page = (from?: Record<string, AttributeValue>) =>
    client.send(
      new QueryCommand({
        TableName: ordersTable.name,
        IndexName: "queue",
        KeyConditionExpression: "queue = :queue",
        ExpressionAttributeValues: { ":queue": { S: "MANUAL" } },
        Limit: 2,
        ExclusiveStartKey: from,
      }),
    );
  await order("late", "3", waiting);
  await order("early", "1", waiting);
  await order("between", "2", waiting);
  await order("done", "0", {});

  const first = await page();
  const rest = await page(first.LastEvaluatedKey);
  await client.send(
    new UpdateItemCommand({
      TableName: ordersTable.name,
      Key: { id: { S: "early" }, part: { N: "0" } },
      UpdateExpression: "REMOVE queue",
    }),
  );
  const after = await page();

  const ids = ({ Items = [] }: { Items?: Record<string, AttributeValue>[] | undefined }) =>
    Items.map(({ id }) => id?.S);
  expect([ids(first), ids(rest)]).toEqual([["early", "between"], ["late"]]);
  expect(ids(after)).toEqual(["between", "late"]);
});

const ordersTable: Resource = {
  ...table,
  name: "orders",
  properties: {
    KeySchema: [
      { AttributeName: "id", KeyType: "HASH" },
      { AttributeName: "part", KeyType: "RANGE" },
    ],
    AttributeDefinitions: [
      { AttributeName: "id", AttributeType: "S" },
      { AttributeName: "part", AttributeType: "N" },
      { AttributeName: "queue", AttributeType: "S" },
      { AttributeName: "updated_time", AttributeType: "S" },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: "queue",
        KeySchema: [
          { AttributeName: "queue", KeyType: "HASH" },
          { AttributeName: "updated_time", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "ALL" },
      },
    ],
  },
};

test("a second start keeps tables and items", async () => {
  await put("kept");
  await dynamo.close();

  dynamo = await localDynamo({ directory: folder.path });
  await createTable(dynamo.call, table);

  const { Item } = await dynamo.call("DynamoDB_20120810.GetItem", { TableName, Key: item("kept") });
  expect(Item).toEqual(item("kept"));
});

test("a database that is killed comes back with its items", async () => {
  const told = vi.spyOn(console, "error").mockReturnValue();
  await put("kept");

  process.kill(Number(readFileSync(join(folder.path, "dynamodb.pid"), "utf8")), "SIGKILL");

  await vi.waitFor(() => expect(told).toHaveBeenCalledWith(expect.stringContaining("SIGKILL")));
  await vi.waitFor(async () => expect(await get("kept")).toEqual(item("kept")));
});

test("a child that a killed stack left behind on this folder is ended first", async () => {
  const directory = join(folder.path, "left");
  const file = join(directory, "dynamodb.db");
  mkdirSync(directory);
  const orphan = spawn("sh", ["-c", "read _", file]);
  writeFileSync(join(directory, "dynamodb.pid"), String(orphan.pid));

  await (await localDynamo({ directory })).close();

  await vi.waitFor(() => expect(orphan.signalCode).toBe("SIGKILL"));
  expect(existsSync(join(directory, "dynamodb.pid"))).toBe(false);
});

test("a pid file that names somebody else's process is ignored", async () => {
  const other = spawn("sleep", ["60"]);
  const directory = join(folder.path, "other");
  mkdirSync(directory);
  writeFileSync(join(directory, "dynamodb.pid"), String(other.pid));

  await (await localDynamo({ directory })).close();

  expect(other.exitCode).toBeNull();
  expect(other.signalCode).toBeNull();
  other.kill();
});

test("a missing binary is told with what to do", async () => {
  const starting = localDynamo({ directory: folder.path, binary: "/nowhere/dynoxide" });

  await expect(starting).rejects.toThrow("no dynoxide at /nowhere/dynoxide: run npm ci");
});

test("expired items go when the clock passes their time", async () => {
  const clock = localClock();
  const inAnHour = { expires_at_s: { N: String(Math.trunc(clock.now() / 1000) + 3600) } };
  await put("short", inAnHour);
  await put("long", { expires_at_s: { N: "99999999999" } });
  await put("forever");
  const sweeper = sweepExpired(dynamo.call, clock, [table]);

  clock.advance(2 * 3600 * 1000);

  await vi.waitFor(async () => expect(await get("short")).toBeUndefined());
  expect(await get("long")).toBeDefined();
  expect(await get("forever")).toBeDefined();
  sweeper.close();
  clock.close();
});

test("the stream is read in order, resumes after a sequence number and survives trimming", async () => {
  const keeper = streamKeeper(dynamo);
  const read = async (after?: string) =>
    (await readStream(dynamo.call, TableName, "arn", after).read(10)).map(
      ({ dynamodb }) => dynamodb.SequenceNumber,
    );
  expect(await read()).toEqual([]);
  for (const pk of ["a", "b", "c"]) await put(pk);
  const all = await read();
  expect(all).toHaveLength(3);
  expect(await read(all[0])).toEqual(all.slice(1));

  keeper.trim(TableName, all[2]!);
  expect(await read()).toEqual([all[2]]);
  expect(await read(all[0])).toEqual([all[2]]);
  expect(await read(all[2])).toEqual([]);

  await put("d");
  expect(await read(all[2])).toHaveLength(1);
  keeper.close();
});
