import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { expect, test } from "vitest";
import {
  awsOf,
  becomes,
  begin,
  contractOf,
  decide,
  type Flow,
  type Json,
  pendingVerification,
  recorded,
  signed,
  stepsOf,
} from "./actors.ts";
import { sharedStack } from "./stack.ts";

const stack = sharedStack();

/** The verification system by hand, with an event in place of its callback. */
async function tell(detail: Json, source = `verification.${stack.verificationSystem.clientId}`) {
  const entry = { EventBusName: "qianyue", DetailType: "VerificationCompletedEvent" };
  const { FailedEntryCount } = await new EventBridgeClient(awsOf(stack)).send(
    new PutEventsCommand({
      Entries: [{ ...entry, Source: source, Detail: JSON.stringify(detail) }],
    }),
  );
  expect(FailedEntryCount).toBe(0);
}

async function verifying(story: "personal" | "enterprise" = "personal") {
  const flow = await begin(stack, story);
  await signed(flow);
  const { verificationId } = await pendingVerification(stack, flow);
  await recorded(flow, "AUTH_ACCEPTED");
  return { flow, verificationId };
}

const success = (flow: Flow, verificationId: string) => ({
  processId: flow.id,
  verificationId,
  status: "SUCCESS",
  evidence: { transactionNo: "TX-EVENT-1" },
});

const results = async (flow: Flow) =>
  (await stepsOf(flow)).filter((step) => step.startsWith("AUTH_RESULT"));

test("D-13: a VerificationCompletedEvent completes the contract as the callback would", async () => {
  const { flow, verificationId } = await verifying();

  await tell(success(flow, verificationId));

  await becomes(flow, "COMPLETED");
  expect(await recorded(flow, "AUTH_RESULT")).toMatchObject({ source: "EVENT", result: "SUCCESS" });
});

test("D-13, B-29: the event twice and the callback besides are recorded once", async () => {
  const { flow, verificationId } = await verifying();

  await tell(success(flow, verificationId));
  await tell(success(flow, verificationId));
  await decide(stack, verificationId, { result: "SUCCESS" });

  await becomes(flow, "COMPLETED");
  expect(await results(flow)).toEqual(["AUTH_RESULT"]);
});

test("D-13, K47: a mismatch told by event fails the contract for good", async () => {
  const { flow, verificationId } = await verifying();

  await tell({
    processId: flow.id,
    verificationId,
    status: "FAILED",
    failureReason: "FACE_MISMATCH",
  });

  expect(await becomes(flow, "FAILED")).toMatchObject({ status: "FAILED" });
});

test("D-13, K51: what comes from elsewhere, is malformed or names a foreign verification changes nothing", async () => {
  const [one, other] = [await verifying(), await verifying()];
  const genuine = success(one.flow, one.verificationId);

  await tell(genuine, "verification.nobody");
  await tell(genuine, "partner.sandbox-native");
  await tell({ ...genuine, status: "PERHAPS" });
  await tell({ ...genuine, processId: "CT0" });
  await tell({ ...genuine, verificationId: other.verificationId });
  // Served after the others, by the same worker.
  await tell(success(other.flow, other.verificationId));

  await becomes(other.flow, "COMPLETED");
  expect(await results(one.flow)).toEqual([]);
  expect((await contractOf(one.flow)).status).not.toBe("COMPLETED");
});
