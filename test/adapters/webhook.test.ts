import { Webhook } from "standardwebhooks";
import { describe, expect, test, vi } from "vitest";
import { signature, webhookSender } from "../../functions/adapters/webhook.ts";
import {
  type HttpRequest,
  type HttpResponse,
  NoAnswer,
  type World,
} from "../../functions/world.ts";

const now = "2026-11-21T08:00:00.000Z";
const secret = `whsec_${Buffer.from("a secret of the partner's webhook").toString("base64")}`;
const url = "https://partner.example/callback";
const body = '{"type":"esign.contract.v1.completed","data":{"note":"签约"}}';

/** Sends once; the partner answers as told. */
async function send(
  answer: Partial<HttpResponse> | NoAnswer,
  more: { readonly to?: string; readonly allowedHosts?: readonly string[] } = {},
) {
  const requests: HttpRequest[] = [];
  const logged: unknown[] = [];
  const world = {
    now: () => now,
    log: (...line: unknown[]) => logged.push(line),
    http: async (request: HttpRequest) => {
      requests.push(request);
      if (answer instanceof NoAnswer) throw answer;
      return { status: 200, headers: {}, body: "", ...answer };
    },
  } as Pick<World, "now" | "log" | "http"> as World;
  const result = await webhookSender(world, more.allowedHosts ?? [])(
    { url: more.to ?? url, secret, body },
    "EV1",
  );
  return { result, requests, logged };
}

describe("a webhook", () => {
  test("A-27: verifies with the Standard Webhooks library, body byte for byte", async () => {
    const { requests } = await send({});
    const [request] = requests;
    const library = new Webhook(secret);

    vi.useFakeTimers({ now: Date.parse(now), toFake: ["Date"] });
    try {
      expect(library.verify(String(request?.body), { ...request?.headers })).toEqual(
        JSON.parse(body),
      );
      expect(() => library.verify(`${request?.body} `, { ...request?.headers })).toThrow();
    } finally {
      vi.useRealTimers();
    }
    expect(request).toMatchObject({ method: "POST", url, body, timeoutMs: 15_000 });
  });

  test("is signed as the library signs", () => {
    const seconds = Date.parse(now) / 1000;

    expect(signature(secret, "EV1", seconds, body)).toBe(
      new Webhook(secret).sign("EV1", new Date(now), body),
    );
  });

  test.each([
    [200, "delivered"],
    [204, "delivered"],
    [299, "delivered"],
    [301, "failed"],
    [307, "failed"],
    [400, "failed"],
    [404, "failed"],
    [410, "gone"],
    [429, "failed"],
    [500, "failed"],
  ])("answered %i is %s", async (status, kind) => {
    const { result, requests } = await send({ status, headers: { location: "https://10.0.0.1/" } });

    expect(result).toMatchObject({ kind, status });
    expect(requests).toHaveLength(1);
  });

  test.each([
    ["120", 120],
    ["0", 0],
    ["-5", 0],
    ["1e9", 0],
    ["soon", 0],
    ["", 0],
    ["Sat, 21 Nov 2026 08:02:00 GMT", 120],
    ["Sat, 21 Nov 2026 07:00:00 GMT", 0],
  ])(
    "that is asked to come back after %j waits %i seconds",
    async (retryAfter, retryAfterSeconds) => {
      const { result } = await send({ status: 429, headers: { "retry-after": retryAfter } });

      expect(result).toMatchObject({ kind: "failed", retryAfterSeconds });
    },
  );

  test("that is not answered failed, and the log names the event only", async () => {
    const { result, logged } = await send(new NoAnswer(`POST ${url}: reset`, true));

    expect(result).toEqual({ kind: "failed", status: 0, retryAfterSeconds: 0 });
    expect(logged).toEqual([["warn", "webhook not answered", { id: "EV1", sent: true }]]);
  });

  test("to an address that is not public is never sent", async () => {
    const { result, requests } = await send({}, { to: "https://169.254.169.254/latest" });

    expect(result).toMatchObject({ kind: "failed", status: 0 });
    expect(requests).toEqual([]);
  });

  test("checks every address its host resolves to, but for the local stage's own hosts", async () => {
    const outside = await send({});
    const local = await send(
      {},
      { to: "http://127.0.0.1:4010/", allowedHosts: ["127.0.0.1:4010"] },
    );

    expect(outside.requests[0]?.refuseAddress?.("10.0.0.1")).toBe("is not a public address");
    expect(local.requests[0]).not.toHaveProperty("refuseAddress");
  });
});
