import { beforeEach, expect, test } from "vitest";
import { subjectEraser } from "../../functions/evidence/erase-subject.ts";
import { lambdaWorld, type World } from "../../functions/world.ts";
import { pooling } from "../dialects/wallet-given.ts";
import { awsOf, inTime, type Json, messagesTo, partnerOf, script } from "./actors.ts";
import { ownStack } from "./stack.ts";
import {
  beginProcess,
  callbacksOf,
  initiate,
  mobileOf,
  type Process,
  processBecomes,
  processOf,
  signerOf,
  walletClient,
  walletRequest,
} from "./wallet-actors.ts";

// Faults are scripted and the clock is moved by a day.
const stack = ownStack();
const day = 24 * 3600 * 1000;

beforeEach(async () => {
  await script(stack.simulators.sms, []);
  await script(stack.simulators.verification, []);
});

const ends = (process: Process, status: string): Promise<Json> =>
  inTime(stack, `process ${process.id} to be ${status}`, async () => {
    const found = await processOf(process);
    return found.status === status ? found : undefined;
  });

const told = (process: Process): Promise<Json> =>
  inTime(
    stack,
    `the callback of ${process.id}`,
    async () => (await callbacksOf(stack, process))[0],
  );

const send = (request: Json) =>
  partnerOf(stack, "D")("POST", "/api/v1/notification/sms/send", request);

test("D-30 D-15: a verification that fails ends the process, and the wallet hears why", async () => {
  const process = await beginProcess(stack, "enterprise");
  const signer = await signerOf(stack, process);
  await signer.sign();
  for (let round = 0; round < 3; round += 1) await signer.confirmDeposit("0.00");

  const { event } = await told(process);

  expect(event).toMatchObject({
    type: "SIGNING_PROCESS_FAILED",
    payload: { status: "FAILED", processStatus: "FAILED", failureReason: expect.any(String) },
  });
  const found = await ends(process, "FAILED");
  expect(found.failureReason).toBe(event.payload.failureReason);
  expect(found.verificationInfo).toMatchObject({ type: "REMITTANCE", status: "FAILED" });
});

test("D-31 D-44 D-48 D-55 K23 K33: nobody signs for a day, the process expires, and a new one may be started", async () => {
  const process = await beginProcess(stack, "person");
  const { expiredAt } = process.started.body.data;
  expect(Math.round((Date.parse(expiredAt) - stack.now()) / 3_600_000)).toBe(24);

  await stack.advance(day + 1000);

  expect((await ends(process, "EXPIRED")).failureReason).toBe("PROCESS_EXPIRED");
  expect((await told(process)).event).toMatchObject({
    type: "SIGNING_PROCESS_FAILED",
    payload: { status: "FAILED", processStatus: "EXPIRED", failureReason: "PROCESS_EXPIRED" },
  });
  const late = await send(process.request);
  expect([late.status, late.body.code]).toEqual([410, "PROCESS_EXPIRED"]);
  expect((await initiate(stack, walletRequest(stack, "person"))).status).toBe(200);
});

test("D-53 K18 D-61: a gateway that is down for three tries fails the process, and the waiting caller hears 502", async () => {
  await script(stack.simulators.sms, [
    { match: { path: "/v1/messages" }, kind: "status", status: 503 },
  ]);
  const request = walletRequest(stack, "person");

  const { status, body } = await initiate(stack, request, { prefer: "wait=10" });

  expect([status, body.code]).toEqual([502, "SMS_SEND_FAILED"]);
  const process = { id: body.data.processId, call: walletClient(stack) } as Process;
  expect(await processOf(process)).toMatchObject({
    status: "FAILED",
    failureReason: "SMS_SEND_FAILED",
  });
  const { body: chain } = await partnerOf(stack, "D")(
    "GET",
    `/v1/contracts/${process.id}/evidence`,
  );
  const failures = chain.leaves.filter(({ step }: Json) => step === "SMS_FAILED");
  expect(failures).toHaveLength(3);
  expect((await told(process)).event.payload.failureReason).toBe("SMS_SEND_FAILED");
});

test("D-54 D-60 K15 K30: a verification system that is away leaves the process pending and not dispatched, then fails it by name, never by an easier check", async () => {
  await script(stack.simulators.verification, [
    { match: { method: "POST", path: "/v1/verifications" }, kind: "status", status: 503 },
  ]);
  const process = await beginProcess(stack, "enterprise");
  await (await signerOf(stack, process)).sign();

  const waiting = await processBecomes(process, "VERIFICATION_PENDING");
  expect(waiting.verificationInfo).toEqual({
    verificationId: null,
    type: "REMITTANCE",
    status: "PENDING",
    dispatch: "NOT_SENT",
    verifiedAt: null,
  });

  const failed = await ends(process, "FAILED");
  expect(failed.failureReason).toBe("VERIFICATION_SERVICE_ERROR");
  expect(failed.verificationInfo.type).toBe("REMITTANCE");
});

test("D-54: a verification system that comes back is asked again, and the process goes on", async () => {
  await script(stack.simulators.verification, [
    { match: { method: "POST", path: "/v1/verifications" }, times: 2, kind: "status", status: 503 },
  ]);
  const process = await beginProcess(stack, "person");
  const signer = await signerOf(stack, process);
  await signer.sign();

  await inTime(stack, "the challenge", async () =>
    (await processOf(process)).verificationInfo?.dispatch === "ACKED" ? true : undefined,
  );
  await signer.showFace();

  await ends(process, "COMPLETED");
});

test("K45 B-34: the message of a live process is sent again by its own entry, five times a day", async () => {
  const process = await beginProcess(stack, "person");
  const statuses: number[] = [];
  for (let round = 0; round < 6; round += 1) {
    await stack.advance(61_000);
    statuses.push((await send(process.request)).status);
  }

  expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  expect(await messagesTo(stack, mobileOf(process.request))).toHaveLength(6);
});

test("who is named beside the signer can ask to be forgotten, and the process then tells nobody's values", async () => {
  const idCardNo = "310101195501011237";
  const payeeInfo = {
    ...pooling.payeeInfo,
    contactInfo: { ...pooling.payeeInfo.contactInfo, idCardNo },
  };
  const process = await beginProcess(stack, "pooling", { payeeInfo });
  const signer = await signerOf(stack, process);
  await signer.sign();
  await signer.confirmDeposit();
  const { protocolInfo } = await ends(process, "COMPLETED");

  const erased = await subjectEraser(operatorWorld())(idCardNo, "li.wei");

  expect(erased).toEqual([process.id]);
  expect(await processOf(process)).toMatchObject({
    status: "COMPLETED",
    payerInfo: null,
    payeeInfo: null,
  });
  expect((await fetch(protocolInfo.downloadUrl)).status).toBe(404);
});

/** An operator at a terminal: the environment that stack.json names, and the stack's clock. */
const operatorWorld = (): World => ({
  ...lambdaWorld,
  now: () => new Date(stack.now()).toISOString(),
  environment: (variable) => stack.environment[variable],
  aws: awsOf(stack),
});

test("D-53: a message that cannot be sent again is a 502, and the process lives on", async () => {
  const process = await beginProcess(stack, "person");
  await stack.advance(61_000);
  await script(stack.simulators.sms, [
    { match: { path: "/v1/messages" }, times: 1, kind: "status", status: 503 },
  ]);

  const { status, body } = await send(process.request);

  expect([status, body.code]).toEqual([502, "SMS_SEND_FAILED"]);
  expect((await processOf(process)).status).toBe("SMS_SENT");
});
