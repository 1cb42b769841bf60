import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { eventually } from "../../examples/signer.ts";
import { messagesTo, newMobile } from "./actors.ts";
import {
  agreementBecomes,
  agreementCall,
  agreementOf,
  agreementRequest,
  begunAgreement,
  chainOf,
  changesOf,
  codeSentTo,
  comesTo,
  initiate,
  party,
  payer,
  personOf,
  pressed,
  revoke,
  signsByFaceAndCode,
  signsByHand,
  toldOf,
  verified,
} from "./agreement-actors.ts";
import { begunFace, faceCall, faceRequest } from "./face-actors.ts";
import { sharedStack } from "./stack.ts";

const stack = sharedStack();

describe("C-63: one party signs by face, code and hand", () => {
  test("C-05 C-06 C-07 K26 K46: the literal payload is answered with a link, a short one and a code to scan", async () => {
    const request = agreementRequest(stack);

    const { status, body } = await initiate(stack, request);

    expect(status).toBe(200);
    expect(body).toEqual({
      contractId: expect.stringMatching(/^CT[0-9A-Z]{26}$/),
      status: "CREATED",
      signTasks: [
        {
          partyId: "RECEIVER_001",
          signUrl: expect.stringMatching(/\/h5\/CT\w{26}\.[\w-]{43}$/),
          shortUrl: expect.stringMatching(/\/s\/[0-9A-Za-z]{10}$/),
          qrCode: expect.stringMatching(/^data:image\/svg\+xml;base64,/),
          expiresAt: expect.any(String),
        },
      ],
      archiveInfo: {
        archiveId: `${body.contractId}-A1`,
        status: "PENDING",
        provider: "TSA",
        archiveTime: null,
        certificateUrl: null,
      },
    });
    const lasts = Date.parse(body.signTasks[0].expiresAt) - stack.now();
    expect(lasts).toBeGreaterThan(23.9 * 3_600_000);
  });

  test("C-08 C-14 C-34 C-36 C-37 C-38 C-39 C-40 C-41 C-42 C-43 C-45 C-49 C-52 C-69 K05: from the invitation to the archive", async () => {
    const agreement = await begunAgreement(stack);
    const [asked] = agreement.request.signers;
    const person = personOf(stack, agreement);
    await comesTo(person, "sign");
    const invitation = await eventually("the invitation", async () =>
      (await messagesTo(stack, asked.mobile)).at(0),
    );
    expect(invitation.links).toEqual([agreement.tasks[0].shortUrl]);
    const page = await person.read();
    expect(page).toMatch(/<h1[^>]*>天财分账资金归集授权协议<\/h1>/);
    expect(page).toContain("天财分账资金归集授权协议");
    expect(page).toContain("上海浦东店（RCV_ACC_001）");

    await pressed(person, "consent");
    const early = await person.act("sign", { signature: { typedName: "张三" } });
    expect([early.status, early.body.message]).toEqual([
      409,
      expect.stringContaining("verified before the signature"),
    ]);
    await person.showFace();
    const code = await codeSentTo(stack, person, asked.mobile);
    const unconfirmed = await person.act("sign", { signature: { typedName: "张三" } });
    expect(unconfirmed.status).toBe(409);
    expect((await pressed(person, "code", { code })).screen).toBe("sign");
    await signsByHand(person);

    const found = await agreementBecomes(stack, agreement, "SIGNED");
    expect(found).toMatchObject({
      contractId: agreement.id,
      bizId: agreement.request.bizId,
      title: "天财分账资金归集授权协议",
      signers: [
        {
          partyId: "RECEIVER_001",
          name: "张*",
          signStatus: "SIGNED",
          signMethod: "FACE_AND_SMS",
          signedAt: expect.any(String),
          transactionNo: `${agreement.id}-S1`,
          ipAddress: expect.any(String),
          deviceInfo: expect.any(String),
        },
      ],
      archiveInfo: {
        archiveId: `${agreement.id}-A1`,
        provider: "TSA",
        status: "SUCCESS",
        archiveTime: expect.any(String),
        certificateUrl: expect.stringContaining("/evidence/bundle?until="),
      },
    });
    const pdf = Buffer.from(await (await fetch(found.documentUrl)).arrayBuffer());
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    expect((await fetch(found.archiveInfo.certificateUrl)).status).toBe(200);
    const steps = (await chainOf(stack, agreement)).map(({ step }) => step);
    expect(steps.filter((step) => /^(AUTH_RESULT|OTP_|SIGNED|COMPLETED)/.test(step))).toEqual([
      "AUTH_RESULT",
      "OTP_REQUESTED",
      "OTP_SENT",
      "OTP_PASSED",
      "SIGNED",
      "COMPLETED",
    ]);
    const again = await person.act("sign", { signature: { typedName: "张三" } });
    expect(again.status).toBe(409);
    const renewal = await agreementCall(
      stack,
      "POST",
      `/api/v1/contract/${agreement.id}/sign-url`,
      { partyId: "RECEIVER_001" },
    );
    expect([renewal.status, renewal.body.code]).toEqual([400, 40005]);
    const verdict = await agreementCall(stack, "POST", "/api/v1/contract/verify", {
      method: "CONTRACT_ID",
      contractId: agreement.id,
    });
    expect(verdict.body).toMatchObject({ valid: true, archiveInfo: { archived: true } });
  });

  test("C-16 C-44 C-61 K20: every change is told with the client's own headers, each under its own key", async () => {
    const agreement = await begunAgreement(stack);
    await signsByFaceAndCode(stack, agreement);

    const told = await toldOf(stack, agreement, 2);

    expect(told.map(({ event }) => event.status)).toEqual(["PARTIAL_SIGNED", "SIGNED"]);
    for (const { event, signatureValid } of told) {
      expect(signatureValid).toBe(true);
      expect(event).toMatchObject({
        eventType: "ContractStatusChangedEvent",
        bizId: agreement.request.bizId,
        bizType: "RELATIONSHIP_AGREEMENT",
        eventId: `${agreement.id}-E${event.sequence}`,
      });
    }
    const log = await (await fetch(`${stack.simulators.partner}/_control/log?limit=500`)).json();
    const raw = log.requests.find(({ path }: { path: string }) =>
      path.endsWith(agreement.request.bizId),
    );
    expect(raw.headers.authorization).toBe("Bearer abc");
  });
});

test("C-39 K05: the face is asked for whatever the scene; the agreement of a pooling may be named by its id", async () => {
  const agreement = await begunAgreement(stack, {
    templateId: "POOLING_AUTHORIZATION_AGREEMENT.PERSONAL",
    variables: {},
  });
  const person = personOf(stack, agreement);

  await verified(person);

  await comesTo(person, "otp");
});

describe("C-48: several parties", () => {
  test("C-35 C-48 C-52: the second cannot act before the first is through; PARTIAL_SIGNED in between", async () => {
    const agreement = await begunAgreement(stack, { signers: [party(), payer()] });
    const second = personOf(stack, agreement, 1);
    expect(await second.screen()).toBe("othersFirst");
    expect((await second.act("consent", {})).status).toBe(409);
    expect(await messagesTo(stack, agreement.request.signers[1].mobile)).toEqual([]);

    await signsByFaceAndCode(stack, agreement, 0);

    const partly = await agreementBecomes(stack, agreement, "PARTIAL_SIGNED");
    expect(partly.signers.map(({ signStatus }: { signStatus: string }) => signStatus)).toEqual([
      "SIGNED",
      "PENDING",
    ]);
    await signsByFaceAndCode(stack, agreement, 1);
    const found = await agreementBecomes(stack, agreement, "SIGNED");
    expect(found.signers.map(({ partyId }: { partyId: string }) => partyId)).toEqual([
      "RECEIVER_001",
      "PAYER_001",
    ]);
  });

  test("C-39 C-41: CA_CERT signs by certificate, without a code and without a drawing", async () => {
    const agreement = await begunAgreement(stack, { signers: [party({ signMethod: "CA_CERT" })] });
    const person = personOf(stack, agreement);
    await verified(person);
    await comesTo(person, "sign");
    expect((await person.act("otp", {})).status).toBe(409);
    const drawn = await person.act("sign", { signature: { typedName: "张三" } });
    expect(drawn.status).toBe(400);

    await pressed(person, "sign", { signature: { certificate: true } });

    const found = await agreementBecomes(stack, agreement, "SIGNED");
    expect(found.signers[0]).toMatchObject({ signStatus: "SIGNED", signMethod: "CA_CERT" });
  });

  test("C-44 C-52: whoever declines ends it for everybody, and the client hears why it ended", async () => {
    const agreement = await begunAgreement(stack, { signers: [party(), payer()] });
    const person = personOf(stack, agreement);
    await comesTo(person, "sign");
    await pressed(person, "open");

    await pressed(person, "decline", { reason: "金额与约定不符" });

    const found = await agreementBecomes(stack, agreement, "REJECTED");
    expect(found.signers[0].signStatus).toBe("REJECTED");
    const [told] = await toldOf(stack, agreement, 1);
    expect(told.event.status).toBe("REJECTED");
  });
});

describe("the code", () => {
  test("C-39 K55: a hundred wrong codes at once: at most five are judged, then the right one opens nothing", async () => {
    const agreement = await begunAgreement(stack);
    const person = personOf(stack, agreement);
    await verified(person);
    const code = await codeSentTo(stack, person, agreement.request.signers[0].mobile);
    const wrong = code === "000000" ? "000001" : "000000";

    await Promise.all(Array.from({ length: 100 }, () => person.act("code", { code: wrong })));

    const rejected = (await chainOf(stack, agreement)).filter(
      ({ step }) => step === "OTP_REJECTED",
    );
    expect(rejected.length).toBe(5);
    const late = await person.act("code", { code });
    expect(late.status).toBe(422);
    expect(await person.screen()).toBe("otp");
    const soon = await person.act("otp", {});
    expect(soon.status).toBe(429);
  });
});

describe("links", () => {
  test("C-07: the short link leads to the page; one that nobody has looks like a page that is gone", async () => {
    const agreement = await begunAgreement(stack);
    const { shortUrl, signUrl } = agreement.tasks[0];

    const led = await fetch(shortUrl, { redirect: "manual" });
    const missed = await fetch(`${stack.apiUrl}/s/0000000000`, { redirect: "manual" });

    expect([led.status, led.headers.get("location")]).toEqual([302, signUrl]);
    expect(led.headers.get("referrer-policy")).toBe("no-referrer");
    expect(missed.status).toBe(404);
    expect(await missed.text()).toContain('data-screen="notFound"');
  });

  test("C-37 C-50: H5_LINK sends no message, and its link opens for half an hour", async () => {
    const agreement = await begunAgreement(stack, { signers: [party({ notifyType: "H5_LINK" })] });
    const person = personOf(stack, agreement);

    await comesTo(person, "sign");

    expect(await messagesTo(stack, agreement.request.signers[0].mobile)).toEqual([]);
    const facts = (await chainOf(stack, agreement)).find(({ step }) => step === "LINK_ISSUED");
    const lasts = Date.parse(facts.stepData.linkExpiresAt) - Date.parse(facts.timestamp);
    expect(lasts).toBe(30 * 60_000);
  });
});

describe("starting twice", () => {
  test("C-22 C-66 K07 K28: the same bizId is refused with the contract that exists, or replayed on request", async () => {
    const request = agreementRequest(stack);
    const first = await initiate(stack, request);

    const second = await initiate(stack, request);
    const replayed = await initiate(stack, request, { "idempotency-key": randomUUID() });

    expect([second.status, second.body.code]).toEqual([400, 40002]);
    expect(second.body.data).toMatchObject({ contractId: first.body.contractId });
    expect(replayed.status).toBe(200);
    expect(replayed.headers.get("idempotent-replayed")).toBe("true");
    expect(replayed.body.contractId).toBe(first.body.contractId);
  });

  test("K08: with another body it names the field that differs, never its value", async () => {
    const request = agreementRequest(stack);
    const first = await initiate(stack, request);

    const { status, body } = await initiate(stack, { ...request, title: "另一份协议" });

    expect([status, body.code]).toEqual([400, 40002]);
    expect(body.errors).toEqual([{ field: "title", message: expect.any(String) }]);
    expect(body.data.contractId).toBe(first.body.contractId);
    expect(JSON.stringify(body.errors)).not.toContain("另一份协议");
  });

  test("C-22: the other bizType of the same bizId is another contract", async () => {
    const request = agreementRequest(stack);
    const one = await initiate(stack, request);

    const other = await initiate(stack, { ...request, bizType: "PAYER_AUTHORIZATION_AGREEMENT" });

    expect(other.status).toBe(200);
    expect(other.body.contractId).not.toBe(one.body.contractId);
  });
});

describe("what is refused", () => {
  test("C-34 C-67: a template that does not exist", async () => {
    const { status, body } = await initiate(stack, agreementRequest(stack, { templateId: "NONE" }));

    expect([status, body.code]).toEqual([400, 40003]);
  });

  test("C-56 C-65: variables that the template requires, and those it does not know, by name", async () => {
    const { status, body } = await initiate(
      stack,
      agreementRequest(stack, { variables: { payerName: "XX品牌总部", colour: "red" } }),
    );

    expect([status, body.code]).toEqual([400, 40001]);
    expect(body.errors.map(({ field }: { field: string }) => field)).toEqual([
      "variables.payerAccountNo",
      "variables.receiverName",
      "variables.receiverAccountNo",
      "variables.effectiveDate",
      "variables.colour",
    ]);
  });

  test("C-47 K52: within one bizId, the face and the signature are one person's, whichever came first", async () => {
    const bizId = `REL_${randomUUID()}`;
    const other = { name: "王五", idCardNo: "110101199003070011", mobile: newMobile() };
    const face = faceRequest(stack, { bizId, userInfo: other });
    const path = "/api/v1/verification/face/initiate";
    expect((await agreementCall(stack, "POST", path, face)).status).toBe(200);

    const refused = await initiate(stack, agreementRequest(stack, { bizId }));

    expect([refused.status, refused.body.code]).toEqual([400, 40001]);
    expect(refused.body.errors[0].field).toBe("signers");
    const agreement = await begunAgreement(stack);
    const late = faceRequest(stack, { bizId: agreement.request.bizId, userInfo: other });
    const mismatch = await agreementCall(stack, "POST", path, late);
    expect([mismatch.status, mismatch.body.errors?.[0]?.field]).toEqual([400, "userInfo"]);
  });

  test("K52: a related face check must be the client's own and one of the signers'", async () => {
    const strangers = await begunFace(stack);

    const { status, body } = await initiate(
      stack,
      agreementRequest(stack, { relatedVerificationId: strangers.id }),
    );

    expect([status, body.errors?.[0]?.field]).toEqual([400, "relatedVerificationId"]);
    const own = await agreementCall(
      stack,
      "POST",
      "/api/v1/verification/face/initiate",
      faceRequest(stack),
    );
    const linked = agreementRequest(stack, { relatedVerificationId: own.body.verificationId });
    expect((await initiate(stack, linked)).status).toBe(200);
  });

  test("C-54 C-64 K02 K12: a client of another dialect, and one that does not sign", async () => {
    const request = agreementRequest(stack);
    const path = "/api/v1/contract/initiate";
    const foreign = await faceCall(stack, "POST", path, request, { client: "sandbox-a" });
    const unsigned = await fetch(`${stack.apiUrl}/api/v1/contract/initiate`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
    });

    expect(unsigned.status).toBe(401);
    expect((await unsigned.json()).code).toBe(40101);
    expect([foreign.status, foreign.body.code]).toEqual([403, 40301]);
  });
});

describe("C-09: revoking", () => {
  test("C-09 C-44 C-52: ends a contract in progress, once, and is told", async () => {
    const agreement = await begunAgreement(stack, { signers: [party(), payer()] });

    const revoked = await revoke(stack, agreement);
    const repeated = await revoke(stack, agreement);

    expect([revoked.status, revoked.body]).toEqual([
      200,
      { contractId: agreement.id, status: "REVOKED" },
    ]);
    expect(repeated.status).toBe(200);
    expect(await personOf(stack, agreement).screen()).toBe("revoked");
    const told = await toldOf(stack, agreement, 1);
    expect(told.map(({ event }) => event.status)).toEqual(["REVOKED"]);
    expect(await changesOf(stack, agreement)).toHaveLength(1);
  });

  test("C-09: is refused with 409 once everybody has signed", async () => {
    const agreement = await begunAgreement(stack);
    await signsByFaceAndCode(stack, agreement);
    await agreementBecomes(stack, agreement, "SIGNED");

    const { status, body } = await revoke(stack, agreement);

    expect([status, body.code]).toEqual([409, 40901]);
  });
});

test("K01: the same contract in the native words, and a native one in these", async () => {
  const agreement = await begunAgreement(stack);

  const native = await agreementCall(stack, "GET", `/v1/contracts/${agreement.id}`);

  expect(native.body).toMatchObject({ contractId: agreement.id, bizScene: "RELATION_BIND" });
  expect((await agreementOf(stack, { id: agreement.id })).status).toBe("CREATED");
});
