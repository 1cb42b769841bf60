import { expect } from "vitest";
import {
  acceptOrder,
  decideOrder,
  type OrderCommand,
  type OrderRequest,
} from "../../functions/domain/decide-transaction.ts";
import { type Facts, linkEntry } from "../../functions/domain/evidence.ts";
import type { Fen } from "../../functions/domain/money.ts";
import {
  type Allowance,
  clearingKey,
  createdOrder,
  evolveOrder,
  type Instruction,
  type Order,
  type OrderDraft,
  type OrderEntry,
  type OrderStep,
  type Outcome,
  replayOrder,
} from "../../functions/domain/transaction.ts";

/** When every order is made; `later` counts seconds from here. */
export const start = "2026-11-21T08:00:00.000Z";

export const later = (seconds: number): string =>
  new Date(Date.parse(start) + seconds * 1000).toISOString();

export const orderNo = `TO${"7".repeat(26)}`;
export const request: OrderRequest = {
  orderNo,
  owner: "tiancai",
  requestId: "R1",
  fingerprint: "f".repeat(64),
};
export const mandate = { contractId: `CT${"1".repeat(26)}`, root: "a".repeat(64) };
export const fen = (amount: number): Fen => amount as Fen;

export const split: Instruction = {
  bizType: "SPLIT",
  bizOrderNo: "B1",
  payerAccountNo: "ACC100001",
  amountFen: fen(1234),
  receivers: [{ accountNo: "ACC200001", amountFen: fen(1234) }],
};
export const collection: Instruction = { ...split, bizType: "COLLECTION" };
export const allowance: Allowance = {
  contractId: mandate.contractId,
  sourceOrderNo: "S1",
  sourceAmountFen: fen(10_000),
  limitFen: fen(8_000),
};
export const batchOf = (...amounts: readonly number[]): Instruction => ({
  ...split,
  bizType: "BATCH_PAY",
  amountFen: fen(amounts.reduce((sum, amount) => sum + amount, 0)),
  receivers: amounts.map((amount, index) => ({
    accountNo: `ACC30000${index + 1}`,
    amountFen: fen(amount),
  })),
});

/** The first entry of an order, forwarded unless told otherwise. */
export const accepted = (
  instruction = split,
  more: { readonly forward?: boolean; readonly allowance?: Allowance } = {},
): OrderDraft =>
  acceptOrder(request, instruction, {
    at: start,
    forward: more.forward ?? true,
    mandates: instruction.bizType === "SPLIT" ? [] : [mandate],
    allowance: more.allowance,
  });

export type Happened = { readonly step: OrderStep; readonly at?: string; readonly facts?: Facts };

/** The chain that `first` and what followed make. */
export function chainOf(first: OrderDraft, ...rest: readonly Happened[]): OrderEntry[] {
  const entries: OrderEntry[] = [];
  let order: Order | undefined;
  for (const one of [first, ...rest]) {
    const draft = { actor: "platform", at: later(entries.length), facts: {}, ...one };
    const named = { orderNo, part: Number(first.facts.part ?? 0) };
    const { entry } = linkEntry(clearingKey(named), order, draft, {
      evidenceType: "FLOW",
      salt: () => "",
    });
    order = order === undefined ? createdOrder(entry) : evolveOrder(order, entry);
    entries.push(entry);
  }
  return entries;
}

export const orderOf = (first: OrderDraft, ...rest: readonly Happened[]): Order =>
  replayOrder(chainOf(first, ...rest));

// What the tests speak of

export const executed = (clearingOrderNo = "CL1"): Outcome => ({
  type: "executed",
  clearingOrderNo,
});
export const refused: Outcome = { type: "refused", code: "INSUFFICIENT_BALANCE" };
export const unknown: Outcome = { type: "unknown", why: "no answer within 3000 ms" };
export const notExecuted: Outcome = { type: "notExecuted", why: "connection refused" };

export const unanswered = (outcome: "UNKNOWN" | "NOT_EXECUTED", at?: string): Happened => ({
  step: "ORDER_UNANSWERED",
  facts: { outcome },
  ...(at ? { at } : {}),
});

/** `given(order).when(command).thenHappens(step, facts)`. Commands come a second after the order unless they say when. */
export const given = (order: Order) => ({
  when(command: Timeless<OrderCommand>) {
    const decision = decideOrder(order, { at: later(1), ...command } as OrderCommand);
    return {
      thenHappens: (step: OrderStep, facts: Facts = {}, actor = "platform") =>
        expect(decision).toMatchObject({ draft: { step, facts, actor } }),
      thenNothing: () => expect(decision).toEqual({ draft: undefined }),
      thenRefused: (why: string) =>
        expect(decision).toEqual({ refused: expect.stringContaining(why) }),
    };
  },
});

type Timeless<T> = T extends { readonly at: string }
  ? Omit<T, "at"> & { readonly at?: string }
  : never;
