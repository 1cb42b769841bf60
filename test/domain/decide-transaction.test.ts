import { describe, expect, test } from "vitest";
import {
  forwardPart,
  nextMove,
  notFound,
  type Resolution,
} from "../../functions/domain/decide-transaction.ts";
import { intakeFigures, type Order } from "../../functions/domain/transaction.ts";
import {
  accepted,
  batchOf,
  executed,
  given,
  type Happened,
  later,
  mandate,
  notExecuted,
  orderNo,
  orderOf,
  refused,
  split,
  unanswered,
  unknown,
} from "./given-order.ts";

const day = intakeFigures.parkAfterSeconds;
const sent = orderOf(accepted());
const validated = orderOf(accepted(split, { forward: false }));
const inDoubt = orderOf(accepted(), unanswered("UNKNOWN"));
const proven = orderOf(accepted(), unanswered("NOT_EXECUTED"));
const parked = orderOf(accepted(), unanswered("UNKNOWN"), {
  step: "ORDER_PARKED",
  at: later(day),
});
const resumed = orderOf(
  accepted(),
  unanswered("UNKNOWN"),
  { step: "ORDER_PARKED", at: later(day) },
  { step: "ORDER_RESUMED", at: later(day + 60) },
);
const succeeded = orderOf(accepted(), {
  step: "ORDER_SUCCEEDED",
  facts: { clearingOrderNo: "CL1" },
});
const failed = orderOf(accepted(), {
  step: "ORDER_FAILED",
  facts: { errorCode: "DOWNSTREAM_SERVICE_ERROR", errorMessage: "clearing refused it" },
});
const spent = orderOf(
  accepted(),
  unanswered("NOT_EXECUTED"),
  ...Array.from({ length: intakeFigures.sends - 1 }, () => [
    { step: "ORDER_SENT" } as const,
    unanswered("NOT_EXECUTED"),
  ]).flat(),
);

describe("what to do about a movement now", () => {
  const moves: readonly (readonly [string, Order, number, string])[] = [
    ["never sent", validated, 1, "send"],
    ["never sent for a day", validated, day, "send"],
    ["sent and unheard of, as after a crash", sent, 1, "ask"],
    ["in doubt", inDoubt, 1, "ask"],
    ["in doubt a second before a day has passed", inDoubt, day - 1, "ask"],
    ["in doubt for a day", inDoubt, day, "park"],
    ["proven not to have been executed", proven, 1, "send"],
    ["proven so after its last send", spent, 60, "park"],
    ["parked", parked, 2 * day, "nothing"],
    ["taken up again after its day", resumed, day + 61, "ask"],
    ["taken up again, a day ago", resumed, 2 * day + 60, "park"],
    ["succeeded", succeeded, 2 * day, "nothing"],
    ["failed", failed, 2 * day, "nothing"],
  ];

  test.each(moves)("T-21, K39: %s", (_, order, seconds, move) => {
    expect(nextMove(order, later(seconds))).toBe(move);
  });
});

describe("clearing knows nothing of it", () => {
  const delay = intakeFigures.clearingDelaySeconds;

  test("K39: within clearing's longest delay that proves nothing, for a send may still arrive", () => {
    expect(notFound(inDoubt, later(delay - 1)).type).toBe("unknown");
  });

  test("K39: after it the movement has not happened", () => {
    expect(notFound(inDoubt, later(delay)).type).toBe("notExecuted");
  });

  test("K39: the delay is counted from the last send, not from the first", () => {
    const again = orderOf(accepted(), unanswered("NOT_EXECUTED"), {
      step: "ORDER_SENT",
      at: later(500),
    });

    expect(notFound(again, later(delay)).type).toBe("unknown");
    expect(notFound(again, later(500 + delay)).type).toBe("notExecuted");
  });
});

describe("a send", () => {
  test("T-21, K39: is recorded with its number when nothing was executed", () => {
    given(proven).when({ type: "send" }).thenHappens("ORDER_SENT", { send: 2 });
    given(validated).when({ type: "send" }).thenHappens("ORDER_SENT", { send: 1 });
  });

  test.each([
    ["sent", sent],
    ["in doubt", inDoubt],
    ["sent as often as may be", spent],
    ["parked", parked],
  ])("T-21, K39: is refused for what is %s", (_, order) => {
    given(order).when({ type: "send" }).thenRefused("must not be sent now");
  });

  test("T-08: is refused for what has ended", () => {
    given(succeeded).when({ type: "send" }).thenRefused("already SUCCESS");
    given(failed).when({ type: "send" }).thenRefused("already FAILED");
  });
});

describe("an authorisation that ended before anything was executed", () => {
  test("K42: fails what was not sent, or is proven not to have been executed", () => {
    for (const order of [validated, proven])
      given(order)
        .when({ type: "lapse" })
        .thenHappens("ORDER_FAILED", { errorCode: "AUTHORIZATION_REQUIRED" });
  });

  test("K39, K42: fails nothing that may have been executed", () => {
    for (const order of [sent, inDoubt, parked, succeeded, failed])
      given(order).when({ type: "lapse" }).thenNothing();
  });
});

describe("what a send came to", () => {
  test("T-16, T-27: executed is SUCCESS with clearing's number", () => {
    given(sent)
      .when({ type: "outcome", outcome: executed("CL7") })
      .thenHappens("ORDER_SUCCEEDED", { clearingOrderNo: "CL7" });
  });

  test("T-16, T-26, T-37: refused is FAILED at once, with the code and without clearing's own words", () => {
    given(sent).when({ type: "outcome", outcome: refused }).thenHappens("ORDER_FAILED", {
      errorCode: "DOWNSTREAM_SERVICE_ERROR",
      errorMessage: "clearing refused it: INSUFFICIENT_BALANCE",
    });
  });

  test("T-21, K39: unknown is never FAILED, however often and late it is heard", () => {
    given(sent)
      .when({ type: "outcome", outcome: unknown })
      .thenHappens("ORDER_UNANSWERED", { outcome: "UNKNOWN" });
    given(inDoubt)
      .when({ type: "outcome", outcome: unknown, at: later(day) })
      .thenNothing();
  });

  test("T-21: proven not executed may be sent again, and is told once", () => {
    given(sent)
      .when({ type: "outcome", outcome: notExecuted })
      .thenHappens("ORDER_UNANSWERED", { outcome: "NOT_EXECUTED" });
    given(proven).when({ type: "outcome", outcome: notExecuted }).thenNothing();
  });

  test("K39: to a parked order only a result is news, so that nothing takes it out of the queue unseen", () => {
    given(parked).when({ type: "outcome", outcome: notExecuted }).thenNothing();
    given(parked).when({ type: "outcome", outcome: unknown }).thenNothing();
    given(parked).when({ type: "outcome", outcome: executed() }).thenHappens("ORDER_SUCCEEDED");
    given(parked).when({ type: "outcome", outcome: refused }).thenHappens("ORDER_FAILED");
  });

  test("T-08: a result that is known already is no news", () => {
    given(succeeded)
      .when({ type: "outcome", outcome: executed("CL1") })
      .thenNothing();
    given(succeeded).when({ type: "outcome", outcome: unknown }).thenNothing();
    given(failed).when({ type: "outcome", outcome: refused }).thenNothing();
  });

  test("T-08: a result that contradicts the one on record is refused, and changes nothing", () => {
    given(failed)
      .when({ type: "outcome", outcome: executed() })
      .thenRefused("clearing says otherwise");
    given(succeeded)
      .when({ type: "outcome", outcome: refused })
      .thenRefused("clearing says otherwise");
    given(succeeded)
      .when({ type: "outcome", outcome: executed("CL2") })
      .thenRefused("clearing says otherwise");
  });
});

describe("parking", () => {
  test("K39: happens after a day of doubt", () => {
    given(inDoubt)
      .when({ type: "park", at: later(day) })
      .thenHappens("ORDER_PARKED", { sends: 1 });
  });

  test("K39: does not repeat, nor undo what an operator just decided", () => {
    given(parked)
      .when({ type: "park", at: later(day) })
      .thenNothing();
    given(resumed)
      .when({ type: "park", at: later(day + 61) })
      .thenNothing();
    given(succeeded)
      .when({ type: "park", at: later(day) })
      .thenNothing();
  });
});

describe("an operator", () => {
  const closing = { operator: "alice", reason: "CLEARING_DENIED", ticket: "INC-1" } as const;
  const decisions: readonly Resolution[] = [
    { type: "retry", ...closing },
    { type: "closeExecuted", ...closing, clearingOrderNo: "CL3" },
    { type: "closeFailed", ...closing },
  ];

  test.each([
    ["retry", "ORDER_RESUMED", {}],
    ["closeExecuted", "ORDER_SUCCEEDED", { clearingOrderNo: "CL3" }],
    ["closeFailed", "ORDER_FAILED", { errorCode: "DOWNSTREAM_SERVICE_ERROR" }],
  ] as const)("K39: decides %s, with a reason and under a name", (type, step, facts) => {
    const decision = decisions.find((one) => one.type === type) as Resolution;

    given(parked)
      .when(decision)
      .thenHappens(
        step,
        { reason: "CLEARING_DENIED", ticket: "INC-1", ...facts },
        "operator:alice",
      );
  });

  test.each(decisions)(
    "K39: decides nothing by $type about what is not in the manual queue",
    (decision) => {
      for (const order of [sent, inDoubt, proven, resumed, validated])
        given(order).when(decision).thenRefused("is not in the manual queue");
      for (const order of [succeeded, failed])
        given(order).when(decision).thenRefused("is already");
    },
  );
});

describe("a batch", () => {
  const batch = orderOf(accepted(batchOf(100, 200)));
  const receiver = { accountNo: "ACC300001", amountFen: 100 };
  const part = (number: number, ...rest: readonly Happened[]) =>
    orderOf(forwardPart(batch, number, receiver, { at: later(1), mandate }), ...rest);
  const paid = (number: number) =>
    part(number, { step: "ORDER_SUCCEEDED", facts: { clearingOrderNo: `CL${number}` } });
  const unpaid = (number: number) => part(number, { step: "ORDER_FAILED", facts: {} });

  test("T-14, K40, K42: a part is sent under its own number and the receiver's own contract", () => {
    expect(part(2)).toMatchObject({
      orderNo,
      part: 2,
      bizType: "BATCH_PAY",
      payerAccountNo: batch.payerAccountNo,
      receiverAccountNo: "ACC300001",
      amountFen: 100,
      mandates: [mandate],
      sends: 1,
    });
  });

  test("K42: a part whose authorisation has gone meanwhile fails without a send", () => {
    const refusedPart = orderOf(
      forwardPart(batch, 1, receiver, { at: later(1), mandate: undefined }),
    );

    expect(refusedPart).toMatchObject({
      sends: 0,
      state: { status: "FAILED", errorCode: "AUTHORIZATION_REQUIRED" },
    });
  });

  test("K40: SUCCESS when every part is", () => {
    given(batch)
      .when({ type: "conclude", parts: [paid(1), paid(2)] })
      .thenHappens("ORDER_SUCCEEDED", { parts: 2 });
  });

  test("K40: FAILED with PARTIAL_FAILURE when some parts were paid", () => {
    given(batch)
      .when({ type: "conclude", parts: [paid(1), unpaid(2)] })
      .thenHappens("ORDER_FAILED", { errorCode: "PARTIAL_FAILURE", failed: 1, parts: 2 });
  });

  test("K40: FAILED like any other when no part was paid", () => {
    given(batch)
      .when({ type: "conclude", parts: [unpaid(1), unpaid(2)] })
      .thenHappens("ORDER_FAILED", { errorCode: "DOWNSTREAM_SERVICE_ERROR", failed: 2 });
  });

  test("K40: has no result while a part is missing or under way, and none twice", () => {
    given(batch)
      .when({ type: "conclude", parts: [paid(1)] })
      .thenNothing();
    given(batch)
      .when({ type: "conclude", parts: [paid(1), part(2)] })
      .thenNothing();
    given(batch)
      .when({ type: "conclude", parts: [paid(1), part(2, unanswered("UNKNOWN"))] })
      .thenNothing();
    given({ ...batch, state: { status: "SUCCESS" } })
      .when({ type: "conclude", parts: [paid(1), paid(2)] })
      .thenNothing();
  });
});
