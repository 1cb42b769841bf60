import { beforeAll, describe, expect, test } from "vitest";
import { build } from "../../functions/api/find-document.ts";
import { contractId, sealedContract } from "../fakes/sealed-contract.ts";

let stage: Awaited<ReturnType<typeof sealedContract>>;
beforeAll(async () => {
  stage = await sealedContract();
});

const find = (sha256: string) =>
  stage.call(build(stage.world), { path: `/v1/documents/${sha256}`, parameters: { sha256 } });

describe("GET /v1/documents/{sha256}", () => {
  test("C-14: the signed PDF is known to anybody who can name its hash, and nothing of its people", async () => {
    const { status, body } = await find(stage.signedHash);

    expect(status).toBe(200);
    expect(body).toEqual({
      known: true,
      contractId,
      kind: "SIGNED_DOCUMENT",
      status: "COMPLETED",
      sealedAt: "2026-11-21T09:00:00.000Z",
      root: expect.stringMatching(/^[0-9a-f]{64}$/),
      logIndex: 0,
      timestamped: true,
    });
  });

  test("C-14: so is the agreement as it was read", async () => {
    const { body } = await find(stage.documentHash);

    expect([body.kind, body.contractId]).toEqual(["AGREEMENT", contractId]);
  });

  test("any other hash is a 404, any other text a 400", async () => {
    const unknown = await find("0".repeat(64));
    const malformed = await find("0".repeat(63));
    const uppercase = await find(stage.signedHash.toUpperCase());

    expect([unknown.status, malformed.status, uppercase.status]).toEqual([404, 400, 400]);
    expect(malformed.body.errors).toEqual([
      { field: "sha256", message: "give the SHA-256 of the file as 64 lowercase hex digits" },
    ]);
  });
});
