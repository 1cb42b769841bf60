import { describe, expect, test } from "vitest";
import type { Breaker } from "../../functions/adapters/breaker.ts";
import { clearing } from "../../functions/adapters/clearing.ts";
import { requestSignature } from "../../functions/adapters/request-signature.ts";
import type { Outcome } from "../../functions/domain/transaction.ts";
import { type HttpRequest, type HttpResponse, NoAnswer } from "../../functions/world.ts";
import { accepted, collection, mandate, orderNo, orderOf } from "../domain/given-order.ts";
import { clearingPeer, testWorld } from "../fakes/world.ts";

const order = orderOf(accepted());
const executed = {
  code: "SUCCESS",
  message: "executed",
  requestNo: orderNo,
  status: "SUCCESS",
  clearingOrderNo: "CL1",
};

type Said = Partial<HttpResponse> | object | string | NoAnswer;

/** The adapter before a clearing system that always says the same. */
function stage(said: Said) {
  const requests: HttpRequest[] = [];
  const heard: ("failed" | "succeeded")[] = [];
  const { world } = testWorld({
    now: () => "2026-11-21T08:00:00.000Z",
    async http(request) {
      requests.push(request);
      if (said instanceof NoAnswer) throw said;
      return responseOf(said);
    },
  });
  const breaker: Breaker = {
    ask: async () => ({ allowed: true }),
    succeeded: async () => void heard.push("succeeded"),
    failed: async () => void heard.push("failed"),
  };
  const peer = async () => clearingPeer;
  const system = clearing(world, { url: "https://clearing.example", peer, breaker });
  return { system, requests, heard };
}

function responseOf(said: Exclude<Said, NoAnswer>): HttpResponse {
  const plain = { status: 200, headers: {}, body: "" };
  if (typeof said === "string") return { ...plain, body: said };
  if ("body" in said) return { ...plain, ...said };
  return { ...plain, body: JSON.stringify(said) };
}

const answered = (status: number, body: object | string = {}) => ({
  status,
  body: typeof body === "string" ? body : JSON.stringify(body),
});
const lost = new NoAnswer("POST clearing.example: no answer within 3000 ms", true);
const unreachable = new NoAnswer("POST clearing.example: connection refused", false);

type Row = readonly [string, Said, Partial<Outcome> | { readonly type: "notFound" }];

const aboutAny: readonly Row[] = [
  ["executed", executed, { type: "executed", clearingOrderNo: "CL1" }],
  [
    "a business refusal",
    { ...executed, status: "FAILED", code: "INSUFFICIENT_BALANCE", clearingOrderNo: undefined },
    { type: "refused", code: "INSUFFICIENT_BALANCE" },
  ],
  ["still at it", { ...executed, status: "PROCESSING" }, { type: "unknown" }],
  [
    "executed, without its number",
    { ...executed, clearingOrderNo: undefined },
    { type: "unknown" },
  ],
  ["executed, with an empty number", { ...executed, clearingOrderNo: "" }, { type: "unknown" }],
  ["another movement's result", { ...executed, requestNo: `${orderNo}-1` }, { type: "unknown" }],
  ["another refusal", { ...executed, status: "FAILED", requestNo: "X" }, { type: "unknown" }],
  ["a status it does not have", { ...executed, status: "DONE" }, { type: "unknown" }],
  ["no JSON", '{"broken":', { type: "unknown" }],
  ["nothing", "", { type: "unknown" }],
  ["a list", [executed], { type: "unknown" }],
  ["no answer", lost, { type: "unknown" }],
  ["500", answered(500), { type: "unknown" }],
  [
    "502 with a refusal in it",
    answered(502, { ...executed, status: "FAILED" }),
    { type: "unknown" },
  ],
  ["503", answered(503), { type: "unknown" }],
  ["504", answered(504), { type: "unknown" }],
  ["a redirect", answered(302), { type: "unknown" }],
  ["202, which nobody agreed on", answered(202, executed), { type: "unknown" }],
];

const onlyExecute: readonly Row[] = [
  ["no connection", unreachable, { type: "notExecuted" }],
  ["400", answered(400, { code: "INVALID_REQUEST" }), { type: "refused", code: "INVALID_REQUEST" }],
  ["400 without words", answered(400, "bad"), { type: "refused", code: "HTTP_400" }],
  ["402", answered(402), { type: "refused", code: "HTTP_402" }],
  ["422", answered(422), { type: "refused", code: "HTTP_422" }],
  ["401", answered(401), { type: "notExecuted" }],
  ["403", answered(403), { type: "notExecuted" }],
  ["404", answered(404), { type: "notExecuted" }],
  ["429", answered(429), { type: "notExecuted" }],
  ["409, another body under the number", answered(409), { type: "unknown" }],
];

const onlyQuery: readonly Row[] = [
  ["no connection", unreachable, { type: "unknown" }],
  ["404 of clearing's own", answered(404, { code: "NOT_FOUND" }), { type: "notFound" }],
  ["404 of some router", answered(404, "<html>"), { type: "unknown" }],
  [
    "404 of a gateway that speaks JSON",
    answered(404, { message: "no Route" }),
    { type: "unknown" },
  ],
  ["400", answered(400, { code: "INVALID_REQUEST" }), { type: "unknown" }],
  ["401", answered(401), { type: "unknown" }],
  ["429", answered(429), { type: "unknown" }],
];

describe("what an answer to POST /split/execute proves about the money", () => {
  test.each([...aboutAny, ...onlyExecute])(
    "T-16, T-21, T-26, K39: %s",
    async (_, said, outcome) => {
      expect(await stage(said).system.execute(order)).toMatchObject(outcome);
    },
  );
});

describe("what an answer to GET /split/query proves about the money", () => {
  test.each([...aboutAny, ...onlyQuery])("K39: %s", async (_, said, outcome) => {
    expect(await stage(said).system.query(order)).toMatchObject(outcome);
  });
});

describe("the calls", () => {
  test("T-12, K39, K43: execute carries the order's own key, yuan as text, and our signature", async () => {
    const { system, requests } = stage(executed);

    await system.execute(order);

    const [request] = requests as [HttpRequest];
    const { "x-timestamp": timestamp, "x-nonce": nonce } = request.headers as Record<
      string,
      string
    >;
    expect(request).toMatchObject({
      method: "POST",
      url: "https://clearing.example/split/execute",
      timeoutMs: 3000,
      headers: {
        "idempotency-key": orderNo,
        "content-type": "application/json",
        "x-client-id": clearingPeer.clientId,
        "x-signature": requestSignature(clearingPeer.secret, {
          method: "POST",
          path: "/split/execute",
          query: "",
          timestamp: String(timestamp),
          nonce: String(nonce),
          body: Buffer.from(String(request.body)),
        }),
      },
    });
    expect(JSON.parse(String(request.body))).toEqual({
      requestNo: orderNo,
      bizType: "SPLIT",
      payerAccountNo: "ACC100001",
      receiverAccountNo: "ACC200001",
      amount: "12.34",
    });
  });

  test("T-13, K42: a collection names the contract it relies on", async () => {
    const { system, requests } = stage(executed);

    await system.execute(orderOf(accepted(collection)));

    expect(JSON.parse(String(requests[0]?.body))).toMatchObject({
      bizType: "COLLECTION",
      authorizationRef: mandate.contractId,
    });
  });

  test("T-14, K40: a part is asked about under its own key", async () => {
    const { system, requests } = stage(executed);

    await system.query({ ...order, part: 12 });

    expect(requests[0]).toMatchObject({
      method: "GET",
      url: `https://clearing.example/split/query/${orderNo}-12`,
      timeoutMs: 1500,
    });
  });

  test.each([
    ["an answer, whatever it says", executed, "succeeded"],
    ["a refusal of ours", answered(401), "succeeded"],
    ["500", answered(500), "failed"],
    ["429", answered(429), "failed"],
    ["no answer", lost, "failed"],
    ["no connection", unreachable, "failed"],
  ] as const)("the breaker hears of %s", async (_, said, word) => {
    const { system, heard } = stage(said);

    await system.execute(order);

    expect(heard).toEqual([word]);
  });

  test("a fault of ours is none of clearing's", async () => {
    const { world } = testWorld({ now: () => "2026-11-21T08:00:00.000Z" });
    const broken = { ...world, http: () => Promise.reject(new TypeError("a bug")) };
    const { heard } = stage(executed);
    const breaker = {
      ask: async () => ({ allowed: true as const }),
      succeeded: fail,
      failed: fail,
    };
    const peer = async () => clearingPeer;

    const call = clearing(broken, { url: "https://clearing.example", peer, breaker }).execute(
      order,
    );

    await expect(call).rejects.toThrow("a bug");
    expect(heard).toEqual([]);
  });
});

const fail = async () => expect.unreachable("the breaker must not hear of it");

describe("the statement", () => {
  const row = {
    seq: 1,
    clearingOrderNo: "CL1",
    requestNo: orderNo,
    bizType: "SPLIT",
    payerAccountNo: "A",
    receiverAccountNo: "B",
    amount: "12.34",
    at: "2026-11-21T08:00:00.000Z",
  };

  test("T-07: is read a page at a time", async () => {
    const { system, requests } = stage({ rows: [row], next: 1 });

    expect(await system.statement(7, 500)).toEqual({ rows: [row], next: 1 });
    expect(requests[0]?.url).toBe("https://clearing.example/split/statement?after=7&limit=500");
  });

  test.each([
    ["no answer", lost],
    ["503", answered(503)],
    ["rows that are none", { rows: [{}], next: null }],
  ])("stops at %s: half a statement proves nothing", async (_, said) => {
    await expect(stage(said).system.statement(0, 500)).rejects.toThrow();
  });
});
