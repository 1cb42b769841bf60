import { createHash, createPublicKey, verify } from "node:crypto";
import { describe, expect, test } from "vitest";
import { signingKey } from "../../functions/adapters/signing-key.ts";
import { transparencyLog } from "../../functions/adapters/transparency-log.ts";
import {
  hashLeaf,
  merkleRoot,
  verifyConsistency,
  verifyInclusion,
} from "../../functions/domain/merkle-tree.ts";
import { testWorld } from "../fakes/world.ts";

const origin = "test.example/log";
const hashOf = (name: string | number) => hashLeaf(Buffer.from(`statement ${name}`));

function stage() {
  const { world, dynamo } = testWorld({ now: () => "2026-11-21T08:00:00.000Z" });
  const key = signingKey(world, "signing-key");
  const count = { signatures: 0 };
  const counted = {
    ...key,
    sign(message: Uint8Array) {
      count.signatures++;
      return key.sign(message);
    },
  };
  const open = () => transparencyLog(world, { table: "log", origin, key: counted });
  return { log: open(), open, dynamo, count };
}

async function filled(size: number) {
  const staged = stage();
  const leaves = Array.from({ length: size }, (_, index) => hashOf(index));
  for (const leaf of leaves) await staged.log.append("CT1", leaf);
  return { ...staged, leaves };
}

/** A signed note by its specification (c2sp.org/signed-note), read without our own code. */
function readByHand(note: string, spki: Uint8Array) {
  const [origin, size, root, blank, signature = "", end] = note.split("\n");
  const [dash, name, encoded = ""] = signature.split(" ");
  const bytes = Buffer.from(encoded, "base64");
  const keyId = createHash("sha256").update(spki).digest().subarray(0, 4);
  const key = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
  const text = note.slice(0, note.indexOf("\n\n") + 1);
  return {
    lines: [origin, size, root, blank, dash, name, end],
    isByKey: bytes.subarray(0, 4).equals(keyId),
    holds: verify("sha256", Buffer.from(text), key, bytes.subarray(4)),
  };
}

describe("an append", () => {
  test("takes the next place, and the same leaf again answers the same and writes nothing", async () => {
    const { log, dynamo } = stage();

    const first = await log.append("CT1", hashOf("a"));
    const second = await log.append("CT2", hashOf("b"));
    const items = dynamo.items("log");
    const again = await log.append("CT1", hashOf("a"));

    expect([first, second, again]).toEqual([
      { index: 0, size: 1 },
      { index: 1, size: 2 },
      { index: 0, size: 1 },
    ]);
    expect(dynamo.items("log")).toEqual(items);
  });

  test("of what is no hash is refused before it can spoil the tree", async () => {
    const { log, dynamo } = stage();

    await expect(log.append("CT1", "abc")).rejects.toThrow('append for CT1: "abc" is no hash');
    expect(dynamo.items("log")).toEqual([]);
  });

  test("adds two items whatever the size, and moves the head", async () => {
    const { dynamo } = await filled(64);

    expect(dynamo.items("log")).toHaveLength(64 * 2 + 1);
  });

  test("by fifty sealers at once forks nothing: each leaf has one place, and no place stays empty", async () => {
    const { open, log } = stage();
    const leaves = Array.from({ length: 50 }, (_, index) => hashOf(index));

    const places = await Promise.all(leaves.map((leaf) => open().append("CT1", leaf)));

    const inOrder = await log.leaves(0, 100);
    const { size, root } = await log.checkpoint();
    expect(new Set(places.map(({ index }) => index)).size).toBe(50);
    expect(places.map(({ index }) => inOrder[index])).toEqual(leaves);
    expect({ size, root }).toEqual({ size: 50, root: merkleRoot(inOrder) });
  });

  test("of one leaf by many sealers at once enters it once", async () => {
    const { open, log } = stage();

    const places = await Promise.all(
      Array.from({ length: 10 }, () => open().append("CT1", hashOf("same"))),
    );

    expect(new Set(places.map(({ index }) => index))).toEqual(new Set([0]));
    expect(await log.leaves(0, 10)).toEqual([hashOf("same")]);
  });

  test("that is always overtaken gives up with a name the workflow can wait on", async () => {
    const { log, dynamo } = stage();
    await log.append("CT1", hashOf("first"));
    const stale = dynamo.save();
    let rounds = 0;
    dynamo.gate = async ({ label }) => {
      if (!label.startsWith("write")) return undefined;
      // Whoever writes finds that the head has just moved on.
      rounds++;
      const head = dynamo.items("log").find((item) => item.pk?.S === "HEAD") ?? {};
      const moved = new Map(stale.log).set("HEAD/HEAD", {
        ...head,
        size: { N: String(rounds + 1) },
      });
      dynamo.restore({ ...stale, log: moved });
      return undefined;
    };

    const appended = log.append("CT1", hashOf("second"));

    await expect(appended).rejects.toMatchObject({ name: "Log.Busy" });
    expect(rounds).toBe(100);
  });
});

describe("a checkpoint", () => {
  test("is a C2SP signed note over origin, size and root", async () => {
    const { log, leaves } = await filled(5);

    const { note, size, root, publicKey } = await log.checkpoint();

    const base64 = Buffer.from(merkleRoot(leaves), "hex").toString("base64");
    expect({ size, root }).toEqual({ size: 5, root: merkleRoot(leaves) });
    expect(readByHand(note, publicKey)).toEqual({
      lines: [origin, "5", base64, "", "—", origin, ""],
      isByKey: true,
      holds: true,
    });
  });

  test("of one size is signed once, and published until a larger one is", async () => {
    const { log, open, count } = await filled(2);

    const [first, again] = [await log.checkpoint(), await open().checkpoint()];
    await log.append("CT1", hashOf("later"));
    const published = await log.published();
    const larger = await log.checkpoint();

    expect(again).toEqual(first);
    expect(published).toEqual(first);
    expect(count.signatures).toBe(2);
    expect(larger.size).toBe(3);
  });

  test("that is overtaken while it is signed gives way to the newer one", async () => {
    const { log, open } = await filled(1);
    const slow = open();

    const [, , newest] = await Promise.all([
      slow.checkpoint(),
      log.append("CT1", hashOf("later")),
      log.append("CT1", hashOf("last")).then(() => log.checkpoint()),
    ]);

    expect(await slow.checkpoint()).toEqual(newest);
    expect(newest.size).toBe(3);
  });

  test("of an empty log states the empty tree, and nothing is published before it", async () => {
    const { log } = stage();

    expect(await log.published()).toBeUndefined();
    expect(await log.checkpoint()).toMatchObject({ size: 0, root: merkleRoot([]) });
  });
});

describe("proofs from the table", () => {
  test("hold for every leaf at every size", async () => {
    const { log, leaves } = await filled(19);

    for (let size = 1; size <= leaves.length; size++) {
      const root = merkleRoot(leaves.slice(0, size));
      for (const [index, leafHash] of leaves.slice(0, size).entries()) {
        const hashes = await log.inclusion(index, size);
        expect(verifyInclusion({ leafHash, index, size, hashes }, root)).toBe(true);
      }
    }
  });

  test("lead from every size to every later one", async () => {
    const { log, leaves } = await filled(19);
    const roots = leaves.map((_, index) => merkleRoot(leaves.slice(0, index + 1)));

    for (let to = 1; to <= roots.length; to++) {
      for (let from = 1; from <= to; from++) {
        const hashes = await log.consistency(from, to);
        const [oldRoot = "", newRoot = ""] = [roots[from - 1], roots[to - 1]];
        expect(verifyConsistency({ from, to, hashes }, oldRoot, newRoot)).toBe(true);
      }
    }
  });

  test("read in one call, however many nodes they need", async () => {
    const { log, dynamo } = await filled(200);
    const reads: string[] = [];
    dynamo.gate = async ({ label }) => void reads.push(label);

    await log.inclusion(3, 199);
    await log.consistency(77, 199);

    expect(reads).toHaveLength(2);
  });

  test("beyond what was appended say which leaves the table lacks", async () => {
    const { log } = await filled(3);

    await expect(log.inclusion(0, 8)).rejects.toThrow(
      "the log's table log lacks the root of leaves",
    );
    await expect(log.inclusion(8, 8)).rejects.toThrow("leaf 8 is not in a tree of 8 leaves");
  });

  test("a leaf is found by its hash and by its place", async () => {
    const { log, leaves } = await filled(4);

    expect(await log.find(leaves[2] ?? "")).toBe(2);
    expect(await log.find(hashOf("stranger"))).toBeUndefined();
    expect(await log.leaf(3)).toBe(leaves[3]);
    expect(await log.leaf(4)).toBeUndefined();
    expect(await log.leaves(1, 2)).toEqual(leaves.slice(1, 3));
  });
});
