import { formatAmount } from "../domain/money.ts";
import type { FieldProblem, Problem, ProblemCode } from "../domain/problem.ts";
import { type BizType, clearingKey, type Order } from "../domain/transaction.ts";
import type { TransactionEvent } from "../domain/transaction-events.ts";
import { problemAnswer } from "./problem-answer.ts";

/** The words of document T on `/api/v1/transaction` (requirements 1.5 and 2.3). */

/** What an order shows of itself. Times are ISO 8601 in UTC (K44), amounts decimal strings (K43). */
export type OrderView = {
  readonly requestId: string;
  readonly transactionOrderNo: string;
  /** As it was sent: a refused order may never have had a valid one. */
  readonly bizType: BizType | string;
  readonly status: OrderStatus;
  readonly clearingOrderNo?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly errors?: readonly FieldProblem[];
  /** K39: clearing may or may not have moved the money; we go on asking. */
  readonly outcomeUnknown?: boolean;
  readonly createdTime: string;
  readonly updatedTime: string;
  /** The parts of a BATCH_PAY (K40). */
  readonly items?: readonly ItemView[];
};

type OrderStatus = "RECEIVED" | "VALIDATED" | "FORWARDED" | "SUCCESS" | "FAILED";

type ItemView = {
  readonly part: number;
  readonly accountNo: string;
  readonly amount: string;
  readonly status: OrderStatus;
  readonly clearingOrderNo?: string;
  readonly errorCode?: string;
};

/** What of an order is shown to its partner; `parts` are those of a BATCH_PAY that were begun. */
export function orderView(order: Order, parts: readonly Order[] = []): OrderView {
  const { state } = order;
  return {
    requestId: order.requestId,
    transactionOrderNo: clearingKey(order),
    bizType: order.bizType,
    status: state.status,
    ...(state.status === "SUCCESS" && state.clearingOrderNo
      ? { clearingOrderNo: state.clearingOrderNo }
      : {}),
    ...(state.status === "FAILED" ? failureOf(state) : {}),
    ...(state.status === "FORWARDED" && state.last === "UNKNOWN" ? { outcomeUnknown: true } : {}),
    createdTime: order.createdAt,
    updatedTime: order.updatedAt,
    ...(order.bizType === "BATCH_PAY" && order.part === 0 ? { items: parts.map(itemView) } : {}),
  };
}

const itemView = (part: Order): ItemView => ({
  part: part.part,
  accountNo: part.receiverAccountNo ?? "",
  amount: formatAmount(part.amountFen),
  status: part.state.status,
  ...(part.state.status === "SUCCESS" && part.state.clearingOrderNo
    ? { clearingOrderNo: part.state.clearingOrderNo }
    : {}),
  ...(part.state.status === "FAILED" ? { errorCode: part.state.errorCode } : {}),
});

const failureOf = ({
  errorCode,
  errorMessage,
  errors,
}: Extract<Order["state"], { status: "FAILED" }>) => ({
  errorCode,
  errorMessage,
  ...(errors ? { errors } : {}),
});

/** What an operator has to know of a movement in the manual queue. */
export const parkedView = (order: Order) => ({
  transactionOrderNo: clearingKey(order),
  appId: order.owner,
  requestId: order.requestId,
  bizType: order.bizType,
  bizOrderNo: order.bizOrderNo,
  payerAccountNo: order.payerAccountNo,
  receiverAccountNo: order.receiverAccountNo ?? null,
  amount: formatAmount(order.amountFen),
  status: order.state.status,
  sends: order.sends,
  lastSentAt: order.lastSentAt ?? null,
  createdTime: order.createdAt,
  updatedTime: order.updatedAt,
});

/** K41: three words outside for the five states of T-08. */
export const statusWord = {
  RECEIVED: "PROCESSING",
  VALIDATED: "PROCESSING",
  FORWARDED: "PROCESSING",
  SUCCESS: "SUCCESS",
  FAILED: "FAILED",
} as const satisfies Record<OrderStatus, string>;

const messageOf = {
  PROCESSING: "the transaction is being processed; query it later",
  SUCCESS: "the transaction has succeeded",
  FAILED: "the transaction has failed",
} as const satisfies Record<(typeof statusWord)[OrderStatus], string>;

/** T-03: the answer to an instruction and to every replay of it. `code` is about the call, `data.status` about the money. */
export function orderAnswer(order: OrderView) {
  const status = statusWord[order.status];
  return {
    code: "SUCCESS",
    message: messageOf[status],
    data: {
      requestId: order.requestId,
      transactionOrderNo: order.transactionOrderNo,
      status,
      ...resultOf(order),
      ...(order.errorMessage === undefined ? {} : { errorMessage: order.errorMessage }),
      ...(order.items ? { items: order.items.map(itemAnswer) } : {}),
    },
  };
}

/**
 * The whole answer to an instruction, whether it is the first or a replay: a failed order answers with its
 * error and that error's HTTP status for ever (T-10, K09).
 */
export function processAnswer(order: OrderView) {
  const answer = orderAnswer(order);
  if (order.status !== "FAILED") return { status: 200, body: answer };
  const code = order.errorCode ?? "SYSTEM_ERROR";
  return {
    status: httpStatusOf.get(code) ?? 502,
    body: {
      ...answer,
      code,
      message: order.errorMessage ?? answer.message,
      ...(order.errors ? { errors: order.errors } : {}),
    },
  };
}

/** T-04: the same, with the kind of transaction, its times, and whether its outcome is in doubt. */
export function queryAnswer(order: OrderView) {
  const { code, message, data } = orderAnswer(order);
  return {
    code,
    message,
    data: {
      ...data,
      bizType: order.bizType,
      ...(order.outcomeUnknown ? { outcomeUnknown: true } : {}),
      createdTime: order.createdTime,
      updatedTime: order.updatedTime,
    },
  };
}

const itemAnswer = (item: ItemView) => ({
  part: item.part,
  accountNo: item.accountNo,
  amount: item.amount,
  status: statusWord[item.status],
  ...resultOf(item),
});

/** The clearing order's number belongs to a success, an error code to a failure, and neither to what is under way. */
const resultOf = ({ status, clearingOrderNo, errorCode }: ItemView | OrderView) => ({
  ...(status === "SUCCESS" && clearingOrderNo !== undefined ? { clearingOrderNo } : {}),
  ...(status === "FAILED" && errorCode !== undefined ? { errorCode } : {}),
});

/** What the webhook carries (Standard Webhooks); the query tells the rest. */
export const transactionCallback = ({ type, at, eventId, ...event }: TransactionEvent) => ({
  type,
  timestamp: at,
  data: {
    eventId,
    requestId: event.requestId,
    transactionOrderNo: event.transactionOrderNo,
    sequence: event.sequence,
    status: event.status,
    ...(event.clearingOrderNo ? { clearingOrderNo: event.clearingOrderNo } : {}),
    ...(event.errorCode ? { errorCode: event.errorCode } : {}),
  },
});

/** No transaction meets the problems of signing; one that did would be a fault of ours. */
const fault = [500, "SYSTEM_ERROR"] as const;

/**
 * T-29 to T-38 and their HTTP status. What document T has no row for are additions: FORBIDDEN,
 * AUTHORIZATION_REQUIRED, AUTHORIZATION_EXCEEDED, ORDER_NOT_FOUND, RATE_LIMITED, the statuses 413 and 415, and
 * STATE_CONFLICT for an operator who closes what is not in the manual queue.
 */
const problemWords = {
  BODY_REFUSED: [400, "INVALID_PARAMETER"],
  BODY_TOO_LARGE: [413, "INVALID_PARAMETER"],
  MEDIA_TYPE: [415, "INVALID_PARAMETER"],
  PARAM_MISSING: [400, "MISSING_PARAMETER"],
  PARAM_INVALID: [400, "INVALID_PARAMETER"],
  BIZ_TYPE_UNSUPPORTED: [400, "UNSUPPORTED_BIZ_TYPE"],
  SIGNATURE_INVALID: [401, "INVALID_SIGNATURE"],
  CLIENT_UNKNOWN: [401, "INVALID_APPID"],
  TIMESTAMP_INVALID: [400, "INVALID_TIMESTAMP"],
  FORBIDDEN: [403, "FORBIDDEN"],
  AUTHORIZATION_REQUIRED: [403, "AUTHORIZATION_REQUIRED"],
  AUTHORIZATION_EXCEEDED: [403, "AUTHORIZATION_EXCEEDED"],
  NOT_FOUND: [404, "ORDER_NOT_FOUND"],
  DUPLICATE: [409, "DUPLICATE_REQUEST"],
  IDEMPOTENCY_CONFLICT: [409, "DUPLICATE_REQUEST"],
  REQUEST_PROCESSING: [409, "REQUEST_PROCESSING"],
  STATE_CONFLICT: [409, "STATE_CONFLICT"],
  RATE_LIMITED: [429, "RATE_LIMITED"],
  CLEARING_FAILED: [502, "DOWNSTREAM_SERVICE_ERROR"],
  INTERNAL: [500, "SYSTEM_ERROR"],
  SCENE_UNSUPPORTED: fault,
  AGREEMENT_UNSUPPORTED: fault,
  TEMPLATE_UNAVAILABLE: fault,
  NOT_READY: fault,
  CONSENT_MISSING: fault,
  LINK_USED: fault,
  FLOW_EXPIRED: fault,
  LINK_EXPIRED: fault,
  TOO_MANY_TRIES: fault,
  VERIFICATION_UNKNOWN: fault,
  SMS_FAILED: fault,
  VERIFIER_DOWN: fault,
} as const satisfies Record<ProblemCode, readonly [number, string]>;

/** Every error of this dialect; `errors` names fields, `data` holds the order where there is one (K09). */
export const wordTransactionProblem = (problem: Problem, traceId: string) =>
  problemAnswer(problemWords[problem.code], problem, traceId);

/** The status that goes with a stored error word; the first row of each word is document T's own. */
const httpStatusOf: ReadonlyMap<string, number> = new Map(
  Object.values(problemWords)
    .toReversed()
    .map(([status, word]) => [word, status]),
);

/** The word under which a refused order keeps its reason (T-22). */
export const errorCodeOf = (code: ProblemCode): string => problemWords[code][1];
