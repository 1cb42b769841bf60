import stage from "#stage" with { type: "json" };
import type { ChainEnd, Entry, EntryDraft, Facts } from "./evidence.ts";
import { leafHash } from "./evidence.ts";
import type { Fen } from "./money.ts";
import type { FieldProblem } from "./problem.ts";

/** Document T's three kinds of instruction: 分账, 归集, 批量付款. */
export const bizTypes = ["SPLIT", "COLLECTION", "BATCH_PAY"] as const;
export type BizType = (typeof bizTypes)[number];

/** What Tiancai asks for, read and well-formed. A single movement has one receiver with the whole amount. */
export type Instruction = {
  readonly bizType: BizType;
  readonly bizOrderNo: string;
  readonly payerAccountNo: string;
  readonly amountFen: Fen;
  readonly receivers: readonly Receiver[];
  /** The store's order that a COLLECTION draws on; an authorisation with a ratio needs it. */
  readonly sourceOrder?: { readonly orderNo: string; readonly amountFen: Fen };
};

export type Receiver = { readonly accountNo: string; readonly amountFen: Fen };

/** The contract under which money may move, as the order keeps it for ever (K42). */
export type Mandate = { readonly contractId: string; readonly root: string };

/**
 * One order, or one part of a BATCH_PAY: what clearing executes under one key. A batch's own record holds
 * no movement; its result follows from its parts (K40).
 */
export type Order = ChainEnd & {
  readonly orderNo: string;
  /** 0 for the order itself; a part's number from 1. */
  readonly part: number;
  readonly owner: string;
  readonly requestId: string;
  readonly bizType: BizType;
  readonly bizOrderNo: string;
  readonly amountFen: Fen;
  readonly payerAccountNo: string;
  /** Absent on a batch, which has many. */
  readonly receiverAccountNo?: string;
  /** How many payments a batch consists of. */
  readonly parts?: number;
  /** Every authorisation it moves under; a batch's payer's here, a receiver's on its part. */
  readonly mandates: readonly Mandate[];
  /** What a COLLECTION has taken of its source order's allowance; given back if it fails. */
  readonly allowance?: Allowance;
  readonly fingerprint: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Sends on record; each was recorded before it left (T-21, K39). */
  readonly sends: number;
  readonly lastSentAt?: string;
  /** When operations last sent it on its way again: from then on it has another day (K39). */
  readonly resumedAt?: string;
  readonly state: OrderState;
};

export type Allowance = {
  readonly contractId: string;
  readonly sourceOrderNo: string;
  readonly sourceAmountFen: Fen;
  readonly limitFen: Fen;
};

/** T-08. RECEIVED and VALIDATED pass within the write that makes the order; both moments are on record. */
type OrderState =
  | { readonly status: "VALIDATED" }
  | { readonly status: "FORWARDED"; readonly last: LastSend; readonly parkedAt?: string }
  | { readonly status: "SUCCESS"; readonly clearingOrderNo?: string }
  | {
      readonly status: "FAILED";
      readonly errorCode: string;
      readonly errorMessage: string;
      /** The faulty fields of a request that was refused; a replay names them again. */
      readonly errors?: readonly FieldProblem[];
    };

/** SENT: no answer is on record yet, which after a crash is as unknown as a lost one. */
type LastSend = "SENT" | "UNKNOWN" | "NOT_EXECUTED";

export type OrderStep =
  | "ORDER_FORWARDED"
  | "ORDER_VALIDATED"
  | "ORDER_REFUSED"
  | "ORDER_SENT"
  | "ORDER_UNANSWERED"
  | "ORDER_SUCCEEDED"
  | "ORDER_FAILED"
  | "ORDER_PARKED"
  | "ORDER_RESUMED";

export type OrderEntry = Entry<OrderStep>;
export type OrderDraft = EntryDraft<OrderStep>;

/** How a send can end, as far as the money is concerned (serverless-design section 4). */
export type Outcome =
  | { readonly type: "executed"; readonly clearingOrderNo: string }
  | { readonly type: "refused"; readonly code: string }
  /** Proven not to have been executed: the same key may be sent again at once. */
  | { readonly type: "notExecuted"; readonly why: string }
  /** Perhaps executed, perhaps later: ask before anything else. */
  | { readonly type: "unknown"; readonly why: string };

/** Every figure of the intake in one place (requirements 3.3, K38, K39). */
export const intakeFigures = stage.intake;

export const isFinal = ({ state }: Pick<Order, "state">): boolean =>
  state.status === "SUCCESS" || state.status === "FAILED";

/** The key under which clearing executes at most once, for ever (K39): it never varies with attempts. */
export const clearingKey = ({ orderNo, part }: Pick<Order, "orderNo" | "part">): string =>
  part === 0 ? orderNo : `${orderNo}-${part}`;

/** The order that `entries` tell of. */
export function replayOrder(entries: readonly OrderEntry[]): Order {
  const [first, ...rest] = entries;
  if (first === undefined) throw new Error("an empty chain tells of no order");
  return rest.reduce(evolveOrder, createdOrder(first));
}

/** The first entry makes the order. */
export function createdOrder(entry: OrderEntry): Order {
  const { facts, step, at } = entry;
  const text = (name: string): string => String(facts[name]);
  const optional = (name: string, value = facts[name]) =>
    value === undefined ? {} : { [name]: String(value) };
  return {
    orderNo: text("orderNo"),
    part: Number(facts.part ?? 0),
    owner: text("owner"),
    requestId: text("requestId"),
    bizType: text("bizType") as BizType,
    bizOrderNo: text("bizOrderNo"),
    amountFen: Number(facts.amountFen) as Fen,
    payerAccountNo: text("payerAccountNo"),
    ...optional("receiverAccountNo"),
    ...(facts.parts === undefined ? {} : { parts: Number(facts.parts) }),
    mandates: mandatesFrom(facts),
    ...(facts.sourceOrderNo === undefined ? {} : { allowance: allowanceFrom(facts) }),
    fingerprint: text("fingerprint"),
    createdAt: at,
    updatedAt: at,
    ...(step === "ORDER_FORWARDED"
      ? { sends: 1, lastSentAt: at, state: { status: "FORWARDED", last: "SENT" } }
      : step === "ORDER_VALIDATED"
        ? { sends: 0, state: { status: "VALIDATED" } }
        : { sends: 0, state: failedState(facts) }),
    length: 1,
    head: leafHash(entry),
  };
}

/** What the order is after `entry`. Pure and total; never refuses, decideOrder has done that. */
export function evolveOrder(order: Order, entry: OrderEntry): Order {
  const next = { ...changed(order, entry), updatedAt: entry.at };
  return { ...next, length: order.length + 1, head: leafHash(entry) };
}

function changed(order: Order, { step, at, facts }: OrderEntry): Order {
  switch (step) {
    case "ORDER_FORWARDED":
    case "ORDER_VALIDATED":
    case "ORDER_REFUSED":
      throw new Error(`order ${clearingKey(order)} cannot be made twice`);
    case "ORDER_SENT":
      return {
        ...order,
        sends: order.sends + 1,
        lastSentAt: at,
        state: { status: "FORWARDED", last: "SENT" },
      };
    case "ORDER_UNANSWERED":
      return { ...order, state: { status: "FORWARDED", last: facts.outcome as LastSend } };
    case "ORDER_SUCCEEDED":
      return {
        ...order,
        state: {
          status: "SUCCESS",
          ...(facts.clearingOrderNo ? { clearingOrderNo: String(facts.clearingOrderNo) } : {}),
        },
      };
    case "ORDER_FAILED":
      return { ...order, state: failedState(facts) };
    case "ORDER_PARKED":
      return { ...order, state: { status: "FORWARDED", last: lastOf(order), parkedAt: at } };
    case "ORDER_RESUMED":
      return {
        ...order,
        sends: 0,
        resumedAt: at,
        state: { status: "FORWARDED", last: lastOf(order) },
      };
    default:
      return step satisfies never;
  }
}

const lastOf = ({ state }: Order): LastSend =>
  state.status === "FORWARDED" ? state.last : "UNKNOWN";

const failedState = (facts: Facts): OrderState => ({
  status: "FAILED",
  errorCode: String(facts.errorCode),
  errorMessage: String(facts.errorMessage),
  ...(facts.errors === undefined ? {} : { errors: JSON.parse(String(facts.errors)) }),
});

const mandatesFrom = (facts: Facts): readonly Mandate[] =>
  facts.mandates === undefined
    ? []
    : String(facts.mandates)
        .split(" ")
        .map((pair) => {
          const [contractId = "", root = ""] = pair.split(":");
          return { contractId, root };
        });

export const mandatesFact = (mandates: readonly Mandate[]): Facts =>
  mandates.length === 0
    ? {}
    : { mandates: mandates.map(({ contractId, root }) => `${contractId}:${root}`).join(" ") };

const allowanceFrom = (facts: Facts): Allowance => ({
  contractId: String(facts.allowedBy),
  sourceOrderNo: String(facts.sourceOrderNo),
  sourceAmountFen: Number(facts.sourceAmountFen) as Fen,
  limitFen: Number(facts.limitFen) as Fen,
});
