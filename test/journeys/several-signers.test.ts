import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openMessage, type Signer } from "../../examples/signer.ts";
import { verify } from "../../verifier/verify.ts";
import {
  becomes,
  contractOf,
  decide,
  evidenceOf,
  type Flow,
  type Json,
  messagesTo,
  newMobile,
  partnerOf,
  pendingVerification,
  recorded,
  stepsOf,
  webhookOf,
  webhooksOf,
} from "./actors.ts";
import { sharedStack } from "./stack.ts";

const stack = sharedStack();
const revocation = { reason: "order cancelled", operator: "ops-1" };

type SeveralFlow = Flow & {
  readonly mobiles: readonly string[];
  person(index: number): Promise<Signer>;
};

/** Starts the example of two signers; `sequences` says who signs when, and everybody is a person. */
async function beginWith(sequences: readonly number[], changes: Json = {}): Promise<SeveralFlow> {
  const example = JSON.parse(readFileSync("examples/two-signers.json", "utf8"));
  const requestId = `several-${randomUUID()}`;
  const [anybody] = example.signers;
  const request = {
    ...example,
    requestId,
    callbackUrl: `${stack.simulators.partner}/callback/${requestId}`,
    signers: sequences.map((sequence) => ({ ...anybody, mobile: newMobile(), sequence })),
    ...changes,
  };
  const call = partnerOf(stack);
  const started = await call("POST", "/v1/contracts", request);
  if (started.status !== 200)
    throw new Error(`POST /v1/contracts: ${started.status} ${JSON.stringify(started.body)}`);
  const mobiles = request.signers.map(({ mobile }: Json) => mobile);
  const receiver = (index: number) => openMessage(stack.simulators, mobiles[index]);
  const id = started.body.contractId;
  return { id, request, started, call, signer: () => receiver(0), mobiles, person: receiver };
}

async function goesThrough(signer: Signer): Promise<void> {
  await signer.read();
  await signer.sign();
  await signer.showFace();
}

describe("a person, then a company", () => {
  test("C-48, K16, K17: one after the other, each told and verified in its own way, one document in the end", async () => {
    const example = JSON.parse(readFileSync("examples/two-signers.json", "utf8"));
    const [first, second] = example.signers.map((one: Json) => ({ ...one, mobile: newMobile() }));
    const flow = await beginWith([1, 2], { signers: [first, second] });
    const person = await openMessage(stack.simulators, first.mobile);
    const links = flow.started.body.signers.map(({ h5Url }: Json) => h5Url);
    const early = await fetch(links[1], { headers: { accept: "application/json" } });

    expect(new Set(links).size).toBe(2);
    expect(await early.json()).toEqual({ screen: "othersFirst" });
    expect(await messagesTo(stack, second.mobile)).toEqual([]);
    await person.read();
    await person.sign();
    expect(await contractOf(flow)).toMatchObject({
      status: "AWAITING_SIGNATURE",
      nextStep: "AWAITING_SIGN",
      signers: [
        { signer: 1, signStatus: "SIGNED" },
        { signer: 2, signStatus: "PENDING" },
      ],
    });
    await person.showFace();
    const company = await openMessage(stack.simulators, second.mobile);
    expect(await person.screen()).toBe("othersLeft");
    await company.read();
    await company.sign();
    await company.confirmDeposit();

    const contract = await becomes(flow, "COMPLETED");

    expect(contract.signers).toMatchObject([
      {
        signer: 1,
        userType: "PERSONAL",
        verificationStatus: "PASSED",
        signSerial: `${flow.id}-S1`,
      },
      {
        signer: 2,
        userType: "ENTERPRISE",
        verificationStatus: "PASSED",
        signSerial: `${flow.id}-S2`,
      },
    ]);
    expect(contract.records.verifications.map(({ type }: Json) => type)).toEqual([
      "FACE_VERIFY",
      "PAYMENT_VERIFY",
    ]);
    await webhookOf(stack, flow);
    expect(await webhooksOf(stack, flow)).toHaveLength(1);
    const { bundleUrl } = await evidenceOf(flow);
    const zip = new Uint8Array(await (await fetch(bundleUrl)).arrayBuffer());
    const { verdict, claims } = await verify(zip, {}, new Date(stack.now()).toISOString());
    expect(claims.filter(({ status }) => status === "fails")).toEqual([]);
    expect(verdict).toBe("unchecked");
    expect(
      claims.filter(({ title }) => title === "signer").map(({ says }) => says.message),
    ).toEqual(["signerHolds", "signerHolds", "partyASealed"]);
  });
});

describe("three persons, two of them at the same time", () => {
  test("C-48: within a group anybody is first, and the third is told when both are through", async () => {
    const flow = await beginWith([1, 1, 2]);
    const [one, two] = await Promise.all([flow.person(0), flow.person(1)]);

    await goesThrough(two);
    expect(await messagesTo(stack, flow.mobiles[2] ?? "")).toEqual([]);
    await goesThrough(one);
    await goesThrough(await flow.person(2));
    await becomes(flow, "COMPLETED");

    const { leaves } = await evidenceOf(flow);
    const signed = leaves.filter(({ step }: Json) => step === "SIGNED");
    expect(signed.map(({ stepData }: Json) => stepData.signer)).toEqual([2, 1, 3]);
    const document = await recorded(flow, "DOCUMENT_SIGNED");
    expect(Object.values(document).join(" ")).toMatch(/Signer2 .* Signer1 .* Signer3 .* PartyA/);
  });

  test("B-38: both who finish at once close the last gates together, and it is sealed once", async () => {
    const flow = await beginWith([1, 1]);
    const both = await Promise.all([flow.person(0), flow.person(1)]);
    for (const signer of both) {
      await signer.read();
      await signer.sign();
    }

    await Promise.all(both.map((signer) => signer.showFace()));
    await becomes(flow, "COMPLETED");

    const steps = await stepsOf(flow);
    for (const step of ["DOCUMENT_SIGNED", "SEALED", "COMPLETED"])
      expect(steps.filter((one) => one === step)).toHaveLength(1);
  });
});

describe("an end for all", () => {
  test("3.4: one declines, and the other's page says that it is over", async () => {
    const flow = await beginWith([1, 1]);
    const [one, two] = await Promise.all([flow.person(0), flow.person(1)]);
    await one.read();
    await one.sign();

    await two.act("decline", { reason: "不同意" });

    const contract = await becomes(flow, "FAILED");
    expect(contract.failure.code).toBe("DECLINED");
    expect(contract.signers).toMatchObject([{ signStatus: "SIGNED" }, { signStatus: "REJECTED" }]);
    expect(await one.screen()).toBe("declined");
    await recorded(flow, "SEALED");
    await webhookOf(stack, flow);
    expect(await webhooksOf(stack, flow)).toHaveLength(1);
  });

  test("C-53, B-40: a revocation against the last signature; one of them wins, and both pages agree", async () => {
    const flow = await beginWith([1, 2]);
    await goesThrough(await flow.person(0));
    const last = await flow.person(1);
    await last.read();
    await last.act("consent", {});

    const [signed, revoked] = await Promise.all([
      last.act("sign", { signature: { typedName: "张晓雨" } }),
      flow.call("POST", `/v1/contracts/${flow.id}/revoke`, revocation),
    ]);

    expect(revoked.status).toBe(200);
    expect([200, 409]).toContain(signed.status);
    expect((await becomes(flow, "FAILED")).failure.code).toBe("REVOKED");
    expect(await last.screen()).toBe("revoked");
    expect(await (await flow.person(0)).screen()).toBe("revoked");
  });

  test("a second signer who fails the verification ends it, whoever passed before", async () => {
    const flow = await beginWith([1, 2]);
    await goesThrough(await flow.person(0));
    const last = await flow.person(1);
    await last.read();
    await last.sign();
    const { verificationId } = await pendingVerification(stack, flow);

    await decide(stack, verificationId, { result: "FAILED", failReason: "FACE_MISMATCH" });

    expect((await becomes(flow, "FAILED")).failure.code).toBe("VERIFY_MISMATCH");
  });
});

test("B-07: the partner has a signer messaged again by number, and nobody who does not exist", async () => {
  const flow = await beginWith([1, 1]);
  await Promise.all([flow.person(0), flow.person(1)]);
  const again = (signer: number) =>
    flow.call("POST", `/v1/contracts/${flow.id}/sms?signer=${signer}`);

  expect((await again(2)).status).toBe(429);
  expect((await again(3)).body.errors).toEqual([
    { field: "signer", message: "must be one of 1, 2" },
  ]);
});

test("B-46: what is wrong with a signer is named by its place in the list", async () => {
  const call = partnerOf(stack);
  const example = JSON.parse(readFileSync("examples/two-signers.json", "utf8"));
  const [first, second] = example.signers;
  const { idCardNo: _, ...nameless } = first;
  const signers = [nameless, { ...second, mobile: "12", sequence: 0 }];

  const { status, body } = await call("POST", "/v1/contracts", {
    ...example,
    userType: "PERSONAL",
    signers,
  });

  expect(status).toBe(400);
  expect(body.errors.map(({ field }: Json) => field).sort()).toEqual([
    "signers.0.idCardNo",
    "signers.1.mobile",
    "signers.1.sequence",
    "userType",
  ]);
});

test("K49: a headquarters that opened payment is sealed for under that contract, and gets no message", async () => {
  const account = `ACC${Date.now()}`;
  const enterprise = JSON.parse(readFileSync("examples/enterprise.json", "utf8"));
  const call = partnerOf(stack);
  const mobile = newMobile();
  const opening = await call("POST", "/v1/contracts", {
    ...enterprise,
    requestId: `opening-${randomUUID()}`,
    callbackUrl: `${stack.simulators.partner}/callback/opening`,
    userInfo: { ...enterprise.userInfo, mobile },
    authorization: { payerAccountNo: account },
  });
  const headquarters = await openMessage(stack.simulators, mobile);
  await headquarters.read();
  await headquarters.sign();
  await headquarters.confirmDeposit();
  const opened = { id: opening.body.contractId, call } as Flow;
  await becomes(opened, "COMPLETED");
  const example = JSON.parse(readFileSync("examples/two-signers.json", "utf8"));
  const signers = example.signers.map((one: Json) => ({ ...one, mobile: newMobile() }));

  const flow = await beginWith([], {
    signers,
    authorization: { payerAccountNo: account, payeeAccountNo: "ACC100003" },
  });
  await goesThrough(await flow.person(0));
  const contract = await becomes(flow, "COMPLETED");

  expect(contract.signers[1]).toMatchObject({ signStatus: "AUTO", mandate: opened.id });
  expect(await messagesTo(stack, flow.mobiles[1] ?? "")).toEqual([]);
  const { leaves } = await evidenceOf(flow);
  const sealed = leaves.filter(({ step }: Json) => step === "AUTO_SIGN");
  expect(sealed.map(({ stepData }: Json) => stepData)).toEqual([
    { signer: 0, mandate: "签约平台常设委托" },
    { signer: 2, mandate: opened.id },
  ]);
  const { bundleUrl } = await evidenceOf(flow);
  const zip = new Uint8Array(await (await fetch(bundleUrl)).arrayBuffer());
  const { claims } = await verify(zip, {}, new Date(stack.now()).toISOString());
  expect(claims.filter(({ status }) => status === "fails")).toEqual([]);
});
