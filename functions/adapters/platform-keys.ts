import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { ContractId } from "../domain/contract.ts";
import type { FaceVerificationId } from "../domain/face-verification.ts";
import type { World } from "../world.ts";
import { secret } from "./secrets.ts";

/** Crockford's alphabet: no letter that a person could misread on paper. */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const idCharacters = 26;
const shortAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const shortCharacters = 10;

/**
 * Ids and links derive from one secret, so that a request always names the same contract and a contract
 * always has the same link (B-12): nothing about them has to be looked up or kept readable.
 */
export function platformKeys(world: World, secretId: string) {
  const master = secret(world, secretId, (text) => text);
  const derive = async (...parts: readonly string[]): Promise<Buffer> =>
    createHmac("sha256", await master())
      .update(parts.join("\n"))
      .digest();
  /** A link's token: the contract and the signer it opens for, and 256 bits that only we can compute. */
  async function linkToken(contractId: string, signer = 1): Promise<string> {
    // The first signer's links are older than the second signer, and live on.
    const name = signer === 1 ? contractId : `${contractId}-${signer}`;
    return `${name}.${(await derive("link", name)).toString("base64url")}`;
  }

  return {
    /** `CT` and 26 base32 characters: at most 32 with any suffix we add (K27). */
    async contractId(owner: string, operation: string, requestId: string): Promise<ContractId> {
      const bytes = await derive("contract-id", owner, operation, requestId);
      return `CT${base32(bytes)}` as ContractId;
    },
    /** `TO` and 26 base32 characters (3.3), always the same for one app's requestId: the order's unique key (K37). */
    async orderNo(appId: string, requestId: string): Promise<string> {
      return `TO${base32(await derive("order-no", appId, requestId))}`;
    },
    /** `VR` and 26 base32 characters, always the same for one client's bizId and bizType (C-30). */
    async faceVerificationId(
      owner: string,
      bizType: string,
      bizId: string,
    ): Promise<FaceVerificationId> {
      const bytes = await derive("face-verification-id", owner, bizType, bizId);
      return `VR${base32(bytes)}` as FaceVerificationId;
    },
    /** Six digits (3.4), another six for every code of a signer; nothing that could be read is kept of them. */
    async otp(contractId: string, signer: number, number: number): Promise<string> {
      const bytes = await derive("otp", contractId, String(signer), String(number));
      return String(bytes.readBigUInt64BE() % 1_000_000n).padStart(6, "0");
    },
    /** Ten of base62 (3.4): short enough for a message, and beyond guessing at thirty tries a minute. */
    async shortCode(contractId: string, signer: number): Promise<string> {
      const bytes = await derive("short-link", contractId, String(signer));
      return spell(bytes, shortAlphabet, shortCharacters);
    },
    /** Recognises equal values without keeping them: a keyed hash, because an identity number can be guessed. */
    async fingerprint(text: string): Promise<string> {
      return (await derive("fingerprint", text)).toString("hex");
    },
    linkToken,
    /** For whom a token opens what, or undefined for any other string. Constant time in the secret part. */
    async linkOf(
      token: string,
    ): Promise<{ readonly contractId: ContractId; readonly signer: number } | undefined> {
      const [name = ""] = token.split(".", 1);
      const [contractId = "", number = "1"] = name.split("-", 2);
      const signer = Number(number);
      const digest = (text: string) => createHash("sha256").update(text).digest();
      return timingSafeEqual(digest(token), digest(await linkToken(contractId, signer)))
        ? { contractId: contractId as ContractId, signer }
        : undefined;
    },
  };
}

export type PlatformKeys = ReturnType<typeof platformKeys>;

const base32 = (bytes: Buffer): string => spell(bytes, alphabet, idCharacters);

function spell(bytes: Buffer, letters: string, length: number): string {
  const base = BigInt(letters.length);
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  let text = "";
  for (let place = 0; place < length; place += 1) {
    text += letters[Number(value % base)];
    value /= base;
  }
  return text;
}
