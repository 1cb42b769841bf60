import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { unzipSync } from "fflate";
import {
  chainFaults,
  type Disclosure,
  type Entry,
  leafHash,
} from "../functions/domain/evidence.ts";
import {
  hashLeaf,
  type InclusionProof,
  merkleRoot,
  verifyInclusion,
} from "../functions/domain/merkle-tree.ts";
import { readCheckpoint, readNote } from "../functions/domain/signed-note.ts";

/**
 * Checks an evidence bundle (design 5) claim by claim. It trusts the key inside the bundle, so it shows
 * that nothing changed since the seal; who holds the key is for the reader to compare.
 */
export type Claim = { readonly claim: string; readonly holds: boolean; readonly detail: string };

export function verifyBundle(bytes: Uint8Array): readonly Claim[] {
  const files = unzipSync(bytes);
  const text = (name: string): string => Buffer.from(files[name] ?? []).toString("utf8");
  const names = Object.keys(files).filter((name) => name.startsWith("entries/"));
  const entries = names.sort().map((name) => JSON.parse(text(name)) as Entry);
  const disclosures = JSON.parse(text("disclosures.json")) as Record<number, Disclosure[]>;
  const statement = JSON.parse(text("seal/statement.json")) as Record<string, unknown>;
  const faults = chainFaults(entries, disclosures);
  const root = merkleRoot(entries.map(leafHash));
  const signed = files["signed.pdf"];
  const proof = JSON.parse(text("log/proof.json")) as InclusionProof;
  const logged = readCheckpoint(readNote(text("log/checkpoint"))?.text ?? "");
  const agreed = entries.find((entry) => entry.step === "SIGNED")?.facts.documentHash;
  const agreement = files["agreement.pdf"];
  const hash = agreement && createHash("sha256").update(agreement).digest("hex");
  const verified = entries.find(
    (entry) => entry.step === "AUTH_RESULT" && entry.facts.result === "SUCCESS",
  );
  return [
    claim(
      "the chain is whole and in order",
      faults.length === 0,
      faults[0] ?? `${entries.length} entries`,
    ),
    claim("the sealed root covers exactly these entries", statement.root === root, root),
    claim(
      "the root stands in the transparency log",
      logged !== undefined &&
        hashLeaf(files["seal/statement.json"] ?? new Uint8Array()) === proof.leafHash &&
        verifyInclusion(proof, logged.root),
      `leaf ${proof.index} of ${proof.size}`,
    ),
    claim(
      "the signatures were added to exactly this agreement",
      !signed || Buffer.compare(signed.subarray(0, agreement?.length), agreement ?? signed) === 0,
      signed ? `${signed.length} bytes` : "nobody signed",
    ),
    claim("the agreement is the one that was signed", agreed === hash, hash ?? "no agreement"),
    claim(
      "the signer was verified",
      verified !== undefined,
      verified ? `${verified.facts.method} at ${verified.at}` : "no verification",
    ),
  ];
}

const claim = (text: string, holds: boolean, detail: string): Claim => ({
  claim: text,
  holds,
  detail,
});

if (import.meta.main) {
  const [file] = process.argv.slice(2);
  if (file === undefined) {
    console.error("usage: npm run verify -- <bundle.zip>");
    process.exit(2);
  }
  const claims = verifyBundle(readFileSync(file));
  for (const { claim: text, holds, detail } of claims)
    console.log(`${holds ? "✓" : "✗"} ${text} — ${detail}`);
  process.exit(claims.every(({ holds }) => holds) ? 0 : 1);
}
