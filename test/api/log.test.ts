import { createPublicKey, verify } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  merkleRoot,
  verifyConsistency,
  verifyInclusion,
} from "../../functions/domain/merkle-tree.ts";
import { readCheckpoint, readNote } from "../../functions/domain/signed-note.ts";
import { hashOf, logStage } from "../fakes/log-stage.ts";

const leaves = Array.from({ length: 12 }, (_, index) => hashOf(index));
const forEver = "public, max-age=31536000, immutable";

describe("GET /v1/log/checkpoint", () => {
  test("is the newest signed note as plain text, and the key beside it verifies it", async () => {
    const { get } = await logStage(leaves);

    const { status, headers, text } = await get("/v1/log/checkpoint");
    const key = createPublicKey((await get("/v1/log/key")).text);

    const note = readNote(text);
    const signature = note?.signatures[0]?.signature ?? Buffer.of();
    expect([status, headers["content-type"]]).toEqual([200, "text/plain; charset=utf-8"]);
    expect(headers["cache-control"]).toBe("no-store");
    expect(readCheckpoint(note?.text ?? "")).toEqual({
      origin: "test.example/log",
      size: 12,
      root: merkleRoot(leaves),
    });
    expect(verify("sha256", Buffer.from(note?.text ?? ""), key, signature)).toBe(true);
  });

  test.each(["checkpoint", "key", "leaves", "consistency", `inclusion/${hashOf(0)}`])(
    "before the first checkpoint %s answers 404 and says when it begins",
    async (endpoint) => {
      const { get } = await logStage();

      const { status, text } = await get(`/v1/log/${endpoint}`);

      expect(status).toBe(404);
      expect(JSON.parse(text).message).toBe(
        "the log is empty: it begins with the first sealed contract",
      );
    },
  );

  test("leaves that no checkpoint covers yet are not shown", async () => {
    const { get, log } = await logStage(leaves);
    await log.append("CT2", hashOf("not yet signed"));

    const page = JSON.parse((await get("/v1/log/leaves")).text);
    const proof = await get(`/v1/log/inclusion/${hashOf("not yet signed")}`);

    expect(page.leaves).toEqual(leaves);
    expect(proof.status).toBe(404);
  });
});

describe("GET /v1/log/inclusion/{leafHash}", () => {
  test("proves a leaf in the newest tree, and in an older one for ever", async () => {
    const { get } = await logStage(leaves);

    const newest = await get(`/v1/log/inclusion/${leaves[3]}`);
    const older = await get(`/v1/log/inclusion/${leaves[3]}?size=7`);

    const [a, b] = [JSON.parse(newest.text), JSON.parse(older.text)];
    expect(a).toMatchObject({ leafHash: leaves[3], index: 3, size: 12 });
    expect(verifyInclusion(a, merkleRoot(leaves))).toBe(true);
    expect(verifyInclusion(b, merkleRoot(leaves.slice(0, 7)))).toBe(true);
    expect(newest.headers["cache-control"]).toBe("no-store");
    expect(older.headers["cache-control"]).toBe(forEver);
  });

  test("says 404 for a leaf that the log, or that tree, does not hold", async () => {
    const { get } = await logStage(leaves);

    const unknown = await get(`/v1/log/inclusion/${hashOf("stranger")}`);
    const later = await get(`/v1/log/inclusion/${leaves[9]}?size=9`);

    expect([unknown.status, later.status]).toEqual([404, 404]);
    expect(later.headers["cache-control"]).toBe("no-store");
    expect(JSON.parse(later.text).message).toBe(
      `the tree of size 9 holds no leafHash ${leaves[9]}`,
    );
  });
});

describe("GET /v1/log/consistency", () => {
  test("proves that the newer tree begins with the older one", async () => {
    const { get } = await logStage(leaves);

    const { headers, text } = await get("/v1/log/consistency?from=5&to=12");

    const roots = [merkleRoot(leaves.slice(0, 5)), merkleRoot(leaves)] as const;
    expect(verifyConsistency(JSON.parse(text), ...roots)).toBe(true);
    expect(headers["cache-control"]).toBe(forEver);
  });
});

describe("GET /v1/log/leaves", () => {
  test("pages through all leaves; only a page that is full may be kept", async () => {
    const { get } = await logStage(leaves);

    const full = await get("/v1/log/leaves?from=0&limit=8");
    const last = await get("/v1/log/leaves?from=8&limit=8");
    const past = await get("/v1/log/leaves?from=12");

    expect(JSON.parse(full.text)).toEqual({ from: 0, leaves: leaves.slice(0, 8) });
    expect(JSON.parse(last.text)).toEqual({ from: 8, leaves: leaves.slice(8) });
    expect(JSON.parse(past.text)).toEqual({ from: 12, leaves: [] });
    expect([full, last].map(({ headers }) => headers["cache-control"])).toEqual([
      forEver,
      "no-store",
    ]);
  });
});

test.each([
  ["inclusion/xyz", "leafHash", "give a SHA-256 as 64 lowercase hex digits"],
  [`inclusion/${leaves[0]}?size=13`, "size", "give one whole number from 1 to 12"],
  [`inclusion/${leaves[0]}?size=0`, "size", "give one whole number from 1 to 12"],
  [`inclusion/${leaves[0]}?size=`, "size", "give one whole number from 1 to 12"],
  [`inclusion/${leaves[0]}?size=1&size=2`, "size", "give one whole number from 1 to 12"],
  ["consistency?from=1", "to", "give one whole number from 1 to 12"],
  ["consistency?from=0&to=4", "from", "give one whole number from 1 to 4"],
  ["consistency?from=5&to=4", "from", "give one whole number from 1 to 4"],
  ["consistency?from=1&to=13", "to", "give one whole number from 1 to 12"],
  ["leaves?from=13", "from", "give one whole number from 0 to 12"],
  ["leaves?from=-1", "from", "give one whole number from 0 to 12"],
  ["leaves?from=1.5", "from", "give one whole number from 0 to 12"],
  ["leaves?limit=1001", "limit", "give one whole number from 1 to 1000"],
  ["leaves?limit=0x10", "limit", "give one whole number from 1 to 1000"],
])("%s is refused with 400 and the name of the parameter", async (target, field, message) => {
  const { get } = await logStage(leaves);

  const { status, text } = await get(`/v1/log/${target}`);

  expect(status).toBe(400);
  expect(JSON.parse(text).errors).toEqual([{ field, message }]);
});
