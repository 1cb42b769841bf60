import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { StopExecutionCommand } from "@aws-sdk/client-sfn";
import { expect, test } from "vitest";
import { openMessage } from "../../examples/signer.ts";
import {
  awsOf,
  becomes,
  begin,
  contractOf,
  type Flow,
  newMobile,
  partnerOf,
  pendingVerification,
  recorded,
  requestFor,
  signed,
  stepsOf,
  workflowOf,
} from "./actors.ts";
import { sharedStack } from "./stack.ts";
import { executionsOf } from "./workflow.ts";

const stack = sharedStack();

async function putEvent(source: string, detail: object): Promise<void> {
  const entry = { EventBusName: "qianyue", Source: source, DetailType: "SigningRequested" };
  const { FailedEntryCount } = await new EventBridgeClient(awsOf(stack)).send(
    new PutEventsCommand({ Entries: [{ ...entry, Detail: JSON.stringify(detail) }] }),
  );
  expect(FailedEntryCount).toBe(0);
}

/** What an operator does to a workflow that seems stuck, and what a bug would do to it. */
async function abort(flow: Flow): Promise<void> {
  const [running] = await executionsOf(stack, flow.id);
  const { executionArn } = running;
  await workflowOf(stack).send(new StopExecutionCommand({ executionArn }));
}

test("A-11: a SigningRequested event starts a contract, which a POST of the same body then finds", async () => {
  const request = requestFor(stack, "personal");
  await putEvent("partner.sandbox-native", request);
  const signer = await openMessage(stack.simulators, request.userInfo.mobile);

  const call = partnerOf(stack);
  const replay = await call("POST", "/v1/contracts", request);

  expect(replay.headers.get("idempotent-replayed")).toBe("true");
  await signer.sign();
  await signer.showFace();
  await becomes({ id: replay.body.contractId, call } as Flow, "COMPLETED");
});

test("A-11: an event of an unknown partner or with a faulty body starts nothing, and the next one is served", async () => {
  const strange = requestFor(stack, "personal");
  const faulty = { ...requestFor(stack, "personal"), bizScene: "SPLIT" };
  const good = requestFor(stack, "personal");
  await putEvent("partner.nobody", strange);
  await putEvent("partner.sandbox-native", faulty);
  await putEvent("partner.sandbox-native", good);

  await openMessage(stack.simulators, good.userInfo.mobile);

  const { status, headers } = await partnerOf(stack)("POST", "/v1/contracts", strange);
  expect([status, headers.get("idempotent-replayed")]).toEqual([200, null]);
});

test("A-40 A-42: an execution aborted before the signature is marked SYSTEM_ERROR, and a new run completes the contract", async () => {
  const flow = await begin(stack, "personal");
  const signer = await flow.signer();

  await abort(flow);

  expect(await recorded(flow, "SYSTEM_ERROR")).toMatchObject({ error: "ABORTED" });
  await signer.sign();
  await signer.showFace();
  const contract = await becomes(flow, "COMPLETED");
  expect(contract).not.toHaveProperty("needsAttention");
  expect((await stepsOf(flow)).filter((step) => step === "SMS_SENT")).toHaveLength(1);
  const names = (await executionsOf(stack, flow.id)).map(({ name }) => name).toSorted();
  expect(names).toEqual([flow.id, `${flow.id}-r1`]);
});

test("A-40: an execution aborted while the person is being verified recovers without a second challenge", async () => {
  const flow = await begin(stack, "enterprise");
  const signer = await signed(flow);
  await pendingVerification(stack, flow);
  await recorded(flow, "AUTH_ACCEPTED");

  await abort(flow);

  await recorded(flow, "SYSTEM_ERROR");
  await signer.confirmDeposit();
  await becomes(flow, "COMPLETED");
  expect((await stepsOf(flow)).filter((step) => step === "AUTH_REQUESTED")).toHaveLength(1);
});

test("A-40: after two recoveries a person must look, and the query says so", async () => {
  const flow = await begin(stack, "personal", { userInfo: { mobile: newMobile() } });
  await flow.signer();
  for (const runs of [1, 2, 3]) {
    await expect.poll(async () => (await executionsOf(stack, flow.id)).length).toBe(runs);
    await abort(flow);
    await expect.poll(async () => errorsOf(flow)).toBe(runs);
  }

  expect(await contractOf(flow)).toMatchObject({ result: "SYSTEM_ERROR", needsAttention: true });
  expect(await executionsOf(stack, flow.id)).toHaveLength(3);
});

const errorsOf = async (flow: Flow): Promise<number> =>
  (await stepsOf(flow)).filter((step) => step === "SYSTEM_ERROR").length;
