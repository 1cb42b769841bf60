import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type Json, messagesTo, partnerOf } from "./actors.ts";
import { sharedStack } from "./stack.ts";
import {
  beginProcess,
  initiate,
  mobileOf,
  processBecomes,
  signerOf,
  walletRequest,
} from "./wallet-actors.ts";

const stack = sharedStack();

/** What a refused repetition tells of the process that exists. */
const existing = (id: string) => ({
  processId: id,
  status: "SMS_SENT",
  h5PageUrl: expect.stringContaining("/h5/"),
  expiredAt: expect.stringMatching(/Z$/),
});

const wait = { prefer: "wait=10" };

describe("D-21 K10: one process a requestId, and one an X-Business-Id", () => {
  test("D-51 K07: the same request again is refused with the process that exists", async () => {
    const process = await beginProcess(stack, "person");

    const { status, body } = await initiate(stack, process.request);

    expect([status, body.code]).toEqual([409, "REQUEST_DUPLICATED"]);
    expect(body.data).toEqual(existing(process.id));
  });

  test("K07: with the standard header it is answered like the first", async () => {
    const process = await beginProcess(stack, "person");

    const again = await initiate(stack, process.request, { "idempotency-key": "any" });

    expect(again.status).toBe(200);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(again.body).toEqual(process.started.body);
  });

  test("K08: another body under the same requestId is refused, naming what differs and no value", async () => {
    const process = await beginProcess(stack, "person");

    const { status, body } = await initiate(stack, { ...process.request, fundPurpose: "货款" });

    expect([status, body.code]).toEqual([409, "REQUEST_DUPLICATED"]);
    expect(body.errors.map(({ field }: Json) => field)).toEqual(["fundPurpose"]);
    expect(body.data).toEqual(existing(process.id));
    expect(JSON.stringify(body)).not.toContain("货款");
  });

  test("K10: another requestId under the same X-Business-Id is refused with the first one's process", async () => {
    const serial = { "x-business-id": `BIZ-${randomUUID()}` };
    const request = walletRequest(stack, "person");
    const first = await initiate(stack, request, { ...serial, ...wait });

    const second = await initiate(stack, walletRequest(stack, "person"), serial);

    expect([second.status, second.body.code]).toEqual([409, "REQUEST_DUPLICATED"]);
    expect(second.body.errors).toMatchObject([{ field: "X-Business-Id" }]);
    expect(second.body.data).toEqual(existing(first.body.data.processId));
  });

  test("K10: twenty requests at once under one X-Business-Id begin one process", async () => {
    const serial = { "x-business-id": `BIZ-${randomUUID()}` };
    const requests = Array.from({ length: 20 }, () => walletRequest(stack, "person"));

    const answers = await Promise.all(requests.map((one) => initiate(stack, one, serial)));

    const count = (status: number) => answers.filter((one) => one.status === status).length;
    expect([count(200), count(409)]).toEqual([1, 19]);
    expect(new Set(answers.map(({ body }) => body.data.processId)).size).toBe(1);
  });

  test("the same request twenty times at once begins one process and sends one message", async () => {
    const request = walletRequest(stack, "person");

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => initiate(stack, request, wait)),
    );

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.data.processId)).size).toBe(1);
    expect(await messagesTo(stack, mobileOf(request))).toHaveLength(1);
  });
});

describe("K54 D-59: how long an answer waits for the message to leave", () => {
  test("a caller that prefers not to wait hears INIT", async () => {
    const { status, headers, body } = await initiate(stack, walletRequest(stack, "person"), {
      prefer: "respond-async, wait=0",
    });

    expect([status, body.data.status]).toEqual([200, "INIT"]);
    expect(headers.get("preference-applied")).toBe("wait=0");
  });

  test("a caller that waits hears SMS_SENT, and how long it might have taken", async () => {
    const { body, headers } = await initiate(stack, walletRequest(stack, "person"), {
      prefer: "wait=99",
    });

    expect(body.data.status).toBe("SMS_SENT");
    expect(headers.get("preference-applied")).toBe("wait=10");
  });

  test("D-06: without a wish the answer says how far it has come", async () => {
    const { body, headers } = await initiate(stack, walletRequest(stack, "person"));

    expect(["INIT", "SMS_SENT"]).toContain(body.data.status);
    expect(headers.has("preference-applied")).toBe(false);
  });
});

describe("D-10 K45: the message by its own entry", () => {
  const send = (request: Json, headers = {}) =>
    partnerOf(stack, "D")("POST", "/api/v1/notification/sms/send", request).then((answer) => ({
      ...answer,
      headers,
    }));

  test("begins a process that does not exist, under the same keys", async () => {
    const request = walletRequest(stack, "person");

    const sent = await send(request);
    const repeated = await initiate(stack, request);

    expect(sent.status).toBe(200);
    expect(sent.body.data.processId).toMatch(/^CT/);
    expect([repeated.status, repeated.body.data.processId]).toEqual([
      409,
      sent.body.data.processId,
    ]);
  });

  test("D-46 B-34: a live process is messaged again no sooner than a minute after the last", async () => {
    const process = await beginProcess(stack, "person");

    const { status, body } = await send(process.request);

    expect([status, body.code]).toEqual([429, "RATE_LIMITED"]);
    expect(body.data.retryAfterSeconds).toBeGreaterThan(0);
    expect(await messagesTo(stack, mobileOf(process.request))).toHaveLength(1);
  });

  test("a finished process is not messaged", async () => {
    const process = await beginProcess(stack, "person");
    const signer = await signerOf(stack, process);
    await signer.sign();
    await signer.showFace();
    await processBecomes(process, "COMPLETED");

    const { status, body } = await send(process.request);

    expect([status, body.code]).toEqual([409, "REQUEST_DUPLICATED"]);
    expect(body.data).toMatchObject({ processId: process.id, status: "COMPLETED" });
  });
});
