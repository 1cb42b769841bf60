import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { localClock } from "../../lib/local/clock.ts";
import type { Simulator } from "../../lib/local/simulators/control.ts";
import { partnerSimulator, type ReceivedEvent } from "../../lib/local/simulators/partner.ts";
import { type Message, smsSimulator } from "../../lib/local/simulators/sms.ts";
import { client, eventually, get, script, signed, useStage } from "./simulator-stage.ts";

const webhookSecret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

const stage = useStage();

describe("control paths", () => {
  test("the log pages through raw requests in order, with bodies and headers", async () => {
    const sms = await startSms();
    for (const key of ["k1", "k2", "k3"]) await send(sms, message, key);

    const first = await get(sms, "/_control/log?limit=2");
    const rest = await get(sms, `/_control/log?limit=2&after=${first.next}`);

    expect([...first.requests, ...rest.requests]).toMatchObject([
      {
        method: "POST",
        path: "/v1/messages",
        headers: { "idempotency-key": "k1" },
        answered: "202",
      },
      { headers: { "idempotency-key": "k2" }, body: JSON.stringify(message) },
      { headers: { "idempotency-key": "k3" } },
    ]);
    expect(rest.next).toBeNull();
  });

  test.each([
    ["GET", "/_control/log?after=x", undefined, "after"],
    ["GET", "/_control/log?limit=0", undefined, "limit"],
    ["PUT", "/_control/faults", "[{]", "body"],
    ["PUT", "/_control/faults", "{}", "body"],
    ["PUT", "/_control/faults", '[{"kind":"explode"}]', "0.kind"],
    ["PUT", "/_control/faults", '[{"kind":"status"}]', "0.status"],
    ["PUT", "/_control/faults", '[{"kind":"delay"}]', "0.delayMs"],
    ["PUT", "/_control/faults", '[{"kind":"before","times":0}]', "0.times"],
    ["PUT", "/_control/faults", '[{"kind":"before","match":{"path":"x"}}]', "0.match.path"],
    ["PUT", "/_control/faults", '[{"times":1}]', "0.kind"],
    ["PUT", "/_control/faults", '[{"callback":{"drop":true}}]', "0.callback"],
  ])("%s %s with %s answers 400 and names %s", async (method, path, body, field) => {
    const sms = await startSms();

    const response = await fetch(sms.url + path, { method, ...(body && { body }) });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ fields: [{ field }] });
  });

  test("an unknown control path answers 404 and lists the known ones", async () => {
    const sms = await startSms();

    const response = await fetch(`${sms.url}/_control/nothing`);

    expect(response.status).toBe(404);
    expect((await response.json()).message).toContain("PUT /_control/faults");
  });

  test("clearing forgets log, state and faults", async () => {
    const sms = await startSms();
    await send(sms, message, "k1");
    await script(sms, [{ kind: "before" }]);

    await fetch(`${sms.url}/_control`, { method: "DELETE" });

    expect(await get(sms, "/_control/state")).toEqual({ inbox: {}, faults: [] });
    expect(await get(sms, "/_control/log")).toEqual({ requests: [], next: null });
  });
});

describe("fault script", () => {
  test("before: the connection is cut and nothing happened", async () => {
    const sms = await startSms();
    await script(sms, [{ match: { method: "post", path: "/v1/*" }, times: 1, kind: "before" }]);

    await expect(send(sms, message, "k1")).rejects.toThrow("fetch failed");

    expect(await get(sms, "/_control/state")).toEqual({ inbox: {}, faults: [] });
    expect((await get(sms, "/_control/log")).requests).toMatchObject([{ answered: "cut" }]);
  });

  test("after: the answer is lost, the effect stays, and a repeat sends no second message", async () => {
    const sms = await startSms();
    await script(sms, [{ times: 1, kind: "after" }]);

    await expect(send(sms, message, "k1")).rejects.toThrow("fetch failed");
    const repeated = await send(sms, message, "k1");

    expect(repeated.status).toBe(202);
    expect(await inbox(sms)).toHaveLength(1);
  });

  test("status, headers and body are answered as scripted, without effect", async () => {
    const sms = await startSms();
    const headers = { "retry-after": "7" };
    await script(sms, [{ kind: "status", status: 429, headers, body: "slow down", times: 2 }]);

    const response = await send(sms, message, "k1");

    expect([response.status, response.headers.get("retry-after"), await response.text()]).toEqual([
      429,
      "7",
      "slow down",
    ]);
    expect(await get(sms, "/_control/state")).toMatchObject({ inbox: {}, faults: [{ times: 1 }] });
  });

  test("delay: the effect comes when the stack's clock reaches it", async () => {
    const sms = await startSms();
    await script(sms, [{ times: 1, kind: "delay", delayMs: 60_000 }]);

    const answer = send(sms, message, "k1");
    await eventually(async () => (await get(sms, "/_control/log")).requests.length === 1);
    const before = await inbox(sms);
    stage.clock.advance(60_000);

    expect(before).toEqual([]);
    expect((await answer).status).toBe(202);
    expect(await inbox(sms)).toHaveLength(1);
  });

  test("malformed: the effect happens and the answer is no JSON", async () => {
    const sms = await startSms();
    await script(sms, [{ times: 1, kind: "malformed" }]);

    const response = await send(sms, message, "k1");

    expect([response.status, await response.text()]).toEqual([202, '{"broken":']);
    expect(await inbox(sms)).toHaveLength(1);
  });
});

describe("SMS gateway", () => {
  test("the same key gets the same answer and one message, also after a restart", async () => {
    const sms = await startSms();
    const first = await (await send(sms, message, "k1")).json();
    await sms.close();
    const restarted = await startSms();

    const again = await (await send(restarted, message, "k1")).json();

    expect(again).toEqual(first);
    expect(await inbox(restarted)).toMatchObject([
      {
        ...message,
        providerMessageId: first.providerMessageId,
        links: ["http://127.0.0.1/h5/a-_b-"],
      },
    ]);
  });

  test("the same key with another text is a conflict", async () => {
    const sms = await startSms();
    await send(sms, message, "k1");

    const response = await send(sms, { ...message, text: "something else" }, "k1");

    expect(response.status).toBe(409);
    expect(await inbox(sms)).toHaveLength(1);
  });

  test("a used nonce, a wrong signature and an incomplete message are refused", async () => {
    const sms = await startSms();
    const complete = JSON.stringify(message);
    const sign = (body: string) => signed(stage.clock.now(), "POST", "/v1/messages", body);
    const post = (body: string, signature: Record<string, string>) =>
      fetch(`${sms.url}/v1/messages`, {
        method: "POST",
        body,
        headers: { ...signature, "idempotency-key": "k1" },
      });
    const signature = sign(complete);

    expect((await post(complete, signature)).status).toBe(202);
    expect((await post(complete, signature)).status).toBe(401);
    expect((await post(complete, sign("{}"))).status).toBe(401);
    expect((await (await post("{}", sign("{}"))).json()).message).toContain("templateId");
  });

  test("a body beyond a megabyte is answered 413", async () => {
    const sms = await startSms();

    const response = await send(sms, { ...message, text: "x".repeat(3 * 1024 * 1024) }, "k1");

    expect(response.status).toBe(413);
  });

  test("the inbox page shows texts escaped and links clickable", async () => {
    const sms = await startSms();
    await send(sms, { ...message, text: "<script>1</script> http://127.0.0.1/h5/x。" }, "k1");

    const page = await (await fetch(`${sms.url}/?lang=en`)).text();

    expect(page).toContain('<a href="http://127.0.0.1/h5/x">http://127.0.0.1/h5/x</a>。');
    expect(page).toContain("&#60;script&#62;1");
    expect(page).toContain('lang="en"');
  });
});

describe("partner receiver", () => {
  const event =
    '{"type":"esign.contract.v1.completed","data":{"contractId":"CT1","status":"COMPLETED"}}';

  test("a delivery signed by the Standard Webhooks library is valid; repeats are counted", async () => {
    const partner = await startPartner();

    const statuses = [await deliver(partner, event), await deliver(partner, event)];

    expect(statuses.map(({ status }) => status)).toEqual([200, 200]);
    expect(await get(partner, "/_control/state")).toMatchObject({
      events: [
        { webhookId: "msg_1", signatureValid: true, delivery: 1, event: JSON.parse(event) },
        { webhookId: "msg_1", signatureValid: true, delivery: 2, path: "/any/path" },
      ],
    });
    expect(await (await fetch(`${partner.url}/?lang=en`)).text()).toContain("Signature valid");
  });

  test("the signature is the one python computes", async () => {
    stage.clock.close();
    stage.clock = localClock(1763700000_000 - Date.now());
    const partner = await startPartner();

    const response = await fetch(`${partner.url}/callback`, {
      method: "POST",
      body: event,
      headers: {
        "webhook-id": "msg_1",
        "webhook-timestamp": "1763700000",
        "webhook-signature": "v1a,AAAA v1,2ZBN/mdg8CvKerBKkRmQyo/8ZKp6isUotIZUScmkV08=",
      },
    });

    expect(response.status).toBe(200);
  });

  test("a changed body, an old time and a missing id are recorded as invalid and answered 401", async () => {
    const partner = await startPartner();

    const answers = [
      await deliver(partner, event, { changedBody: `${event} ` }),
      await deliver(partner, event, { sentAtMs: stage.clock.now() - 301_000 }),
      await fetch(`${partner.url}/callback`, { method: "POST", body: event }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    const { events }: { events: ReceivedEvent[] } = await get(partner, "/_control/state");
    expect(events.map((event) => event.signatureValid)).toEqual([false, false, false]);
  });

  test("gone, redirecting and huge answers come as scripted", async () => {
    const partner = await startPartner();
    await script(partner, [
      { times: 1, kind: "status", status: 410 },
      { times: 1, kind: "status", status: 302, headers: { location: "http://169.254.169.254/" } },
      { times: 1, kind: "after", status: 200, bodyBytes: 5_000_000 },
    ]);

    const gone = await deliver(partner, event);
    const moved = await deliver(partner, event);
    const huge = await deliver(partner, event);

    expect([gone.status, moved.status, moved.headers.get("location")]).toEqual([
      410,
      302,
      "http://169.254.169.254/",
    ]);
    expect((await huge.arrayBuffer()).byteLength).toBe(5_000_000);
    expect((await get(partner, "/_control/state")).events).toHaveLength(1);
  });
});

const message = {
  messageId: "m1",
  to: "13800138000",
  text: "【签约】请签署：http://127.0.0.1/h5/a-_b-，谢谢。",
  templateId: "INVITE",
};

const startSms = () => stage.start((options) => smsSimulator({ ...options, clients: [client] }));

const startPartner = () =>
  stage.start((options) =>
    partnerSimulator({ ...options, webhookSecrets: ["whsec_b3RoZXI=", webhookSecret] }),
  );

async function send(sms: Simulator, body: object, idempotencyKey: string): Promise<Response> {
  const text = JSON.stringify(body);
  const headers = signed(stage.clock.now(), "POST", "/v1/messages", text);
  return fetch(`${sms.url}/v1/messages`, {
    method: "POST",
    body: text,
    headers: { ...headers, "idempotency-key": idempotencyKey },
  });
}

async function inbox(sms: Simulator): Promise<Message[]> {
  const state = await get(sms, `/_control/state?phone=${message.to}`);
  return state.inbox[message.to] ?? [];
}

function deliver(
  partner: Simulator,
  body: string,
  { changedBody = body, sentAtMs = stage.clock.now() } = {},
) {
  const sentAt = new Date(sentAtMs);
  return fetch(`${partner.url}/any/path`, {
    method: "POST",
    redirect: "manual",
    body: changedBody,
    headers: {
      "webhook-id": "msg_1",
      "webhook-timestamp": String(Math.floor(sentAtMs / 1000)),
      "webhook-signature": new Webhook(webhookSecret).sign("msg_1", sentAt, body),
    },
  });
}
