import { beforeEach, describe, expect, test } from "vitest";
import { signer as signerAt } from "../../examples/signer.ts";
import {
  becomes,
  becomesInTime,
  begin,
  contractOf,
  evidenceOf,
  inTime,
  type Json,
  messagesTo,
  recorded,
  script,
  signed,
  stepsOf,
  webhooksOf,
} from "./actors.ts";
import { ownStack } from "./stack.ts";

const stack = ownStack();
const down = { match: { path: "/v1/messages" }, kind: "status", status: 503 };

beforeEach(() => script(stack.simulators.sms, []));

const phoneOf = ({ request }: Json) => request.userInfo.mobile;

describe("the first invitation", () => {
  test("K31 A-32: an answer that is lost after the message left leads to exactly one message", async () => {
    await script(stack.simulators.sms, [
      { match: { path: "/v1/messages" }, times: 2, kind: "after" },
    ]);
    const flow = await begin(stack, "personal");

    await becomesInTime(stack, flow, "AWAITING_SIGNATURE");

    expect(await messagesTo(stack, phoneOf(flow))).toHaveLength(1);
    const steps = await stepsOf(flow);
    expect(steps.filter((step) => step === "SMS_REQUESTED")).toHaveLength(1);
    expect(steps.filter((step) => step === "SMS_FAILED")).toHaveLength(2);
    await (await signed(flow)).showFace();
    await becomes(flow, "COMPLETED");
  });

  test("A-33 B-33 B-50: a gateway that is down for all four tries fails the contract, seals it and tells the partner", async () => {
    await script(stack.simulators.sms, [down]);
    const flow = await begin(stack, "personal");

    const contract = await becomesInTime(stack, flow, "FAILED");

    expect(contract).toMatchObject({
      failure: { code: "SMS_SEND_FAILED", retryable: true },
      restartAllowed: true,
      records: { sms: [{ status: "FAILED", attempts: 4 }] },
    });
    expect(contract).not.toHaveProperty("h5Url");
    const { event } = await inTime(
      stack,
      "the webhook",
      async () => (await webhooksOf(stack, flow))[0],
    );
    expect(event).toMatchObject({
      type: "esign.contract.v1.failed",
      data: { status: "FAILED", reason: "SMS_SEND_FAILED" },
    });
    await recorded(flow, "SEALED");
    expect((await evidenceOf(flow)).bundleUrl).toEqual(expect.any(String));
  });

  test("A-33: a gateway that comes back in time is all that the person notices", async () => {
    await script(stack.simulators.sms, [{ ...down, times: 3 }]);
    const flow = await begin(stack, "personal");

    await becomesInTime(stack, flow, "AWAITING_SIGNATURE");

    expect(await messagesTo(stack, phoneOf(flow))).toHaveLength(1);
    expect((await contractOf(flow)).records.sms).toMatchObject([{ status: "SENT" }]);
  });

  test("A-19 A-38: a gateway that does not answer within three seconds is given up for that try", async () => {
    await script(stack.simulators.sms, [
      { match: { path: "/v1/messages" }, times: 1, kind: "delay", delayMs: 3_600_000 },
    ]);
    const began = performance.now();
    const flow = await begin(stack, "personal");

    expect(await recorded(flow, "SMS_FAILED")).toMatchObject({ attempt: 1 });

    const waitedMs = performance.now() - began;
    expect(waitedMs).toBeGreaterThan(2_900);
    expect(waitedMs).toBeLessThan(6_000);
  });

  test("B-35: with allowExternalDelivery the contract stays alive, and the link from the query works", async () => {
    await script(stack.simulators.sms, [down]);
    const flow = await begin(stack, "personal", { allowExternalDelivery: true });

    const contract = await becomesInTime(stack, flow, "AWAITING_SIGNATURE");

    expect(contract.records.sms).toMatchObject([{ status: "FAILED" }]);
    const signer = signerAt(stack.simulators, contract.h5Url);
    await signer.read();
    await signer.sign();
    await signer.showFace();
    await becomes(flow, "COMPLETED");
  });
});

describe("B-07 B-34 B-51: sending again", () => {
  const resend = (flow: Json) => flow.call("POST", `/v1/contracts/${flow.id}/sms`);

  test("needs a minute in between, and says how long to wait and how many are left", async () => {
    const flow = await begin(stack, "personal");
    await flow.signer();

    const early = await resend(flow);

    expect([early.status, early.body.code]).toEqual([429, "B42901"]);
    const wait = Number(early.headers.get("retry-after"));
    expect(wait).toBeGreaterThan(50);
    expect(wait).toBeLessThanOrEqual(60);
    expect(early.body.data).toMatchObject({ remaining: 5 });
    await stack.advance(wait * 1000);
    expect(await resend(flow)).toMatchObject({ status: 200, body: { smsId: `${flow.id}-M2` } });
    expect(await messagesTo(stack, phoneOf(flow))).toHaveLength(2);
  });

  test("is possible five times a day; the sixth must wait for the next", async () => {
    const flow = await begin(stack, "personal");
    await flow.signer();
    for (let count = 1; count <= 5; count += 1) {
      await stack.advance(61_000);
      expect((await resend(flow)).status).toBe(200);
    }
    await stack.advance(61_000);

    const sixth = await resend(flow);

    expect(sixth.status).toBe(429);
    expect(sixth.body.data).toMatchObject({ remaining: 0 });
    expect(Number(sixth.headers.get("retry-after"))).toBeGreaterThan(23 * 3600);
    expect(await messagesTo(stack, phoneOf(flow))).toHaveLength(6);
    await stack.advance(24 * 3_600_000);
    expect((await resend(flow)).status).toBe(200);
  });

  test("thirty presses at once send one message", async () => {
    const flow = await begin(stack, "personal");
    await flow.signer();
    await stack.advance(61_000);

    const answers = await Promise.all(Array.from({ length: 30 }, () => resend(flow)));

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(29);
    expect(await messagesTo(stack, phoneOf(flow))).toHaveLength(2);
  });

  test("while the gateway is down answers 502 and keeps the contract as it is", async () => {
    const flow = await begin(stack, "personal");
    await flow.signer();
    await stack.advance(61_000);
    await script(stack.simulators.sms, [down]);

    const { status, body } = await resend(flow);

    expect([status, body.code]).toEqual([502, "B50201"]);
    expect((await contractOf(flow)).status).toBe("AWAITING_SIGNATURE");
  });
});
