import type { APIGatewayProxyEvent, Context } from "aws-lambda";
import { describe, expect, test } from "vitest";
import { platformKeys } from "../../functions/adapters/platform-keys.ts";
import { advance } from "../../functions/advance.ts";
import { build } from "../../functions/api/submit-verification.ts";
import { assembleContracts, assembleTemplates } from "../../functions/assemble.ts";
import type { Command } from "../../functions/domain/decide.ts";
import { contractStarter } from "../../functions/start/start-contract.ts";
import { type HttpRequest, NoAnswer } from "../../functions/world.ts";
import { testWorld } from "../fakes/world.ts";
import { consent, generate, invite, sent, sign } from "../story.ts";

const at = "2026-11-21T08:00:00.000Z";
const accepted = {
  type: "challengeAccepted",
  signer: 1,
  challenge: 1,
  method: "MICRO_DEPOSIT",
  verificationId: "VR1",
  expiresAt: "2026-11-24T08:00:00.000Z",
} as const;

type Answer = { readonly status: number; readonly body: object };

/** An enterprise that waits for its micro-deposit, and a verification system that answers by method and path. */
async function stage(answers: Readonly<Record<string, Answer>>) {
  const requests: HttpRequest[] = [];
  const { world } = testWorld({
    now: () => at,
    async http(request) {
      requests.push(request);
      const answer = answers[`${request.method} ${new URL(request.url).pathname}`];
      if (answer === undefined) throw new NoAnswer("no answer", true);
      return { status: answer.status, headers: {}, body: JSON.stringify(answer.body) };
    },
  });
  const contracts = assembleContracts(world);
  const keys = platformKeys(world, "platform");
  const { contract } = await contractStarter(
    world,
    contracts,
    keys,
    assembleTemplates(world),
    [],
  )(
    { clientId: "sandai", returnUrls: [] },
    {
      requestId: "REQ-1",
      bizScene: "OPEN_PAYMENT",
      userType: "ENTERPRISE",
      userInfo: { name: "上海测试有限公司", mobile: "13800138000", legalRepName: "李四" },
    },
  );
  const challenge = { type: "requestChallenge", signer: 1 } as const;
  for (const command of [generate, invite, sent, consent, sign, challenge, accepted])
    await advance(contracts, contract.id, { ...command, at } as Command);

  const lambda = build(world);
  const token = await keys.linkToken(contract.id);
  const submit = async (body: object, link = token) => {
    const event = {
      httpMethod: "POST",
      path: `/h5/${link}/verification`,
      headers: { "content-type": "application/json" },
      multiValueQueryStringParameters: null,
      pathParameters: { token: link },
      body: JSON.stringify(body),
      isBase64Encoded: false,
      requestContext: { requestId: "trace-1", identity: { sourceIp: "198.51.100.7" } },
    } as unknown as APIGatewayProxyEvent;
    const answer = await lambda(event, {} as Context);
    return { status: answer.statusCode, body: JSON.parse(answer.body) };
  };
  const read = async () => (await contracts.read(contract.id))!;
  return { submit, read, requests };
}

const confirm = "POST /v1/verifications/VR1/confirm";
const query = "GET /v1/verifications/VR1";
const record = { verificationId: "VR1", transactionNo: "T1", amount: "0.37", remark: "A1B2C3" };

describe("typing back the micro-deposit", () => {
  test.each([
    ["0.37", "0.37"],
    [" 0.3 ", "0.30"],
    ["０．３７", "0.37"],
    ["00.37", "0.37"],
    ["1", "1.00"],
  ])("%j is sent as %s", async (typed, amount) => {
    const { submit, requests } = await stage({
      [confirm]: { status: 200, body: { status: "PENDING", remainingTries: 2 } },
    });

    await submit({ amount: typed, remark: " a1b2c3 " });

    expect(JSON.parse(String(requests[0]?.body))).toEqual({ attempt: 1, amount, remark: "A1B2C3" });
  });

  test.each(["", "0.375", "-0.37", "0,37", "1e2", "abc", "9".repeat(100)])(
    "%j is no amount: nothing is sent and no try is used",
    async (amount) => {
      const { submit, requests, read } = await stage({});

      const answer = await submit({ amount });

      expect(answer).toMatchObject({
        status: 400,
        body: { code: "B40001", errors: [{ field: "amount" }] },
      });
      expect(requests).toEqual([]);
      expect((await read()).signers[0]?.challenge?.triesUsed).toBe(0);
    },
  );

  test("B-37: a right amount closes the second gate", async () => {
    const { submit, read } = await stage({
      [confirm]: { status: 200, body: { status: "SUCCESS", remainingTries: 2 } },
      [query]: { status: 200, body: { ...record, status: "SUCCESS" } },
    });

    expect(await submit({ amount: "0.37" })).toEqual({ status: 200, body: { screen: "sealing" } });
    expect((await read()).state.status).toBe("SEALING");
  });

  test("B-55: a wrong amount uses one try and stays on its screen", async () => {
    const { submit, read } = await stage({
      [confirm]: { status: 200, body: { status: "PENDING", remainingTries: 2 } },
    });

    expect(await submit({ amount: "0.11" })).toMatchObject({ body: { screen: "microDeposit" } });
    expect((await read()).signers[0]?.challenge?.triesUsed).toBe(1);
  });

  test("K53 D-58: without an answer no try is used, nobody but the person presses again, and the next press repeats the same attempt", async () => {
    const { submit, read, requests } = await stage({});

    const answer = await submit({ amount: "0.37" });
    await submit({ amount: "0.37" });

    expect(answer).toMatchObject({
      status: 502,
      body: { code: "B50202", message: expect.stringContaining("press again") },
    });
    expect((await read()).signers[0]?.challenge?.triesUsed).toBe(0);
    expect(requests.map(({ headers }) => headers["idempotency-key"])).toEqual(["VR1-1", "VR1-1"]);
  });

  test("a challenge that was decided meanwhile is settled by its record: pressing again never would", async () => {
    const { submit, read } = await stage({
      [confirm]: { status: 409, body: { message: "already decided" } },
      [query]: { status: 200, body: { ...record, status: "SUCCESS" } },
    });

    expect(await submit({ amount: "0.37" })).toEqual({ status: 200, body: { screen: "sealing" } });
    expect((await read()).signers[0]?.verifiedAt).toBe(at);
  });

  test("a link that was changed opens nothing", async () => {
    const { submit, requests } = await stage({});

    const answer = await submit({ amount: "0.37" }, "CT0.secret");

    expect(answer).toMatchObject({ status: 404, body: { message: "this link does not exist" } });
    expect(requests).toEqual([]);
  });
});
