import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { partnerClient } from "../../client/signed-call.ts";
import { signedHeaders } from "../../lib/local/simulators/request-signature.ts";
import {
  becomes,
  becomesInTime,
  begin,
  contractOf,
  decide,
  type Flow,
  type Json,
  pendingVerification,
  recorded,
  script,
  signed,
  stepsOf,
} from "./actors.ts";
import { ownStack } from "./stack.ts";

const stack = ownStack();
const days = 24 * 3600 * 1000;

/** The verification system by hand: the result it would send, changed as a test wants. */
function tell(flow: Flow, verificationId: string, changes: Json = {}, secret?: string) {
  const { clientId, secret: own } = stack.verificationSystem;
  const call = partnerClient(stack.apiUrl, { clientId, secret: secret ?? own }, stack.now);
  const { to = flow.id, ...rest } = changes;
  return call("POST", `/v1/contracts/${to}/callback/auth`, {
    contractId: to,
    verificationId,
    authResult: "SUCCESS",
    authMethod: "FACE_VERIFY",
    evidenceData: { transactionNo: "TX1", score: 0.95 },
    verifiedAt: new Date(stack.now()).toISOString(),
    ...rest,
  });
}

const results = async (flow: Flow) =>
  (await stepsOf(flow)).filter((step) => step.startsWith("AUTH_RESULT"));

test("A-07 A-36 B-16: a result that overtakes the answer to our own call completes the contract", async () => {
  await script(stack.simulators.verification, [
    { match: { method: "POST", path: "/v1/verifications" }, times: 3, kind: "after" },
  ]);
  const flow = await begin(stack, "personal");
  await signed(flow);
  const { verificationId } = await pendingVerification(stack, flow);

  await decide(stack, verificationId, { result: "SUCCESS" });

  await becomesInTime(stack, flow, "COMPLETED");
  expect(await results(flow)).toEqual(["AUTH_RESULT"]);
  expect(await stepsOf(flow)).not.toContain("AUTH_ACCEPTED");
});

test("A-25 B-29: fifty copies of one result at once are all answered 200 and recorded once", async () => {
  const flow = await begin(stack, "personal");
  await signed(flow);
  const { verificationId } = await pendingVerification(stack, flow);
  await recorded(flow, "AUTH_ACCEPTED");

  const answers = await Promise.all(Array.from({ length: 50 }, () => tell(flow, verificationId)));

  expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
  await becomes(flow, "COMPLETED");
  expect(await results(flow)).toEqual(["AUTH_RESULT"]);
});

test("B-40 K51: a result that contradicts the first is kept as evidence and changes nothing", async () => {
  const flow = await begin(stack, "personal");
  await signed(flow);
  const { verificationId } = await pendingVerification(stack, flow);
  await recorded(flow, "AUTH_ACCEPTED");
  await tell(flow, verificationId);
  await becomes(flow, "COMPLETED");

  const opposite = { authResult: "FAILED", failReason: "FACE_MISMATCH" };
  const { status } = await tell(flow, verificationId, opposite);

  expect(status).toBe(200);
  expect((await contractOf(flow)).status).toBe("COMPLETED");
  expect(await recorded(flow, "AUTH_RESULT_IGNORED")).toMatchObject({ why: "CONTRADICTS" });
});

test("A-24: a forged result is refused before it is read, and the genuine one still counts", async () => {
  const flow = await begin(stack, "personal");
  await signed(flow);
  const { verificationId } = await pendingVerification(stack, flow);
  await recorded(flow, "AUTH_ACCEPTED");
  const before = await stepsOf(flow);

  const forged = await tell(flow, verificationId, {}, "guessed");

  expect([forged.status, forged.body.code]).toEqual([401, "B40101"]);
  expect(await stepsOf(flow)).toEqual(before);
  expect((await tell(flow, verificationId)).status).toBe(200);
  await becomes(flow, "COMPLETED");
});

describe("K51: a result for the wrong contract", () => {
  test("is refused when path and body name two contracts", async () => {
    const flow = await begin(stack, "personal");
    await signed(flow);
    const { verificationId } = await pendingVerification(stack, flow);

    const { status, body } = await tell(flow, verificationId, {
      contractId: `CT${"0".repeat(26)}`,
    });

    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ field: "contractId" }]);
  });

  test("is refused when the verification belongs to another contract, and neither moves", async () => {
    const [one, other] = await Promise.all([begin(stack, "personal"), begin(stack, "personal")]);
    await Promise.all([signed(one), signed(other)]);
    const { verificationId } = await pendingVerification(stack, one);
    await recorded(other, "AUTH_ACCEPTED");

    const { status } = await tell(other, verificationId);

    expect(status).toBe(400);
    expect((await contractOf(other)).verificationStatus).toBe("PENDING");
    expect((await contractOf(one)).verificationStatus).toBe("PENDING");
  });

  test("is refused when its method is not the one that was asked for", async () => {
    const flow = await begin(stack, "personal");
    await signed(flow);
    const { verificationId } = await pendingVerification(stack, flow);
    await recorded(flow, "AUTH_ACCEPTED");

    const { status } = await tell(flow, verificationId, { authMethod: "PAYMENT_VERIFY" });

    expect(status).toBe(400);
    expect(await results(flow)).toEqual([]);
  });

  test("is a 404 when there is no such contract", async () => {
    const flow = await begin(stack, "personal");

    const { status } = await tell(flow, "VR1", { to: `CT${"0".repeat(26)}` });

    expect(status).toBe(404);
  });
});

test("B-40 B-42: a result after the contract expired is evidence, and the contract stays TIMED_OUT", async () => {
  await script(stack.simulators.verification, [{ times: 1, callback: { delayMs: 30 * days } }]);
  const flow = await begin(stack, "enterprise");
  await signed(flow);
  const { verificationId } = await pendingVerification(stack, flow);
  await recorded(flow, "AUTH_ACCEPTED");
  await decide(stack, verificationId, { result: "SUCCESS" });

  await stack.advance(7 * days + 10_000);
  await becomesInTime(stack, flow, "TIMED_OUT");
  const late = { authMethod: "PAYMENT_VERIFY", evidenceData: { transactionNo: "TX1" } };
  const { status } = await tell(flow, verificationId, late);

  expect(status).toBe(200);
  expect((await contractOf(flow)).status).toBe("TIMED_OUT");
  expect(await stepsOf(flow)).toContain("AUTH_RESULT_IGNORED");
});

test("K12: a nonce is good once, so a callback cannot be played back", async () => {
  const flow = await begin(stack, "personal");
  await signed(flow);
  const { verificationId } = await pendingVerification(stack, flow);
  const { url, init } = callbackOnce(flow, verificationId);

  const first = await fetch(url, init);
  const second = await fetch(url, init);

  expect([first.status, second.status]).toEqual([200, 401]);
});

/** One signed callback, byte for byte, to be sent as often as a test likes. */
function callbackOnce(flow: Flow, verificationId: string) {
  const path = `/v1/contracts/${flow.id}/callback/auth`;
  const body = JSON.stringify({
    contractId: flow.id,
    verificationId,
    authResult: "SUCCESS",
    authMethod: "FACE_VERIFY",
    evidenceData: {},
  });
  const part = { method: "POST", path, search: "", body };
  const headers = {
    ...signedHeaders(stack.verificationSystem, part, stack.now(), randomUUID()),
    "content-type": "application/json",
  };
  return { url: `${stack.apiUrl}${path}`, init: { method: "POST", headers, body } };
}
