import { createPublicKey, verify } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { merkleRoot, verifyConsistency } from "../functions/domain/merkle-tree.ts";
import {
  type Checkpoint,
  noteKeyId,
  readCheckpoint,
  readNote,
} from "../functions/domain/signed-note.ts";

/**
 * Walks the transparency log as a stranger would, through its public endpoints only, and compares it
 * with what a witness kept of an earlier walk. The witness belongs on a machine the log's operator does not own.
 */

/** What one audit leaves for the next: the signed head, who signed it, and every leaf under it. */
export type Witness = {
  readonly note: string;
  /** PEM. */
  readonly key: string;
  readonly leaves: readonly string[];
};

/** `culprit` is the index of the first leaf that is not as it must be. */
export type Claim = {
  readonly claim: string;
  readonly holds: boolean;
  readonly detail: string;
  readonly culprit?: number;
};

export type Reply = { readonly status: number; readonly text: string };

/** Fetches a path of the log's API. */
export type Get = (path: string) => Promise<Reply>;

/** The log's own limit. */
const pageSize = 1000;
const replyTimeoutMs = 10_000;
/** 32 requests a second for five minutes, and a gigabyte of memory. */
const walkLimit = 10_000_000;

/** Audits the log behind `get`. `seen` is what is to be kept if every claim holds. */
export async function auditLog(
  get: Get,
  witness?: Witness,
  trustedKey?: string,
): Promise<{ readonly claims: readonly Claim[]; readonly seen?: Witness }> {
  const known = witness && headOf(witness.note);
  const published = await get("/v1/log/checkpoint");
  if (published.status === 404 && known) return { claims: [notCut(known, 0)] };
  const note = expectOk("/v1/log/checkpoint", published);
  const key = trustedKey ?? witness?.key ?? expectOk("/v1/log/key", await get("/v1/log/key"));
  const head = readCheckpoint(readNote(note)?.text ?? "");
  if (head === undefined || !isSigned(note, head, key))
    return { claims: [claim("the checkpoint is signed by the log's key", false, note)] };

  const leaves = await walk(get, head.size);
  const claims = [
    claim("the checkpoint is signed by the log's key", true, `${head.origin}, ${head.size} leaves`),
    await leavesMakeRoot(get, head, leaves),
    ...(witness && known ? await asWitnessed(get, head, leaves, { ...witness, head: known }) : []),
  ];
  return { claims, seen: { note, key, leaves } };
}

/** The signature must be there and hold; the log's origin names the key (c2sp.org/tlog-checkpoint). */
function isSigned(note: string, head: Checkpoint, pem: string): boolean {
  const key = createPublicKey(pem);
  const keyId = noteKeyId(key.export({ format: "der", type: "spki" }));
  const { text = "", signatures = [] } = readNote(note) ?? {};
  const own = signatures.find((one) => one.name === head.origin && one.keyId === keyId);
  return own !== undefined && verify("sha256", Buffer.from(text), key, own.signature);
}

async function walk(get: Get, size: number): Promise<readonly string[]> {
  const leaves: string[] = [];
  if (size > walkLimit)
    throw new Error(`the log states ${size} leaves; this audit walks ${walkLimit}`);
  while (leaves.length < size) {
    const path = `/v1/log/leaves?from=${leaves.length}&limit=${Math.min(pageSize, size - leaves.length)}`;
    const page = JSON.parse(expectOk(path, await get(path))) as { leaves: string[] };
    leaves.push(...page.leaves);
    if (page.leaves.length === 0) break;
  }
  return leaves;
}

async function leavesMakeRoot(
  get: Get,
  head: Checkpoint,
  leaves: readonly string[],
): Promise<Claim> {
  const text = "the leaves make up the signed root";
  if (leaves.length !== head.size)
    return claim(
      text,
      false,
      `${leaves.length} of ${head.size} are shown`,
      Math.min(leaves.length, head.size),
    );
  if (merkleRoot(leaves) === head.root) return claim(text, true, head.root);
  const culprit = await firstForeignLeaf(get, head, leaves);
  return claim(text, false, `leaf ${culprit} is not the one that was signed`, culprit);
}

/**
 * The longest beginning of the leaves from which a proof leads to the signed root ends before the first
 * leaf that does not belong there; bisection finds it in some twenty proofs of a million leaves.
 */
async function firstForeignLeaf(get: Get, head: Checkpoint, leaves: readonly string[]) {
  let [sound, unsound] = [0, leaves.length];
  while (unsound - sound > 1) {
    const middle = Math.floor((sound + unsound) / 2);
    const root = merkleRoot(leaves.slice(0, middle));
    if (await proofHolds(get, { size: middle, root }, head)) sound = middle;
    else unsound = middle;
  }
  // The proof for a leaf's left neighbour contains the leaf: of such a pair, the log cannot find the false one.
  const isFound = async (index: number) => {
    const { status, text } = await get(`/v1/log/inclusion/${leaves[index]}`);
    return status === 200 && (JSON.parse(text) as { index: number }).index === index;
  };
  const next = sound + 1;
  return next < leaves.length && (await isFound(sound)) && !(await isFound(next)) ? next : sound;
}

async function asWitnessed(
  get: Get,
  head: Checkpoint,
  leaves: readonly string[],
  witness: Witness & { readonly head: Checkpoint },
): Promise<Claim[]> {
  const before = witness.head;
  const sameLog = claim(
    "the log is the one the witness saw",
    head.origin === before.origin,
    head.origin,
  );
  const different = witness.leaves.findIndex((leaf, index) => leaf !== leaves[index]);
  const rewritten = different >= 0 && different < leaves.length;
  const claims = [
    sameLog,
    notCut(before, head.size),
    claim(
      "nothing the witness saw was rewritten",
      !rewritten,
      rewritten
        ? `leaf ${different} was ${witness.leaves[different]}, is ${leaves[different]}`
        : `${Math.min(before.size, head.size)} leaves`,
      rewritten ? different : undefined,
    ),
  ];
  if (before.size === 0 || head.size < before.size) return claims;
  const holds = await proofHolds(get, before, head);
  const span = `${before.size} to ${head.size} leaves`;
  return [...claims, claim("a proof leads from the witness's checkpoint to this one", holds, span)];
}

function notCut(before: Checkpoint, size: number): Claim {
  const isCut = size < before.size;
  return claim(
    "nothing the witness saw was cut off",
    !isCut,
    `the witness saw ${before.size} leaves, the log states ${size}`,
    isCut ? size : undefined,
  );
}

async function proofHolds(
  get: Get,
  from: Pick<Checkpoint, "size" | "root">,
  to: Checkpoint,
): Promise<boolean> {
  const { status, text } = await get(`/v1/log/consistency?from=${from.size}&to=${to.size}`);
  const { hashes = [] } = status === 200 ? (JSON.parse(text) as { hashes: string[] }) : {};
  return verifyConsistency({ from: from.size, to: to.size, hashes }, from.root, to.root);
}

const claim = (text: string, holds: boolean, detail: string, culprit?: number): Claim => ({
  claim: text,
  holds,
  detail: detail.trim(),
  ...(culprit === undefined ? {} : { culprit }),
});

function headOf(note: string): Checkpoint {
  const head = readCheckpoint(readNote(note)?.text ?? "");
  if (head === undefined)
    throw new Error("the witness file holds no checkpoint; restore or remove it");
  return head;
}

function expectOk(path: string, { status, text }: Reply): string {
  if (status === 200) return text;
  throw new Error(`GET ${path}: ${status} ${text.slice(0, 200)}; is this the URL of the API?`);
}

/** Leaves stand beside the witness file, one a line: grep, diff and tail work on them. */
export function readWitness(file: string): Witness | undefined {
  if (!existsSync(file)) return undefined;
  const { note, key } = JSON.parse(readFileSync(file, "utf8")) as Omit<Witness, "leaves">;
  const lines = readFileSync(`${file}.leaves`, "utf8").split("\n");
  return { note, key, leaves: lines.slice(0, headOf(note).size) };
}

/** The leaves go first: a longer list under the older checkpoint is still true after a crash. */
export function writeWitness(file: string, { note, key, leaves }: Witness): void {
  replace(`${file}.leaves`, leaves.map((leaf) => `${leaf}\n`).join(""));
  replace(file, `${JSON.stringify({ note, key }, null, 2)}\n`);
}

function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

const getFrom =
  (base: string): Get =>
  async (path) => {
    const url = base.replace(/\/$/, "") + path;
    const response = await fetch(url, { signal: AbortSignal.timeout(replyTimeoutMs) });
    return { status: response.status, text: await response.text() };
  };

const usage = `usage: npm run log:audit -- --url API [--witness FILE] [--key log-key.pem]
Exit code 0: every claim holds. 1: the log is not what it says or was. 2: the audit could not be done.`;

async function main(): Promise<number> {
  const options = {
    url: { type: "string" },
    witness: { type: "string" },
    key: { type: "string" },
  } as const;
  const { values } = parseArgs({ options });
  if (values.url === undefined) throw new Error(usage);
  const witness = values.witness === undefined ? undefined : readWitness(values.witness);
  const key = values.key === undefined ? undefined : readFileSync(values.key, "utf8");
  const { claims, seen } = await auditLog(getFrom(values.url), witness, key);
  for (const { claim: text, holds, detail } of claims)
    console.log(`${holds ? "✓" : "✗"} ${text} — ${detail}`);
  if (!claims.every(({ holds }) => holds)) return 1;
  if (key === undefined && witness === undefined)
    console.log("! the key came from the log itself: compare it with a bundle's pki/log-key.pem");
  if (values.witness !== undefined && seen !== undefined) writeWitness(values.witness, seen);
  return 0;
}

if (import.meta.main) {
  process.exitCode = await main().catch((cause: Error) => {
    console.error(cause.message);
    return 2;
  });
}
