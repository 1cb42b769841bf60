import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DeleteCommand, DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { authorizationKey, authorizations } from "../../functions/adapters/authorizations.ts";
import type { Authorization } from "../../functions/domain/authorization.ts";
import { relationChecker } from "../../functions/evidence/check-relations.ts";
import { lambdaWorld, type World } from "../../functions/world.ts";
import {
  awsOf,
  becomes,
  begin,
  contractOf,
  type Flow,
  type Json,
  signed,
  stepsOf,
} from "./actors.ts";
import { ownStack } from "./stack.ts";

// A stack of its own: one test moves the clock by a year, and another breaks rows that everybody reads.
const stack = ownStack();
const yearMs = 365 * 24 * 3600 * 1000;
const table = () => String(stack.environment.CONTRACT_FLOW_TABLE);
const world = (): World => ({
  ...lambdaWorld,
  now: () => new Date(stack.now()).toISOString(),
  environment: (variable) => stack.environment[variable],
  aws: awsOf(stack),
});

const find = (kind: Authorization["kind"], payer: string, payee?: string) =>
  authorizations(world(), table()).find(kind, payer, payee, new Date(stack.now()).toISOString());

/** A person binds the relation of two accounts, up to the end. */
async function bind(
  payerAccountNo: string,
  payeeAccountNo: string,
  more: Json = {},
): Promise<Flow> {
  const authorization = { payerAccountNo, payeeAccountNo, ...more };
  const flow = await begin(stack, "personal", { authorization });
  await (await signed(flow)).showFace();
  await becomes(flow, "COMPLETED");
  return flow;
}

test("K42: a contract that is complete allows money to move between its accounts, and no others", async () => {
  const flow = await bind("ACC1A", "ACC1B");

  const found = await find("RELATION_BIND", "ACC1A", "ACC1B");

  const { authorization } = await contractOf(flow);
  expect(found).toMatchObject({
    contractId: flow.id,
    root: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(authorization).toEqual({
    payerAccountNo: "ACC1A",
    payeeAccountNo: "ACC1B",
    validFrom: found?.validFrom,
    validUntil: found?.validUntil,
  });
  expect(await find("RELATION_BIND", "ACC1B", "ACC1A")).toBeUndefined();
  expect(await find("POOLING_AUTH", "ACC1A", "ACC1B")).toBeUndefined();
});

test("K42, D-33: the signer reads the accounts on the page before anything is authorised", async () => {
  const flow = await begin(stack, "personal", {
    authorization: { payerAccountNo: "ACC2A", payeeAccountNo: "ACC2B" },
  });

  const page = await (await flow.signer()).read();

  expect(page).toContain("ACC2A");
  expect(page).toContain("ACC2B");
  expect(await find("RELATION_BIND", "ACC2A", "ACC2B")).toBeUndefined();
});

test("K42: withdrawn it allows nothing, while the contract stays complete", async () => {
  const flow = await bind("ACC3A", "ACC3B");

  const body = { reason: "no longer a partner", operator: "li.wei" };
  const answer = await flow.call("POST", `/v1/contracts/${flow.id}/withdraw`, body);

  expect(answer.status).toBe(200);
  expect(await find("RELATION_BIND", "ACC3A", "ACC3B")).toBeUndefined();
  expect((await contractOf(flow)).status).toBe("COMPLETED");
  expect((await stepsOf(flow)).filter((step) => step === "AUTHORIZATION_WITHDRAWN")).toHaveLength(
    1,
  );
});

test("K42: a row that is lost, changed or invented is named, and rebuilt from the chains", {
  timeout: 60_000,
}, async () => {
  const [lost, changed] = [await bind("ACC4A", "ACC4B"), await bind("ACC5A", "ACC5B")];
  const check = (repair: boolean) => relationChecker(world())({ repair });
  expect((await check(false)).faults).toEqual([]);
  const before = await find("RELATION_BIND", "ACC4A", "ACC4B");
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(awsOf(stack)));
  const key = (flow: Flow, payerAccountNo: string, payeeAccountNo: string) =>
    authorizationKey({
      kind: "RELATION_BIND",
      payerAccountNo,
      payeeAccountNo,
      contractId: flow.id,
    });
  const TableName = table();
  await dynamo.send(new DeleteCommand({ TableName, Key: key(lost, "ACC4A", "ACC4B") }));
  const change = {
    UpdateExpression: "SET valid_until = :later, contract_id = :id",
    ExpressionAttributeValues: { ":later": "2099-01-01T00:00:00.000Z", ":id": changed.id },
  };
  for (const payee of ["ACC5B", "ACC5C"])
    await dynamo.send(
      new UpdateCommand({ TableName, Key: key(changed, "ACC5A", payee), ...change }),
    );

  const told = (await command().catch((refused: Json) => refused)).stdout;
  const { faults } = await check(true);

  for (const word of [
    `${lost.id}: MISSING`,
    `${changed.id}: DIFFERENT`,
    `${changed.id}: UNFOUNDED`,
  ])
    expect(told).toContain(word);
  expect(faults.map(({ fault, repaired }) => `${fault} ${repaired}`).sort()).toEqual([
    "DIFFERENT true",
    "MISSING true",
    "UNFOUNDED true",
  ]);
  expect((await check(false)).faults).toEqual([]);
  expect((await command()).stdout).toContain("as their contracts' evidence tells them");
  expect(await find("RELATION_BIND", "ACC4A", "ACC4B")).toEqual(before);
});

// Last of all, for nothing comes back from a year ahead.
test("K42: it ends with its year, and a renewal takes its place", { timeout: 60_000 }, async () => {
  const first = await bind("ACC6A", "ACC6B");
  const renewal = await bind("ACC6A", "ACC6B", {
    validUntil: new Date(stack.now() + 2 * yearMs).toISOString(),
  });
  expect((await find("RELATION_BIND", "ACC6A", "ACC6B"))?.contractId).toBe(renewal.id);
  const body = { reason: "signed too early", operator: "li.wei" };
  await renewal.call("POST", `/v1/contracts/${renewal.id}/withdraw`, body);
  expect((await find("RELATION_BIND", "ACC6A", "ACC6B"))?.contractId).toBe(first.id);

  await stack.advance(yearMs);

  expect(await find("RELATION_BIND", "ACC6A", "ACC6B")).toBeUndefined();
});

/** `npm run relations` in a process of its own; rejects with what it said when the rows differ. */
function command() {
  const stackFile = join(stack.dataDir, "stack.json");
  return promisify(execFile)(process.execPath, ["bin/relations.ts", "--stack", stackFile]);
}
