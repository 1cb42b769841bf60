import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { checkSignature } from "../../lib/local/simulators/request-signature.ts";
import { verificationSimulator } from "../../lib/local/simulators/verification.ts";
import {
  type Addressed,
  client,
  eventually,
  get,
  script,
  signed,
  useStage,
} from "./simulator-stage.ts";

const stage = useStage();

describe("verification system: micro-deposit", () => {
  test("the right amount and remark succeed, and the client is called back with a valid signature", async () => {
    const { verification, platform } = await startVerification();
    const { verificationId } = await create(verification, platform, "MICRO_DEPOSIT");
    const { amount, remark } = await stateOf(verification, verificationId);

    const answer = await confirm(verification, verificationId, { attempt: 1, amount, remark });

    expect(Number(amount)).toBeGreaterThanOrEqual(0.01);
    expect(Number(amount)).toBeLessThanOrEqual(0.99);
    expect(remark).toMatch(/^[A-Z0-9]{6}$/);
    expect(answer).toEqual({ status: "SUCCESS", remainingTries: 3 });
    const [callback] = await platform.received(1);
    expect(callback).toMatchObject({
      path: "/v1/contracts/CT1/callback/auth",
      signature: { valid: true, clientId: "qianyue" },
      body: {
        contractId: "CT1",
        verificationId,
        authResult: "SUCCESS",
        authMethod: "PAYMENT_VERIFY",
        evidenceData: { remittanceAmount: amount, remittanceRemark: remark },
      },
    });
  });

  test("three wrong amounts fail it, and a repeated attempt is told the same again", async () => {
    const { verification, platform } = await startVerification();
    const { verificationId } = await create(verification, platform, "MICRO_DEPOSIT");
    const guess = (attempt: number) =>
      confirm(verification, verificationId, { attempt, amount: "1.00" });

    const answers = [
      await guess(1),
      await guess(1),
      await guess(2),
      await guess(3),
      await guess(2),
    ];

    expect(answers).toEqual([
      { status: "PENDING", remainingTries: 2 },
      { status: "PENDING", remainingTries: 2 },
      { status: "PENDING", remainingTries: 1 },
      { status: "FAILED", remainingTries: 0 },
      { status: "PENDING", remainingTries: 1 },
    ]);
    const [callback] = await platform.received(1);
    expect(callback?.body).toMatchObject({ authResult: "FAILED", failReason: "AMOUNT_MISMATCH" });
    expect(callback?.body.evidenceData).not.toHaveProperty("remittanceAmount");
  });

  test("an amount in another form is refused without costing a try", async () => {
    const { verification, platform } = await startVerification();
    const { verificationId } = await create(verification, platform, "MICRO_DEPOSIT");

    const answer = await confirm(verification, verificationId, { attempt: 1, amount: ".37" });

    expect(answer).toMatchObject({ fields: [{ field: "amount" }] });
    expect(await stateOf(verification, verificationId)).toMatchObject({ remainingTries: 3 });
  });

  test("after 72 hours on the stack's clock it fails as expired, also if it was down meanwhile", async () => {
    const { verification, platform } = await startVerification();
    const { verificationId } = await create(verification, platform, "MICRO_DEPOSIT");
    await verification.close();
    stage.clock.advance(72 * 3_600_000);

    const restarted = await restart();

    const [callback] = await platform.received(1);
    expect(callback?.body).toMatchObject({ authResult: "FAILED", failReason: "EXPIRED" });
    expect(await query(restarted, verificationId)).toMatchObject({ status: "FAILED" });
  });

  test("the same challenge key gets the same answer; another challenge under it is a conflict", async () => {
    const { verification, platform } = await startVerification();
    const first = await create(verification, platform, "FACE");

    const again = await create(verification, platform, "FACE");
    const other = await create(verification, platform, "MICRO_DEPOSIT", "k-FACE");

    expect(again).toEqual(first);
    expect(other).toMatchObject({ code: "CONFLICT" });
  });

  test("a pending query shows neither amount nor personal data", async () => {
    const { verification, platform } = await startVerification();
    const { verificationId } = await create(verification, platform, "MICRO_DEPOSIT");

    expect(await query(verification, verificationId)).toEqual({
      verificationId,
      status: "PENDING",
      method: "MICRO_DEPOSIT",
    });
    expect(await query(verification, "VRNONE")).toMatchObject({ code: "NOT_FOUND" });
  });

  test("the bank statement shows account holder, amount and remark", async () => {
    const { verification, platform } = await startVerification();
    const { verificationId } = await create(verification, platform, "MICRO_DEPOSIT");
    const { amount, remark } = await stateOf(verification, verificationId);

    const page = await (await fetch(`${verification.url}/`)).text();

    for (const shown of ["杭州示例商贸有限公司", `¥${amount}`, remark])
      expect(page).toContain(shown);
  });
});

describe("verification system: face", () => {
  test.each([
    ["PASS", { authResult: "SUCCESS", evidenceData: { score: 0.97 } }],
    ["FACE_MISMATCH", { authResult: "FAILED", failReason: "FACE_MISMATCH" }],
    ["POOR_QUALITY", { authResult: "FAILED", failReason: "POOR_QUALITY" }],
  ])("choosing %s calls back and leads to the return URL", async (choice, result) => {
    const { verification, platform } = await startVerification();
    const { handOffUrl } = await create(verification, platform, "FACE");

    const looked = await fetch(handOffUrl);
    const chosen = await choose(handOffUrl, choice);

    expect(looked.status).toBe(200);
    expect([chosen.status, chosen.headers.get("location")]).toEqual([
      303,
      "https://example.test/h5/x",
    ]);
    const [callback] = await platform.received(1);
    expect(callback?.body).toMatchObject({ authMethod: "FACE_VERIFY", ...result });
  });

  test("looking decides nothing, a second choice changes nothing, a wrong token finds nothing", async () => {
    const { verification, platform } = await startVerification();
    const { verificationId, handOffUrl } = await create(verification, platform, "FACE");

    await fetch(handOffUrl);
    expect(await query(verification, verificationId)).toMatchObject({ status: "PENDING" });
    await choose(handOffUrl, "PASS");
    await choose(handOffUrl, "FACE_MISMATCH");
    expect(await query(verification, verificationId)).toMatchObject({ status: "SUCCESS" });
    expect((await choose(handOffUrl.replace(/token=.*/, "token=x"), "PASS")).status).toBe(404);
  });

  test("a program may decide and have the result sent again", async () => {
    const { verification, platform } = await startVerification();
    const { verificationId } = await create(verification, platform, "FACE");
    const order = (action: string, body?: object) =>
      fetch(`${verification.url}/_control/verifications/${verificationId}/${action}`, {
        method: "POST",
        ...(body && { body: JSON.stringify(body) }),
      });

    expect((await order("callback")).status).toBe(409);
    expect((await order("decide", { result: "MAYBE" })).status).toBe(400);
    expect(
      (await order("decide", { result: "FAILED", failReason: "ID_CARD_MISMATCH" })).status,
    ).toBe(200);
    expect((await order("decide", { result: "SUCCESS" })).status).toBe(409);
    expect((await order("callback")).status).toBe(202);

    const callbacks = await platform.received(2);
    expect(callbacks[0]?.body).toMatchObject({ failReason: "ID_CARD_MISMATCH" });
    expect(callbacks[1]?.body).toEqual(callbacks[0]?.body);
  });
});

describe("verification system: callbacks", () => {
  test("a refused callback is repeated with back-off, five times at most", async () => {
    const { verification, platform } = await startVerification();
    platform.answerWith(500);
    const { handOffUrl } = await create(verification, platform, "FACE");

    await choose(handOffUrl, "PASS");
    for (let attempt = 1; attempt <= 5; attempt++) {
      await eventually(async () => (await outbox(verification)).attempts.length === attempt);
      await eventually(async () => (await outbox(verification)).attempts.at(-1) === "500");
      stage.clock.advance(30_000);
    }

    expect(await outbox(verification)).toMatchObject({ status: "GIVEN_UP" });
    const nonces = (await platform.received(5)).map(({ nonce }) => nonce);
    expect(new Set(nonces).size).toBe(5);
  });

  test("a callback that nobody answered is sent after a restart", async () => {
    const { verification, platform } = await startVerification();
    await script(verification, [{ times: 1, callback: { drop: true } }]);
    const { handOffUrl } = await create(verification, platform, "FACE");
    await choose(handOffUrl, "PASS");
    await eventually(async () => (await outbox(verification)).attempts[0] === "dropped");
    await verification.close();

    const restarted = await restart();
    stage.clock.advance(1_000);

    await platform.received(1);
    await eventually(async () => (await outbox(restarted)).status === "DELIVERED");
  });

  test("a result decided just before kill -9 is still called back by the next process", async () => {
    const platform = await startPlatform();
    const doomed = await startProcess();
    await script(doomed, [{ callback: { drop: true } }]);
    const { handOffUrl } = await create(doomed, platform, "FACE");
    await choose(handOffUrl, "PASS");
    await doomed.kill();

    const survivor = await restart();
    await script(survivor, []);
    stage.clock.advance(60_000);

    const [callback] = await platform.received(1);
    expect(callback?.body).toMatchObject({ authResult: "SUCCESS" });
  });

  test("duplicate: identical copies follow", async () => {
    const callbacks = await callbacksUnder({ duplicate: 2 }, 3);

    expect(callbacks.map(({ signature }) => signature.valid)).toEqual([true, true, true]);
    expect(callbacks[2]?.body).toEqual(callbacks[0]?.body);
  });

  test("delay: it comes when the stack's clock reaches it", async () => {
    const week = 7 * 24 * 3_600_000;

    const callbacks = await callbacksUnder({ delayMs: week }, 1, async (verification) => {
      await eventually(async () => (await outbox(verification)).fault !== undefined);
      stage.clock.advance(week);
    });

    expect(callbacks[0]?.signature).toMatchObject({ valid: true });
  });

  test("forged: the first signature is wrong, and the genuine result follows", async () => {
    const callbacks = await callbacksUnder({ forgeSignature: true }, 2, async (verification) => {
      await eventually(async () => (await outbox(verification)).attempts[0] === "tampered 200");
      stage.clock.advance(1_000);
    });

    expect(callbacks.map(({ signature }) => signature.valid)).toEqual([false, true]);
  });

  test("other contract: a well-signed result goes to the wrong one, and the genuine result follows", async () => {
    const callbacks = await callbacksUnder({ otherContract: "CT2" }, 2, async (verification) => {
      await eventually(async () => (await outbox(verification)).attempts[0] === "tampered 200");
      stage.clock.advance(1_000);
    });

    expect(callbacks).toMatchObject([
      {
        path: "/v1/contracts/CT2/callback/auth",
        signature: { valid: true },
        body: { contractId: "CT2" },
      },
      {
        path: "/v1/contracts/CT1/callback/auth",
        signature: { valid: true },
        body: { contractId: "CT1" },
      },
    ]);
  });
});

const restart = () =>
  stage.start((options) => verificationSimulator({ ...options, clients: [client] }));

/** The simulator in a process of its own, on the folder that `restart` will open. */
async function startProcess() {
  const source = new URL("../../lib/local/", import.meta.url).href;
  const program = `
    import { localClock } from "${source}clock.ts";
    import { verificationSimulator } from "${source}simulators/verification.ts";
    const options = ${JSON.stringify({ directory: stage.directory, clients: [client] })};
    console.log((await verificationSimulator({ ...options, clock: localClock() })).url);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  stage.closeLater(async () => {
    child.kill("SIGKILL");
  });
  const [line] = await once(child.stdout, "data");
  return {
    url: String(line).trim(),
    async kill() {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

async function startVerification() {
  return { verification: await restart(), platform: await startPlatform() };
}

type ReceivedCallback = {
  readonly path: string;
  readonly nonce: unknown;
  readonly signature: ReturnType<typeof checkSignature>;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came.
  readonly body: any;
};

/** Stands in for the application: keeps what the verification system sends. */
async function startPlatform() {
  const callbacks: ReceivedCallback[] = [];
  let status = 200;
  const server = createServer(async (incoming: IncomingMessage, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const path = incoming.url ?? "";
    const headers = incoming.headers as Record<string, string>;
    const request = { method: incoming.method ?? "", path, search: "", headers, body };
    callbacks.push({
      path,
      nonce: headers["x-nonce"],
      signature: checkSignature(request, [client], stage.clock.now()),
      body: JSON.parse(body.toString()),
    });
    outgoing.writeHead(status).end();
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
    async received(count: number): Promise<ReceivedCallback[]> {
      await eventually(() => callbacks.length >= count);
      expect(callbacks).toHaveLength(count);
      return callbacks;
    },
  };
}

async function create(
  verification: Addressed,
  platform: Addressed,
  method: string,
  challengeKey = `k-${method}`,
) {
  const challenge = {
    challengeKey,
    contractId: "CT1",
    method,
    scene: "POOLING_AUTH",
    subject: { userType: "ENTERPRISE", name: "杭州示例商贸有限公司", mobile: "13800138000" },
    callbackUrl: `${platform.url}/v1/contracts/CT1/callback/auth`,
    returnUrl: "https://example.test/h5/x",
  };
  const body = JSON.stringify(challenge);
  const headers = { "idempotency-key": challengeKey };
  return (await call(verification, "POST", "/v1/verifications", body, headers)).json();
}

const confirm = async (verification: Addressed, id: string, guess: object) =>
  (
    await call(verification, "POST", `/v1/verifications/${id}/confirm`, JSON.stringify(guess))
  ).json();

const query = async (verification: Addressed, id: string) =>
  (await call(verification, "GET", `/v1/verifications/${id}`)).json();

const choose = (handOffUrl: string, choice: string) =>
  fetch(handOffUrl, { method: "POST", body: new URLSearchParams({ choice }), redirect: "manual" });

async function stateOf(verification: Addressed, verificationId: string) {
  const { verifications } = await get(verification, "/_control/state");
  return verifications.find(
    (one: { verificationId: string }) => one.verificationId === verificationId,
  );
}

const outbox = async (verification: Addressed) =>
  (await get(verification, "/_control/state")).callbacks[0] ?? { attempts: [] };

/** What the platform gets of one passed face check while the first callback suffers `fault`. */
async function callbacksUnder(
  fault: object,
  count: number,
  meanwhile?: (verification: Addressed) => Promise<void>,
) {
  const { verification, platform } = await startVerification();
  await script(verification, [{ times: 1, callback: fault }]);
  const { handOffUrl } = await create(verification, platform, "FACE");
  await choose(handOffUrl, "PASS");
  await meanwhile?.(verification);
  return platform.received(count);
}

async function call(simulator: Addressed, method: string, path: string, body = "", more = {}) {
  const headers = { ...signed(stage.clock.now(), method, path, body), ...more };
  return fetch(simulator.url + path, { method, headers, ...(method !== "GET" && { body }) });
}
