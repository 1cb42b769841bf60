import { OrderConflict } from "../adapters/order-store.ts";
import type { assembleIntake } from "../assemble.ts";
import { decideOrder, notFound, type Resolution } from "../domain/decide-transaction.ts";
import { clearingKey, isFinal, type Order } from "../domain/transaction.ts";
import type { World } from "../world.ts";

/**
 * Closes a parked movement, or sends it on its way again, as an operator decided. Clearing is asked once
 * more first: what it knows by now outweighs what anybody decided, and nothing it executed is ever closed
 * as failed. Undefined when there is no such order.
 */
export function orderResolver(
  world: World,
  { orders, clearing, conclude }: ReturnType<typeof assembleIntake>,
) {
  return async (
    key: string,
    resolution: Resolution,
  ): Promise<{ readonly order: Order } | { readonly refused: string } | undefined> => {
    const [orderNo = "", part = "0"] = key.split("-");
    const order = await orders.read(orderNo, Number(part));
    if (order === undefined) return undefined;
    // Whoever closed it may have died before the batch had its result; closing it again makes up for that.
    if (order.part > 0 && isFinal(order)) await concludeBatch(orderNo);
    const decision = decideOrder(order, { ...resolution, at: world.now() });
    if ("refused" in decision) return decision;
    if (decision.draft === undefined) return { order };
    const refused = await contradiction(order, resolution);
    if (refused !== undefined) return { refused };
    try {
      const closed = await orders.commit(order, decision.draft);
      if (closed.part > 0) await concludeBatch(orderNo);
      return { order: closed };
    } catch (cause) {
      if (!(cause instanceof OrderConflict)) throw cause;
      return { refused: `${key} was changed by somebody else just now; look at it again` };
    }
  };

  /** Why clearing's own knowledge forbids the decision. Failed is only what it denies, late sends included. */
  async function contradiction(order: Order, resolution: Resolution): Promise<string | undefined> {
    if (resolution.type === "retry") return undefined;
    const key = clearingKey(order);
    const answer = await clearing.query(order);
    const known = answer.type === "notFound" ? notFound(order, world.now()) : answer;
    if (known.type === "executed") {
      const same =
        resolution.type === "closeExecuted" && resolution.clearingOrderNo === known.clearingOrderNo;
      return same
        ? undefined
        : `clearing executed ${key} as ${known.clearingOrderNo}: retry it, and it closes itself`;
    }
    if (resolution.type === "closeFailed")
      return known.type === "unknown"
        ? `clearing does not deny ${key} (${known.why}): close it as failed once it does`
        : undefined;
    if (known.type === "refused") return `clearing refused ${key}: it was not executed`;
    return answer.type === "notFound" ? `clearing knows no movement ${key}` : undefined;
  }

  /** The last part to be closed gives its batch a result. */
  async function concludeBatch(orderNo: string): Promise<void> {
    const batch = await orders.read(orderNo);
    if (batch) await conclude(batch, await orders.parts(orderNo));
  }
}
