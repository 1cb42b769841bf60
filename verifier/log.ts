import { type Files, names } from "./bundle-files.ts";
import { type Bytes, bytesOf, fromBase64, hexOf, same, sha256, textOf } from "./bytes.ts";
import { pemBlocks } from "./certificate.ts";
import { climb, hashLeaf, readJson } from "./chain.ts";
import { Broken, type Claim, holds, refuse, unchecked } from "./claim.ts";
import { verifySignature } from "./signature.ts";

/** What an auditor kept of the log (`npm run log:audit`). */
export type Witness = { readonly leaves: readonly string[] };

type Proof = {
  readonly origin: string;
  readonly leafHash: string;
  readonly index: number;
  readonly size: number;
  readonly hashes: readonly string[];
};

const longestProof = 32 * 1024;
const longestNote = 16 * 1024;
const ecdsaWithSha256 = "1.2.840.10045.4.3.2";

/**
 * Whether the sealed statement is in the log: its leaf climbs to the root that the log's key signed.
 * `trustedKeys` are keys whose owner is known from elsewhere, as SubjectPublicKeyInfo.
 */
export async function checkLog(
  files: Files,
  trustedKeys: readonly Bytes[] | undefined,
  witness: Witness | undefined,
): Promise<Claim> {
  const [statement, note, written, pem] = [
    names.statement,
    names.checkpoint,
    names.proof,
    names.logKey,
  ].map((name) => files.get(name));
  if (!note && !written && !pem) return unchecked("logged", "noLog");
  if (!statement || !note || !written || !pem) throw new Broken("log/", "fileMissing");
  const proof = readJson(written, names.proof, longestProof) as Proof;
  refuse(!isProof(proof), names.proof, "proofForm");
  const leaf = await hashLeaf(statement);
  refuse(hexOf(leaf) !== proof.leafHash, names.proof, "proofForm");
  const [key, ...others] = pemBlocks(textOf(pem), "PUBLIC KEY");
  if (key === undefined || others.length > 0) throw new Broken(names.logKey, "noteSignature");
  const head = await checkNote(note, proof.origin, key);
  refuse(head.size !== proof.size, names.checkpoint, "noteForm", { origin: proof.origin });
  refuse((await climb(leaf, proof)) !== head.root, names.proof, "proofFails");

  const { index, size, origin, leafHash } = proof;
  const seen = witness?.leaves[index];
  refuse(seen !== undefined && seen !== leafHash, names.proof, "witnessOther", { index });
  if (trustedKeys === undefined)
    return unchecked("logged", "loggedUntrusted", { index, size, origin });
  refuse(!trustedKeys.some((one) => same(one, key)), names.logKey, "logKeyOther");
  if (witness === undefined) return holds("logged", "loggedHolds", { index, size, origin });
  return seen === undefined
    ? unchecked("logged", "witnessOlder", { index, size, origin, seen: witness.leaves.length })
    : holds("logged", "loggedWitnessed", { index, size, origin });
}

function isProof(value: unknown): value is Proof {
  const { origin, leafHash, index, size, hashes } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof origin === "string" &&
    typeof leafHash === "string" &&
    [index, size].every((number) => Number.isSafeInteger(number)) &&
    Array.isArray(hashes) &&
    hashes.length <= 64 &&
    hashes.every((hash) => typeof hash === "string" && /^[0-9a-f]{64}$/.test(hash))
  );
}

/** A checkpoint as a signed note (c2sp.org/tlog-checkpoint, signed-note): size, and root in hex. */
async function checkNote(note: Bytes, origin: string, key: Bytes) {
  refuse(note.length > longestNote, names.checkpoint, "tooLarge", { limit: longestNote });
  const text = textOf(note);
  const blank = text.lastIndexOf("\n\n");
  const signed = text.slice(0, blank + 1);
  const [first, size = "", root = "", ...more] = signed.split("\n");
  const hash = fromBase64(root);
  const isHead =
    blank > 0 &&
    first === origin &&
    /^[1-9]\d{0,15}$/.test(size) &&
    hash?.length === 32 &&
    more.at(-1) === "";
  if (!isHead) throw new Broken(names.checkpoint, "noteForm", { origin });
  const keyId = (await sha256(key)).subarray(0, 4);
  for (const line of text.slice(blank + 2).split("\n")) {
    const [, name, encoded = ""] = /^— (\S+) (\S+)$/.exec(line) ?? [];
    const bytes = fromBase64(encoded);
    if (name !== origin || !bytes || !same(bytes.subarray(0, 4), keyId)) continue;
    const signature = bytes.subarray(4);
    if (await verifySignature(key, ecdsaWithSha256, bytesOf(signed), signature))
      return { size: Number(size), root: hexOf(hash) };
  }
  throw new Broken(names.checkpoint, "noteSignature");
}
