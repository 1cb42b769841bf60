import type { Authorizations } from "../adapters/authorizations.ts";
import type { Breaker } from "../adapters/breaker.ts";
import type { Clearing } from "../adapters/clearing.ts";
import { OrderConflict, type OrderStore } from "../adapters/order-store.ts";
import {
  decideOrder,
  nextMove,
  notFound,
  type OrderCommand,
} from "../domain/decide-transaction.ts";
import {
  type BizType,
  clearingKey,
  intakeFigures,
  isFinal,
  type Order,
  type Outcome,
} from "../domain/transaction.ts";
import type { BizScene } from "../domain/words.ts";
import type { World } from "../world.ts";

/** Every round either writes, or ends the work; more rounds than this is a fault of ours. */
const roundLimit = 30;

/** How long and how often one invocation may try. */
export type Patience = {
  /** ISO 8601; no call begins after it. */
  readonly until: string;
  /** Waits before the second, third … send, in milliseconds; none means one send at most. */
  readonly backoffMs: readonly number[];
};

export type Cleared = {
  readonly order: Order;
  /** Clearing is left alone until then: come back no earlier. */
  readonly notBefore?: string;
};

/**
 * Brings one movement as far as it will go now: sends what may be sent, asks about what is unknown, parks
 * what a person must see (K39). Safe to run twice at once and to be killed anywhere: a send is on record
 * before it leaves, and what is on record without an answer is asked about before it is sent again.
 */
export function orderClearer(
  world: World,
  tools: {
    readonly orders: OrderStore;
    readonly clearing: Clearing;
    readonly breaker: Breaker;
    readonly authorizations: Authorizations;
  },
) {
  const { orders, clearing, breaker, authorizations } = tools;

  return async function clear(
    given: Order,
    patience: Patience,
    /** The order was made by this very invocation: its first send is on record and has not left yet. */
    justForwarded = false,
  ): Promise<Cleared> {
    let order = given;
    let waits = 0;
    let asked = false;
    if (justForwarded) order = await settle(order, await clearing.execute(order));
    for (let round = 1; round <= roundLimit; round += 1) {
      const move = nextMove(order, world.now());
      if (move === "nothing" || world.now() >= patience.until) return { order };
      if (move === "send" && order.sends > 0) {
        const waitMs = patience.backoffMs[waits];
        if (waitMs === undefined || !hasTime(patience, waitMs)) return { order };
        waits += 1;
        await world.sleep(jittered(waitMs));
      }
      if (move === "ask" && asked) return { order };
      // A person is called only after one more question: the queue itself may have stood still for a day.
      const question = move === "ask" || (move === "park" && !asked && isUnknown(order));
      if (move === "park" && !question) return park(order);
      const permission = await breaker.ask();
      if (!permission.allowed)
        return move === "park" ? park(order) : { order, notBefore: permission.until };
      if (question) {
        asked = true;
        const answer = await clearing.query(order);
        const outcome = answer.type === "notFound" ? notFound(order, world.now()) : answer;
        order = await settle(order, outcome);
        continue;
      }
      const at = world.now();
      const send = await commit(order, {
        type: (await isCovered(order, at)) ? "send" : "lapse",
        at,
      });
      order = send.order;
      // Somebody else may have recorded a send in between; it is theirs, and here it is asked about.
      if (send.written && !isFinal(order))
        order = await settle(order, await clearing.execute(order));
    }
    throw new Error(`${clearingKey(order)} was not settled within ${roundLimit} rounds`);
  };

  /** Whether money may still move: the order may have waited long since it was taken in (K42). */
  async function isCovered(order: Order, at: string): Promise<boolean> {
    const kind = coveredBy[order.bizType];
    if (kind === undefined) return true;
    const { payerAccountNo, receiverAccountNo } = order;
    return (await authorizations.find(kind, payerAccountNo, receiverAccountNo, at)) !== undefined;
  }

  async function park(order: Order): Promise<Cleared> {
    const { order: parked, written } = await commit(order, { type: "park", at: world.now() });
    if (written) world.count("OrderParked");
    return { order: parked };
  }

  async function settle(order: Order, outcome: Outcome): Promise<Order> {
    if (outcome.type === "refused") world.count("ClearingFailed");
    if (outcome.type === "unknown" || outcome.type === "notExecuted")
      world.log("warn", "clearing gave no result", {
        transactionOrderNo: clearingKey(order),
        requestId: order.requestId,
        outcome: outcome.type,
        why: outcome.why,
      });
    return (await commit(order, { type: "outcome", at: world.now(), outcome })).order;
  }

  /** Decides on the newest version; a refusal is a contradiction that a person must hear of. */
  async function commit(
    given: Order,
    command: OrderCommand,
  ): Promise<{ readonly order: Order; readonly written: boolean }> {
    let order = given;
    for (let round = 1; ; round += 1) {
      const decision = decideOrder(order, command);
      if ("refused" in decision) {
        world.count("SystemError");
        world.log("error", "order and clearing disagree", {
          transactionOrderNo: clearingKey(order),
          requestId: order.requestId,
          why: decision.refused,
        });
        return { order, written: false };
      }
      if (decision.draft === undefined) return { order, written: false };
      try {
        return { order: await orders.commit(order, decision.draft), written: true };
      } catch (cause) {
        if (!(cause instanceof OrderConflict) || round === roundLimit) throw cause;
        const newest = await orders.read(order.orderNo, order.part);
        if (newest === undefined) throw new Error(`order ${order.orderNo} is gone`, { cause });
        if (!outlives(command, order, newest)) return { order: newest, written: false };
        order = newest;
      }
    }
  }

  /**
   * Whether what was decided about one version may be written on a newer one. A send may not. That nothing
   * was executed is known of the sends up to then only: somebody may have sent again since. A result is for ever.
   */
  function outlives(command: OrderCommand, seen: Order, newest: Order): boolean {
    if (command.type === "send" || command.type === "lapse") return false;
    if (command.type !== "outcome" || command.outcome.type === "executed") return true;
    return command.outcome.type === "refused" || seen.lastSentAt === newest.lastSentAt;
  }

  function hasTime({ until }: Patience, waitMs: number): boolean {
    return Date.parse(world.now()) + waitMs + intakeFigures.executeMs <= Date.parse(until);
  }

  /** Full jitter: callers that failed together do not come back together. */
  function jittered(waitMs: number): number {
    return Math.round((world.randomBytes(2).readUInt16BE() / 0xffff) * waitMs);
  }
}

/** The contract between payer and receiver that each movement needs. */
const coveredBy = {
  SPLIT: undefined,
  COLLECTION: "POOLING_AUTH",
  BATCH_PAY: "RELATION_BIND",
} as const satisfies Record<BizType, BizScene | undefined>;

const isUnknown = ({ state }: Order): boolean =>
  state.status === "FORWARDED" && state.last !== "NOT_EXECUTED";

export type ClearOrder = ReturnType<typeof orderClearer>;
