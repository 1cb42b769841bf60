import type { Facts } from "./evidence.ts";
import type { FieldProblem } from "./problem.ts";
import {
  type Allowance,
  clearingKey,
  type Instruction,
  intakeFigures,
  isFinal,
  type Mandate,
  mandatesFact,
  type Order,
  type OrderDraft,
  type OrderStep,
  type Outcome,
} from "./transaction.ts";

/** What makes an order: who asked, under which number, and what it is compared with when asked again. */
export type OrderRequest = {
  readonly orderNo: string;
  readonly owner: string;
  readonly requestId: string;
  readonly fingerprint: string;
};

/**
 * The first entry of an order (K35): received, validated and, unless clearing is known to be away,
 * forwarded, all at one moment and in one write. Of the three times T-08 names only one can differ.
 */
export function acceptOrder(
  request: OrderRequest,
  instruction: Instruction,
  more: {
    readonly at: string;
    readonly forward: boolean;
    readonly mandates: readonly Mandate[];
    readonly allowance?: Allowance | undefined;
  },
): OrderDraft {
  const { bizType, receivers, allowance } = { ...instruction, ...more };
  const [only] = bizType === "BATCH_PAY" ? [] : receivers;
  return {
    step: more.forward ? "ORDER_FORWARDED" : "ORDER_VALIDATED",
    at: more.at,
    actor: `partner:${request.owner}`,
    facts: {
      ...request,
      bizType,
      bizOrderNo: instruction.bizOrderNo,
      amountFen: instruction.amountFen,
      payerAccountNo: instruction.payerAccountNo,
      ...(only ? { receiverAccountNo: only.accountNo } : { parts: receivers.length }),
      ...mandatesFact(more.mandates),
      ...(allowance
        ? {
            allowedBy: allowance.contractId,
            sourceOrderNo: allowance.sourceOrderNo,
            sourceAmountFen: allowance.sourceAmountFen,
            limitFen: allowance.limitFen,
          }
        : {}),
    },
  };
}

/** T-22, K36: an authenticated request that cannot be executed is an order too, FAILED from the start. */
export const refuseOrder = (
  request: OrderRequest,
  at: string,
  refusal: {
    readonly bizType: string;
    readonly errorCode: string;
    readonly errorMessage: string;
    readonly errors: readonly FieldProblem[];
  },
): OrderDraft => ({
  step: "ORDER_REFUSED",
  at,
  actor: `partner:${request.owner}`,
  facts: {
    ...request,
    bizType: refusal.bizType,
    // What a refused request says of money is not to be relied on; it stands in biz_data as it came.
    bizOrderNo: "",
    amountFen: 0,
    payerAccountNo: "",
    errorCode: refusal.errorCode,
    errorMessage: refusal.errorMessage,
    ...(refusal.errors.length > 0 ? { errors: JSON.stringify(refusal.errors) } : {}),
  },
});

/** The first entry of part `number` of a batch: on record before it is sent, like any other send. */
export function forwardPart(
  batch: Order,
  number: number,
  receiver: { readonly accountNo: string; readonly amountFen: number },
  more: { readonly at: string; readonly mandate: Mandate | undefined },
): OrderDraft {
  const { orderNo, owner, requestId, fingerprint, bizType, bizOrderNo, payerAccountNo } = batch;
  return {
    step: more.mandate ? "ORDER_FORWARDED" : "ORDER_REFUSED",
    at: more.at,
    actor: "platform",
    facts: {
      orderNo,
      part: number,
      owner,
      requestId,
      fingerprint,
      bizType,
      bizOrderNo,
      payerAccountNo,
      amountFen: receiver.amountFen,
      receiverAccountNo: receiver.accountNo,
      ...(more.mandate ? mandatesFact([more.mandate]) : lapsed(payerAccountNo, receiver.accountNo)),
    },
  };
}

/** K42: the contract was withdrawn or has expired since the instruction was taken in. */
const lapsed = (payerAccountNo: string, receiverAccountNo: string | undefined): Facts => ({
  errorCode: "AUTHORIZATION_REQUIRED",
  errorMessage: `no live authorisation lets ${payerAccountNo} pay ${receiverAccountNo} any more`,
});

export type Move = "nothing" | "send" | "ask" | "park";

/** What to do about a movement now. Only what is proven not to have been executed may be sent (K39). */
export function nextMove(order: Order, at: string): Move {
  const { state } = order;
  if (isFinal(order) || state.status === "SUCCESS" || state.status === "FAILED") return "nothing";
  if (state.status === "VALIDATED") return "send";
  if (state.parkedAt !== undefined) return "nothing";
  const since = order.resumedAt ?? order.createdAt;
  if (secondsBetween(since, at) >= intakeFigures.parkAfterSeconds) return "park";
  if (state.last !== "NOT_EXECUTED") return "ask";
  return order.sends < intakeFigures.sends ? "send" : "park";
}

/**
 * What clearing's "not found" means. Within its documented delay a send may still arrive and be executed,
 * so it proves nothing; after it the movement has not happened and the same key may be sent again.
 */
export const notFound = (order: Order, at: string): Outcome =>
  secondsBetween(order.lastSentAt ?? order.createdAt, at) >= intakeFigures.clearingDelaySeconds
    ? { type: "notExecuted", why: "not found after clearing's longest delay" }
    : { type: "unknown", why: "not found, and a send may still arrive" };

export type OrderCommand =
  | { readonly type: "send"; readonly at: string }
  | { readonly type: "outcome"; readonly at: string; readonly outcome: Outcome }
  /** What allowed it has ended before anything was executed. */
  | { readonly type: "lapse"; readonly at: string }
  | { readonly type: "park"; readonly at: string }
  | { readonly type: "conclude"; readonly at: string; readonly parts: readonly Order[] }
  | ({ readonly at: string } & Resolution);

/** What an operator decides about a parked movement; the ticket tells where the story is (no free text: it names people). */
export type Resolution = {
  readonly operator: string;
  readonly reason: ClosingReason;
  readonly ticket: string;
} & (
  | { readonly type: "retry" }
  | { readonly type: "closeExecuted"; readonly clearingOrderNo: string }
  | { readonly type: "closeFailed" }
);

export const closingReasons = [
  "CLEARING_CONFIRMED",
  "CLEARING_DENIED",
  "STATEMENT_SHOWS_IT",
  "STATEMENT_SHOWS_NOTHING",
  "CAUSE_MENDED",
] as const;
type ClosingReason = (typeof closingReasons)[number];

export type OrderDecision =
  | { readonly draft: OrderDraft | undefined }
  | { readonly refused: string };

/** The entry a command appends, none when it is already so, or why it may not be. */
export function decideOrder(order: Order, command: OrderCommand): OrderDecision {
  const { state } = order;
  const entry = (step: OrderStep, facts: Facts, actor = "platform"): OrderDecision => ({
    draft: { step, at: command.at, actor, facts },
  });
  if (state.status === "SUCCESS" || state.status === "FAILED") return alreadyFinal(order, command);
  switch (command.type) {
    case "send":
      return nextMove(order, command.at) === "send"
        ? entry("ORDER_SENT", { send: order.sends + 1 })
        : { refused: `${clearingKey(order)} must not be sent now` };
    case "outcome":
      return outcomeEntry(order, command.outcome, entry);
    case "lapse":
      return nextMove(order, command.at) === "send"
        ? entry("ORDER_FAILED", lapsed(order.payerAccountNo, order.receiverAccountNo))
        : { draft: undefined };
    case "park":
      // Somebody else may have parked it, or an operator sent it on its way again, since it was read.
      return nextMove(order, command.at) === "park"
        ? entry("ORDER_PARKED", { sends: order.sends })
        : { draft: undefined };
    case "conclude":
      return { draft: conclusion(order, command.parts, command.at) };
    case "retry":
    case "closeExecuted":
    case "closeFailed":
      return resolution(order, command, entry);
    default:
      return command satisfies never;
  }
}

/** A late answer repeats what is known, or contradicts it, and then a person must know (terminal is for ever). */
function alreadyFinal(order: Order, command: OrderCommand): OrderDecision {
  const { state } = order;
  if (command.type === "outcome") {
    const { outcome } = command;
    const contradicts =
      (outcome.type === "executed" &&
        (state.status === "FAILED" ||
          (state.status === "SUCCESS" && state.clearingOrderNo !== outcome.clearingOrderNo))) ||
      (outcome.type === "refused" && state.status === "SUCCESS");
    if (contradicts)
      return { refused: `${clearingKey(order)} is ${state.status}, but clearing says otherwise` };
    return { draft: undefined };
  }
  if (command.type === "conclude" || command.type === "park" || command.type === "lapse")
    return { draft: undefined };
  return { refused: `${clearingKey(order)} is already ${state.status}` };
}

type MakeEntry = (step: OrderStep, facts: Facts, actor?: string) => OrderDecision;

function outcomeEntry(order: Order, outcome: Outcome, entry: MakeEntry): OrderDecision {
  switch (outcome.type) {
    case "executed":
      return entry("ORDER_SUCCEEDED", { clearingOrderNo: outcome.clearingOrderNo });
    case "refused":
      return entry("ORDER_FAILED", downstream(`clearing refused it: ${outcome.code}`));
    case "notExecuted":
    case "unknown": {
      const last = outcome.type === "unknown" ? "UNKNOWN" : "NOT_EXECUTED";
      const { state } = order;
      // Asking again and learning nothing is no news, and a day of it must not fill the chain. What waits for
      // a person goes on waiting: its message is gone, so nobody else would ever come back to it.
      if (state.status === "FORWARDED" && (state.last === last || state.parkedAt !== undefined))
        return { draft: undefined };
      return entry("ORDER_UNANSWERED", { outcome: last, why: outcome.why });
    }
    default:
      return outcome satisfies never;
  }
}

function resolution(
  order: Order,
  command: { readonly at: string } & Resolution,
  entry: MakeEntry,
): OrderDecision {
  const { state } = order;
  if (state.status !== "FORWARDED" || state.parkedAt === undefined)
    return { refused: `${clearingKey(order)} is not in the manual queue` };
  const { reason, ticket } = command;
  const actor = `operator:${command.operator}`;
  const facts = { reason, ticket };
  if (command.type === "retry") return entry("ORDER_RESUMED", facts, actor);
  if (command.type === "closeExecuted")
    return entry("ORDER_SUCCEEDED", { ...facts, clearingOrderNo: command.clearingOrderNo }, actor);
  const failure = downstream("closed by operations: clearing did not execute it");
  return entry("ORDER_FAILED", { ...facts, ...failure }, actor);
}

/** K40: a batch succeeded when every part did; it has failed when all ended and one did not. */
function conclusion(batch: Order, parts: readonly Order[], at: string): OrderDraft | undefined {
  if (parts.length !== batch.parts || !parts.every(isFinal)) return undefined;
  const failed = parts.filter(({ state }) => state.status === "FAILED").length;
  const make = (step: OrderStep, facts: Facts) => ({ step, at, actor: "platform", facts });
  if (failed === 0) return make("ORDER_SUCCEEDED", { parts: parts.length });
  return make("ORDER_FAILED", {
    parts: parts.length,
    failed,
    ...downstream(`${failed} of ${parts.length} payments of ${batch.orderNo} were not executed`),
    ...(failed < parts.length ? { errorCode: "PARTIAL_FAILURE" } : {}),
  });
}

/** T-37. Clearing's own text is left out: it may name the account's holder. */
const downstream = (errorMessage: string): Facts => ({
  errorCode: "DOWNSTREAM_SERVICE_ERROR",
  errorMessage,
});

const secondsBetween = (from: string, to: string): number =>
  (Date.parse(to) - Date.parse(from)) / 1000;
