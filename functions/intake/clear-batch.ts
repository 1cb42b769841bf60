import type { Authorizations } from "../adapters/authorizations.ts";
import type { Breaker } from "../adapters/breaker.ts";
import { OrderConflict, type OrderStore } from "../adapters/order-store.ts";
import { decideOrder, forwardPart } from "../domain/decide-transaction.ts";
import { intakeFigures, isFinal, type Order, type Receiver } from "../domain/transaction.ts";
import type { World } from "../world.ts";
import type { Cleared, ClearOrder, Patience } from "./clear-order.ts";

/**
 * Pays a batch part by part (K40). A part without a row was never sent; its row, under its own clearing
 * key and with its own history, is written before its first send. So a batch is made by one write however
 * many receivers it has, and no part that was paid can be paid again.
 */
export function batchClearer(
  world: World,
  tools: {
    readonly orders: OrderStore;
    readonly authorizations: Authorizations;
    readonly breaker: Breaker;
    readonly clear: ClearOrder;
  },
) {
  const { orders, authorizations, breaker, clear } = tools;

  return { clearBatch, conclude };

  async function clearBatch(
    batch: Order,
    receivers: readonly Receiver[],
    patience: Patience,
  ): Promise<Cleared> {
    const known = new Map((await orders.parts(batch.orderNo)).map((part) => [part.part, part]));
    const seen: Order[] = [];
    let notBefore: string | undefined;
    const waiting = receivers.map((receiver, index) => ({ receiver, number: index + 1 })).values();

    async function payNext(): Promise<void> {
      for (const { receiver, number } of waiting) {
        if (notBefore !== undefined || world.now() >= patience.until) return;
        const cleared = await pay(batch, number, receiver, known.get(number), patience);
        if (cleared.notBefore !== undefined) notBefore = cleared.notBefore;
        if (cleared.order) seen.push(cleared.order);
      }
    }

    await Promise.all(Array.from({ length: intakeFigures.partsAtOnce }, payNext));
    const order = await conclude(batch, seen);
    return { order, ...(notBefore ? { notBefore } : {}) };
  }

  async function pay(
    batch: Order,
    number: number,
    receiver: Receiver,
    known: Order | undefined,
    patience: Patience,
  ): Promise<{ readonly order?: Order; readonly notBefore?: string }> {
    if (known !== undefined) return clear(known, patience);
    const permission = await breaker.ask();
    if (!permission.allowed) return { notBefore: permission.until };
    const at = world.now();
    // Asked again at the moment the money moves: an authorisation may have been withdrawn since the intake.
    const mandate = await authorizations.find(
      "RELATION_BIND",
      batch.payerAccountNo,
      receiver.accountNo,
      at,
    );
    const taken = await orders.create(forwardPart(batch, number, receiver, { at, mandate }));
    if ("exceeded" in taken) throw new Error(`a part of ${batch.orderNo} has no allowance`);
    return clear(taken.order, patience, taken.isNew && !isFinal(taken.order));
  }

  /** Gives the batch its result once every part has one; before that, and when somebody else was first, nothing. */
  async function conclude(batch: Order, parts: readonly Order[]): Promise<Order> {
    const decision = decideOrder(batch, { type: "conclude", at: world.now(), parts });
    if ("refused" in decision || decision.draft === undefined) return batch;
    try {
      return await orders.commit(batch, decision.draft);
    } catch (cause) {
      if (!(cause instanceof OrderConflict)) throw cause;
      return (await orders.read(batch.orderNo)) ?? batch;
    }
  }
}
