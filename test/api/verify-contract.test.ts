import { unzipSync, zipSync } from "fflate";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { build } from "../../functions/api/verify-contract.ts";
import type { World } from "../../functions/world.ts";
import { contractId, partner, sealedContract } from "../fakes/sealed-contract.ts";

type Stage = Awaited<ReturnType<typeof sealedContract>>;
type Request = Readonly<Record<string, string>>;

let stage: Stage;
let saved: ReturnType<Stage["dynamo"]["save"]>;
let objects: Map<string, Uint8Array>;
beforeAll(async () => {
  stage = await sealedContract();
  saved = stage.dynamo.save();
  objects = new Map(stage.s3.objects);
});
beforeEach(() => {
  stage.dynamo.restore(saved);
  stage.s3.objects.clear();
  for (const [key, bytes] of objects) stage.s3.objects.set(key, bytes);
  stage.logged = [];
  stage.counted = [];
});

const path = "/api/v1/contract/verify";
const verify = (body: Request, by?: typeof partner, world: World = stage.world) =>
  stage.call(build(world), { path, body, ...(by && { by }) });
const byId = { method: "CONTRACT_ID", contractId };
const byFile = () => ({ method: "FILE_HASH", fileHash: `sha256:${stage.signedHash}` });

describe("POST /api/v1/contract/verify", () => {
  test("C-10, C-11: by contract id, tells who signed under which certificate and who archived it when", async () => {
    const { status, body } = await verify(byId, partner);

    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const certified = { certificateIssuer: expect.any(String), validFrom: at, validTo: at };
    expect(status).toBe(200);
    expect(body).toEqual({
      valid: true,
      contractId,
      signatureInfo: [
        { signer: "张*", signTime: "2026-11-21T08:05:00.000Z", ...certified },
        { signer: expect.stringContaining("公司"), signTime: at, ...certified },
      ],
      archiveInfo: {
        archived: true,
        archiveTime: "2026-11-21T09:00:00.000Z",
        timestampAuthority: expect.stringContaining("development"),
      },
    });
  });

  test("C-10: by the hash of the signed PDF, with the archive's id or without", async () => {
    const alone = await verify(byFile(), partner);
    const archived = await verify({ ...byFile(), archiveId: `${contractId}-A1` }, partner);

    expect([alone.body.valid, alone.body.contractId]).toEqual([true, contractId]);
    expect(archived.body).toEqual(alone.body);
  });

  test("C-10: another file than the archived one is not valid, whatever its contract is", async () => {
    const fileHash = `sha256:${"0".repeat(64)}`;
    const other = await verify(
      { method: "FILE_HASH", fileHash, archiveId: `${contractId}-A3` },
      partner,
    );
    const unsigned = await verify(
      { method: "FILE_HASH", fileHash: `sha256:${stage.documentHash}` },
      partner,
    );

    expect([other.body.valid, unsigned.body.valid]).toEqual([false, false]);
    expect(unsigned.body.contractId).toBe(contractId);
  });

  test.each<[string, Request]>([
    ["a contract", { method: "CONTRACT_ID", contractId: `CT${"8".repeat(26)}` }],
    ["a file", { method: "FILE_HASH", fileHash: `sha256:${"0".repeat(64)}` }],
    [
      "an archive",
      { method: "FILE_HASH", fileHash: `sha256:${"0".repeat(64)}`, archiveId: `${contractId}-A9` },
    ],
  ])("C-10: %s that the partner does not have is a 404 with C's number", async (_, request) => {
    const { status, body } = await verify(request, partner);

    expect([status, body.code]).toEqual([404, 40401]);
  });

  test("C-10: another partner's contract answers exactly like none", async () => {
    const stranger = { clientId: "stranger", secret: "a stranger's secret" };
    const partners = [partner, stranger].map(({ clientId, secret }) => ({
      clientId,
      secrets: [secret],
      webhookSecret: "whsec_dGVzdA==",
      dialects: ["C"],
    }));
    const aws = withSecret(stage.world, JSON.stringify({ partners }));
    const world = { ...stage.world, aws };

    const foreign = await verify(byId, stranger, world);
    const none = await verify({ ...byId, contractId: `CT${"8".repeat(26)}` }, stranger, world);

    expect(foreign).toEqual(none);
    expect(foreign.status).toBe(404);
  });

  test("C-64: without a good signature it answers 401 and 40101", async () => {
    const unsigned = await verify(byId);
    const forged = await verify(byId, { ...partner, secret: "another secret 02" });

    expect([unsigned.status, unsigned.body.code]).toEqual([401, 40101]);
    expect(forged.body).toEqual(unsigned.body);
  });

  test.each<[string, Request]>([
    ["method", { method: "NAME" }],
    ["contractId", { method: "CONTRACT_ID" }],
    ["fileHash", { method: "FILE_HASH", fileHash: "a".repeat(64) }],
    ["archiveId", { method: "FILE_HASH", fileHash: `sha256:${"a".repeat(64)}`, archiveId: "" }],
    ["operator", { ...byId, operator: "op-1" }],
  ])("C-65: a request is refused with 40001 and the name of %s", async (field, request) => {
    const { status, body } = await verify(request, partner);

    expect([status, body.code]).toEqual([400, 40001]);
    expect(body.errors.map((one: { field: string }) => one.field)).toEqual([field]);
  });

  test("C-11: after an erasure everything still proves itself, and nobody is named", async () => {
    await stage.contracts.destroyKey(contractId);

    const { body } = await verify(byId, partner);

    expect(body.valid).toBe(true);
    expect(body.signatureInfo[0]).toEqual({
      signer: "erased",
      signTime: "2026-11-21T08:05:00.000Z",
      certificateIssuer: null,
      validFrom: null,
      validTo: null,
    });
  });

  test("D-67: an entry changed in the table is noticed, named in the log and counted", async () => {
    const row = stage.dynamo.items("chain").find(({ step }) => step?.S === "SIGNED");
    if (row) Object.assign(row, { timestamp: { S: "2026-11-21T08:04:59.000Z" } });

    const { body } = await verify(byId, partner);

    if (row) Object.assign(row, { timestamp: { S: "2026-11-21T08:05:00.000Z" } });
    expect(body.valid).toBe(false);
    expect(stage.counted).toEqual(["SystemError"]);
    expect(stage.logged).toContainEqual(
      expect.objectContaining({
        message: "evidence does not hold",
        contractId,
        faults: expect.arrayContaining(["the chain does not lead to the root in SEALED"]),
      }),
    );
  });

  test("D-67: a file changed in the stored bundle is noticed, and named in the log", async () => {
    const [key, bytes] = [...stage.s3.objects].find(([name]) => name.endsWith("open.zip")) ?? [];
    const { "seal/statement.json": statement, ...files } = unzipSync(bytes ?? new Uint8Array());
    const changed = Buffer.from(String(statement).replace('"v":1', '"v":2'));
    stage.s3.objects.set(String(key), zipSync({ ...files, "seal/statement.json": changed }));

    const { body } = await verify(byId, partner);

    expect([body.valid, body.signatureInfo]).toEqual([false, []]);
    expect(JSON.stringify(stage.logged)).toContain("bundle: files: seal/statement.json");
  });
});

/** The same AWS with another secret of partners. */
function withSecret(world: World, text: string) {
  const { requestHandler, ...rest } = world.aws as {
    requestHandler: {
      handle(request: { headers: Record<string, string> }): Promise<{
        response: { body: Uint8Array };
      }>;
    };
  };
  const handle: typeof requestHandler.handle = async (request) => {
    const reply = await requestHandler.handle(request);
    const isSecret = request.headers["x-amz-target"]?.startsWith("secretsmanager");
    if (!isSecret) return reply;
    const body = Buffer.from(JSON.stringify({ SecretString: text }));
    return { response: { ...reply.response, body } };
  };
  return { ...rest, requestHandler: { handle } };
}
