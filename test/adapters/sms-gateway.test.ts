import { expect, test } from "vitest";
import { smsGateway } from "../../functions/adapters/sms-gateway.ts";
import type { HttpRequest } from "../../functions/world.ts";
import { testWorld } from "../fakes/world.ts";

test("A-38, A-19: a message is sent within 3 seconds, once under its own id, and its provider is known", async () => {
  const requests: HttpRequest[] = [];
  const { world } = testWorld({
    now: () => "2026-11-21T08:00:00.000Z",
    async http(request) {
      requests.push(request);
      return {
        status: 202,
        headers: {},
        body: '{"provider":"simulator","providerMessageId":"P1"}',
      };
    },
  });
  const gateway = smsGateway(world, "https://sms.example", async () => ({
    clientId: "qianyue",
    secret: "sms gateway secret",
  }));
  const message = { messageId: "CT0-M1", to: "13800138000", text: "签约", templateId: "SMS1" };

  const first = await gateway.send(message);
  await gateway.send(message);

  expect(first).toEqual({ provider: "simulator", providerMessageId: "P1" });
  expect(requests[0]).toMatchObject({
    method: "POST",
    url: "https://sms.example/v1/messages",
    timeoutMs: 3000,
    body: JSON.stringify(message),
  });
  expect(requests.map(({ headers }) => headers["idempotency-key"])).toEqual(["CT0-M1", "CT0-M1"]);
  // A retry is a new request with a nonce of its own; only the effect is the same.
  expect(new Set(requests.map(({ headers }) => headers["x-nonce"])).size).toBe(2);
});
