import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { becomes, begin, evidenceOf, type Json, signed } from "./actors.ts";
import {
  historyOf,
  ledgerOf,
  newAccount,
  pooled,
  type Row,
  splitData,
  tiancaiOf,
  told,
} from "./money-actors.ts";
import { sharedStack } from "./stack.ts";

const stack = sharedStack();

const collectionOf = (payer: string, payee: string, more: Json = {}) =>
  splitData({
    payerInfo: { accountNo: payer },
    receiverInfo: { accountNo: payee },
    extInfo: { sourceOrderNo: "S-1", sourceOrderAmount: "100.00" },
    ...more,
  });

const collect = (data: Json) => tiancaiOf(stack).process("COLLECTION", data);

test("T-13, K42: a collection is refused before the store has signed, allowed after, and refused once that is withdrawn", async () => {
  const [store, headquarters] = [newAccount(), newAccount()];
  const before = await collect(collectionOf(store, headquarters));

  const flow = await pooled(stack, store, headquarters);
  const allowed = await collect(collectionOf(store, headquarters));
  const other = await collect(collectionOf(store, newAccount()));
  const withdrawal = { reason: "store sold", operator: "li.wei" };
  await flow.call("POST", `/v1/contracts/${flow.id}/withdraw`, withdrawal);
  const after = await collect(collectionOf(store, headquarters));

  expect([before, allowed, other, after].map(told)).toEqual([
    "403 AUTHORIZATION_REQUIRED FAILED",
    "200 SUCCESS SUCCESS",
    "403 AUTHORIZATION_REQUIRED FAILED",
    "403 AUTHORIZATION_REQUIRED FAILED",
  ]);
  const { transactionOrderNo: orderNo } = allowed.body.data;
  const { root } = await evidenceOf(flow);
  const [made] = await historyOf(stack, orderNo);
  expect(made.facts.mandates).toBe(`${flow.id}:${root}`);
  expect(await ledgerOf(stack, orderNo)).toMatchObject([{ authorizationRef: flow.id }]);
});

test("T-13, K42: twenty collections of one order at once take no fen more than the ratio that was signed", {
  timeout: 60_000,
}, async () => {
  const [store, headquarters] = [newAccount(), newAccount()];
  await pooled(stack, store, headquarters);

  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      collect(collectionOf(store, headquarters, { amount: "7.00" })),
    ),
  );

  const words = answers.map(told).sort();
  expect(words).toEqual([
    ...Array(11).fill("200 SUCCESS SUCCESS"),
    ...Array(9).fill("403 AUTHORIZATION_EXCEEDED FAILED"),
  ]);
  const last = await collect(collectionOf(store, headquarters, { amount: "3.00" }));
  const over = await collect(collectionOf(store, headquarters, { amount: "0.01" }));
  expect([last, over].map(told)).toEqual([
    "200 SUCCESS SUCCESS",
    "403 AUTHORIZATION_EXCEEDED FAILED",
  ]);
});

test("K42: a collection under a ratio has to say of which order it takes, and always the same of it", async () => {
  const [store, headquarters] = [newAccount(), newAccount()];
  await pooled(stack, store, headquarters);
  const amount = "1.00";
  const withInfo = (extInfo: Json) =>
    collect(collectionOf(store, headquarters, { amount, extInfo }));

  const silent = await withInfo({});
  await withInfo({ sourceOrderNo: "S-2", sourceOrderAmount: "100.00" });
  const grown = await withInfo({ sourceOrderNo: "S-2", sourceOrderAmount: "1000000.00" });

  expect([silent, grown].map(told)).toEqual([
    "400 MISSING_PARAMETER FAILED",
    "400 INVALID_PARAMETER FAILED",
  ]);
});

/** Somebody binds the relation of two accounts, or opens payouts for one, up to the end. */
async function allow(bizScene: string, authorization: Json): Promise<void> {
  const flow = await begin(stack, "enterprise", { bizScene, authorization });
  await (await signed(flow)).confirmDeposit();
  await becomes(flow, "COMPLETED");
}

test("T-14, K40, K42: a batch pays each receiver once under its own number, and only those bound to the payer", {
  timeout: 60_000,
}, async () => {
  const [payer, anna, bert, stranger] = [newAccount(), newAccount(), newAccount(), newAccount()];
  const pay = (names: readonly string[], requestId = randomUUID()) => {
    const receivers = names.map((accountNo) => ({ accountNo, amount: "0.05" }));
    const amount = (0.05 * names.length).toFixed(2);
    const data = splitData({
      payerInfo: { accountNo: payer },
      receiverInfo: { receivers },
      amount,
    });
    return tiancaiOf(stack).process("BATCH_PAY", { ...data, bizOrderNo: "B1" }, requestId);
  };
  const early = await pay([anna, bert]);
  await allow("OPEN_PAYMENT", { payerAccountNo: payer });
  for (const payeeAccountNo of [anna, bert])
    await allow("RELATION_BIND", { payerAccountNo: payer, payeeAccountNo });

  const requestId = randomUUID();
  const paid = await pay([anna, bert], requestId);
  const again = await pay([anna, bert], requestId);
  const mixed = await pay([anna, stranger]);

  expect(told(early)).toBe("403 AUTHORIZATION_REQUIRED FAILED");
  for (const word of [payer, anna, bert]) expect(early.body.message).toContain(word);
  expect(told(paid)).toBe("200 SUCCESS SUCCESS");
  expect(again.body).toEqual(paid.body);
  const { transactionOrderNo: orderNo, items } = paid.body.data;
  const rows = await ledgerOf(stack, orderNo);
  expect(rows.map(({ requestNo }: Row) => requestNo).sort()).toEqual([
    `${orderNo}-1`,
    `${orderNo}-2`,
  ]);
  expect(items).toMatchObject([
    { part: 1, accountNo: anna, amount: "0.05", status: "SUCCESS" },
    { part: 2, accountNo: bert, amount: "0.05", status: "SUCCESS" },
  ]);
  expect(told(mixed)).toBe("403 AUTHORIZATION_REQUIRED FAILED");
  expect(mixed.body.message).toContain(stranger);
  expect(await ledgerOf(stack, mixed.body.data.transactionOrderNo)).toEqual([]);
});
