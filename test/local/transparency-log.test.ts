import { afterAll, beforeAll, expect, test } from "vitest";
import { signingKey } from "../../functions/adapters/signing-key.ts";
import { transparencyLog } from "../../functions/adapters/transparency-log.ts";
import { hashLeaf, merkleRoot, verifyInclusion } from "../../functions/domain/merkle-tree.ts";
import { lambdaWorld, type World } from "../../functions/world.ts";
import { type LocalDynamo, localDynamo } from "../../lib/local/dynamodb/dynamodb.ts";
import { testWorld } from "../fakes/world.ts";
import { temporaryFolder } from "./synthesized.ts";

const folder = temporaryFolder("transparency-log");
let dynamo: LocalDynamo;
let world: World;

beforeAll(async () => {
  dynamo = await localDynamo({ directory: folder.path });
  const text = (AttributeName: string) => ({ AttributeName, AttributeType: "S" });
  await dynamo.call("DynamoDB_20120810.CreateTable", {
    TableName: "transparency_log",
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [text("pk"), text("sk")],
    KeySchema: [
      { AttributeName: "pk", KeyType: "HASH" },
      { AttributeName: "sk", KeyType: "RANGE" },
    ],
  });
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  world = { ...lambdaWorld, aws: { endpoint: dynamo.url, region: "test-1", credentials } };
});
afterAll(async () => {
  await dynamo.close();
  folder.remove();
});

test("on DynamoDB's wire, fifty appends at once make one log whose proofs hold", async () => {
  const key = signingKey(testWorld({ now: lambdaWorld.now }).world, "signing-key");
  const open = () => transparencyLog(world, { table: "transparency_log", origin: "test/log", key });
  const leaves = Array.from({ length: 50 }, (_, index) => hashLeaf(Buffer.from(`leaf ${index}`)));

  const places = await Promise.all(leaves.map((leaf) => open().append("CT1", leaf)));
  const repeated = await Promise.all(leaves.map((leaf) => open().append("CT1", leaf)));

  const log = open();
  const { size, root } = await log.checkpoint();
  const inOrder = [...(await log.leaves(0, 20)), ...(await log.leaves(20, 1000))];
  expect(repeated).toEqual(places);
  expect({ size, root }).toEqual({ size: 50, root: merkleRoot(inOrder) });
  for (const [place, leafHash] of leaves.entries()) {
    const { index = -1 } = places[place] ?? {};
    const hashes = await log.inclusion(index, size);
    expect(verifyInclusion({ leafHash, index, size, hashes }, root)).toBe(true);
  }
});

test("the published checkpoint is what was signed, down to the key", async () => {
  const key = signingKey(testWorld({ now: lambdaWorld.now }).world, "signing-key");
  const log = transparencyLog(world, { table: "transparency_log", origin: "test/log", key });

  const signed = await log.checkpoint();
  const published = await log.published();

  expect(published?.note).toBe(signed.note);
  expect(Buffer.from(published?.publicKey ?? [])).toEqual(Buffer.from(await key.publicKey()));
});
