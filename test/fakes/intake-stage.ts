import { createHash } from "node:crypto";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import type { APIGatewayProxyEvent, SQSEvent } from "aws-lambda";
import canonicalize from "canonicalize";
import { authorizationItem } from "../../functions/adapters/authorizations.ts";
import { entryFromItem } from "../../functions/adapters/contract-items.ts";
import { orderFromItem } from "../../functions/adapters/order-items.ts";
import { transactionSignature } from "../../functions/adapters/request-signature.ts";
import { build as processTransaction } from "../../functions/api/process-transaction.ts";
import { assembleIntake } from "../../functions/assemble.ts";
import type { Authorization } from "../../functions/domain/authorization.ts";
import type { Resolution } from "../../functions/domain/decide-transaction.ts";
import { clearingKey, type Order, type OrderEntry } from "../../functions/domain/transaction.ts";
import { orderResolver } from "../../functions/intake/resolve-order.ts";
import { build as clearTransaction } from "../../functions/workers/clear-transaction.ts";
import type { World } from "../../functions/world.ts";
import { type ClearingFault, fakeClearing } from "./clearing.ts";
import type { Gate } from "./dynamo.ts";
import { testWorld, tiancai } from "./world.ts";

/** When every story of an order begins. */
const begin = Date.parse("2026-11-21T08:00:00.000Z");

export type Asked = {
  readonly requestId: string;
  readonly bizType: string;
  readonly bizData: Readonly<Record<string, unknown>>;
  readonly client?: { readonly clientId: string; readonly secret: string };
};

export type Answered = {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of an answer.
  readonly body: any;
};

/** Says where a call may be interrupted; the same for the tables and for clearing. */
type Interrupt = Gate;

/**
 * The intake's real handlers over tables in memory and a clearing that keeps a ledger. Every environment is
 * one that was built anew, as on AWS: what it remembers, others do not know.
 */
export function intakeStage(faultOf: (call: "execute" | "query") => ClearingFault | undefined) {
  let nowMs = begin;
  const violations: string[] = [];
  const arrivals = new Map<string, number>();
  const { world: plain, dynamo } = testWorld({
    now: () => new Date(nowMs).toISOString(),
    async http(request) {
      const places = [`clearing/${request.url.split("/").at(-1)}`];
      const touched =
        request.method === "GET" ? { reads: places, writes: [] } : { reads: [], writes: places };
      const label = `${request.method} ${request.url.split("/").slice(3).join("/")}`;
      const afterwards = await stage.interrupt?.({ label, ...touched });
      try {
        return clearing.answer(request);
      } finally {
        await afterwards?.();
      }
    },
  });
  const world: World = {
    ...plain,
    async sleep(ms) {
      await stage.interrupt?.({ label: `sleep ${ms}`, reads: [], writes: [] });
      nowMs += ms;
    },
  };
  const clearing = fakeClearing({ nowMs: () => nowMs, fault: faultOf, arrived });
  const stage = {
    interrupt: undefined as Interrupt | undefined,
    clearing,
    dynamo,
    violations,
    world,
    now: () => new Date(nowMs).toISOString(),
    pass(seconds: number): void {
      nowMs += seconds * 1000;
      clearing.catchUp();
    },
    /** A gateway in front of an environment of its own. */
    gateway() {
      const handle = processTransaction(world);
      return async (asked: Asked): Promise<Answered> => {
        const answer = await handle(instruction(asked, nowMs), {} as never);
        return {
          status: answer.statusCode,
          headers: answer.headers ?? {},
          body: JSON.parse(answer.body),
        };
      };
    },
    /** A worker of the queue; answers whether the message is done with. */
    worker() {
      const consume = clearTransaction(world);
      return async (orderNo: string): Promise<boolean> => {
        const { batchItemFailures } = await consume(message(orderNo));
        return batchItemFailures.length === 0;
      };
    },
    /** Lets clearing have been away for a while, so that the breaker is open. */
    async away(): Promise<void> {
      const { breaker } = assembleIntake(world);
      for (let left = 5; left > 0; left -= 1) await breaker.failed();
    },
    resolve: (key: string, resolution: Resolution) =>
      orderResolver(world, assembleIntake(world))(key, resolution),
    orders: (): Order[] =>
      dynamo
        .items("orders")
        .filter((item) => item.transaction_order_no !== undefined)
        .map((item) => orderFromItem(unmarshall(item as never))),
    history: (key: string): OrderEntry[] =>
      dynamo
        .items("chain")
        .map((item) => unmarshall(item as never))
        .filter((item) => item.contract_id === key)
        .map((item) => entryFromItem(item).entry as unknown as OrderEntry),
    /** What is counted as collected of one source order, by store and number. */
    collected: (): Map<string, number> =>
      new Map(
        dynamo
          .items("orders")
          .filter((item) => String(item.id?.S).startsWith("POOLED#"))
          .map((item) => [String(item.id?.S), Number(item.collected_fen?.N)]),
      ),
  };
  dynamo.gate = async (call) =>
    // The breaker's row is advice: nothing about money may depend on when it is read.
    [...call.reads, ...call.writes].some((place) => place.startsWith("guard/"))
      ? undefined
      : stage.interrupt?.(call);
  return stage;

  /** I-1 and K39 at clearing's own door. */
  function arrived(requestNo: string): void {
    const times = (arrivals.get(requestNo) ?? 0) + 1;
    arrivals.set(requestNo, times);
    const recorded = stage
      .history(requestNo)
      .filter(({ step }) => step === "ORDER_FORWARDED" || step === "ORDER_SENT").length;
    if (recorded < times)
      violations.push(`${requestNo} arrived ${times} times, ${recorded} sends are on record`);
    if (clearing.pending(requestNo))
      violations.push(`${requestNo} was sent again while an earlier send could still be executed`);
    if (!stage.orders().some((order) => clearingKey(order) === requestNo))
      violations.push(`${requestNo} is no order's key`);
  }
}

export type IntakeStage = ReturnType<typeof intakeStage>;

/** An instruction like any other; `payer` decides what clearing makes of it. */
export const split = (payer = "RICH"): Asked => ({
  requestId: "R1",
  bizType: "SPLIT",
  bizData: {
    bizOrderNo: "B1",
    payerInfo: { accountNo: payer },
    receiverInfo: { accountNo: "SHOP" },
    amount: "12.34",
  },
});

/** The one order that a test is about. */
export const only = (stage: IntakeStage): Order => {
  const [order] = stage.orders();
  if (order === undefined) throw new Error("there is no order");
  return order;
};

/** Lets these contracts authorise, as their completion would have. */
export function authorize(stage: IntakeStage, ...rows: readonly Authorization[]): void {
  const saved = stage.dynamo.save();
  const flow = rows.map((row) => {
    const item = authorizationItem(row);
    return [`${item.pk}/${item.sk}`, marshall(item)] as const;
  });
  stage.dynamo.restore({ ...saved, flow: new Map(flow) as never });
}

export const authorization = (
  kind: Authorization["kind"],
  payerAccountNo: string,
  payeeAccountNo?: string,
  more: Partial<Authorization> = {},
): Authorization => ({
  contractId: `CT${createHash("sha256").update(`${kind}${payerAccountNo}${payeeAccountNo}`).digest("hex").slice(0, 26).toUpperCase()}`,
  owner: "sandai",
  kind,
  payerAccountNo,
  ...(payeeAccountNo ? { payeeAccountNo } : {}),
  validFrom: new Date(begin).toISOString(),
  validUntil: new Date(begin + 365 * 86_400_000).toISOString(),
  root: "a".repeat(64),
  ...more,
});

/** The request as the gateway hands it over, signed in its body (3.3). */
function instruction(
  { requestId, bizType, bizData, client = tiancai }: Asked,
  timestamp: number,
): APIGatewayProxyEvent {
  const { clientId: appId, secret } = client;
  const dataHash = createHash("sha256")
    .update(String(canonicalize(bizData)))
    .digest("hex");
  const text = [appId, requestId, timestamp, bizType, dataHash].join("\n");
  const signature = transactionSignature(secret, text, "HMAC-SHA256");
  const path = "/api/v1/transaction/process";
  return {
    httpMethod: "POST",
    path,
    headers: { "content-type": "application/json" },
    pathParameters: null,
    body: JSON.stringify({ requestId, appId, signature, timestamp, bizType, bizData }),
    isBase64Encoded: false,
    requestContext: { requestId: "trace", path, identity: { sourceIp: "192.0.2.1" } },
  } as unknown as APIGatewayProxyEvent;
}

const message = (transactionOrderNo: string): SQSEvent =>
  ({
    Records: [
      {
        messageId: "M1",
        receiptHandle: "handle",
        body: JSON.stringify({ detail: { transactionOrderNo } }),
        attributes: { ApproximateReceiveCount: "1" },
      },
    ],
  }) as unknown as SQSEvent;
