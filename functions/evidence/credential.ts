import type { SigningKey } from "../adapters/signing-key.ts";
import { credentialValidUntil } from "../dialects/native.ts";
import type { Contract } from "../domain/contract.ts";
import { type Entry, hashText, leafHash } from "../domain/evidence.ts";

/**
 * The verification credential (B-02, B-17): a JWS (RFC 7515, ES256) by the platform's key that says who
 * was verified how, when, and in which entry of the chain; of several signers each, by number. Names no person:
 * the subject is a hash of the salted commitments made when the contract began.
 */
export async function issueCredential(
  key: SigningKey,
  contract: Contract,
  entries: readonly Entry[],
): Promise<string> {
  const [first] = entries;
  const [passed, ...others] = entries.filter(
    (entry) => entry.step === "AUTH_RESULT" && entry.facts.credentialId,
  );
  if (first === undefined || passed === undefined)
    throw new Error(`contract ${contract.id} has no passed verification`);
  const header = { alg: "ES256", typ: "JWT" };
  const claims = {
    flowId: contract.id,
    subjectHash: hashText(JSON.stringify(first.commitments)),
    ...claimsOf(passed),
    ...(others.length > 0
      ? {
          signer: passed.facts.signer,
          others: others.map((one) => ({ signer: one.facts.signer, ...claimsOf(one) })),
        }
      : {}),
  };
  const input = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  const signature = rawSignature(await key.sign(Buffer.from(input)));
  return `${input}.${signature.toString("base64url")}`;
}

const claimsOf = (passed: Entry) => ({
  credentialId: passed.facts.credentialId,
  method: passed.facts.method,
  verificationId: passed.facts.verificationId,
  passedAt: passed.at,
  validUntil: credentialValidUntil(passed),
  evidenceLeaf: leafHash(passed),
});

/** KMS answers DER (X9.62); JWS wants r and s as 32 bytes each (RFC 7518 section 3.4). */
function rawSignature(der: Uint8Array): Buffer {
  const bytes = Buffer.from(der);
  const integer = (at: number): { readonly value: Buffer; readonly end: number } => {
    const end = at + 2 + (bytes[at + 1] ?? 0);
    const value = bytes.subarray(at + 2, end);
    const trimmed = value.subarray(Math.max(0, value.length - 32));
    return { value: Buffer.concat([Buffer.alloc(32 - trimmed.length), trimmed]), end };
  };
  const r = integer(2);
  const s = integer(r.end);
  return Buffer.concat([r.value, s.value]);
}
