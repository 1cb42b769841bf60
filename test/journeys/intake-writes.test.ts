import { expect, test } from "vitest";
import type { CallCount } from "../../lib/local/gateway.ts";
import { isTableWrite } from "../../lib/local/metering.ts";
import { becomes, begin, type Json, signed } from "./actors.ts";
import { tiancaiOf } from "./money-actors.ts";
import { ownStack } from "./stack.ts";

// A stack of its own: another file's order would be metered with these.
const stack = ownStack();

/** What a request may write before it is answered (issue "Transaction intake", "It must reach"). */
const writesAllowed = 2;

/** Every call to a table that the intake has written with so far, refused ones included. */
async function writes(): Promise<{ calls: number; units: number; operations: string[] }> {
  const { calls } = await (await fetch(`${stack.consoleUrl}/_control/log`)).json();
  const own = (calls as CallCount[]).filter(
    ({ caller, service, operation }) =>
      caller.endsWith("-process-transaction") && service === "dynamodb" && isTableWrite(operation),
  );
  return {
    calls: own.reduce((sum, { count }) => sum + count, 0),
    units: own.reduce((sum, { writeUnits = 0 }) => sum + writeUnits, 0),
    operations: own.map(({ operation }) => operation),
  };
}

async function writesOf(bizType: string, bizData: Json) {
  const before = await writes();
  const { status, body } = await tiancaiOf(stack).process(bizType, bizData);
  const after = await writes();
  return {
    result: `${status} ${body.data?.status}`,
    calls: after.calls - before.calls,
    units: after.units - before.units,
    operations: after.operations,
  };
}

const instruction = (bizOrderNo: string, payer: string, more: Json = {}) => ({
  bizOrderNo,
  payerInfo: { accountNo: payer },
  receiverInfo: { accountNo: "ACC100001" },
  amount: "12.34",
  ...more,
});

test("K38, T-15, T-16: a split that clearing executes at once is received, forwarded and ended in two writes", async () => {
  const split = await writesOf("SPLIT", instruction("SPLIT-1", "ACC100002"));

  expect(split).toMatchObject({
    result: "200 SUCCESS",
    calls: writesAllowed,
    operations: ["TransactWriteItems"],
  });
  // An order and an entry, each below a kilobyte, twice, and double in a transaction.
  expect(split.units).toBeLessThanOrEqual(8);
});

test("K38, K42, T-15, T-16: a collection takes its allowance in the same two writes", async () => {
  const flow = await begin(stack, "pooling");
  await (await signed(flow)).confirmDeposit();
  await becomes(flow, "COMPLETED");

  const extInfo = { sourceOrderNo: "ORDER-1", sourceOrderAmount: "1000.00" };
  const collection = await writesOf("COLLECTION", instruction("POOL-1", "ACC100002", { extInfo }));

  expect(collection).toMatchObject({
    result: "200 SUCCESS",
    calls: writesAllowed,
    operations: ["TransactWriteItems"],
  });
  // Its order names the contract and the root of its evidence, which takes it over the first kilobyte.
  expect(collection.units).toBeLessThanOrEqual(14);
});
