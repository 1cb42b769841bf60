import { describe, expect, test } from "vitest";
import { inTime, type Json, script, stateOf } from "./actors.ts";
import {
  begunFace,
  callbackOf,
  callbacksOf,
  decideTask,
  faceBecomes,
  faceCall,
  faceOf,
  faceRequest,
  initiate,
  screenOf,
  show,
  start,
  tasksOf,
} from "./face-actors.ts";
import { stepsOfChain, vendorsInOrder } from "./face-tables.ts";
import { ownStack } from "./stack.ts";

const stack = ownStack();
const minute = 60_000;

describe("C-62: a face check in H5 mode", () => {
  test("C-01 C-02 C-03 C-31: is answered with a page of ours, and the person stays unnamed in it", async () => {
    const request = faceRequest(stack, {
      webhookConfig: { headers: { Authorization: "Bearer t" } },
    });

    const { status, body } = await initiate(stack, request);

    expect(status).toBe(200);
    expect(body).toEqual({
      verificationId: expect.stringMatching(/^VR[0-9A-Z]{26}$/),
      status: "PENDING",
      verificationUrl: expect.stringMatching(/\/face\/VR\w{26}\.[\w-]{43}$/),
      expiresAt: new Date(Date.parse(body.expiresAt)).toISOString(),
    });
    const lasts = Date.parse(body.expiresAt) - stack.now();
    expect(lasts).toBeGreaterThan(29 * minute);
    expect(lasts).toBeLessThanOrEqual(30 * minute);
    const page = await (await fetch(body.verificationUrl)).text();
    expect(page).toContain("天财分账身份验证");
    expect(page).not.toMatch(/张三|310101199001011234/);
  });

  test("C-04 C-15 C-32 C-33 K06: passes, is told to the client with its headers, and stands in the chain", async () => {
    const headers = { Authorization: "Bearer abc", "X-Tenant": "t1" };
    const face = await begunFace(stack, { webhookConfig: { headers } });
    expect(await screenOf(face)).toBe("begin");

    await show(face, "PASS");

    const found = await faceBecomes(stack, face, "SUCCESS");
    expect(found).toEqual({
      verificationId: face.id,
      bizId: face.request.bizId,
      status: "SUCCESS",
      userInfo: { name: "张*", idCardNo: "310***********1234" },
      score: 0.9712,
      transactionNo: expect.stringMatching(/^A[0-9A-F]{16}$/),
      verifiedAt: expect.any(String),
      failReason: null,
    });
    expect(await screenOf(face)).toBe("passed");
    const received = await callbackOf(stack, face);
    expect(received).toMatchObject({
      signatureValid: true,
      path: new URL(face.request.callbackUrl).pathname,
      event: {
        verificationId: face.id,
        bizId: face.request.bizId,
        status: "SUCCESS",
        score: 0.9712,
        transactionNo: found.transactionNo,
      },
    });
    expect(received.event.eventId).toBe(`${face.id}-E${received.event.sequence}`);
    const log = await (await fetch(`${stack.simulators.partner}/_control/log?limit=500`)).json();
    const raw = log.requests.find(({ path }: Json) => path.endsWith(face.request.bizId));
    expect(raw.headers).toMatchObject({ authorization: "Bearer abc", "x-tenant": "t1" });
    expect(await stepsOfChain(stack, face.id)).toEqual(
      expect.arrayContaining([
        "FACE_REQUESTED",
        "VENDOR_ASKED",
        "VENDOR_ACCEPTED",
        "FACE_OPENED",
        "FACE_PASSED",
      ]),
    );
  });

  test("3.4: a poor picture may be tried three times, each with a task of its own", async () => {
    const face = await begunFace(stack);

    for (const number of [1, 2]) {
      await show(face, "POOR_QUALITY");
      await inTime(stack, "another try", async () =>
        (await screenOf(face)) === "again" ? true : undefined,
      );
      expect((await faceOf(stack, face)).status).toBe("PROCESSING");
      expect(await tasksOf(stack, face)).toHaveLength(number);
    }
    await show(face, "POOR_QUALITY");

    const found = await faceBecomes(stack, face, "FAILED");
    expect(found.failReason).toBe("POOR_QUALITY");
    expect((await start(face)).body.code).toBe(40006);
  });

  test("C-50 C-68: a link that has run out leads nowhere, and the client hears of it", async () => {
    const face = await begunFace(stack, { expireMinutes: 2 });

    await stack.advance(2 * minute);

    expect(await screenOf(face)).toBe("expired");
    const refused = await start(face);
    expect([refused.status, refused.body.code]).toEqual([400, 40004]);
    await inTime(
      stack,
      "the end of the check",
      async () => ((await faceOf(stack, face)).status === "EXPIRED" ? true : undefined),
      minute,
    );
    const { event } = await callbackOf(stack, face);
    expect(event).toMatchObject({ status: "EXPIRED", verifiedAt: null });
  });
});

test("C-03 C-31: SDK mode answers what the vendor's SDK is started with", async () => {
  const { status, body } = await initiate(stack, faceRequest(stack, { mode: "SDK" }));

  expect(status).toBe(200);
  expect(body.sdkConfig).toEqual({
    appId: "qianyue-face-a",
    nonce: expect.any(String),
    signature: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  const face = { id: body.verificationId, url: body.verificationUrl, request: {} };
  const [task] = await tasksOf(stack, face);
  await decideTask(stack, task, { outcome: "PASS" });
  await faceBecomes(stack, face, "SUCCESS");
});

describe("the same request again", () => {
  test("C-30 C-66 K07: is refused with the check that exists, or replayed for who says so", async () => {
    const request = faceRequest(stack);
    const first = await initiate(stack, request);

    const again = await initiate(stack, request);
    const replayed = await initiate(stack, request, { "idempotency-key": "k1" });

    expect([again.status, again.body.code]).toEqual([400, 40002]);
    expect(again.body.data).toEqual(first.body);
    expect([replayed.status, replayed.headers.get("idempotent-replayed")]).toEqual([200, "true"]);
    expect(replayed.body).toEqual(first.body);
    expect(await tasksOf(stack, { id: first.body.verificationId })).toHaveLength(1);
  });

  test("K08: with another body is a conflict that names the field and no value", async () => {
    const request = faceRequest(stack);
    await initiate(stack, request);

    const other = await initiate(stack, {
      ...request,
      userInfo: { name: "李四", idCardNo: "310101199001011234" },
    });

    expect([other.status, other.body.code]).toEqual([400, 40002]);
    expect(other.body.errors).toMatchObject([{ field: "userInfo" }]);
    expect(JSON.stringify(other.body)).not.toMatch(/李四|张三/);
  });

  test("C-30: twenty at once make one check and one task", async () => {
    const request = faceRequest(stack);

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => initiate(stack, request, { "idempotency-key": "k" })),
    );

    expect(new Set(answers.map(({ body }) => body.verificationId)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(await tasksOf(stack, { id: answers[0]?.body.verificationId })).toHaveLength(1);
  });
});

describe("C-76: when the first vendor is away", () => {
  test("C-71 C-74: the second takes the check over at once", async () => {
    await script(stack.simulators.face, [
      { match: { path: "/vendor-a/*" }, times: 1, kind: "status", status: 503 },
    ]);
    const face = await begunFace(stack);

    expect((await tasksOf(stack, face)).map(({ vendor }) => vendor)).toEqual(["vendor-b"]);
    await show(face, "PASS");

    expect((await faceBecomes(stack, face, "SUCCESS")).transactionNo).toMatch(/^B/);
    expect(await stepsOfChain(stack, face.id)).toContain("VENDOR_UNAVAILABLE");
  });

  test("K47: a mismatch never asks another vendor, at whichever it was found", async () => {
    const face = await begunFace(stack);

    await show(face, "FACE_MISMATCH");

    const found = await faceBecomes(stack, face, "FAILED");
    expect(found).toMatchObject({ failReason: "FACE_MISMATCH", score: 0.4105 });
    expect((await tasksOf(stack, face)).map(({ vendor }) => vendor)).toEqual(["vendor-a"]);
    expect((await start(face)).status).toBe(400);
    expect((await callbackOf(stack, face)).event.failReason).toBe("FACE_MISMATCH");
  });

  test("C-70 3.4: a score below the threshold is a mismatch, whatever the vendor calls it", async () => {
    const face = await begunFace(stack);
    await start(face);
    const [task] = await tasksOf(stack, face);

    await decideTask(stack, task, { outcome: "PASS", score: 0.79 });

    const found = await faceBecomes(stack, face, "FAILED");
    expect(found).toMatchObject({ failReason: "FACE_MISMATCH", score: 0.79 });
  });

  test("C-71 C-74: with every vendor away the check stands, and is taken up without anybody asking", async () => {
    await script(stack.simulators.face, [{ times: 2, kind: "status", status: 500 }]);

    const face = await begunFace(stack);

    expect(await tasksOf(stack, face)).toEqual([]);
    await inTime(stack, "a task", async () => (await tasksOf(stack, face))[0], 10_000);
    await show(face, "PASS");
    await faceBecomes(stack, face, "SUCCESS");
  });

  test("C-71: in SDK mode it is told as 50001, and the same request repeated finds the vendor again", async () => {
    await script(stack.simulators.face, [{ times: 2, kind: "status", status: 500 }]);
    const request = faceRequest(stack, { mode: "SDK" });

    const refused = await initiate(stack, request);
    const later = await initiate(stack, request, { "idempotency-key": "k" });

    expect([refused.status, refused.body.code]).toEqual([500, 50001]);
    expect(later.body.sdkConfig).toMatchObject({ appId: "qianyue-face-a" });
  });

  test("a vendor whose answer was lost is asked under the same key and opens no second task", async () => {
    await script(stack.simulators.face, [
      { match: { path: "/vendor-a/*" }, times: 1, kind: "after" },
      { match: { path: "/vendor-b/*" }, times: 1, kind: "status", status: 500 },
    ]);
    const face = await begunFace(stack);

    await show(face, "PASS");

    await faceBecomes(stack, face, "SUCCESS");
    expect(await tasksOf(stack, face)).toHaveLength(1);
  });

  test("hot switch: the order of the vendors is configuration, and takes effect without a deployment", async () => {
    await vendorsInOrder(stack, "vendor-b", "vendor-a");
    await stack.advance(6 * minute);

    const face = await begunFace(stack);

    expect((await tasksOf(stack, face)).map(({ vendor }) => vendor)).toEqual(["vendor-b"]);
    await show(face, "PASS");
    await faceBecomes(stack, face, "SUCCESS");
    await vendorsInOrder(stack, "vendor-a", "vendor-b");
    await stack.advance(6 * minute);
  });
});

describe("C-59: a vendor's callback", () => {
  test("C-32: is refused unread when it is forged, and the genuine one still counts", async () => {
    await script(stack.simulators.face, [{ times: 1, callback: { forgeSignature: true } }]);
    const face = await begunFace(stack);
    await show(face, "PASS");

    await inTime(stack, "the genuine result", async () =>
      (await faceOf(stack, face)).status === "SUCCESS" ? true : undefined,
    );

    const { callbacks } = await stateOf(stack.simulators.face);
    expect(callbacks.at(-1).attempts).toEqual(["tampered 401", "200"]);
    const steps = await stepsOfChain(stack, face.id);
    expect(steps.filter((step) => step === "FACE_PASSED")).toHaveLength(1);
  });

  test("C-61 K50: five copies are one result and one callback to the client", async () => {
    await script(stack.simulators.face, [{ times: 1, callback: { duplicate: 4 } }]);
    const face = await begunFace(stack);

    await show(face, "PASS");

    await faceBecomes(stack, face, "SUCCESS");
    await callbackOf(stack, face);
    expect(await callbacksOf(stack, face)).toHaveLength(1);
    const steps = await stepsOfChain(stack, face.id);
    expect(steps.filter((step) => step === "FACE_PASSED")).toHaveLength(1);
  });

  test("about another check is refused, and neither moves", async () => {
    const other = await begunFace(stack);
    const face = await begunFace(stack);
    await script(stack.simulators.face, [{ times: 1, callback: { otherContract: other.id } }]);

    await show(face, "PASS");
    await inTime(stack, "the genuine result", async () =>
      (await faceOf(stack, face)).status === "SUCCESS" ? true : undefined,
    );

    expect((await faceOf(stack, other)).status).toBe("PENDING");
    const { callbacks } = await stateOf(stack.simulators.face);
    expect(callbacks.at(-1).attempts[0]).toMatch(/^tampered 40[01]$/);
  });

  test("C-53: one that comes after the deadline is kept as evidence and changes nothing", async () => {
    const face = await begunFace(stack, { expireMinutes: 2 });
    const { body } = await start(face);
    await stack.advance(2 * minute);
    await inTime(
      stack,
      "the end of the check",
      async () => ((await faceOf(stack, face)).status === "EXPIRED" ? true : undefined),
      minute,
    );

    await fetch(body.handOffUrl, {
      method: "POST",
      body: new URLSearchParams({ choice: "PASS" }),
      redirect: "manual",
    });
    await inTime(stack, "the late result", async () =>
      (await stepsOfChain(stack, face.id)).includes("FACE_RESULT_IGNORED") ? true : undefined,
    );

    expect((await faceOf(stack, face)).status).toBe("EXPIRED");
  });

  test("that never arrives is asked for at the deadline: an unknown outcome is no failure", async () => {
    await script(stack.simulators.face, [{ times: 9, callback: { drop: true } }]);
    const face = await begunFace(stack, { expireMinutes: 3 });

    await show(face, "PASS");
    await inTime(
      stack,
      "the result that was asked for",
      async () => ((await faceOf(stack, face)).status === "SUCCESS" ? true : undefined),
      minute,
    );
    await script(stack.simulators.face, []);

    expect((await callbackOf(stack, face)).event.status).toBe("SUCCESS");
  });
});

describe("the client's callback", () => {
  test("C-33 C-72 C-75 K19: is repeated with the same id and bytes until it is taken", async () => {
    const face = await begunFace(stack);
    const { pathname } = new URL(face.request.callbackUrl);
    await script(stack.simulators.partner, [
      { match: { path: pathname }, times: 2, kind: "status", status: 500 },
    ]);

    await show(face, "PASS");
    await inTime(stack, "the delivery", async () => (await callbacksOf(stack, face))[0]);

    const log = await (await fetch(`${stack.simulators.partner}/_control/log?limit=500`)).json();
    const attempts = log.requests.filter(({ path }: Json) => path === pathname);
    expect(attempts).toHaveLength(3);
    expect(new Set(attempts.map(({ body }: Json) => body)).size).toBe(1);
    expect(new Set(attempts.map(({ headers }: Json) => headers["webhook-id"])).size).toBe(1);
    await inTime(stack, "the record of it", async () =>
      (await stepsOfChain(stack, face.id)).includes("CALLBACK_DELIVERED") ? true : undefined,
    );
  });
});

describe("who may ask", () => {
  test("C-29 C-64: a wrong signature is 40101", async () => {
    const path = "/api/v1/verification/face/initiate";

    const { status, body } = await faceCall(stack, "POST", path, faceRequest(stack), {
      headers: { "x-signature": "0".repeat(64) },
    });

    expect([status, body.code]).toEqual([401, 40101]);
  });

  test("C-29 C-65: every faulty field is named", async () => {
    const { status, body } = await initiate(stack, { bizId: "B1", userInfo: { name: "张三" } });

    expect([status, body.code]).toEqual([400, 40001]);
    expect(body.errors.map(({ field }: Json) => field)).toEqual(
      expect.arrayContaining(["bizType", "userInfo.idCardNo", "callbackUrl"]),
    );
  });

  test("another client's check answers exactly like none at all", async () => {
    const face = await begunFace(stack);
    const ask = (id: string) =>
      faceCall(stack, "GET", `/api/v1/verification/face/${id}`, undefined, { client: "sandbox-a" });

    const [foreign, absent] = [await ask(face.id), await ask(`VR${"0".repeat(26)}`)];

    expect([foreign.status, absent.status]).toEqual([404, 404]);
    expect(foreign.body.message).toBe(absent.body.message);
  });

  test("K03: a verification may not start another one", async () => {
    const face = await begunFace(stack);

    const { status, body } = await initiate(stack, faceRequest(stack, { origin: face.id }));

    expect([status, body.code]).toEqual([409, 40901]);
    const [task] = await tasksOf(stack, face);
    expect(task.asked.origin).toBe(face.id);
  });
});
