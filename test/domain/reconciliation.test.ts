import { describe, expect, test } from "vitest";
import { forwardPart } from "../../functions/domain/decide-transaction.ts";
import { type Movement, reconcile } from "../../functions/domain/reconciliation.ts";
import { clearingKey, type Order } from "../../functions/domain/transaction.ts";
import { accepted, batchOf, later, mandate, orderNo, orderOf, unanswered } from "./given-order.ts";

const asOf = later(3600);
const executed: Movement = {
  clearingOrderNo: "CL1",
  requestNo: orderNo,
  payerAccountNo: "ACC100001",
  receiverAccountNo: "ACC200001",
  amountFen: 1234,
};
const open = orderOf(accepted(), unanswered("UNKNOWN"));
const succeeded = orderOf(accepted(), {
  step: "ORDER_SUCCEEDED",
  facts: { clearingOrderNo: "CL1" },
});
const failed = orderOf(accepted(), { step: "ORDER_FAILED", facts: { errorCode: "X" } });

const faultsOf = (orders: readonly Order[], statement: readonly Movement[]) =>
  reconcile(orders, statement, asOf).differences.map(({ fault }) => fault);

describe("orders against clearing's statement", () => {
  test("T-07: equal to the fen, when each success is one movement under its number", () => {
    const result = reconcile([succeeded], [executed], asOf);

    expect(result.differences).toEqual([]);
    expect(result.succeeded).toEqual({ count: 1, fen: 1234n });
    expect(result.executed).toEqual({ count: 1, fen: 1234n });
  });

  test("K39: what is open may have been executed or not, and is counted as either", () => {
    expect(reconcile([open], [], asOf)).toMatchObject({
      differences: [],
      open: { count: 1, fen: 1234n },
    });
    expect(reconcile([open], [executed], asOf)).toMatchObject({
      differences: [],
      openExecuted: { count: 1, fen: 1234n },
    });
  });

  test("K39: FAILED, but executed", () => {
    expect(faultsOf([failed], [executed])).toEqual(["is FAILED, but clearing executed it"]);
    expect(faultsOf([failed], [])).toEqual([]);
  });

  test("K39: SUCCESS, but not executed", () => {
    expect(faultsOf([succeeded], [])).toEqual(["is SUCCESS, but clearing did not execute it"]);
  });

  test("a success that came after the statement was taken is still open in it", () => {
    const since = { ...succeeded, updatedAt: asOf };

    expect(reconcile([since], [], asOf)).toMatchObject({
      differences: [],
      open: { count: 1, fen: 1234n },
      succeeded: { count: 0, fen: 0n },
    });
  });

  test("executed twice, or without an order", () => {
    expect(faultsOf([succeeded], [executed, executed])).toEqual(["was executed twice"]);
    expect(faultsOf([], [executed])).toEqual(["was executed, but no order asked for it"]);
  });

  test.each([
    [{ amountFen: 1233 }, "the amount is 1234 here and 1233 at clearing"],
    [{ payerAccountNo: "X" }, "the payer is ACC100001 here and X at clearing"],
    [{ receiverAccountNo: "X" }, "the receiver is ACC200001 here and X at clearing"],
    [{ clearingOrderNo: "CL2" }, "the clearing order is CL1 here and CL2 at clearing"],
  ])("T-07, K43: %o", (change, fault) => {
    expect(faultsOf([succeeded], [{ ...executed, ...change }])).toEqual([fault]);
  });

  test("T-14, K40: of a batch its parts are movements, and it is none itself", () => {
    const batch = orderOf(accepted(batchOf(100, 200)));
    const parts = [100, 200].map((amountFen, index) => {
      const receiver = { accountNo: `ACC30000${index + 1}`, amountFen };
      const draft = forwardPart(batch, index + 1, receiver, { at: later(1), mandate });
      return orderOf(draft, { step: "ORDER_SUCCEEDED", facts: { clearingOrderNo: `CL${index}` } });
    });
    const statement = parts.map((part, index) => ({
      ...executed,
      clearingOrderNo: `CL${index}`,
      requestNo: clearingKey(part),
      receiverAccountNo: String(part.receiverAccountNo),
      amountFen: part.amountFen,
    }));

    expect(reconcile([batch, ...parts], statement, asOf)).toMatchObject({
      differences: [],
      succeeded: { count: 2, fen: 300n },
      open: { count: 0, fen: 0n },
    });
  });

  test("K43: totals are exact beyond what a double holds", () => {
    const largest = { ...succeeded, amountFen: 999_999_999_999_999 as Order["amountFen"] };
    const many = Array.from({ length: 20 }, (_, index) => ({
      ...largest,
      orderNo: `TO${String(index).padStart(26, "0")}`,
    }));
    const rows = many.map((order) => ({
      ...executed,
      requestNo: order.orderNo,
      amountFen: order.amountFen,
    }));

    const result = reconcile(many, rows, asOf);

    expect(result).toMatchObject({ differences: [], succeeded: { fen: 19_999_999_999_999_980n } });
  });
});
