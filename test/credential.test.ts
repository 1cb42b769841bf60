import { generateKeyPairSync, sign as signWith, verify } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { SigningKey } from "../functions/adapters/signing-key.ts";
import { leafHash } from "../functions/domain/evidence.ts";
import { issueCredential } from "../functions/evidence/credential.ts";
import { contractId, generate, invite, minute, sent, signedAndVerified, tell } from "./story.ts";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const kms: SigningKey = {
  sign: async (message) => signWith("sha256", message, privateKey),
  publicKey: async () => publicKey.export({ format: "der", type: "spki" }),
};
const { contract, entries } = tell(signedAndVerified);

const part = (credential: string, number: number): Buffer =>
  Buffer.from(credential.split(".")[number] ?? "", "base64url");

/** As any library verifies ES256: r and s, 32 bytes each (RFC 7518 section 3.4). */
function verifies(credential: string): boolean {
  const [header, claims] = credential.split(".");
  const signature = part(credential, 2);
  const key = { key: publicKey, dsaEncoding: "ieee-p1363" } as const;
  return (
    signature.length === 64 && verify("sha256", Buffer.from(`${header}.${claims}`), key, signature)
  );
}

describe("the verification credential", () => {
  test("B-17: is a JWS that says who was verified how, when, until when, and where that stands", async () => {
    const credential = await issueCredential(kms, contract, entries);

    expect(JSON.parse(part(credential, 0).toString())).toEqual({ alg: "ES256", typ: "JWT" });
    expect(JSON.parse(part(credential, 1).toString())).toEqual({
      credentialId: `${contractId}-C1`,
      flowId: contractId,
      method: "FACE",
      verificationId: "VR1",
      subjectHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      passedAt: minute(8),
      validUntil: minute(23),
      evidenceLeaf: leafHash(entries.find(({ step }) => step === "AUTH_RESULT")!),
    });
    expect(verifies(credential)).toBe(true);
  });

  test("names no person", async () => {
    const credential = await issueCredential(kms, contract, entries);

    expect(part(credential, 1).toString()).not.toMatch(/张三|13800138000|310101199001011234/);
  });

  test("holds for a thousand signatures, short and padded integers among them", async () => {
    const credentials = await Promise.all(
      Array.from({ length: 1000 }, () => issueCredential(kms, contract, entries)),
    );

    expect(credentials.filter((credential) => !verifies(credential))).toEqual([]);
  });

  test.each([
    ["one byte each", "300602010102017f", [1, 0x7f]],
    ["a sign byte before a high bit", `3026022100${"ff".repeat(32)}020101`, [undefined, 1]],
  ])("DER integers of %s are laid out as 32 bytes each", async (_, der, [r, s]) => {
    const key = { ...kms, sign: async () => Buffer.from(der, "hex") };

    const signature = part(await issueCredential(key, contract, entries), 2);

    expect(signature).toHaveLength(64);
    const number = (value: number | undefined) =>
      value === undefined ? "ff".repeat(32) : value.toString(16).padStart(64, "0");
    expect(signature.toString("hex")).toBe(number(r) + number(s));
  });

  test("is refused to a contract that nobody was verified for", async () => {
    const open = tell([generate, invite, sent]);

    await expect(issueCredential(kms, open.contract, open.entries)).rejects.toThrow(
      "has no passed verification",
    );
  });
});
