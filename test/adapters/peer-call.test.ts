import { describe, expect, test } from "vitest";
import * as z from "zod";
import { callPeer, PeerRefused, PeerUnavailable } from "../../functions/adapters/peer-call.ts";
import { type HttpRequest, type HttpResponse, NoAnswer } from "../../functions/world.ts";
import { testWorld } from "../fakes/world.ts";

const peer = { clientId: "qianyue", secret: "a secret shared with the peer" };
const personal = /张三|13800138000/;

/** One call to a peer that answers as told. */
async function call(answer: Partial<HttpResponse> | Error) {
  const requests: HttpRequest[] = [];
  const { world } = testWorld({
    now: () => "2026-11-21T08:00:00.000Z",
    async http(request) {
      requests.push(request);
      if (answer instanceof Error) throw answer;
      return { status: 200, headers: {}, body: '{"status":"OK"}', ...answer };
    },
  });
  const result = await callPeer(world, peer, {
    method: "POST",
    url: "https://peer.example/v1/things",
    body: { name: "张三", mobile: "13800138000" },
    idempotencyKey: "CT0-M1",
    timeoutMs: 3000,
    answer: z.object({ status: z.string() }),
  }).catch((cause: unknown) => cause);
  return { result, requests };
}

describe("a call to a peer", () => {
  test("is signed, bounded in time and size, and carries its idempotency key", async () => {
    const { result, requests } = await call({});

    expect(result).toEqual({ status: "OK" });
    expect(requests).toEqual([
      {
        method: "POST",
        url: "https://peer.example/v1/things",
        headers: {
          "content-type": "application/json",
          "idempotency-key": "CT0-M1",
          "x-client-id": "qianyue",
          "x-timestamp": "1795248000000",
          "x-nonce": expect.stringMatching(/^[0-9a-f]{32}$/),
          "x-signature": expect.stringMatching(/^[0-9a-f]{64}$/),
        },
        body: '{"name":"张三","mobile":"13800138000"}',
        timeoutMs: 3000,
        maxBytes: 65_536,
      },
    ]);
  });

  test.each<[string, Partial<HttpResponse> | Error]>([
    ["no answer", new NoAnswer("POST peer.example/v1/things: no answer within 3000 ms", true)],
    ["no connection", new NoAnswer("POST peer.example/v1/things: refused", false)],
    ["429", { status: 429 }],
    ["500", { status: 500 }],
    ["503", { status: 503 }],
    ["an answer that is no JSON", { body: "<html>张三</html>" }],
    ["an answer that lacks a field", { body: '{"name":"张三"}' }],
    ["an empty answer", { status: 204, body: "" }],
  ])("A-43: %s leaves the outcome open: the same key may be tried again", async (_, answer) => {
    const { result } = await call(answer);

    expect(result).toBeInstanceOf(PeerUnavailable);
    expect((result as Error).message).toMatch(/^POST \S*\/v1\/things: /);
    expect((result as Error).message).not.toMatch(personal);
  });

  test.each([301, 307, 400, 401, 404, 409, 422])(
    "%i is a refusal that no retry would change",
    async (status) => {
      const { result } = await call({ status, body: '{"message":"张三 13800138000"}' });

      expect(result).toBeInstanceOf(PeerRefused);
      expect((result as Error).message).toBe(`POST /v1/things: answered ${status}`);
    },
  );

  test("a fault of our own is not taken for the peer's", async () => {
    const bug = new TypeError("bug");

    expect((await call(bug)).result).toBe(bug);
  });
});
