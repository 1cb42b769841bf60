import { describe, expect, test } from "vitest";
import { forwardPart, refuseOrder } from "../../functions/domain/decide-transaction.ts";
import type { OrderDraft } from "../../functions/domain/transaction.ts";
import { isOrderEntry, transactionEvents } from "../../functions/domain/transaction-events.ts";
import { tell } from "../story.ts";
import {
  accepted,
  batchOf,
  chainOf,
  type Happened,
  later,
  mandate,
  orderNo,
  orderOf,
  request,
  split,
  start,
  unanswered,
} from "./given-order.ts";

const eventsOf = (first: OrderDraft, ...rest: readonly Happened[]) =>
  chainOf(first, ...rest).flatMap((entry) => transactionEvents(entry, request));
const typesOf = (...history: Parameters<typeof eventsOf>) =>
  eventsOf(...history).map(({ type, status }) => `${type} ${status}`);

describe("the events of an order", () => {
  test("T-05: an order that is forwarded at once is received, forwarded, succeeded", () => {
    const events = eventsOf(accepted(), {
      step: "ORDER_SUCCEEDED",
      facts: { clearingOrderNo: "CL1" },
    });

    const common = { transactionOrderNo: orderNo, requestId: "R1", owner: "tiancai" };
    expect(events).toEqual([
      {
        ...common,
        eventId: `${orderNo}-E0`,
        type: "TransactionReceived",
        sequence: 0,
        at: start,
        status: "PROCESSING",
      },
      {
        ...common,
        eventId: `${orderNo}-E0.1`,
        type: "TransactionForwarded",
        sequence: 0,
        at: start,
        status: "PROCESSING",
      },
      {
        ...common,
        eventId: `${orderNo}-E1`,
        type: "TransactionSucceeded",
        sequence: 1,
        at: later(1),
        status: "SUCCESS",
        clearingOrderNo: "CL1",
      },
    ]);
  });

  test("T-05, K35: one that waits for clearing is received and not yet forwarded", () => {
    expect(typesOf(accepted(split, { forward: false }))).toEqual([
      "TransactionReceived PROCESSING",
    ]);
  });

  test("T-05, T-22: one that is refused is received and failed, with its code", () => {
    const refusal = {
      bizType: "SPLIT",
      errorCode: "INVALID_PARAMETER",
      errorMessage: "invalid",
      errors: [],
    };

    expect(eventsOf(refuseOrder(request, start, refusal))).toMatchObject([
      { type: "TransactionReceived" },
      { type: "TransactionFailed", status: "FAILED", errorCode: "INVALID_PARAMETER" },
    ]);
  });

  test("T-05, K39: doubt is no event; being parked and taken up again is", () => {
    const types = typesOf(
      accepted(),
      unanswered("UNKNOWN"),
      unanswered("NOT_EXECUTED"),
      { step: "ORDER_SENT" },
      { step: "ORDER_PARKED" },
      { step: "ORDER_RESUMED" },
    );

    expect(types.slice(2)).toEqual([
      "TransactionParked PROCESSING",
      "TransactionResumed PROCESSING",
    ]);
  });

  test("T-05, K40: a part's events name its order and its number; received is only the batch", () => {
    const batch = orderOf(accepted(batchOf(100, 200)));
    const receiver = { accountNo: "ACC300002", amountFen: 200 };

    const events = eventsOf(forwardPart(batch, 2, receiver, { at: later(1), mandate }));

    expect(events).toMatchObject([
      {
        type: "TransactionForwarded",
        eventId: `${orderNo}-2-E0`,
        transactionOrderNo: orderNo,
        part: 2,
      },
    ]);
  });

  test("T-05: no event tells accounts, amounts or names", () => {
    const events = eventsOf(accepted(), { step: "ORDER_FAILED", facts: { errorCode: "X" } });

    expect(JSON.stringify(events)).not.toMatch(/ACC|1234|amount/);
  });

  test("a contract's entries are none of an order's", () => {
    const [entry] = chainOf(accepted());
    const { entries } = tell([]);

    expect(entry && isOrderEntry(entry)).toBe(true);
    expect(entries.some(isOrderEntry)).toBe(false);
  });
});
