import { Webhook as StandardWebhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { verify } from "../../verifier/verify.ts";
import {
  becomes,
  begin,
  contractOf,
  evidenceOf,
  type Flow,
  type Json,
  messagesTo,
  signed,
  stepsOf,
  verificationsOf,
  webhookOf,
} from "./actors.ts";
import { sharedStack } from "./stack.ts";
import { rowOf } from "./tables.ts";
import { executionsOf, historyOf, transitionsIn } from "./workflow.ts";

const stack = sharedStack();

async function completePersonal(flow: Flow): Promise<Json> {
  const signer = await signed(flow);
  await signer.showFace();
  return becomes(flow, "COMPLETED");
}

async function completeEnterprise(flow: Flow): Promise<Json> {
  const signer = await signed(flow);
  await signer.confirmDeposit();
  return becomes(flow, "COMPLETED");
}

describe("a person binds the relation", () => {
  test("A-01 A-02 A-06 B-05: the answer to the start names the contract and the next step", async () => {
    const { started } = await begin(stack, "personal");

    expect(started.body).toMatchObject({
      contractId: expect.stringMatching(/^CT[0-9A-Z]{26}$/),
      status: "PROCESSING",
      nextStep: "AWAITING_SMS_VERIFY",
    });
    expect(started.headers.get("idempotent-replayed")).toBeNull();
  });

  test("A-01 A-21 A-36 B-06 B-08 B-09 B-10 B-17: signed and verified by face, the contract completes with a credential", async () => {
    const flow = await begin(stack, "personal");

    const contract = await completePersonal(flow);

    expect(contract).toMatchObject({
      result: "SUCCESS",
      signStatus: "SIGNED",
      verificationStatus: "PASSED",
      signSerial: `${flow.id}-S1`,
      verificationCredential: expect.any(String),
      credentialValidUntil: expect.stringMatching(/Z$/),
      records: {
        signSerials: [{ result: "SIGNED" }],
        sms: [{ status: "SENT", provider: "simulator", attempts: 1 }],
        verifications: [{ type: "FACE_VERIFY", status: "SUCCESS" }],
      },
    });
    expect(contract).not.toHaveProperty("h5Url");
    expect(contract).not.toHaveProperty("failure");
  });

  test("A-09 A-18 A-19 A-26 A-41: the evidence tells every step in order, and its bundle verifies with nothing but itself", async () => {
    const flow = await begin(stack, "personal");
    await completePersonal(flow);

    const evidence = await evidenceOf(flow);
    const steps = evidence.leaves.map(({ step }: Json) => step);
    const bundle = await (await fetch(evidence.bundleUrl)).arrayBuffer();

    const told = [
      "FLOW_CREATED",
      "CONTRACT_GENERATED",
      "SMS_REQUESTED",
      "SMS_SENT",
      "LINK_OPENED",
      "CONSENT_GIVEN",
      "SIGNED",
      "AUTH_REQUESTED",
      "AUTH_ACCEPTED",
      "AUTH_RESULT",
      "SEALED",
      "COMPLETED",
    ];
    expect(steps.filter((step: string) => told.includes(step))).toEqual(told);
    const times = evidence.leaves.map(({ timestamp }: Json) => timestamp);
    expect(times).toEqual(times.toSorted());
    expect(evidence.leaves[1].stepData).toMatchObject({
      contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      documentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const { claims } = await verify(new Uint8Array(bundle), {}, new Date().toISOString());
    expect(claims.filter(({ status }) => status === "fails")).toEqual([]);
  });

  test("A-27 B-02 B-11: the partner hears of it once, signed by Standard Webhooks, and the delivery is evidence", async () => {
    const flow = await begin(stack, "personal");
    await completePersonal(flow);

    const { event, webhookId } = await webhookOf(stack, flow);
    const raw = await rawCallback(flow);

    expect(event).toMatchObject({
      type: "esign.contract.v1.completed",
      data: { contractId: flow.id, requestId: flow.request.requestId, status: "SUCCESS" },
    });
    expect(webhookId).toBe(event.data.eventId);
    const [partner] = stack.partners;
    const verifier = new StandardWebhook(partner?.webhookSecret ?? "");
    expect(verifier.verify(raw.body, raw.headers)).toEqual(event);
    await expect.poll(() => stepsOf(flow)).toContain("CALLBACK_DELIVERED");
  });

  test("B-39 K25: the link opens for ever and shows where the contract stands", async () => {
    const flow = await begin(stack, "personal");
    const signer = await flow.signer();
    const before = await signer.screen();
    await completePersonal(flow);

    expect(before).toBe("sign");
    expect(await signer.screen()).toBe("completed");
    expect(await signer.act("sign", { signature: { typedName: "x" } })).toMatchObject({
      status: 409,
    });
  });

  test("B-44 S8: opening the link by a machine that only reads changes nothing", async () => {
    const flow = await begin(stack, "personal");
    const [message] = await messagesOnce(flow);
    await fetch(message.links[0]);
    await fetch(message.links[0], { method: "HEAD" });

    expect(await stepsOf(flow)).not.toContain("LINK_OPENED");
    expect((await contractOf(flow)).status).toBe("AWAITING_SIGNATURE");
  });
});

describe("a headquarters opens payout", () => {
  test("A-01 A-20 B-26 B-27: a wrong amount costs one try, the right one completes", async () => {
    const flow = await begin(stack, "enterprise");
    const signer = await signed(flow);

    const wrong = await signer.confirmDeposit("9.99");
    const right = await signer.confirmDeposit();

    expect(wrong).toEqual({ screen: "microDeposit" });
    expect(right.screen).toMatch(/sealing|completed/);
    const contract = await becomes(flow, "COMPLETED");
    expect(contract.records.verifications).toMatchObject([
      { type: "PAYMENT_VERIFY", status: "SUCCESS" },
    ]);
    const steps = await stepsOf(flow);
    expect(steps.filter((step) => step === "AUTH_TRY_REJECTED")).toHaveLength(1);
  });

  test("B-15 B-45: the challenge carries the flow's key, scene, fund purpose and subject", async () => {
    const flow = await begin(stack, "enterprise");
    await completeEnterprise(flow);

    const [verification] = await verificationsOf(stack, flow);

    expect(verification.challenge).toMatchObject({
      challengeKey: `${flow.id}-V1M`,
      scene: flow.request.scene,
      fundPurpose: flow.request.fundPurpose,
      subject: { name: flow.request.userInfo.name, mobile: flow.request.userInfo.mobile },
    });
  });
});

test.each([
  ["RELATION_BIND", "personal"],
  ["OPEN_PAYMENT", "enterprise"],
  ["POOLING_AUTH", "enterprise"],
  ["POOLING_AUTH", "personal"],
] as const)(
  "B-01 B-03: %s runs from request to seal for a signer who is %s",
  async (bizScene, story) => {
    const flow = await begin(stack, story, { bizScene, authorization: undefined });

    // D-42: whoever lets its balance be swept shows an account, be it a person.
    const showsFace = story === "personal" && bizScene !== "POOLING_AUTH";
    const contract = await (showsFace ? completePersonal : completeEnterprise)(flow);

    expect(contract).toMatchObject({ bizScene, status: "COMPLETED" });
  },
);

test("B-41 B-43: the id of every record of a contract finds the contract", async () => {
  const flow = await begin(stack, "enterprise");
  const { records } = await completeEnterprise(flow);
  const ids = [
    records.signSerials[0].signSerial,
    records.h5Session.sessionId,
    records.sms[0].smsId,
    records.verifications[0].verificationKey,
    records.verifications[0].credentialId,
  ];

  for (const id of ids) {
    const found = await flow.call("GET", `/v1/contracts/${id}`);
    expect([id, found.status, found.body.contractId]).toEqual([id, 200, flow.id]);
  }
});

test("one signer costs six transitions at most, and history names ids only", async () => {
  const flow = await begin(stack, "enterprise");
  await completeEnterprise(flow);

  const [execution, ...others] = await executionsOf(stack, flow.id);
  const history = await historyOf(stack, execution.executionArn);

  expect(others).toEqual([]);
  expect(transitionsIn(history)).toEqual([
    "GenerateAgreement",
    "Groups",
    "Signers",
    "InviteSigner",
    "VerifyIdentity",
    "SealEvidence",
  ]);
  const { name, mobile, legalRepName, bankAccountNo } = flow.request.userInfo;
  for (const personal of [name, mobile, legalRepName, bankAccountNo])
    expect(JSON.stringify(history)).not.toContain(personal);
});

test("the row that every action writes stays within one kilobyte, so that a write costs one unit", async () => {
  const flow = await begin(stack, "enterprise");
  await completeEnterprise(flow);

  const head = await rowOf(stack, { pk: { S: flow.id }, sk: { S: "HEAD" } });

  expect(head.sizeBytes).toBeLessThanOrEqual(1024);
  expect(head.columns).toEqual(
    expect.arrayContaining(["contract_id", "request_id", "biz_scene", "user_type", "auth_method"]),
  );
  expect(head.columns).toEqual(
    expect.arrayContaining(["status", "sms_sent", "auth_result", "created_at", "updated_at"]),
  );
});

/** The link as it lies on the phone. */
async function messagesOnce(flow: Flow): Promise<Json[]> {
  await flow.signer();
  return messagesTo(stack, flow.request.userInfo.mobile);
}

/** The request of the webhook as it came off the wire. */
async function rawCallback(flow: Flow): Promise<Json> {
  const { requests } = await (
    await fetch(`${stack.simulators.partner}/_control/log?limit=500`)
  ).json();
  const path = new URL(flow.request.callbackUrl).pathname;
  return requests.findLast((one: Json) => one.path === path);
}
