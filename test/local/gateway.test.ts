import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { ListStateMachinesCommand, SFNClient } from "@aws-sdk/client-sfn";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterEach, expect, test } from "vitest";
import { type AwsCall, type GatewayOptions, localGateway } from "../../lib/local/gateway.ts";
import { type Listening, type LocalService, listen } from "../../lib/local/service.ts";

let listening: Listening | undefined;
afterEach(async () => {
  await listening?.close();
});

const empty: LocalService = {
  handle: async () => ({
    status: 200,
    headers: { "content-type": "application/json" },
    body: "{}",
  }),
  close: () => {},
};
const services = { dynamodb: empty, s3: empty, states: empty };

async function start(options: Partial<GatewayOptions> = {}) {
  const gateway = localGateway({ services, ...options });
  listening = await listen(gateway.handle);
  return { gateway, client: clientOptions(listening.url) };
}

const clientOptions = (endpoint: string) => ({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "create-contract", secretAccessKey: "local" },
  maxAttempts: 1,
});

test("every call is attributed to the function that signed it, and counted", async () => {
  const { gateway, client } = await start();
  const dynamo = new DynamoDBClient(client);
  await dynamo.send(new ListTablesCommand({}));
  await dynamo.send(new ListTablesCommand({}));
  await new S3Client(client).send(new GetObjectCommand({ Bucket: "bucket", Key: "key" }));

  const caller = "create-contract";
  expect(gateway.counts()).toEqual([
    { caller, service: "dynamodb", operation: "ListTables", count: 2 },
    { caller, service: "s3", operation: "GetObject", count: 1 },
  ]);
});

test("a presigned address is attributed by its query", async () => {
  const { gateway, client } = await start();
  const command = new GetObjectCommand({ Bucket: "bucket", Key: "key" });

  await fetch(await getSignedUrl(new S3Client(client), command));

  expect(gateway.counts()).toMatchObject([
    { caller: "create-contract", service: "s3", operation: "GetObject" },
  ]);
});

test("what looks before the service may answer in its place, what looks after sees the answer", async () => {
  const seen: [AwsCall, number][] = [];
  const refusal = { status: 400, body: '{"__type":"AccessDeniedException","message":"no"}' };
  const { client } = await start({
    before: [(call) => (call.operation === "ListTables" ? refusal : undefined)],
    after: [(call, _, { status }) => seen.push([call, status])],
  });

  const listing = new DynamoDBClient(client).send(new ListTablesCommand({}));
  await expect(listing).rejects.toMatchObject({ name: "AccessDeniedException" });
  await new SFNClient(client).send(new ListStateMachinesCommand({}));

  expect(seen.map(([{ operation }, status]) => [operation, status])).toEqual([
    ["ListStateMachines", 200],
  ]);
});

test("a service that is not played is refused by name", async () => {
  const { client } = await start({ services: {} });

  const listing = new DynamoDBClient(client).send(new ListTablesCommand({}));

  await expect(listing).rejects.toMatchObject({
    name: "UnknownService",
    message: "the local stack has no dynamodb: create-contract called ListTables",
  });
});
