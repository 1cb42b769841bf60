import * as z from "zod";
import { formatAmount } from "../domain/money.ts";
import { clearingKey, intakeFigures, type Order, type Outcome } from "../domain/transaction.ts";
import { type HttpResponse, NoAnswer, type World } from "../world.ts";
import type { Breaker } from "./breaker.ts";
import type { Peer } from "./peers.ts";
import { signedHeaders } from "./request-signature.ts";

/** Answers are small records; anything larger is not one. A page of the statement is five hundred of them. */
const answerLimitBytes = 64 * 1024;
const statementLimitBytes = 512 * 1024;

const answer = z.object({
  code: z.string().max(64),
  requestNo: z.string().max(64),
  status: z.enum(["SUCCESS", "PROCESSING", "FAILED"]),
  clearingOrderNo: z.string().min(1).max(64).optional(),
});

const statementPage = z.object({
  rows: z
    .array(
      z.object({
        seq: z.number(),
        clearingOrderNo: z.string(),
        requestNo: z.string(),
        bizType: z.string(),
        payerAccountNo: z.string(),
        receiverAccountNo: z.string(),
        amount: z.string(),
        at: z.string(),
      }),
    )
    .max(500),
  next: z.number().nullable(),
});

/**
 * What an HTTP status other than 200 proves about the money. What is not listed proves nothing.
 * 401, 403 and 404 are faults between the two systems, told before anything is executed: sending again is
 * safe, and an order must not fail for a wrong key.
 */
const provenBy: Readonly<Record<number, "refused" | "notExecuted">> = {
  400: "refused",
  402: "refused",
  422: "refused",
  401: "notExecuted",
  403: "notExecuted",
  404: "notExecuted",
  429: "notExecuted",
};

type NoReply = Extract<Outcome, { readonly why: string }>;

/** Clearing knows no movement under this key, or none yet. */
export type NotFound = { readonly type: "notFound" };

/**
 * Clearing & settlement (T-12…T-14). Nothing here throws for what clearing does; every answer is an outcome,
 * and the breaker hears of each.
 */
export function clearing(
  world: World,
  { url, peer, breaker }: { url: string; peer: () => Promise<Peer>; breaker: Breaker },
) {
  async function call(
    method: "GET" | "POST",
    path: string,
    timeoutMs: number,
    payload?: { readonly requestNo: string; readonly [field: string]: unknown },
  ): Promise<HttpResponse | NoReply> {
    const body = payload === undefined ? "" : JSON.stringify(payload);
    const request = {
      method,
      url: `${url}${path}`,
      headers: {
        ...signedHeaders(world, await peer(), method, `${url}${path}`, body),
        ...(payload
          ? { "content-type": "application/json", "idempotency-key": payload.requestNo }
          : {}),
      },
      ...(payload ? { body } : {}),
      timeoutMs,
      maxBytes: path.startsWith("/split/statement") ? statementLimitBytes : answerLimitBytes,
    };
    try {
      const response = await world.http(request);
      await (response.status >= 500 || response.status === 429
        ? breaker.failed()
        : breaker.succeeded());
      return response;
    } catch (cause) {
      if (!(cause instanceof NoAnswer)) throw cause;
      await breaker.failed();
      return { type: cause.sent ? "unknown" : "notExecuted", why: cause.message };
    }
  }

  return {
    /** Executes one movement under its key. The send must be on record before this is called. */
    async execute(order: Order): Promise<Outcome> {
      const requestNo = clearingKey(order);
      const [mandate] = order.mandates;
      const response = await call("POST", "/split/execute", intakeFigures.executeMs, {
        requestNo,
        bizType: order.bizType,
        payerAccountNo: order.payerAccountNo,
        receiverAccountNo: order.receiverAccountNo,
        amount: formatAmount(order.amountFen),
        ...(mandate ? { authorizationRef: mandate.contractId } : {}),
      });
      if ("type" in response) return response;
      if (response.status !== 200) {
        const why = `POST /split/execute answered ${response.status}`;
        switch (provenBy[response.status]) {
          case "refused":
            return { type: "refused", code: codeIn(response.body) ?? `HTTP_${response.status}` };
          case "notExecuted":
            return { type: "notExecuted", why };
          default:
            return { type: "unknown", why };
        }
      }
      return outcomeIn(response.body, requestNo);
    },

    /** Asks what became of a movement. */
    async query(order: Order): Promise<Outcome | NotFound> {
      const requestNo = clearingKey(order);
      const path = `/split/query/${encodeURIComponent(requestNo)}`;
      const response = await call("GET", path, intakeFigures.queryMs);
      // A question that never arrived says nothing about the movement.
      if ("type" in response) return { type: "unknown", why: response.why };
      // A router's own 404 has no code: only clearing itself can say that it knows no such movement.
      if (response.status === 404 && codeIn(response.body) === "NOT_FOUND")
        return { type: "notFound" };
      if (response.status !== 200)
        return { type: "unknown", why: `GET /split/query answered ${response.status}` };
      return outcomeIn(response.body, requestNo);
    },

    /** One page of everything clearing executed, oldest first (`npm run reconcile`). */
    async statement(after: number, limit: number): Promise<z.infer<typeof statementPage>> {
      const path = `/split/statement?after=${after}&limit=${limit}`;
      const response = await call("GET", path, intakeFigures.executeMs);
      if ("type" in response) throw new Error(`GET ${path}: ${response.why}`);
      if (response.status !== 200)
        throw new Error(`GET ${path}: clearing answered ${response.status}`);
      return statementPage.parse(JSON.parse(response.body));
    },
  };
}

export type Clearing = ReturnType<typeof clearing>;

/** Only an answer about our own key counts; a malformed one proves as little as a lost one. */
function outcomeIn(body: string, requestNo: string): Outcome {
  const parsed = answer.safeParse(jsonOrNothing(body));
  if (!parsed.success) return { type: "unknown", why: "clearing's answer is malformed" };
  const { status, code, clearingOrderNo, requestNo: about } = parsed.data;
  if (about !== requestNo)
    return { type: "unknown", why: "clearing's answer is about another movement" };
  if (status === "PROCESSING") return { type: "unknown", why: "clearing is still at it" };
  if (status === "FAILED") return { type: "refused", code };
  return clearingOrderNo === undefined
    ? { type: "unknown", why: "clearing's answer lacks its order number" }
    : { type: "executed", clearingOrderNo };
}

const codeIn = (body: string): string | undefined => {
  const parsed = z.object({ code: z.string().max(64) }).safeParse(jsonOrNothing(body));
  return parsed.success ? parsed.data.code : undefined;
};

function jsonOrNothing(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
