import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { checkSignature } from "../../lib/local/simulators/request-signature.ts";
import { verificationSimulator } from "../../lib/local/simulators/verification.ts";
import { type Addressed, client, eventually, get, signed, useStage } from "./simulator-stage.ts";

const stage = useStage();
const secret = Buffer.from("a secret of webhooks").toString("base64");
const buyer = {
  clientId: "verifier",
  secret: "s3cret-of-verifier",
  webhookSecret: `whsec_${secret}`,
};
const page = "https://platform.test/face/VR1.token";

describe("verification system: faces compared elsewhere (K03, K04)", () => {
  test("it asks as a client, leads the person on, and passes the result to whoever asked it", async () => {
    const { supplier, verification } = await both();
    const { verificationId, handOffUrl } = await create(verification, supplier);
    await eventually(async () => (await onlyOne(verification)).check.page !== undefined);

    const shown = await (await fetch(handOffUrl)).text();
    const told = await tell(verification, { bizId: verificationId, ...passed });
    const again = await tell(verification, { bizId: verificationId, ...mismatched });

    const [asked] = supplier.received("/api/v1/verification/face/initiate");
    expect(asked).toMatchObject({
      signature: { valid: true, clientId: "verifier" },
      key: verificationId,
      body: {
        bizId: verificationId,
        userInfo: { name: "张三", idCardNo: "310101199001011234" },
        callbackUrl: `${verification.url}/face-results`,
        origin: "CT1",
      },
    });
    expect(shown).toContain(page);
    expect([told.status, again.status]).toEqual([200, 200]);
    await eventually(() => supplier.received("/callback").length === 1);
    expect(supplier.received("/callback")[0]?.body).toMatchObject({
      verificationId,
      authResult: "SUCCESS",
      evidenceData: { score: 0.9712 },
    });
  });

  test.each([
    ["FACE_MISMATCH", "FACE_MISMATCH"],
    ["POOR_QUALITY", "POOR_QUALITY"],
    ["VENDOR_UNAVAILABLE", "TECHNICAL"],
  ])("%s is told as %s, without a score that nobody measured", async (failReason, reason) => {
    const { supplier, verification } = await both();
    const { verificationId } = await create(verification, supplier);

    await tell(verification, { bizId: verificationId, status: "FAILED", score: null, failReason });

    const decided = await onlyOne(verification);
    expect(decided).toMatchObject({ status: "FAILED", failReason: reason });
    expect(decided).not.toHaveProperty("score");
  });

  test("a result with a forged signature is refused and decides nothing", async () => {
    const { supplier, verification } = await both();
    const { verificationId } = await create(verification, supplier);

    const { status } = await tell(verification, { bizId: verificationId, ...passed }, "forged");

    expect(status).toBe(401);
    expect(await onlyOne(verification)).toMatchObject({ status: "PENDING" });
  });

  test("a person may not choose on a page whose check is made elsewhere", async () => {
    const { supplier, verification } = await both();
    const { handOffUrl } = await create(verification, supplier);

    await fetch(handOffUrl, { method: "POST", body: new URLSearchParams({ choice: "PASS" }) });

    expect(await onlyOne(verification)).toMatchObject({ status: "PENDING" });
  });

  test("an outage is sat out with the same bytes, also across a restart", async () => {
    const { supplier, verification } = await both();
    supplier.answerWith(503);
    await create(verification, supplier);
    await eventually(() => supplier.received(initiate).length === 1);
    await verification.close();
    supplier.answerWith(200);

    const restarted = await startOn(supplier);

    await eventually(async () => (await onlyOne(restarted)).check.page === page);
    const [first, second] = supplier.received(initiate);
    expect(second?.body).toEqual(first?.body);
  });

  test("an outage within one process is asked through with back-off", async () => {
    const { supplier, verification } = await both();
    supplier.answerWith(503);
    await create(verification, supplier);
    await eventually(() => supplier.received(initiate).length === 1);
    supplier.answerWith(200);

    await eventually(async () => {
      stage.clock.advance(1_000);
      return (await onlyOne(verification)).check.page === page;
    });
  });

  test("a refusal ends the verification at once, and the system that asked is told", async () => {
    const { supplier, verification } = await both();
    supplier.answerWith(409);

    await create(verification, supplier);

    await eventually(() => supplier.received("/callback").length === 1);
    expect(supplier.received("/callback")[0]?.body).toMatchObject({ failReason: "REFUSED" });
    expect(supplier.received(initiate)).toHaveLength(1);
  });

  test("nobody is asked about a subject without an identity number: the person chooses here", async () => {
    const { supplier, verification } = await both();

    const { handOffUrl } = await create(verification, supplier, { idNumber: undefined });

    expect(await (await fetch(handOffUrl)).text()).toContain('value="PASS"');
    expect(supplier.received(initiate)).toEqual([]);
  });
});

const initiate = "/api/v1/verification/face/initiate";
const passed = { status: "SUCCESS", score: 0.9712, failReason: null };
const mismatched = { status: "FAILED", score: 0.4, failReason: "FACE_MISMATCH" };

async function both() {
  const supplier = await startSupplier();
  return { supplier, verification: await startOn(supplier) };
}

const startOn = ({ url }: Addressed) =>
  stage.start((options) =>
    verificationSimulator({ ...options, clients: [client], faces: { ...buyer, apiUrl: url } }),
  );

/** Stands in for the platform in both its parts: it sells face checks and hears of verifications. */
async function startSupplier() {
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came.
  const requests: { path: string; key: unknown; signature: unknown; body: any }[] = [];
  let status = 200;
  const server = createServer(async (incoming: IncomingMessage, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const path = incoming.url ?? "";
    const headers = incoming.headers as Record<string, string>;
    const request = { method: "POST", path, search: "", headers, body };
    requests.push({
      path,
      key: headers["idempotency-key"],
      signature: checkSignature(request, [buyer], stage.clock.now()),
      body: JSON.parse(body.toString()),
    });
    outgoing
      .writeHead(path === initiate ? status : 200)
      .end(JSON.stringify({ verificationUrl: page }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stage.closeLater(async () => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    answerWith: (next: number) => {
      status = next;
    },
    received: (path: string) => requests.filter((request) => request.path === path),
  };
}

async function create(verification: Addressed, supplier: Addressed, changes: object = {}) {
  const path = "/v1/verifications";
  const body = JSON.stringify({
    challengeKey: "CT1-V1F",
    contractId: "CT1",
    method: "FACE",
    scene: "RELATION_BIND",
    subject: {
      userType: "PERSONAL",
      name: "张三",
      idNumber: "310101199001011234",
      mobile: "13800138000",
      ...changes,
    },
    callbackUrl: `${supplier.url}/callback`,
    returnUrl: "https://example.test/h5/x",
  });
  const headers = signed(stage.clock.now(), "POST", path, body);
  const answer = await fetch(verification.url + path, {
    method: "POST",
    headers: { ...headers, "idempotency-key": "CT1-V1F" },
    body,
  });
  return answer.json();
}

/** Brings a result as the supplier does: a Standard Webhook. */
function tell({ url }: Addressed, result: object, forged = "") {
  const body = JSON.stringify(result);
  const seconds = String(Math.trunc(stage.clock.now() / 1000));
  const signature = createHmac("sha256", Buffer.from(forged + secret, "base64"))
    .update(`EV1.${seconds}.${body}`)
    .digest("base64");
  return fetch(`${url}/face-results`, {
    method: "POST",
    headers: {
      "webhook-id": "EV1",
      "webhook-timestamp": seconds,
      "webhook-signature": `v1,${signature}`,
    },
    body,
  });
}

async function onlyOne(verification: Addressed) {
  const { verifications } = await get(verification, "/_control/state");
  return verifications[0];
}
