import { expect, test } from "vitest";
import { partnerClient } from "../../client/signed-call.ts";
import { eventually } from "../../examples/signer.ts";
import {
  becomes,
  begin,
  type Flow,
  messagesTo,
  newMobile,
  partnerOf,
  recorded,
  requestFor,
  signed,
  stepsOf,
} from "./actors.ts";
import { sharedStack } from "./stack.ts";
import { executionsOf } from "./workflow.ts";

const stack = sharedStack();

const again = ({ call, request }: Flow) => call("POST", "/v1/contracts", request);

test("A-31 B-12 B-28: the same request a hundred times at once makes one contract, one execution and one message", async () => {
  const request = requestFor(stack, "personal");
  const call = partnerOf(stack);

  const answers = await Promise.all(
    Array.from({ length: 100 }, () => call("POST", "/v1/contracts", request)),
  );

  expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(200));
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  const replayed = answers.filter(({ headers }) => headers.get("idempotent-replayed") === "true");
  expect(replayed).toHaveLength(99);
  const { contractId: id } = answers[0]?.body ?? {};
  await eventually("the message", async () => {
    const messages = await messagesTo(stack, request.userInfo.mobile);
    return messages.length > 0 || undefined;
  });
  expect(await messagesTo(stack, request.userInfo.mobile)).toHaveLength(1);
  expect(await executionsOf(stack, id)).toHaveLength(1);
  const flow = { id, call } as Flow;
  expect((await stepsOf(flow)).filter((step) => step === "FLOW_CREATED")).toHaveLength(1);
});

test("B-12: a replay while the flow runs gives the same link, however far it has come", async () => {
  const flow = await begin(stack, "personal");
  await signed(flow);

  const replay = await again(flow);

  expect(replay.body).toEqual(flow.started.body);
  expect(replay.headers.get("idempotent-replayed")).toBe("true");
});

test("B-13: a replay after success answers the completed result", async () => {
  const flow = await begin(stack, "personal");
  await (await signed(flow)).showFace();
  await becomes(flow, "COMPLETED");

  const { status, body } = await again(flow);

  expect([status, body.contractId, body.status, body.nextStep]).toEqual([
    200,
    flow.id,
    "SUCCESS",
    "NONE",
  ]);
  expect(body.verificationCredential).toEqual(expect.any(String));
});

test("B-14: a replay after a failure says why it failed and whether to start again", async () => {
  const flow = await begin(stack, "personal");
  const revoke = { reason: "wrong person", operator: "ops-1" };
  await flow.call("POST", `/v1/contracts/${flow.id}/revoke`, revoke);

  const { status, body } = await again(flow);

  expect([status, body.status]).toEqual([200, "FAILED"]);
  expect(body.failure).toMatchObject({ code: "REVOKED", retryable: true });
  expect(body.restartAllowed).toBe(true);
});

test("A-31 A-37 K07: a partner of dialect A hears 409 with the contract that exists", async () => {
  const call = partnerOf(stack, "A");
  const request = requestFor(stack, "personal");
  const first = await call("POST", "/v1/contracts", request);

  const second = await call("POST", "/v1/contracts", request);

  expect(first.status).toBe(200);
  expect([second.status, second.body.code]).toEqual([409, "REQUEST_DUPLICATED"]);
  expect(second.body.data).toMatchObject({
    contractId: first.body.contractId,
    status: "PROCESSING",
    nextStep: expect.any(String),
  });
});

test("B-56 K08: the same key with another body is a conflict that names fields, never values, and changes nothing", async () => {
  const flow = await begin(stack, "personal");
  await recorded(flow, "SMS_SENT");
  const before = await stepsOf(flow);
  const mobile = newMobile();
  const other = {
    ...flow.request,
    fundPurpose: "另一个用途",
    userInfo: { ...flow.request.userInfo, mobile },
  };

  const { status, body } = await flow.call("POST", "/v1/contracts", other);

  expect([status, body.code]).toEqual([409, "B40901"]);
  expect(body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
    "fundPurpose",
    "userInfo",
  ]);
  expect(JSON.stringify(body)).not.toContain(mobile);
  expect(JSON.stringify(body)).not.toContain("另一个用途");
  expect(await stepsOf(flow)).toEqual(before);
  expect(await messagesTo(stack, mobile)).toEqual([]);
});

test("the same requestId of another partner is another contract", async () => {
  const request = requestFor(stack, "personal");
  const [ours, theirs] = await Promise.all([
    partnerOf(stack)("POST", "/v1/contracts", request),
    partnerOf(stack, "A")("POST", "/v1/contracts", request),
  ]);

  expect([ours.status, theirs.status]).toEqual([200, 200]);
  expect(ours.body.contractId).not.toBe(theirs.body.contractId);
});

test("a request refused for its signature does not use up its requestId (K36)", async () => {
  const request = requestFor(stack, "personal");
  const [partner] = stack.partners;
  const forger = { clientId: String(partner?.clientId), secret: "guessed" };

  const forged = await partnerClient(stack.apiUrl, forger)("POST", "/v1/contracts", request);
  const genuine = await partnerOf(stack)("POST", "/v1/contracts", request);

  expect([forged.status, forged.body.code]).toEqual([401, "B40101"]);
  expect(genuine.status).toBe(200);
  expect(genuine.headers.get("idempotent-replayed")).toBeNull();
});
