import { expect, test } from "vitest";
import {
  becomes,
  begin,
  contractOf,
  evidenceOf,
  type Json,
  pendingVerification,
  recorded,
  signed,
  stepsOf,
  verificationsOf,
  webhookOf,
  webhooksOf,
} from "./actors.ts";
import { sharedStack } from "./stack.ts";

const stack = sharedStack();
const revocation = { reason: "order cancelled", operator: "ops-1" };
const typed = { signature: { typedName: "张晓雨" } };

test("K25 B-40: fifty signatures through one link at once make one signature; the others hear that it is signed", async () => {
  const flow = await begin(stack, "personal");
  const signer = await flow.signer();
  await signer.read();
  await signer.act("consent", {});

  const answers = await Promise.all(Array.from({ length: 50 }, () => signer.act("sign", typed)));

  const statuses = answers.map(({ status }) => status).toSorted();
  expect(statuses).toEqual([200, ...Array(49).fill(409)]);
  expect(answers.filter(({ body }) => body.code === "B40902")).toHaveLength(49);
  expect((await stepsOf(flow)).filter((step) => step === "SIGNED")).toHaveLength(1);
  await signer.showFace();
  await becomes(flow, "COMPLETED");
  expect(await verificationsOf(stack, flow)).toHaveLength(1);
});

test("B-38: a revocation and a signature at the same moment leave a contract that is revoked for good", async () => {
  const flows = await Promise.all(Array.from({ length: 5 }, () => begin(stack, "personal")));

  for (const flow of flows) {
    const signer = await flow.signer();
    await signer.act("consent", {});
    const [, revoked] = await Promise.all([
      signer.act("sign", typed),
      flow.call("POST", `/v1/contracts/${flow.id}/revoke`, revocation),
    ]);
    expect(revoked.status).toBe(200);
    const contract = await becomes(flow, "FAILED");
    expect(contract.failure.code).toBe("REVOKED");
    expect(await signer.screen()).toBe("revoked");
  }
});

test("a revocation after completion is a conflict and changes nothing", async () => {
  const flow = await begin(stack, "personal");
  await (await signed(flow)).showFace();
  await becomes(flow, "COMPLETED");

  const { status, body } = await flow.call("POST", `/v1/contracts/${flow.id}/revoke`, revocation);

  expect([status, body.code]).toEqual([409, "B40901"]);
  expect((await contractOf(flow)).status).toBe("COMPLETED");
});

test("a revocation while the person is being verified ends the contract, and its evidence is sealed", async () => {
  const flow = await begin(stack, "enterprise");
  await signed(flow);
  await pendingVerification(stack, flow);

  await flow.call("POST", `/v1/contracts/${flow.id}/revoke`, revocation);

  await recorded(flow, "SEALED");
  expect((await evidenceOf(flow)).bundleUrl).toEqual(expect.any(String));
  const { event } = await webhookOf(stack, flow);
  expect(event).toMatchObject({ type: "esign.contract.v1.revoked", data: { status: "FAILED" } });
});

test("a person who declines ends the contract; the partner is told, and may not start again within a day", async () => {
  const flow = await begin(stack, "personal");
  const signer = await flow.signer();

  const { body } = await signer.act("decline", { reason: "金额不符" });

  expect(body.screen).toBe("declined");
  expect(await contractOf(flow)).toMatchObject({
    status: "FAILED",
    failure: { code: "DECLINED", retryable: false },
    restartAllowed: false,
  });
  await recorded(flow, "SEALED");
  expect((await webhookOf(stack, flow)).event.type).toBe("esign.contract.v1.rejected");
  expect(JSON.stringify(await evidenceOf(flow))).not.toContain("金额不符");
});

test("B-08: nobody signs without having consented", async () => {
  const flow = await begin(stack, "personal");
  const signer = await flow.signer();

  const { status, body } = await signer.act("sign", typed);

  expect([status, body.code]).toEqual([409, "B40901"]);
  expect(await stepsOf(flow)).not.toContain("SIGNED");
});

test("A-18: ten contracts at once keep their agreements, messages and webhooks apart", async () => {
  const flows = await Promise.all(Array.from({ length: 10 }, () => begin(stack, "personal")));

  await Promise.all(flows.map(async (flow) => (await signed(flow)).showFace()));
  const contracts = await Promise.all(flows.map((flow) => becomes(flow, "COMPLETED")));

  const hashes = contracts.map((contract: Json) => contract.agreement.documentHash);
  expect(new Set(hashes).size).toBe(10);
  for (const flow of flows) {
    await webhookOf(stack, flow);
    expect(await webhooksOf(stack, flow)).toHaveLength(1);
  }
});
