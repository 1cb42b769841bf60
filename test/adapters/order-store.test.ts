import { describe, expect, test } from "vitest";
import { OrderConflict, orderStore } from "../../functions/adapters/order-store.ts";
import {
  decideOrder,
  forwardPart,
  type OrderCommand,
} from "../../functions/domain/decide-transaction.ts";
import { chainFaults } from "../../functions/domain/evidence.ts";
import {
  type Instruction,
  type Order,
  type OrderDraft,
  replayOrder,
} from "../../functions/domain/transaction.ts";
import {
  accepted,
  allowance,
  batchOf,
  collection,
  executed,
  fen,
  later,
  mandate,
  orderNo,
  refused,
  request,
  unknown,
} from "../domain/given-order.ts";
import { testWorld } from "../fakes/world.ts";

function stage() {
  const { world, dynamo } = testWorld({ now: () => later(0) });
  const store = orderStore(world, { orders: "orders", chain: "chain" });
  return { store, dynamo };
}

/** The entry that `command` leads to. */
function draftOf(order: Order, command: OrderCommand): OrderDraft {
  const decision = decideOrder(order, command);
  if ("refused" in decision || decision.draft === undefined) throw new Error("nothing to write");
  return decision.draft;
}

const outcome = (order: Order, what: typeof refused, seconds = 1): OrderDraft =>
  draftOf(order, { type: "outcome", at: later(seconds), outcome: what });

async function created(store: ReturnType<typeof stage>["store"], draft = accepted()) {
  const taken = await store.create(draft, '{"amount":"12.34"}');
  if ("exceeded" in taken) throw new Error("exceeded");
  return taken.order;
}

/** A collection of its own number that takes `amount` of the source order S1. */
function collecting(number: string, amount: number, change: Partial<typeof allowance> = {}) {
  const instruction: Instruction = { ...collection, amountFen: fen(amount) };
  const draft = accepted(instruction, { allowance: { ...allowance, ...change } });
  return { ...draft, facts: { ...draft.facts, orderNo: `TO${number}`, requestId: number } };
}

describe("an order in the table", () => {
  test("T-06: has the twelve columns of the document, its request as it came, and the entry in one write", async () => {
    const { store, dynamo } = stage();
    const order = await created(store);
    await store.commit(order, outcome(order, executed("CL1")));

    const [row] = dynamo.items("orders");
    expect(row).toMatchObject({
      id: { S: orderNo },
      transaction_order_no: { S: orderNo },
      request_id: { S: "R1" },
      app_id: { S: "tiancai" },
      biz_type: { S: "SPLIT" },
      biz_data: { S: '{"amount":"12.34"}' },
      status: { S: "SUCCESS" },
      clearing_order_no: { S: "CL1" },
      created_time: { S: later(0) },
      updated_time: { S: later(1) },
      version: { N: "2" },
    });
    expect(row).not.toHaveProperty("error_code");
    expect(dynamo.items("chain")).toHaveLength(2);
  });

  test("T-06: a failure stands in its two columns", async () => {
    const { store, dynamo } = stage();
    const order = await created(store);

    await store.commit(order, outcome(order, refused));

    expect(dynamo.items("orders")[0]).toMatchObject({
      status: { S: "FAILED" },
      error_code: { S: "DOWNSTREAM_SERVICE_ERROR" },
      error_message: { S: "clearing refused it: INSUFFICIENT_BALANCE" },
    });
  });

  test("T-06, T-08: is what its history tells, read back whole", async () => {
    const { store } = stage();
    let order = await created(store, accepted(collection, { allowance }));
    for (const [second, what] of [unknown, executed("CL1")].entries())
      order = await store.commit(order, outcome(order, what, second + 1));

    const history = await store.history(orderNo);
    expect(chainFaults(history)).toEqual([]);
    expect(replayOrder(history)).toEqual(order);
    expect(await store.read(orderNo)).toEqual(order);
    expect(await store.readBizData(orderNo)).toEqual({ amount: "12.34" });
  });

  test("T-10, T-24, K37: is made once; whoever comes second reads the first, and adds no entry", async () => {
    const { store, dynamo } = stage();
    await created(store);

    const second = await store.create(accepted(), '{"amount":"99"}');

    expect(second).toMatchObject({ isNew: false, order: { amountFen: 1234 } });
    expect(dynamo.items("chain")).toHaveLength(1);
  });

  test("T-08: two that change the same version: one is told so", async () => {
    const { store, dynamo } = stage();
    const order = await created(store);

    const changes = await Promise.allSettled([
      store.commit(order, outcome(order, executed())),
      store.commit(order, outcome(order, refused)),
    ]);

    expect(changes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(changes.find(({ status }) => status === "rejected")).toMatchObject({
      reason: expect.any(OrderConflict),
    });
    expect(dynamo.items("chain")).toHaveLength(2);
  });

  test("T-08: a final status never changes, whatever the code above believes", async () => {
    const { store } = stage();
    const order = await created(store);
    const final = await store.commit(order, outcome(order, executed()));
    const believed: Order = { ...final, state: { status: "FORWARDED", last: "SENT" } };

    const change = store.commit(believed, outcome(believed, refused, 2));

    await expect(change).rejects.toThrow(OrderConflict);
    expect((await store.read(orderNo))?.state.status).toBe("SUCCESS");
  });

  test("K39: is in the index of the manual queue exactly while it waits for a person", async () => {
    const { store, dynamo } = stage();
    const queue = () => dynamo.items("orders")[0]?.queue;
    let order = await created(store);
    const before = queue();

    order = await store.commit(order, draftOf(order, { type: "park", at: later(86_400) }));
    const parked = queue();
    const closing = { operator: "alice", reason: "CAUSE_MENDED", ticket: "I-1" } as const;
    await store.commit(order, draftOf(order, { type: "retry", at: later(90_000), ...closing }));

    expect([before, parked, queue()]).toEqual([undefined, { S: "MANUAL" }, undefined]);
  });

  test("an order that nobody made is none", async () => {
    const { store } = stage();

    expect(await store.read(orderNo)).toBeUndefined();
    await expect(store.readBizData(orderNo)).rejects.toThrow("does not exist");
  });
});

describe("what may be collected of one source order", () => {
  test("T-13, K42: adds up over its collections, and not a fen more", async () => {
    const { store } = stage();

    expect(await store.create(collecting("1", 5_000))).toMatchObject({ isNew: true });
    expect(await store.create(collecting("2", 3_001))).toEqual({
      exceeded: { collectedFen: 5_000, sourceAmountFen: 10_000 },
    });
    expect(await store.create(collecting("3", 3_000))).toMatchObject({ isNew: true });
    expect(await store.create(collecting("4", 1))).toEqual({
      exceeded: { collectedFen: 8_000, sourceAmountFen: 10_000 },
    });
  });

  test("K42: what exceeds it leaves nothing behind", async () => {
    const { store, dynamo } = stage();
    await store.create(collecting("1", 8_000));
    const before = dynamo.save();

    await store.create(collecting("2", 1));

    expect(dynamo.save()).toEqual(before);
  });

  test("K42: the same order asked for twice counts once", async () => {
    const { store } = stage();
    await store.create(collecting("1", 5_000));

    expect(await store.create(collecting("1", 5_000))).toMatchObject({ isNew: false });
    expect(await store.create(collecting("2", 3_000))).toMatchObject({ isNew: true });
  });

  test("K42: a source order has one amount", async () => {
    const { store } = stage();
    await store.create(collecting("1", 1));

    const other = { sourceAmountFen: fen(20_000), limitFen: fen(16_000) };

    expect(await store.create(collecting("2", 1, other))).toMatchObject({
      exceeded: { sourceAmountFen: 10_000 },
    });
  });

  test("K42: another source order has its own, another contract over the same order has not", async () => {
    const { store } = stage();
    await store.create(collecting("1", 8_000));

    expect(await store.create(collecting("2", 8_000, { sourceOrderNo: "S2" }))).toMatchObject({
      isNew: true,
    });
    expect(await store.create(collecting("3", 8_000, { contractId: "CT2" }))).toHaveProperty(
      "exceeded",
    );
  });

  test("K42: a collection that failed gives back what it took, and one in doubt does not", async () => {
    const { store } = stage();
    const order = await created(store, collecting("1", 8_000));
    const inDoubt = await store.commit(order, outcome(order, unknown));
    const meanwhile = await store.create(collecting("2", 8_000));

    await store.commit(inDoubt, outcome(inDoubt, refused, 2));

    expect(meanwhile).toHaveProperty("exceeded");
    expect(await store.create(collecting("3", 8_000))).toMatchObject({ isNew: true });
  });
});

describe("a batch", () => {
  test("T-14, K40: its parts are rows beside it, in order, each with its own key and history", async () => {
    const { store } = stage();
    const batch = await created(store, accepted(batchOf(100, 200)));
    for (const number of [2, 1]) {
      const receiver = { accountNo: `ACC30000${number}`, amountFen: number * 100 };
      await store.create(forwardPart(batch, number, receiver, { at: later(1), mandate }));
    }

    const parts = await store.parts(orderNo);

    expect(parts.map(({ part, amountFen }) => [part, amountFen])).toEqual([
      [1, 100],
      [2, 200],
    ]);
    expect(await store.history(`${orderNo}-2`)).toMatchObject([{ contractId: `${orderNo}-2` }]);
    expect(await store.read(orderNo)).toEqual(batch);
  });

  test("T-14, K40: five hundred parts are read over several pages", async () => {
    const { store } = stage();
    const batch = await created(store, accepted(batchOf(...Array(500).fill(1))));
    for (let number = 1; number <= 500; number += 1) {
      const receiver = { accountNo: `ACC${number}`, amountFen: 1 };
      await store.create(forwardPart(batch, number, receiver, { at: later(1), mandate }));
    }

    expect(await store.parts(orderNo)).toHaveLength(500);
  });
});

test("T-22, T-25, K36: a request that nobody authenticated is kept, and uses up nobody's requestId", async () => {
  const { store, dynamo } = stage();

  await store.reject({
    id: "REJECTED#1",
    at: later(0),
    errorCode: "INVALID_SIGNATURE",
    claimedAppId: request.owner,
    claimedRequestId: request.requestId,
  });

  expect(dynamo.items("orders")).toMatchObject([
    {
      id: { S: "REJECTED#1" },
      queue: { S: "REJECTED" },
      status: { S: "FAILED" },
      error_code: { S: "INVALID_SIGNATURE" },
      claimed_request_id: { S: "R1" },
      expires_at_s: { N: String(Date.parse(later(0)) / 1000 + 30 * 24 * 3600) },
    },
  ]);
  expect(await store.create(accepted())).toMatchObject({ isNew: true });
});
