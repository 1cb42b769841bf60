import { clearingKey, type Order } from "./transaction.ts";

/** One executed movement as clearing's statement tells of it. */
export type Movement = {
  readonly clearingOrderNo: string;
  readonly requestNo: string;
  readonly payerAccountNo: string;
  readonly receiverAccountNo: string;
  readonly amountFen: number;
};

/** Why a movement and its order cannot both be true. */
type Difference = { readonly key: string; readonly fault: string };

export type Reconciliation = {
  readonly differences: readonly Difference[];
  readonly succeeded: Total;
  /** Not final yet on our side: executed already, or not (K39: both may be). */
  readonly openExecuted: Total;
  readonly open: Total;
  readonly executed: Total;
};

/** Fen are summed as BigInt: a statement has more rows than a double has digits. */
type Total = { readonly count: number; readonly fen: bigint };

const none: Total = { count: 0, fen: 0n };
const plus = (total: Total, amountFen: number): Total => ({
  count: total.count + 1,
  fen: total.fen + BigInt(amountFen),
});

/**
 * Holds orders against clearing's statement, movement by movement (I-9, I-10): executed exactly once for
 * every success, with the same accounts and amount; never for a failure; never without an order. A batch's
 * own record moves nothing, its parts do. An order that changed after `asOf`, when the statement was taken,
 * may have succeeded since: it counts as open.
 */
export function reconcile(
  orders: Iterable<Order>,
  statement: Iterable<Movement>,
  asOf: string,
): Reconciliation {
  const differences: Difference[] = [];
  const executed = new Map<string, Movement>();
  let executedTotal = none;
  for (const movement of statement) {
    const key = movement.requestNo;
    if (executed.has(key)) differences.push({ key, fault: "was executed twice" });
    executed.set(key, movement);
    executedTotal = plus(executedTotal, movement.amountFen);
  }
  const totals = { succeeded: none, open: none, openExecuted: none };
  for (const order of orders) {
    if (order.bizType === "BATCH_PAY" && order.part === 0) continue;
    const key = clearingKey(order);
    const movement = executed.get(key);
    executed.delete(key);
    const { status } = order.state;
    const settledSince = status === "SUCCESS" && movement === undefined && order.updatedAt >= asOf;
    const kind =
      status === "SUCCESS" && !settledSince
        ? "succeeded"
        : movement === undefined
          ? "open"
          : "openExecuted";
    if (status !== "FAILED") totals[kind] = plus(totals[kind], order.amountFen);
    if (!settledSince)
      differences.push(...faultsOf(order, movement).map((fault) => ({ key, fault })));
  }
  for (const key of executed.keys())
    differences.push({ key, fault: "was executed, but no order asked for it" });
  return { differences, executed: executedTotal, ...totals };
}

function faultsOf(order: Order, movement: Movement | undefined): string[] {
  const { state } = order;
  if (movement === undefined)
    return state.status === "SUCCESS" ? ["is SUCCESS, but clearing did not execute it"] : [];
  if (state.status === "FAILED") return ["is FAILED, but clearing executed it"];
  const pairs = [
    ["amount", order.amountFen, movement.amountFen],
    ["payer", order.payerAccountNo, movement.payerAccountNo],
    ["receiver", order.receiverAccountNo, movement.receiverAccountNo],
    ...(state.status === "SUCCESS"
      ? [["clearing order", state.clearingOrderNo, movement.clearingOrderNo]]
      : []),
  ];
  return pairs
    .filter(([, ours, theirs]) => ours !== theirs)
    .map(([name, ours, theirs]) => `the ${name} is ${ours} here and ${theirs} at clearing`);
}
