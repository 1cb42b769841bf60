import { createHash } from "node:crypto";

/**
 * The Merkle tree of RFC 6962 section 2.1 (the same in RFC 9162): hashes are lowercase hex, sizes and
 * indexes whole numbers below 2^53. A proof is a list of hashes from the leaf's side to the root's.
 */

/** Leaves from `start` up to and without `end`. */
export type Range = { readonly start: number; readonly end: number };

/** All that appending needs of a tree: the roots of its complete subtrees, the largest first. */
export type Frontier = { readonly size: number; readonly roots: readonly string[] };

export const emptyTree: Frontier = { size: 0, roots: [] };

/** Leaf hash: sha256(0x00 ‖ bytes). */
export const hashLeaf = (bytes: Uint8Array): string =>
  createHash("sha256").update(Buffer.of(0)).update(bytes).digest("hex");

/** The root over leaf hashes; that of no leaves is sha256(""). */
export const merkleRoot = (leaves: readonly string[]): string =>
  rootOf(leaves.reduce((tree, leaf) => extend(tree, leaf).tree, emptyTree));

/** The root of the tree whose complete subtrees these are. */
export function rootOf({ roots }: Pick<Frontier, "roots">): string {
  if (roots.length === 0) return createHash("sha256").digest("hex");
  return roots.reduceRight((right, left) => hashNode(left, right));
}

/**
 * Adds one leaf. `completed` are the roots of the subtrees that end with it: of 1, 2, 4 … leaves.
 * Nothing above them will ever change, so that stored beside the leaf they make every later proof.
 */
export function extend(
  { size, roots }: Frontier,
  leaf: string,
): { readonly tree: Frontier; readonly completed: readonly string[] } {
  const kept = [...roots];
  const completed = [leaf];
  let top = leaf;
  for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
    top = hashNode(kept.pop() ?? "", top);
    completed.push(top);
  }
  return { tree: { size: size + 1, roots: [...kept, top] }, completed };
}

/** What proves leaf `index` in the tree of `size` leaves: the roots of these ranges (2.1.1, PATH). */
export function inclusionRanges(index: number, size: number): readonly Range[] {
  if (!isWhole(index) || !isWhole(size) || index >= size)
    throw new RangeError(`leaf ${index} is not in a tree of ${size} leaves`);
  return path({ start: 0, end: size });

  function path({ start, end }: Range): Range[] {
    if (end - start === 1) return [];
    const middle = start + splitOf(end - start);
    const [left, right] = [
      { start, end: middle },
      { start: middle, end },
    ];
    return index < middle ? [...path(left), right] : [...path(right), left];
  }
}

/** What proves that the tree of `to` leaves begins with the tree of `from` (2.1.2, PROOF). */
export function consistencyRanges(from: number, to: number): readonly Range[] {
  if (!isWhole(from) || !isWhole(to) || from < 1 || from > to)
    throw new RangeError(`no proof leads from ${from} leaves to ${to}: give 1 ≤ from ≤ to`);
  return subproof({ start: 0, end: to }, true);

  function subproof(range: Range, isOldTree: boolean): Range[] {
    const { start, end } = range;
    if (end === from) return isOldTree ? [] : [range];
    const middle = start + splitOf(end - start);
    const [left, right] = [
      { start, end: middle },
      { start: middle, end },
    ];
    return from <= middle
      ? [...subproof(left, isOldTree), right]
      : [...subproof(right, false), left];
  }
}

/** The complete subtrees a range of a proof consists of, the largest first: what a store must read. */
export function completeSubtrees({ start, end }: Range): readonly Range[] {
  const size = end - start;
  const first = size === 1 ? 1 : 2 * splitOf(size);
  if (first === size) return [{ start, end }];
  const middle = start + first / 2;
  return [{ start, end: middle }, ...completeSubtrees({ start: middle, end })];
}

/** The hashes of a proof; `read` gives the root of a complete subtree. */
export const proofOf = (
  ranges: readonly Range[],
  read: (subtree: Range) => string,
): readonly string[] => ranges.map((range) => rootOf({ roots: completeSubtrees(range).map(read) }));

export type InclusionProof = {
  readonly leafHash: string;
  readonly index: number;
  readonly size: number;
  readonly hashes: readonly string[];
};

/** Says whether the leaf is in the tree with this root (RFC 9162, 2.1.3.2). Refuses what is no proof. */
export function verifyInclusion(proof: InclusionProof, root: string): boolean {
  const { leafHash, index, size, hashes } = proof;
  if (!isWhole(index) || !isWhole(size) || index >= size) return false;
  if (![leafHash, root, ...hashes].every(isHash)) return false;
  return climb(index, size, hashes) === root;

  function climb(at: number, leaves: number, rest: readonly string[]): string | undefined {
    const top = rest.at(-1);
    if (leaves === 1) return top === undefined ? leafHash : undefined;
    if (top === undefined) return undefined;
    const split = splitOf(leaves);
    const isLeft = at < split;
    const below = rest.slice(0, -1);
    const own = isLeft ? climb(at, split, below) : climb(at - split, leaves - split, below);
    if (own === undefined) return undefined;
    return isLeft ? hashNode(own, top) : hashNode(top, own);
  }
}

/** Two heads of one log, the older first. */
export type ConsistencyProof = {
  readonly from: number;
  readonly to: number;
  readonly hashes: readonly string[];
};

/**
 * Says whether the newer tree begins with the older one (RFC 9162, 2.1.4.2). From an empty tree nothing
 * can be proven: `from` 0 is refused.
 */
export function verifyConsistency(
  { from, to, hashes }: ConsistencyProof,
  oldRoot: string,
  newRoot: string,
): boolean {
  if (!isWhole(from) || !isWhole(to) || from < 1 || from > to) return false;
  if (![oldRoot, newRoot, ...hashes].every(isHash)) return false;
  const roots = climb(from, to, true, hashes);
  return roots?.old === oldRoot && roots.new === newRoot;

  /** Both roots of a part of the tree, of which the older one holds the first `old` leaves. */
  function climb(
    old: number,
    leaves: number,
    isOldTree: boolean,
    rest: readonly string[],
  ): { readonly old: string; readonly new: string } | undefined {
    const top = rest.at(-1);
    const below = rest.slice(0, -1);
    if (old === leaves) {
      const same = isOldTree ? oldRoot : top;
      const isComplete = rest.length === (isOldTree ? 0 : 1);
      return isComplete && same !== undefined ? { old: same, new: same } : undefined;
    }
    if (top === undefined) return undefined;
    const split = splitOf(leaves);
    if (old <= split) {
      const left = climb(old, split, isOldTree, below);
      return left && { old: left.old, new: hashNode(left.new, top) };
    }
    const right = climb(old - split, leaves - split, false, below);
    return right && { old: hashNode(top, right.old), new: hashNode(top, right.new) };
  }
}

function hashNode(left: string, right: string): string {
  const children = Buffer.from(left + right, "hex");
  return createHash("sha256").update(Buffer.of(1)).update(children).digest("hex");
}

/** The largest power of two smaller than n. By doubling: Math.log2 rounds up close below 2^49. */
function splitOf(n: number): number {
  let split = 1;
  while (split * 2 < n) split *= 2;
  return split;
}

const isWhole = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;
/** SHA-256 as 64 lowercase hex digits. */
export const isHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);
