import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { eventually } from "../../examples/signer.ts";
import { type Json, stateOf } from "./actors.ts";
import {
  executesOf,
  historyOf,
  ledgerOf,
  newAccount,
  splitData,
  tiancaiOf,
  told,
} from "./money-actors.ts";
import { sharedStack } from "./stack.ts";

const stack = sharedStack();

/** The raw entry, for what no honest client sends. */
async function post(body: Json) {
  const response = await fetch(`${stack.apiUrl}/api/v1/transaction/process`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

async function setAccount(accountNo: string, balance: string): Promise<void> {
  const body = JSON.stringify({ [accountNo]: { balance } });
  await fetch(`${stack.simulators.clearing}/_control/accounts`, { method: "PUT", body });
}

test("T-01, T-02, T-03, T-12, T-16, T-27: sequence 5.1: verified, recorded, executed, answered", async () => {
  const requestId = randomUUID();
  const data = splitData();

  const answer = await tiancaiOf(stack).process("SPLIT", data, requestId);

  const { transactionOrderNo: orderNo, clearingOrderNo } = answer.body.data;
  expect(answer).toMatchObject({
    status: 200,
    body: { code: "SUCCESS", data: { requestId, status: "SUCCESS" } },
  });
  expect(orderNo).toMatch(/^TO[0-9A-Z]{26}$/);
  expect(await historyOf(stack, orderNo)).toMatchObject([
    { step: "ORDER_FORWARDED", actor: "partner:sandbox-tiancai" },
    { step: "ORDER_SUCCEEDED", facts: { clearingOrderNo } },
  ]);
  expect(await ledgerOf(stack, orderNo)).toMatchObject([
    {
      requestNo: orderNo,
      clearingOrderNo,
      payerAccountNo: data.payerInfo.accountNo,
      receiverAccountNo: data.receiverInfo.accountNo,
      amount: "12.34",
    },
  ]);
});

test("T-04, T-07, K44: the query tells kind, result, clearing's number and both times", async () => {
  const requestId = randomUUID();
  const { body } = await tiancaiOf(stack).process("SPLIT", splitData(), requestId);

  const asked = await tiancaiOf(stack).query(requestId);
  const unknown = await tiancaiOf(stack).query(randomUUID());

  const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(asked.body.data).toEqual({
    ...body.data,
    bizType: "SPLIT",
    createdTime: iso,
    updatedTime: iso,
  });
  expect(told(unknown)).toBe("404 ORDER_NOT_FOUND undefined");
});

test("T-10, T-24, K07, K37: a hundred identical requests at once are one order, one movement and one answer", {
  timeout: 60_000,
}, async () => {
  const requestId = randomUUID();
  const data = splitData();

  const answers = await Promise.all(
    Array.from({ length: 100 }, () => tiancaiOf(stack).process("SPLIT", data, requestId)),
  );

  const orderNo = answers[0]?.body.data.transactionOrderNo;
  expect(new Set(answers.map(({ body }) => body.data.transactionOrderNo))).toEqual(
    new Set([orderNo]),
  );
  expect(new Set(answers.map(told))).toEqual(new Set(["200 SUCCESS SUCCESS"]));
  const firsts = answers.filter(({ replayed }) => !replayed);
  expect(firsts).toHaveLength(1);
  expect(await ledgerOf(stack, orderNo)).toHaveLength(1);
  expect(await executesOf(stack, orderNo)).toBe(1);
});

test("T-35, K08, K09: the same id with another body is a conflict that hands over the first result", async () => {
  const requestId = randomUUID();
  const data = splitData();
  const first = await tiancaiOf(stack).process("SPLIT", data, requestId);

  const other = await tiancaiOf(stack).process("SPLIT", { ...data, amount: "12.35" }, requestId);

  expect(told(other)).toBe("409 DUPLICATE_REQUEST SUCCESS");
  expect(other.body.data).toEqual(first.body.data);
  expect(other.body.errors).toMatchObject([{ field: "bizData.amount" }]);
  expect(await ledgerOf(stack, first.body.data.transactionOrderNo)).toHaveLength(1);
});

test("T-09, T-20, T-29, T-30, T-31, T-39, K36: whoever proves nothing is refused, and uses up nobody's requestId", async () => {
  const requestId = randomUUID();
  const honest = {
    requestId,
    appId: "sandbox-tiancai",
    timestamp: stack.now(),
    bizType: "SPLIT",
    bizData: splitData(),
    signature: "0".repeat(64),
  };
  const late = tiancaiOf(stack, { now: () => stack.now() - 301_000 });

  expect(told(await post(honest))).toBe("401 INVALID_SIGNATURE undefined");
  expect(told(await post({ ...honest, appId: "nobody" }))).toBe("401 INVALID_APPID undefined");
  expect(told(await post({ ...honest, appId: "sandbox-native" }))).toBe(
    "401 INVALID_APPID undefined",
  );
  expect(told(await post({ ...honest, timestamp: "today" }))).toBe(
    "400 INVALID_TIMESTAMP undefined",
  );
  expect(told(await late.process("SPLIT", honest.bizData, requestId))).toBe(
    "400 INVALID_TIMESTAMP undefined",
  );
  expect(told(await post({ ...honest, requestId: undefined }))).toBe(
    "400 MISSING_PARAMETER undefined",
  );
  expect(told(await post("{"))).toBe("400 INVALID_PARAMETER undefined");

  const first = await tiancaiOf(stack).process("SPLIT", honest.bizData, requestId);
  expect(first.replayed).toBe(false);
  expect(told(first)).toBe("200 SUCCESS SUCCESS");
});

const nonsense: readonly (readonly [string, Json, string])[] = [
  ["REFUND", {}, "400 UNSUPPORTED_BIZ_TYPE FAILED"],
  ["SPLIT", { amount: undefined }, "400 MISSING_PARAMETER FAILED"],
  ["SPLIT", { payerInfo: { accountNo: "not an account" } }, "400 INVALID_PARAMETER FAILED"],
  ...["1e2", "01", "1.005", ".5", "１２.３４", "-0", "0", 0.1 + 0.2].map(
    (amount) => ["SPLIT", { amount }, "400 INVALID_PARAMETER FAILED"] as const,
  ),
];

test.each(nonsense)(
  "T-11, T-17, T-18, T-19, T-22, T-23, T-25, T-32, T-33, T-34, T-39, K43: %s with %j is a FAILED order that never reached clearing",
  async (bizType, change, answer) => {
    const requestId = randomUUID();
    const data = splitData(change);

    const first = await tiancaiOf(stack).process(bizType, data, requestId);
    const again = await tiancaiOf(stack).process(bizType, data, requestId);

    const { transactionOrderNo: orderNo } = first.body.data;
    expect([told(first), told(again)]).toEqual([answer, answer]);
    expect(again.replayed).toBe(true);
    expect(again.body).toEqual(first.body);
    expect((await tiancaiOf(stack).query(requestId)).body.data).toMatchObject({ status: "FAILED" });
    expect(await historyOf(stack, orderNo)).toMatchObject([{ step: "ORDER_REFUSED" }]);
    expect(await executesOf(stack, orderNo)).toBe(0);
  },
);

test("T-19, K43: amounts travel to clearing to the fen, however they were written", async () => {
  const written = ["0.01", "1.5", 4.35, "9999999999999.99"];

  const rows = [];
  for (const amount of written) {
    const { body } = await tiancaiOf(stack).process("SPLIT", splitData({ amount }));
    rows.push(...(await ledgerOf(stack, body.data.transactionOrderNo)));
  }

  expect(rows.map(({ amount }) => amount)).toEqual(["0.01", "1.50", "4.35", "9999999999999.99"]);
});

test("T-26, T-28, T-37: a payer without the money is FAILED once and is not sent again, whatever it has later", async () => {
  const payer = newAccount();
  await setAccount(payer, "12.33");
  const requestId = randomUUID();
  const data = splitData({ payerInfo: { accountNo: payer } });

  const first = await tiancaiOf(stack).process("SPLIT", data, requestId);
  await setAccount(payer, "100.00");
  const again = await tiancaiOf(stack).process("SPLIT", data, requestId);

  const { transactionOrderNo: orderNo } = first.body.data;
  expect([told(first), told(again)]).toEqual(Array(2).fill("502 DOWNSTREAM_SERVICE_ERROR FAILED"));
  expect(first.body.message).toContain("INSUFFICIENT_BALANCE");
  expect(await executesOf(stack, orderNo)).toBe(1);
  expect(await ledgerOf(stack, orderNo)).toEqual([]);
});

test("T-05: the platform is told of the end by a signed webhook, once an order", async () => {
  const requestId = randomUUID();
  await tiancaiOf(stack).process("SPLIT", splitData(), requestId);

  const [heard] = await eventually(`the webhook of ${requestId}`, async () => {
    const { events } = await stateOf(stack.simulators.partner);
    const own = events.filter(({ event }: Json) => event?.data?.requestId === requestId);
    return own.length > 0 ? own : undefined;
  });

  expect(heard).toMatchObject({
    signatureValid: true,
    event: { type: "TransactionSucceeded", data: { requestId, status: "SUCCESS" } },
  });
});
