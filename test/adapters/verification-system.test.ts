import { describe, expect, test } from "vitest";
import { PeerUnavailable } from "../../functions/adapters/peer-call.ts";
import {
  type Challenge,
  verificationSystem,
} from "../../functions/adapters/verification-system.ts";
import { verificationCommand } from "../../functions/verification-outcome.ts";
import type { HttpRequest } from "../../functions/world.ts";
import { testWorld } from "../fakes/world.ts";

const challenge: Challenge = {
  challengeKey: "CT0-V1M",
  contractId: "CT0",
  method: "MICRO_DEPOSIT",
  scene: "POOLING",
  fundPurpose: "门店归集",
  subject: { userType: "ENTERPRISE", name: "上海测试有限公司", mobile: "13800138000" },
  callbackUrl: "https://sign.example/v1/contracts/CT0/callback/auth",
  returnUrl: "https://sign.example/h5/token",
};

/** The adapter before a system that always answers `body`. */
function stage(body: object) {
  const requests: HttpRequest[] = [];
  const { world } = testWorld({
    now: () => "2026-11-21T08:00:00.000Z",
    async http(request) {
      requests.push(request);
      return { status: 200, headers: {}, body: JSON.stringify(body) };
    },
  });
  const peer = async () => ({ clientId: "qianyue", secret: "verification secret" });
  return { system: verificationSystem(world, "https://verify.example", peer), requests };
}

describe("the verification system", () => {
  test("A-23, A-38, B-15, B-45: a challenge is asked for within 5 seconds under the flow's key, scene and subject unchanged", async () => {
    const { system, requests } = stage({
      verificationId: "VR1",
      expiresAt: "2026-11-24T08:00:00.000Z",
    });

    expect(await system.createChallenge(challenge)).toMatchObject({ verificationId: "VR1" });

    expect(requests[0]).toMatchObject({
      method: "POST",
      url: "https://verify.example/v1/verifications",
      timeoutMs: 5000,
      headers: { "idempotency-key": "CT0-V1M" },
    });
    expect(JSON.parse(String(requests[0]?.body))).toEqual(challenge);
  });

  test("K53: a try is judged once by its number, however often it is sent", async () => {
    const { system, requests } = stage({ status: "PENDING", remainingTries: 2 });

    await system.confirm("VR1", 1, "0.37", "A1B2C3");
    await system.confirm("VR1", 1, "0.37", "");

    expect(requests).toMatchObject([
      {
        url: "https://verify.example/v1/verifications/VR1/confirm",
        body: '{"attempt":1,"amount":"0.37","remark":"A1B2C3"}',
        headers: { "idempotency-key": "VR1-1" },
        timeoutMs: 5000,
      },
      { body: '{"attempt":1,"amount":"0.37"}', headers: { "idempotency-key": "VR1-1" } },
    ]);
  });

  test("an id from outside stays one segment of the path", async () => {
    const { system, requests } = stage({ verificationId: "VR1", status: "PENDING" });

    await system.read("../../admin?x=1");

    expect(requests[0]).toMatchObject({
      method: "GET",
      url: "https://verify.example/v1/verifications/..%2F..%2Fadmin%3Fx%3D1",
      timeoutMs: 5000,
    });
    expect(requests[0]).not.toHaveProperty("body");
  });

  test.each([
    ["an unknown status", { verificationId: "VR1", status: "MAYBE" }],
    ["no status", { verificationId: "VR1" }],
  ])("%s proves nothing", async (_, body) => {
    await expect(stage(body).system.read("VR1")).rejects.toBeInstanceOf(PeerUnavailable);
  });
});

describe("B-16: a record that we asked for becomes", () => {
  const when = { at: "2026-11-21T08:00:00.000Z", signer: 1, method: "MICRO_DEPOSIT" } as const;
  const record = { verificationId: "VR1", transactionNo: "T1", amount: "0.37", remark: "A1B2C3" };

  test.each(["PENDING", "PROCESSING"] as const)("nothing while it is %s", (status) => {
    expect(verificationCommand({ ...record, status }, when)).toBeUndefined();
  });

  test("a success with the figures of the deposit", () => {
    expect(verificationCommand({ ...record, status: "SUCCESS", score: 0.93 }, when)).toEqual({
      type: "verificationResult",
      ...when,
      verificationId: "VR1",
      result: "SUCCESS",
      failReason: "UNKNOWN",
      source: "POLL",
      evidence: {
        transactionNo: "T1",
        score: "0.93",
        remittanceAmount: "0.37",
        remittanceRemark: "A1B2C3",
      },
    });
  });

  test.each([
    ["FAILED", "FACE_MISMATCH", "FACE_MISMATCH"],
    ["FAILED", undefined, "UNKNOWN"],
    ["EXPIRED", "whatever", "EXPIRED"],
  ] as const)(
    "a failure when it is %s (%s), without the figures one could guess with",
    (status, failReason, told) => {
      expect(
        verificationCommand({ ...record, status, ...(failReason ? { failReason } : {}) }, when),
      ).toMatchObject({ result: "FAILED", failReason: told, evidence: { transactionNo: "T1" } });
      expect(JSON.stringify(verificationCommand({ ...record, status }, when))).not.toMatch(
        /0\.37|A1B2C3/,
      );
    },
  );
});
