import { OrderConflict } from "./adapters/order-store.ts";
import type { assembleIntake } from "./assemble.ts";
import { decideOrder, type Resolution } from "./domain/decide-transaction.ts";
import { clearingKey, type Order } from "./domain/transaction.ts";
import type { World } from "./world.ts";

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
    const refused =
      resolution.type === "retry" ? undefined : await contradiction(order, resolution);
    if (refused !== undefined) return { refused };
    const decision = decideOrder(order, { ...resolution, at: world.now() });
    if ("refused" in decision) return decision;
    if (decision.draft === undefined) return { order };
    try {
      const closed = await orders.commit(order, decision.draft);
      if (closed.part > 0) await concludeBatch(orderNo);
      return { order: closed };
    } catch (cause) {
      if (!(cause instanceof OrderConflict)) throw cause;
      return { refused: `${key} was changed by somebody else just now; look at it again` };
    }
  };

  async function contradiction(order: Order, resolution: Resolution): Promise<string | undefined> {
    const answer = await clearing.query(order);
    const key = clearingKey(order);
    if (answer.type === "executed") {
      const same =
        resolution.type === "closeExecuted" &&
        resolution.clearingOrderNo === answer.clearingOrderNo;
      if (!same)
        return `clearing executed ${key} as ${answer.clearingOrderNo}: retry it, and it closes itself`;
    }
    if (answer.type === "refused" && resolution.type === "closeExecuted")
      return `clearing refused ${key}: it was not executed`;
    return undefined;
  }

  /** The last part to be closed gives its batch a result. */
  async function concludeBatch(orderNo: string): Promise<void> {
    const batch = await orders.read(orderNo);
    if (batch) await conclude(batch, await orders.parts(orderNo));
  }
}
