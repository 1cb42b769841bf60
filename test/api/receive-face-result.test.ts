import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { APIGatewayProxyEvent, Context } from "aws-lambda";
import { describe, expect, test } from "vitest";
import { build } from "../../functions/api/receive-face-result.ts";
import { assembleContracts } from "../../functions/assemble.ts";
import type { FaceRequest } from "../../functions/dialects/face-verification.ts";
import {
  advanceFace,
  assembleFaceLinks,
  assembleFaces,
  assembleFaceVendors,
  vendorDispatch,
} from "../../functions/faces/face-check.ts";
import { faceStarter } from "../../functions/faces/start-face-check.ts";
import { type Told, wires } from "../../lib/local/simulators/face-wires.ts";
import { faceVendor, testWorld } from "../fakes/world.ts";

/** The fake keeps bytes as they travel. */
const sealed = expect.stringMatching(/^[A-Za-z0-9+/]{40,}={0,2}$/);
const at = "2026-11-21T08:00:00.000Z";
const request: FaceRequest = {
  bizId: "AUTH_FLOW_001",
  bizType: "RELATIONSHIP_BINDING",
  userInfo: { name: "张三", idCardNo: "310101199001011234", mobile: "13800138000" },
  callbackUrl: "https://partner.example/callback",
  webhookConfig: { headers: { authorization: "Bearer t" } },
  expireMinutes: 30,
  mode: "H5",
};

/** A check whose task vendor-a has accepted, and what vendor-a may tell of it. */
async function stage() {
  const { world, dynamo } = testWorld({
    now: () => at,
    http: async () => ({
      status: 200,
      headers: {},
      body: JSON.stringify({
        data: { taskId: "TX1", state: "WAITING", url: "https://face.example/check" },
      }),
    }),
  });
  const faces = assembleFaces(world);
  const links = assembleFaceLinks(world);
  const { face } = await faceStarter(
    world,
    faces,
    assembleContracts(world),
    links,
    [],
  )("client-c", request);
  await vendorDispatch(world, faces, assembleFaceVendors(world), links)(face.id);
  const lambda = build(world);

  const told: Told = { key: `${face.id}-T1`, transactionNo: "TX1", outcome: "PASS", score: 0.97 };
  const signed = (news = told, path = new URL(links.notifyUrl(face.id, "vendor-a")).pathname) =>
    wires.a.callback(faceVendor, news, path, Date.parse(at));
  async function bring(
    { headers, body }: ReturnType<typeof signed>,
    more: { readonly ip?: string; readonly vendor?: string; readonly id?: string } = {},
  ) {
    const { ip = "203.0.113.7", vendor = "vendor-a", id = face.id } = more;
    const event = {
      httpMethod: "POST",
      path: new URL(links.notifyUrl(id, vendor)).pathname,
      headers,
      multiValueQueryStringParameters: null,
      pathParameters: { verificationId: id, vendor },
      body,
      isBase64Encoded: false,
      requestContext: { requestId: "trace-1", identity: { sourceIp: ip } },
    } as unknown as APIGatewayProxyEvent;
    const answer = await lambda(event, {} as Context);
    return { status: answer.statusCode, body: JSON.parse(answer.body) };
  }
  const status = async () => (await faces.read(face.id))?.state.status;
  const row = () =>
    dynamo
      .items("faces")
      .map((item) => unmarshall(item as never))
      .find(({ sk }) => sk === "HEAD");
  return { world, faces, face, told, signed, bring, status, row, dynamo };
}

describe("POST …/callback/{vendor}", () => {
  test("C-32: a signed result from the vendor's own address is recorded and acknowledged", async () => {
    const { bring, signed, status } = await stage();

    expect(await bring(signed())).toEqual({ status: 200, body: { code: 0 } });
    expect(await status()).toBe("SUCCESS");
  });

  test("C-61: the same result again, newly signed, is acknowledged and changes nothing", async () => {
    const { bring, signed, dynamo } = await stage();
    await bring(signed());
    const entries = dynamo.items("chain").length;

    expect((await bring(signed())).status).toBe(200);
    expect(dynamo.items("chain")).toHaveLength(entries);
  });

  test("C-55: the very same request again is refused: its nonce is spent", async () => {
    const { bring, signed } = await stage();
    const once = signed();

    expect((await bring(once)).status).toBe(200);
    expect(await bring(once)).toMatchObject({ status: 401, body: { code: 40101 } });
  });

  test.each([
    ["from another address", { ip: "198.51.100.7" }],
    ["in the name of another vendor", { vendor: "vendor-x" }],
  ])("C-59: %s it is refused, and no nonce is kept", async (_how, more) => {
    const { bring, signed, status, dynamo } = await stage();

    expect((await bring(signed(), more)).status).toBe(401);
    expect(await status()).toBe("PENDING");
    expect(dynamo.items("guard")).toEqual([]);
  });

  test("K51: a signed result of another check's task is refused", async () => {
    const { bring, signed, told, status } = await stage();
    const other = { ...told, key: `VR${"0".repeat(26)}-T1` };

    expect((await bring(signed(other))).status).toBe(400);
    expect(await status()).toBe("PENDING");
  });
});

describe("the row of a face check", () => {
  test("C-19 C-20: has the columns of document C, and names the person only encrypted", async () => {
    const { bring, signed, row, face } = await stage();
    await bring(signed());

    expect(row()).toMatchObject({
      pk: face.id,
      id: face.id,
      verification_id: face.id,
      biz_id: "AUTH_FLOW_001",
      biz_type: "RELATIONSHIP_BINDING",
      status: "SUCCESS",
      user_name: sealed,
      id_card_no: sealed,
      mobile: sealed,
      face_score: 0.97,
      thirdparty_transaction_no: "TX1",
      callback_url: request.callbackUrl,
      callback_headers: sealed,
      verification_url: `https://sign.example/face/${face.id}`,
      expires_at: "2026-11-21T08:30:00.000Z",
      verified_at: at,
      created_at: at,
      updated_at: at,
    });
    expect(JSON.stringify(row())).not.toMatch(/张三|310101199001011234|13800138000|Bearer/);
  });

  test("C-19: keeps the reason of a failure", async () => {
    const { bring, signed, told, row } = await stage();
    await bring(signed({ ...told, outcome: "FACE_MISMATCH", score: 0.4 }));

    expect(row()).toMatchObject({
      status: "FAILED",
      fail_reason: "FACE_MISMATCH",
      face_score: 0.4,
    });
  });

  test("C-53: a decided row refuses every other status, whatever the code above believes", async () => {
    const { faces, face, bring, signed } = await stage();
    const before = await faces.read(face.id);
    await bring(signed());
    const now = await faces.read(face.id);
    if (before === undefined || now === undefined) throw new Error("no check");
    const undecided = { ...now, state: before.state };

    const draft = { step: "FACE_EXPIRED", at, actor: "platform", facts: {} } as const;
    await expect(faces.commit(undecided, [draft])).rejects.toThrow(/moved on/);
  });

  test("an erased person is gone from it, and the chain stays", async () => {
    const { faces, face, bring, signed, dynamo } = await stage();
    await bring(signed());

    const erased = await advanceFace(faces, face.id, { type: "erase", at, operator: "ops" });
    await faces.destroyKey(face.id);

    expect("drafts" in erased && erased.drafts).toMatchObject([{ step: "ERASED" }]);
    await expect(faces.readDetails(face.id)).rejects.toThrow(/erased/);
    expect((await faces.read(face.id))?.state.status).toBe("SUCCESS");
    expect(dynamo.items("chain").length).toBeGreaterThan(3);
  });
});
