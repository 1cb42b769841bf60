import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decideOrder,
  nextMove,
  type OrderCommand,
  type Resolution,
  refuseOrder,
} from "../../functions/domain/decide-transaction.ts";
import { chainFaults, linkEntry } from "../../functions/domain/evidence.ts";
import {
  clearingKey,
  createdOrder,
  evolveOrder,
  intakeFigures,
  isFinal,
  type Order,
  type OrderEntry,
  replayOrder,
} from "../../functions/domain/transaction.ts";
import {
  accepted,
  allowance,
  batchOf,
  chainOf,
  collection,
  executed,
  later,
  mandate,
  notExecuted,
  orderNo,
  orderOf,
  refused,
  request,
  split,
  start,
  unanswered,
  unknown,
} from "./given-order.ts";

describe("an order", () => {
  test("T-08, T-15, K35: received, validated and forwarded is one entry, and its first send is in it", () => {
    const order = orderOf(accepted());

    expect(order).toMatchObject({
      ...request,
      part: 0,
      bizType: "SPLIT",
      bizOrderNo: "B1",
      amountFen: 1234,
      payerAccountNo: "ACC100001",
      receiverAccountNo: "ACC200001",
      mandates: [],
      createdAt: start,
      updatedAt: start,
      sends: 1,
      lastSentAt: start,
      state: { status: "FORWARDED", last: "SENT" },
      length: 1,
    });
  });

  test("T-15: taken in while clearing is known to be away, it is validated and was never sent", () => {
    const order = orderOf(accepted(split, { forward: false }));

    expect(order).toMatchObject({ sends: 0, state: { status: "VALIDATED" } });
    expect(order).not.toHaveProperty("lastSentAt");
  });

  test("K42: carries the contract and root it moves under, and what it took of its source order", () => {
    const order = orderOf(accepted(collection, { allowance }));

    expect(order).toMatchObject({ mandates: [mandate], allowance });
  });

  test("T-14, K40: a batch has parts and no receiver of its own", () => {
    const order = orderOf(accepted(batchOf(100, 200)));

    expect(order).toMatchObject({ parts: 2, amountFen: 300 });
    expect(order).not.toHaveProperty("receiverAccountNo");
  });

  test("T-22, T-39, K36: refused for what it asks for, it is FAILED from its first entry and names its fields", () => {
    const errors = [{ field: "bizData.amount", message: "must be more than 0" }];
    const draft = refuseOrder(request, start, {
      bizType: "SPLIT",
      errorCode: "INVALID_PARAMETER",
      errorMessage: "invalid: bizData.amount",
      errors,
    });

    expect(orderOf(draft)).toMatchObject({
      sends: 0,
      state: { status: "FAILED", errorCode: "INVALID_PARAMETER", errors },
    });
  });

  test("K39: every send and every part has the key it always had", () => {
    const order = orderOf(
      accepted(),
      unanswered("NOT_EXECUTED"),
      { step: "ORDER_SENT" },
      unanswered("UNKNOWN"),
    );

    expect(clearingKey(order)).toBe(orderNo);
    expect(clearingKey({ orderNo, part: 12 })).toBe(`${orderNo}-12`);
    expect(order).toMatchObject({ sends: 2, lastSentAt: later(2) });
  });

  test("T-16: a success keeps clearing's number, a failure its reason", () => {
    const facts = { errorCode: "DOWNSTREAM_SERVICE_ERROR", errorMessage: "clearing refused it" };

    expect(
      orderOf(accepted(), { step: "ORDER_SUCCEEDED", facts: { clearingOrderNo: "CL1" } }).state,
    ).toEqual({ status: "SUCCESS", clearingOrderNo: "CL1" });
    expect(orderOf(accepted(), { step: "ORDER_FAILED", facts }).state).toEqual({
      status: "FAILED",
      ...facts,
    });
  });

  test("K39: taken up again it counts its sends and its day anew", () => {
    const order = orderOf(
      accepted(),
      unanswered("UNKNOWN"),
      { step: "ORDER_PARKED", at: later(86_400) },
      { step: "ORDER_RESUMED", at: later(90_000) },
    );

    expect(order).toMatchObject({ sends: 0, resumedAt: later(90_000) });
    expect(order.state).toEqual({ status: "FORWARDED", last: "UNKNOWN" });
  });

  test("an order is made once", () => {
    const [first] = chainOf(accepted()) as [OrderEntry];

    expect(() => evolveOrder(createdOrder(first), first)).toThrow("cannot be made twice");
    expect(() => replayOrder([])).toThrow("empty chain");
  });
});

const resolutions: readonly Resolution["type"][] = ["retry", "closeExecuted", "closeFailed"];
const closing = { operator: "alice", reason: "CLEARING_CONFIRMED", ticket: "INC-1" } as const;

const anyCommand: fc.Arbitrary<(at: string) => OrderCommand> = fc.oneof(
  fc.constant((at: string) => ({ type: "send" as const, at })),
  fc.constant((at: string) => ({ type: "park" as const, at })),
  fc
    .constantFrom(executed(), executed("CL2"), refused, unknown, notExecuted)
    .map((outcome) => (at: string) => ({ type: "outcome" as const, at, outcome })),
  fc
    .constantFrom(...resolutions)
    .map(
      (type) => (at: string) => ({ type, at, ...closing, clearingOrderNo: "CL9" }) as OrderCommand,
    ),
);

describe("whatever is decided in whatever order", () => {
  const anyDay = fc.array(fc.tuple(anyCommand, fc.integer({ min: 0, max: 40_000 })), {
    maxLength: 30,
  });

  test("T-06, T-08: the history replays to the head, final is for ever, and no send but the first leaves unproven", () => {
    fc.assert(
      fc.property(anyDay, fc.boolean(), (day, forward) => {
        const entries = chainOf(accepted(collection, { forward, allowance }));
        let order = replayOrder(entries);
        let seconds = 0;

        for (const [command, pause] of day) {
          seconds += pause;
          const before: Order = order;
          const decision = decideOrder(before, command(later(seconds)));
          if ("refused" in decision || decision.draft === undefined) continue;
          const more = { evidenceType: "FLOW", salt: () => "" } as const;
          const { entry } = linkEntry(clearingKey(before), before, decision.draft, more);
          order = evolveOrder(before, entry);
          entries.push(entry);

          expect(isFinal(before)).toBe(false);
          if (entry.step === "ORDER_SENT") expect(provenNotExecuted(before)).toBe(true);
        }

        expect(replayOrder(entries)).toEqual(order);
        expect(chainFaults(entries)).toEqual([]);
        expect(order.sends).toBeLessThanOrEqual(intakeFigures.sends);
        if (isFinal(order)) expect(nextMove(order, later(seconds))).toBe("nothing");
      }),
      { numRuns: 300, seed: 20 },
    );
  });
});

const provenNotExecuted = ({ state }: Order): boolean =>
  state.status === "VALIDATED" || (state.status === "FORWARDED" && state.last === "NOT_EXECUTED");
