import { beforeEach, describe, expect, test } from "vitest";
import {
  becomes,
  becomesInTime,
  begin,
  decide,
  inTime,
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
const create = { method: "POST", path: "/v1/verifications" };
const down = { match: create, kind: "status", status: 503 };

beforeEach(() => script(stack.simulators.verification, []));

describe("A-34 B-54: the verification system does not answer", () => {
  test("four failed calls for a face lead to a micro-deposit, and the evidence says so", async () => {
    await script(stack.simulators.verification, [{ ...down, times: 4 }]);
    const flow = await begin(stack, "personal", {
      userInfo: { bankAccountNo: "6222021234567890128" },
    });
    const signer = await signed(flow);

    await inTime(stack, "the other method", async () =>
      (await stepsOf(flow)).includes("AUTH_ACCEPTED") ? true : undefined,
    );

    expect(await recorded(flow, "AUTH_REQUESTED")).toMatchObject({
      method: "MICRO_DEPOSIT",
      fallback: true,
      challengeKey: `${flow.id}-V1M`,
    });
    await signer.confirmDeposit();
    const contract = await becomes(flow, "COMPLETED");
    expect(contract.records.verifications).toMatchObject([
      { type: "FACE_VERIFY", status: "REQUESTED" },
      { type: "PAYMENT_VERIFY", status: "SUCCESS" },
    ]);
  });

  test("A-33 A-39: down for both methods, the contract fails as VERIFIER_DOWN and the partner is told", async () => {
    await script(stack.simulators.verification, [down]);
    const flow = await begin(stack, "personal");
    await signed(flow);

    const contract = await becomesInTime(stack, flow, "FAILED");

    expect(contract).toMatchObject({
      failure: { code: "VERIFIER_DOWN", retryable: true },
      restartAllowed: true,
    });
    const steps = await stepsOf(flow);
    expect(steps.filter((step) => step === "AUTH_CALL_FAILED")).toHaveLength(8);
    const { event } = await inTime(
      stack,
      "webhook",
      async () => (await webhooksOf(stack, flow))[0],
    );
    expect(event.data).toMatchObject({ status: "FAILED", reason: "VERIFIER_DOWN" });
  });

  test("B-15: an answer that is lost after the challenge exists leads to one challenge, not two", async () => {
    await script(stack.simulators.verification, [{ match: create, times: 2, kind: "after" }]);
    const flow = await begin(stack, "personal");
    const signer = await signed(flow);

    await inTime(stack, "the challenge", async () =>
      (await stepsOf(flow)).includes("AUTH_ACCEPTED") ? true : undefined,
    );

    expect(await verificationsOf(stack, flow)).toHaveLength(1);
    await signer.showFace();
    await becomes(flow, "COMPLETED");
  });

  test("a malformed answer is no answer: the call is made again", async () => {
    await script(stack.simulators.verification, [{ match: create, times: 1, kind: "malformed" }]);
    const flow = await begin(stack, "personal");
    await signed(flow);

    await inTime(stack, "the challenge", async () =>
      (await stepsOf(flow)).includes("AUTH_ACCEPTED") ? true : undefined,
    );

    expect(await verificationsOf(stack, flow)).toHaveLength(1);
  });
});

describe("A-43 B-55 K47: a mismatch", () => {
  test("of the face ends the contract and never falls back to the easier method", async () => {
    const flow = await begin(stack, "personal");
    const signer = await signed(flow);
    const { verificationId } = await pendingVerification(stack, flow);

    await decide(stack, verificationId, { result: "FAILED", failReason: "FACE_MISMATCH" });

    const contract = await becomes(flow, "FAILED");
    expect(contract).toMatchObject({
      failure: { code: "VERIFY_MISMATCH", retryable: false },
      restartAllowed: false,
      verificationStatus: "FAILED",
    });
    expect(contract).not.toHaveProperty("verificationCredential");
    expect(await verificationsOf(stack, flow)).toHaveLength(1);
    expect(await signer.screen()).toBe("failed");
  });

  test("of the amount three times ends the contract", async () => {
    const flow = await begin(stack, "enterprise");
    const signer = await signed(flow);
    const { amount } = await pendingVerification(stack, flow);
    const wrong = amount === "0.11" ? "0.12" : "0.11";

    const screens = [
      (await signer.confirmDeposit(wrong)).screen,
      (await signer.confirmDeposit(wrong)).screen,
      (await signer.confirmDeposit(wrong)).screen,
    ];

    expect(screens).toEqual(["microDeposit", "microDeposit", "failed"]);
    const contract = await becomes(flow, "FAILED");
    expect(contract.failure.code).toBe("VERIFY_MISMATCH");
    const fourth = await signer.act("verification", { amount });
    expect(fourth.status).toBe(409);
  });
});

test("B-37: a picture of poor quality makes room for another check, which completes the contract", async () => {
  const flow = await begin(stack, "personal");
  await signed(flow);
  const first = await pendingVerification(stack, flow);
  await decide(stack, first.verificationId, { result: "FAILED", failReason: "POOR_QUALITY" });

  await inTime(stack, "the second challenge", async () =>
    (await verificationsOf(stack, flow)).length === 2 ? true : undefined,
  );
  const second = await pendingVerification(stack, flow);
  await decide(stack, second.verificationId, { result: "SUCCESS" });

  const contract = await becomesInTime(stack, flow, "COMPLETED");
  expect(contract.records.verifications).toMatchObject([
    { status: "FAILED", failReason: "POOR_QUALITY" },
    { status: "SUCCESS" },
  ]);
});

describe("K53: the confirmation of an amount fails technically", () => {
  const confirm = { method: "POST", path: "/v1/verifications/*/confirm" };

  test.each(["before", "after"])(
    "with the answer lost (%s the effect) no try is used",
    async (kind) => {
      const flow = await begin(stack, "enterprise");
      const signer = await signed(flow);
      await recorded(flow, "AUTH_ACCEPTED");
      const { amount } = await pendingVerification(stack, flow);
      const wrong = amount === "0.11" ? "0.12" : "0.11";
      await script(stack.simulators.verification, [{ match: confirm, times: 1, kind }]);

      const lost = await signer.act("verification", { amount: wrong });
      const again = await signer.act("verification", { amount: wrong });

      expect([lost.status, lost.body.code]).toEqual([502, "B50202"]);
      expect([again.status, again.body.screen]).toEqual([200, "microDeposit"]);
      const [verification] = await verificationsOf(stack, flow);
      expect(verification.remainingTries).toBe(2);
      await signer.confirmDeposit();
      await becomes(flow, "COMPLETED");
    },
  );

  test("presses that overlap are judged one after the other, without a fault", async () => {
    const flow = await begin(stack, "enterprise");
    const signer = await signed(flow);
    await recorded(flow, "AUTH_ACCEPTED");
    const { amount } = await pendingVerification(stack, flow);
    const wrong = amount === "0.11" ? "0.12" : "0.11";

    const presses = Array.from({ length: 10 }, () => signer.act("verification", { amount: wrong }));
    const statuses = (await Promise.all(presses)).map(({ status }) => status);

    expect(statuses.filter((status) => status >= 500)).toEqual([]);
    const rejected = (await stepsOf(flow)).filter((step) => step === "AUTH_TRY_REJECTED");
    expect(rejected.length).toBeLessThanOrEqual(2);
  });
});
