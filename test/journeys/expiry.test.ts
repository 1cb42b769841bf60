import { expect, test } from "vitest";
import {
  becomes,
  becomesInTime,
  begin,
  contractOf,
  decide,
  type Flow,
  inTime,
  type Json,
  pendingVerification,
  recorded,
  script,
  signed,
  stepsOf,
  verificationsOf,
  webhooksOf,
} from "./actors.ts";
import { ownStack } from "./stack.ts";

const stack = ownStack();
const seconds = 1000;
const hours = 3600 * seconds;
const days = 24 * hours;

/** Past the contract's seven days; the five seconds that the workflow adds are pushed through by the waiting. */
const flowTime = 7 * days + 1000;

async function sealedInTime(flow: Flow): Promise<void> {
  await inTime(stack, `contract ${flow.id} to be sealed`, async () =>
    (await stepsOf(flow)).includes("SEALED") ? true : undefined,
  );
}

const told = async (flow: Flow): Promise<Json> =>
  inTime(stack, `the webhook of ${flow.id}`, async () => (await webhooksOf(stack, flow))[0]);

test("B-42 B-37: a contract that nobody signs is TIMED_OUT after seven days, sealed, told, and may be restarted", async () => {
  const flow = await begin(stack, "personal");
  const signer = await flow.signer();

  await stack.advance(flowTime);

  expect(await becomesInTime(stack, flow, "TIMED_OUT")).toMatchObject({
    failure: { code: "EXPIRED", retryable: true },
    restartAllowed: true,
  });
  await sealedInTime(flow);
  expect(await signer.screen()).toBe("expired");
  const answer = await signer.act("sign", { signature: { typedName: "x" } });
  expect([answer.status, answer.body.code]).toEqual([410, "B41001"]);
  expect((await told(flow)).event.type).toBe("esign.contract.v1.expired");
});

test("B-42: a contract that was signed but never verified is TIMED_OUT, too", async () => {
  const flow = await begin(stack, "enterprise");
  await signed(flow);
  await recorded(flow, "AUTH_ACCEPTED");

  await stack.advance(flowTime);

  await becomesInTime(stack, flow, "TIMED_OUT");
  await sealedInTime(flow);
  expect(await stepsOf(flow)).not.toContain("COMPLETED");
});

test("B-52 K48: after a day the link is stale, a resent message revives it, and the contract completes", async () => {
  const flow = await begin(stack, "personal");
  const signer = await flow.signer();
  await stack.advance(25 * hours);
  expect(await signer.screen()).toBe("linkExpired");
  const stale = await signer.act("consent", {});
  expect([stale.status, stale.body.code]).toEqual([410, "B41001"]);

  const resent = await flow.call("POST", `/v1/contracts/${flow.id}/sms`);

  expect(resent.status).toBe(200);
  expect(await signer.screen()).toBe("sign");
  await signer.sign();
  await signer.showFace();
  await becomes(flow, "COMPLETED");
});

test("B-55 B-37: a face check that runs out makes room for the next, and the third ends the contract", async () => {
  const flow = await begin(stack, "personal");
  await signed(flow);

  for (const number of [1, 2, 3]) {
    await inTime(stack, `challenge ${number}`, async () => challengeOut(flow, number));
    await stack.advance(31 * 60 * seconds);
  }

  const contract = await becomesInTime(stack, flow, "FAILED");
  expect(contract.failure.code).toBe("CHALLENGES_EXHAUSTED");
  expect(contract.records.verifications).toHaveLength(3);
  await sealedInTime(flow);
});

test("B-10 B-16: when the callback is lost, the platform asks for the result itself before it gives the challenge up", async () => {
  await script(stack.simulators.verification, [{ times: 5, callback: { drop: true } }]);
  const flow = await begin(stack, "personal");
  await signed(flow);
  await inTime(stack, "the challenge", async () => challengeOut(flow, 1));
  const { verificationId } = await pendingVerification(stack, flow);
  await decide(stack, verificationId, { result: "SUCCESS" });

  await stack.advance(31 * 60 * seconds);

  const contract = await becomesInTime(stack, flow, "COMPLETED");
  expect(contract.records.verifications).toHaveLength(1);
  expect(await recorded(flow, "AUTH_RESULT")).toMatchObject({ source: "POLL", result: "SUCCESS" });
});

test("B-42: when callback and system are both silent, the deadline decides and a new challenge begins", async () => {
  await script(stack.simulators.verification, [
    { times: 5, callback: { drop: true } },
    { match: { method: "GET" }, times: 2, kind: "status", status: 503 },
  ]);
  const flow = await begin(stack, "personal");
  await signed(flow);
  await inTime(stack, "the challenge", async () => challengeOut(flow, 1));

  await stack.advance(31 * 60 * seconds);

  await inTime(stack, "the second challenge", async () => challengeOut(flow, 2));
  expect((await contractOf(flow)).status).toBe("VERIFYING");
  const [, second] = await verificationsOf(stack, flow);
  await decide(stack, second.verificationId, { result: "SUCCESS" });
  await becomesInTime(stack, flow, "COMPLETED");
});

/** True once the contract has recorded that challenge `number` was accepted. */
async function challengeOut(flow: Flow, number: number): Promise<true | undefined> {
  const accepted = (await stepsOf(flow)).filter((step) => step === "AUTH_ACCEPTED");
  return accepted.length === number || undefined;
}
