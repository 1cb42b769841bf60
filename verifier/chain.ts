import { type Bytes, bytesOf, concat, fromHex, hexOf, sha256, textOf } from "./bytes.ts";
import { Broken, refuse } from "./claim.ts";

/** One step of the contract's life, as docs/evidence-format.md describes it. */
export type Entry = {
  readonly v: 1;
  readonly contractId: string;
  readonly index: number;
  readonly step: string;
  readonly evidenceType: string;
  readonly at: string;
  readonly actor: string;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
  readonly commitments: Readonly<Record<string, string>>;
  readonly prev: string;
};

export type Chain = {
  readonly contractId: string;
  readonly entries: readonly Entry[];
  /** Hex. */
  readonly root: string;
};

/** Entries name no person and hold no documents: the longest lists the versions of a PDF. */
const longestEntry = 16 * 1024;
const firstPrev = "0".repeat(64);
/** The entries of a bundle, each canonical and each following the one before. Throws Broken. */
export async function readChain(files: ReadonlyMap<string, Bytes>): Promise<Chain> {
  const names = [...files.keys()].filter((name) => name.startsWith("entries/"));
  refuse(names.length === 0, "entries/", "noEntries");
  const entries: Entry[] = [];
  const leaves: Bytes[] = [];
  for (const [index, name] of names.entries()) {
    const wanted = `entries/${String(index).padStart(4, "0")}.json`;
    refuse(name !== wanted, wanted, "entryMissing");
    const bytes = files.get(name) as Bytes;
    const entry = readCanonical(bytes, name, longestEntry) as Entry;
    refuse(!isEntry(entry), name, "entryForm");
    const before = leaves.at(-1);
    refuse(entry.index !== index, name, "entryIndex", { index: entry.index });
    refuse(entry.contractId !== (entries[0] ?? entry).contractId, name, "entryContract");
    refuse(entry.prev !== (before ? hexOf(before) : firstPrev), name, "entryPrev");
    entries.push(entry);
    leaves.push(await hashLeaf(bytes));
  }
  const root = hexOf(await rootOf(leaves));
  return { contractId: (entries[0] as Entry).contractId, entries, root };
}

const isText = (value: unknown): value is string => typeof value === "string";

function isEntry(value: unknown): value is Entry {
  const { v, contractId, index, step, evidenceType, at, actor, facts, commitments, prev, ...more } =
    (value ?? {}) as Record<string, unknown>;
  return (
    v === 1 &&
    Number.isSafeInteger(index) &&
    [contractId, step, evidenceType, actor].every(isText) &&
    isText(at) &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(at) &&
    isText(prev) &&
    isFlat(facts, ["string", "number", "boolean"]) &&
    isFlat(commitments, ["string"]) &&
    Object.keys(more).length === 0
  );
}

const isFlat = (value: unknown, types: readonly string[]): boolean =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((one) => types.includes(typeof one));

/** Entries nest two levels, proofs and disclosures three. */
const deepest = 6;

/** JSON that is written in its canonical form (RFC 8785): no second spelling, no key twice. Throws Broken. */
export function readCanonical(bytes: Bytes, culprit: string, limit: number): unknown {
  const value = readJson(bytes, culprit, limit);
  refuse(canonical(value) !== textOf(bytes), culprit, "notCanonical");
  return value;
}

/** JSON of bounded size and depth. Throws Broken. */
export function readJson(bytes: Bytes, culprit: string, limit: number): unknown {
  refuse(bytes.length > limit, culprit, "tooLarge", { limit });
  try {
    const text = textOf(bytes);
    refuse(depthOf(text) > deepest, culprit, "notJson");
    return JSON.parse(text);
  } catch {
    throw new Broken(culprit, "notJson");
  }
}

/** Counts brackets outside of strings, without descending. */
function depthOf(text: string): number {
  let depth = 0;
  let most = 0;
  let isString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (isString) {
      if (character === "\\") at++;
      else if (character === '"') isString = false;
    } else if (character === '"') isString = true;
    else if (character === "{" || character === "[") most = Math.max(most, ++depth);
    else if (character === "}" || character === "]") depth--;
  }
  return most;
}

/** RFC 8785. ECMAScript writes strings and numbers as it demands; keys are sorted by UTF-16 units. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${pairs.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(",")}}`;
}

/** RFC 6962 section 2.1. */
export const hashLeaf = (bytes: Bytes): Promise<Bytes> => sha256(concat(Uint8Array.of(0), bytes));

const hashNode = (left: Bytes, right: Bytes): Promise<Bytes> =>
  sha256(concat(Uint8Array.of(1), left, right));

async function rootOf(leaves: readonly Bytes[]): Promise<Bytes> {
  // Level by level, an odd node rising as it is: the same tree as the recursive definition.
  let level = [...leaves];
  while (level.length > 1) {
    const above: Bytes[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = [level[at] as Bytes, level[at + 1]];
      above.push(right ? await hashNode(left, right) : left);
    }
    level = above;
  }
  return level[0] as Bytes;
}

export type InclusionProof = {
  readonly index: number;
  readonly size: number;
  /** Hex, from the leaf's side to the root's. */
  readonly hashes: readonly string[];
};

/** The root that a proof leads to (RFC 9162, 2.1.3.2), hex; undefined when it is no proof. */
export async function climb(leaf: Bytes, proof: InclusionProof): Promise<string | undefined> {
  const { index, size, hashes } = proof;
  if (![index, size].every(Number.isSafeInteger) || index < 0 || index >= size) return undefined;
  let [at, last] = [BigInt(index), BigInt(size - 1)];
  let node = leaf;
  for (const hash of hashes) {
    const sibling = fromHex(hash);
    if (sibling?.length !== 32 || last === 0n) return undefined;
    const isRight = (at & 1n) === 1n;
    node = isRight || at === last ? await hashNode(sibling, node) : await hashNode(node, sibling);
    if (!isRight && at === last) {
      while (at !== 0n && (at & 1n) === 0n) [at, last] = [at >> 1n, last >> 1n];
    }
    [at, last] = [at >> 1n, last >> 1n];
  }
  return last === 0n ? hexOf(node) : undefined;
}

/** What an entry commits to: hex sha256(salt ‖ value). Undefined unless the salt is hex, 16 bytes or more. */
export async function commitmentOf(salt: string, value: string): Promise<string | undefined> {
  const bytes = fromHex(salt);
  return bytes && bytes.length >= 16
    ? hexOf(await sha256(concat(bytes, bytesOf(value))))
    : undefined;
}
