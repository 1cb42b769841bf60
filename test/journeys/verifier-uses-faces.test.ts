import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { eventually } from "../../examples/signer.ts";
import { signedHeaders } from "../../lib/local/simulators/request-signature.ts";
import { verifierClientId } from "../../lib/local/template/credentials.ts";
import {
  becomes,
  begin,
  type Flow,
  type Json,
  pendingVerification,
  recorded,
  signed,
  stateOf,
  verificationsOf,
} from "./actors.ts";
import { decideTask, faceCall, start, tasksOf } from "./face-actors.ts";
import { sharedStack } from "./stack.ts";

const stack = sharedStack();
const verifier = { client: verifierClientId };

test("K03 K04: a contract's face check is one of our own face API, asked for by the verification system as its client", async () => {
  const flow = await begin(stack, "personal");
  const signer = await signed(flow);

  await signer.showFace();

  const { records } = await becomes(flow, "COMPLETED");
  const [verification] = await verificationsOf(stack, flow);
  expect(records.verifications).toMatchObject([{ type: "FACE_VERIFY", status: "SUCCESS" }]);
  const path = `/api/v1/verification/face/${faceIdOf(verification)}`;
  const { body: face } = await faceCall(stack, "GET", path, undefined, verifier);
  expect(face).toMatchObject({ bizId: verification.verificationId, status: "SUCCESS" });
  expect(verification.score).toBe(face.score);
  expect((await faceCall(stack, "GET", path)).status).toBe(404);
});

test("K03 K47: somebody else's face at the vendor fails the contract through both systems", async () => {
  const flow = await begin(stack, "personal");
  await signed(flow);
  const { check, ...verification } = await checkOf(flow);
  const face = { id: faceIdOf({ check }), url: check.page, request: {} };
  await recorded(flow, "AUTH_ACCEPTED");

  await start(face);
  const [task] = await tasksOf(stack, face);
  await decideTask(stack, task, { outcome: "FACE_MISMATCH" });

  const { failure } = await becomes(flow, "FAILED");
  expect(failure).toMatchObject({ code: "VERIFY_MISMATCH", retryable: false });
  expect(await settled(verification.verificationId)).toMatchObject({ failReason: "FACE_MISMATCH" });
});

test("K03: a verification that a face check asks for may not start another face check", async () => {
  const flow = await begin(stack, "personal");
  await signed(flow);
  const origin = faceIdOf(await checkOf(flow));

  const { verificationId } = await challenge({ contractId: origin });

  const { check, failReason } = await settled(verificationId);
  expect(failReason).toBe("REFUSED");
  expect(check.refusal).toMatch(/^409 .*may not start another/);
  expect(check).not.toHaveProperty("page");
});

/** The id in the address of our page: the part of its token before the proof. */
const faceIdOf = ({ check }: Json): string =>
  /\/face\/(VR[0-9A-Z]+)\./.exec(check.page)?.[1] ?? `no face id in ${check.page}`;

/** The verification that the contract waits for, once its face check stands. */
const checkOf = (flow: Flow): Promise<Json> =>
  eventually(`the face check of ${flow.id}`, async () => {
    const verification = await pendingVerification(stack, flow);
    return verification.check.page === undefined ? undefined : verification;
  });

const settled = (id: string): Promise<Json> =>
  eventually(`verification ${id} to be decided`, async () => {
    const { verifications } = await stateOf(stack.simulators.verification);
    return verifications.find(
      ({ verificationId, status }: Json) => verificationId === id && status !== "PENDING",
    );
  });

/** Asks the verification system for a face, as the platform does. */
async function challenge(changes: Json): Promise<Json> {
  const path = "/v1/verifications";
  const challengeKey = randomUUID();
  const body = JSON.stringify({
    challengeKey,
    method: "FACE",
    scene: "RELATION_BIND",
    subject: {
      userType: "PERSONAL",
      name: "张三",
      idNumber: "310101199001011234",
      mobile: "13800138000",
    },
    callbackUrl: `${stack.simulators.partner}/loop`,
    returnUrl: stack.simulators.partner,
    ...changes,
  });
  const part = { method: "POST", path, search: "", body };
  const headers = signedHeaders(stack.verificationSystem, part, stack.now(), randomUUID());
  const response = await fetch(`${stack.simulators.verification}${path}`, {
    method: "POST",
    headers: { "idempotency-key": challengeKey, ...headers },
    body,
  });
  if (response.status !== 202) throw new Error(`challenge: ${await response.text()}`);
  return response.json();
}
