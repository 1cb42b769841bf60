import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  completeSubtrees,
  consistencyRanges,
  emptyTree,
  extend,
  hashLeaf,
  inclusionRanges,
  merkleRoot,
  proofOf,
  type Range,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from "../../functions/domain/merkle-tree.ts";

/** Inputs and roots of Certificate Transparency's reference tree, by size (transparency-dev/merkle). */
const inputs = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
];
const roots = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const referenceLeaves = inputs.map((input) => hashLeaf(Buffer.from(input, "hex")));

const leavesOf = (size: number) =>
  Array.from({ length: size }, (_, index) => hashLeaf(Buffer.from(`leaf ${index}`)));

/** Proofs from a plain list of leaves: what a store of subtrees must amount to. */
const reader = (leaves: readonly string[]) => (subtree: Range) =>
  merkleRoot(leaves.slice(subtree.start, subtree.end));
const inclusion = (leaves: readonly string[], index: number) => ({
  leafHash: leaves[index] ?? "",
  index,
  size: leaves.length,
  hashes: proofOf(inclusionRanges(index, leaves.length), reader(leaves)),
});
const consistency = (leaves: readonly string[], from: number) => ({
  from,
  to: leaves.length,
  hashes: proofOf(consistencyRanges(from, leaves.length), reader(leaves)),
});

/** A hash with one bit turned. */
const flip = (hash: string, bit: number) => {
  const bytes = Buffer.from(hash, "hex");
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return bytes.toString("hex");
};

describe("the reference tree of Certificate Transparency", () => {
  test.each(roots.map((root, size) => [size, root] as const))(
    "A-26, K21: the tree of its first %i leaves has the published root",
    (size, root) => {
      expect(merkleRoot(referenceLeaves.slice(0, size))).toBe(root);
    },
  );

  test.each([
    {
      index: 0,
      size: 1,
      hashes: [],
    },
    {
      index: 0,
      size: 8,
      hashes: [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
      ],
    },
    {
      index: 5,
      size: 8,
      hashes: [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      ],
    },
    {
      index: 2,
      size: 3,
      hashes: ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    },
    {
      index: 1,
      size: 5,
      hashes: [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      ],
    },
  ])("leaf $index in the tree of $size has the published proof", ({ index, size, hashes }) => {
    const proof = inclusion(referenceLeaves.slice(0, size), index);

    expect(proof.hashes).toEqual(hashes);
    expect(verifyInclusion(proof, roots[size] ?? "")).toBe(true);
  });

  test.each([
    {
      from: 1,
      to: 1,
      hashes: [],
    },
    {
      from: 1,
      to: 8,
      hashes: [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
      ],
    },
    {
      from: 6,
      to: 8,
      hashes: [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      ],
    },
    {
      from: 2,
      to: 5,
      hashes: [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      ],
    },
    {
      from: 6,
      to: 7,
      hashes: [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      ],
    },
  ])("from $from leaves to $to leads the published proof", ({ from, to, hashes }) => {
    const proof = consistency(referenceLeaves.slice(0, to), from);

    expect(proof.hashes).toEqual(hashes);
    expect(verifyConsistency(proof, roots[from] ?? "", roots[to] ?? "")).toBe(true);
  });
});

describe("a tree grown leaf by leaf", () => {
  test("knows its root at every size, from the roots of its complete subtrees alone", () => {
    let tree = emptyTree;
    for (const [index, leaf] of leavesOf(130).entries()) {
      tree = extend(tree, leaf).tree;

      expect(rootOf(tree)).toBe(merkleRoot(leavesOf(index + 1)));
    }
    expect(tree.roots).toHaveLength(2);
  });

  test("completes two subtrees a leaf on average, and never more than it has levels", () => {
    let tree = emptyTree;
    let completed = 0;
    for (const leaf of leavesOf(1024)) {
      const step = extend(tree, leaf);
      tree = step.tree;
      completed += step.completed.length;
      expect(step.completed.length).toBeLessThanOrEqual(11);
    }

    expect(completed).toBe(2047);
  });
});

describe("a proof", () => {
  const anySize = fc.integer({ min: 1, max: 80 });
  const place = (size: number, part: number) => Math.min(size - 1, Math.floor(part * size));
  const part = fc.double({ min: 0, max: 1, noNaN: true });

  test("of inclusion verifies for every leaf, and for nothing that differs by a bit", () => {
    fc.assert(
      fc.property(anySize, part, fc.nat(255), fc.nat(63), (size, where, bit, which) => {
        const leaves = leavesOf(size);
        const root = merkleRoot(leaves);
        const proof = inclusion(leaves, place(size, where));
        const { hashes, index, leafHash } = proof;

        expect(verifyInclusion(proof, root)).toBe(true);
        const turned = hashes.map((hash, at) =>
          at === which % hashes.length ? flip(hash, bit) : hash,
        );
        const mutants = [
          { ...proof, leafHash: flip(leafHash, bit) },
          { ...proof, hashes: [...hashes, leafHash] },
          { ...proof, hashes: [leafHash, ...hashes] },
          { ...proof, index: index + size },
          ...(hashes.length > 0 ? [{ ...proof, hashes: turned }] : []),
          ...(hashes.length > 0 ? [{ ...proof, hashes: hashes.slice(1) }] : []),
          ...(hashes.length > 0 ? [{ ...proof, hashes: hashes.slice(0, -1) }] : []),
          ...leaves.flatMap((_, other) => (other === index ? [] : [{ ...proof, index: other }])),
        ];
        expect(mutants.filter((mutant) => verifyInclusion(mutant, root))).toEqual([]);
        expect(verifyInclusion(proof, flip(root, bit))).toBe(false);
      }),
    );
  });

  test("of consistency verifies for every prefix, and for nothing that differs by a bit", () => {
    fc.assert(
      fc.property(anySize, part, fc.nat(255), fc.nat(63), (size, where, bit, which) => {
        const leaves = leavesOf(size);
        const from = place(size, where) + 1;
        const [oldRoot, newRoot] = [merkleRoot(leaves.slice(0, from)), merkleRoot(leaves)];
        const proof = consistency(leaves, from);
        const { hashes } = proof;

        expect(verifyConsistency(proof, oldRoot, newRoot)).toBe(true);
        const turned = hashes.map((hash, at) =>
          at === which % hashes.length ? flip(hash, bit) : hash,
        );
        const mutants = [
          { ...proof, hashes: [...hashes, newRoot] },
          { ...proof, hashes: [oldRoot, ...hashes] },
          { ...proof, from: 0 },
          ...(hashes.length > 0 ? [{ ...proof, hashes: turned }] : []),
          ...(hashes.length > 0 ? [{ ...proof, hashes: hashes.slice(1) }] : []),
          ...(hashes.length > 0 ? [{ ...proof, hashes: hashes.slice(0, -1) }] : []),
        ];
        const holds = (mutant: typeof proof) => verifyConsistency(mutant, oldRoot, newRoot);
        expect(mutants.filter(holds)).toEqual([]);
        expect(verifyConsistency(proof, flip(oldRoot, bit), newRoot)).toBe(false);
        expect(verifyConsistency(proof, oldRoot, flip(newRoot, bit))).toBe(false);
      }),
    );
  });

  test("cannot lead from a history that was rewritten", () => {
    const told = leavesOf(21);
    const rewritten = told.with(5, hashLeaf(Buffer.from("another")));

    const proof = consistency([...rewritten, ...leavesOf(40).slice(21)], 21);

    const newRoot = merkleRoot([...rewritten, ...leavesOf(40).slice(21)]);
    expect(verifyConsistency(proof, merkleRoot(rewritten), newRoot)).toBe(true);
    expect(verifyConsistency(proof, merkleRoot(told), newRoot)).toBe(false);
  });

  test("is refused to be made where none exists", () => {
    expect(() => inclusionRanges(3, 3)).toThrow("leaf 3 is not in a tree of 3 leaves");
    expect(() => inclusionRanges(-1, 3)).toThrow("leaf -1 is not in a tree");
    expect(() => consistencyRanges(0, 3)).toThrow("no proof leads from 0 leaves to 3");
    expect(() => consistencyRanges(4, 3)).toThrow("no proof leads from 4 leaves to 3");
    expect(() => inclusionRanges(0, 2 ** 53)).toThrow("leaf 0 is not in a tree");
  });

  test.each([2 ** 31, 2 ** 32 + 1, 2 ** 49, Number.MAX_SAFE_INTEGER])(
    "stays small and whole in a tree of %i leaves",
    (size) => {
      const ranges = [...inclusionRanges(size - 2, size), ...consistencyRanges(size - 1, size)];

      const subtrees = ranges.flatMap(completeSubtrees);
      expect(ranges.length).toBeLessThanOrEqual(2 * 54);
      for (const { start, end } of subtrees) {
        expect(Number.isInteger(Math.log2(end - start))).toBe(true);
        expect(start % (end - start)).toBe(0);
      }
    },
  );

  test("that is not made of hashes and whole numbers holds nothing", () => {
    const leaves = leavesOf(2);
    const proof = inclusion(leaves, 0);
    const root = merkleRoot(leaves);
    const upper = proof.hashes.map((hash) => hash.toUpperCase());

    expect(verifyInclusion({ ...proof, hashes: upper }, root)).toBe(false);
    expect(verifyInclusion({ ...proof, index: 0.5 }, root)).toBe(false);
    expect(verifyInclusion({ ...proof, size: 2 ** 53 }, root)).toBe(false);
    expect(verifyInclusion({ ...proof, hashes: ["zz"] }, root)).toBe(false);
    expect(verifyConsistency({ from: 0, to: 0, hashes: [] }, root, root)).toBe(false);
  });
});
