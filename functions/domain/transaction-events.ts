import type { Entry } from "./evidence.ts";
import type { OrderEntry, OrderStep } from "./transaction.ts";

/** What the bus carries of an order (3.3): ids and codes only. */
export type TransactionEvent = {
  readonly eventId: string;
  readonly type: string;
  /** The order's own number, without the part. */
  readonly transactionOrderNo: string;
  /** Of a BATCH_PAY; absent on the order itself. */
  readonly part?: number;
  readonly requestId: string;
  readonly owner: string;
  /** Position in the history: a receiver drops what is older than what it has. */
  readonly sequence: number;
  readonly at: string;
  readonly status: "PROCESSING" | "SUCCESS" | "FAILED";
  readonly clearingOrderNo?: string;
  readonly errorCode?: string;
};

type News = { readonly type: string; readonly status: TransactionEvent["status"] };

const received: News = { type: "TransactionReceived", status: "PROCESSING" };
const forwarded: News = { type: "TransactionForwarded", status: "PROCESSING" };
const failed: News = { type: "TransactionFailed", status: "FAILED" };

/** One write may be several pieces of news: a new order is received and forwarded at once (K35). */
const newsOf: Readonly<Record<OrderStep, readonly News[]>> = {
  ORDER_FORWARDED: [received, forwarded],
  ORDER_VALIDATED: [received],
  ORDER_REFUSED: [received, failed],
  ORDER_SENT: [],
  ORDER_UNANSWERED: [],
  ORDER_SUCCEEDED: [{ type: "TransactionSucceeded", status: "SUCCESS" }],
  ORDER_FAILED: [failed],
  ORDER_PARKED: [{ type: "TransactionParked", status: "PROCESSING" }],
  ORDER_RESUMED: [{ type: "TransactionResumed", status: "PROCESSING" }],
};

/** Orders and contracts share the chain's table; their steps tell them apart. */
export const isOrderEntry = (entry: Entry<string>): entry is OrderEntry =>
  Object.hasOwn(newsOf, entry.step);

/**
 * The events that an entry of an order publishes; their ids derive from it, so a repeat repeats them. A part is
 * not received, its batch was: five hundred more messages would each bring the whole batch forward.
 */
export function transactionEvents(
  entry: OrderEntry,
  order: { readonly owner: string; readonly requestId: string },
): readonly TransactionEvent[] {
  const [transactionOrderNo = "", part] = entry.contractId.split("-");
  const { clearingOrderNo, errorCode } = entry.facts;
  const news = part === undefined ? newsOf[entry.step] : newsOf[entry.step].filter(isOfPart);
  return news.map(({ type, status }, position) => ({
    eventId: `${entry.contractId}-E${entry.index}${position > 0 ? `.${position}` : ""}`,
    type,
    transactionOrderNo,
    ...(part === undefined ? {} : { part: Number(part) }),
    requestId: order.requestId,
    owner: order.owner,
    sequence: entry.index,
    at: entry.at,
    status,
    ...(clearingOrderNo ? { clearingOrderNo: String(clearingOrderNo) } : {}),
    ...(errorCode ? { errorCode: String(errorCode) } : {}),
  }));
}

const isOfPart = (news: News): boolean => news !== received;
