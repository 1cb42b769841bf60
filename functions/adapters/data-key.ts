import { createCipheriv, createDecipheriv } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import type { World } from "../world.ts";

/**
 * Personal values of one contract are encrypted under a key of their own, wrapped by KMS.
 * Destroying the wrapped key erases the person; hashes and proofs stay valid.
 */
export type DataKey = {
  /** AES-256-GCM; `name` is authenticated, so that a blob cannot change places. */
  encrypt(name: string, bytes: Uint8Array): Uint8Array;
  decrypt(name: string, blob: Uint8Array): Uint8Array;
  /** The same for values: deflated JSON, because DynamoDB is paid by the kilobyte. */
  encryptJson(name: string, value: unknown): Uint8Array;
  decryptJson(name: string, blob: Uint8Array): unknown;
};

const tagBytes = 16;

/** Larger than any disclosure we write; a corrupt blob must not inflate without end. */
const plaintextLimitBytes = 1024 * 1024;

export function dataKeys(world: World, keyId: string) {
  const kms = new KMSClient(world.aws);
  // The context binds the wrapped key to its contract: KMS refuses it under another id.
  const context = (contractId: string) => ({ EncryptionContext: { contractId } });
  return {
    async generate(contractId: string): Promise<{ key: DataKey; wrapped: Uint8Array }> {
      const { Plaintext, CiphertextBlob } = await kms.send(
        new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: "AES_256", ...context(contractId) }),
      );
      if (!Plaintext || !CiphertextBlob)
        throw new Error("KMS GenerateDataKey answered without a key");
      return { key: dataKey(world, Plaintext), wrapped: CiphertextBlob };
    },
    async unwrap(contractId: string, wrapped: Uint8Array): Promise<DataKey> {
      const { Plaintext } = await kms.send(
        new DecryptCommand({ KeyId: keyId, CiphertextBlob: wrapped, ...context(contractId) }),
      );
      if (!Plaintext) throw new Error("KMS Decrypt answered without a key");
      return dataKey(world, Plaintext);
    },
  };
}

export type DataKeys = ReturnType<typeof dataKeys>;

function dataKey(world: World, secret: Uint8Array): DataKey {
  const encrypt = (name: string, bytes: Uint8Array): Uint8Array => {
    const iv = world.randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", secret, iv).setAAD(Buffer.from(name));
    const sealed = Buffer.concat([cipher.update(bytes), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
  };
  const decrypt = (name: string, blob: Uint8Array): Uint8Array => {
    const bytes = Buffer.from(blob);
    // Without a length GCM would also accept a tag cut to four bytes, which can be guessed.
    const decipher = createDecipheriv("aes-256-gcm", secret, bytes.subarray(0, 12), {
      authTagLength: tagBytes,
    })
      .setAAD(Buffer.from(name))
      .setAuthTag(bytes.subarray(12, 12 + tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(12 + tagBytes)), decipher.final()]);
  };
  return {
    encrypt,
    decrypt,
    encryptJson: (name, value) => encrypt(name, deflateRawSync(Buffer.from(JSON.stringify(value)))),
    decryptJson(name, blob) {
      const text = inflateRawSync(decrypt(name, blob), { maxOutputLength: plaintextLimitBytes });
      return JSON.parse(text.toString("utf8"));
    },
  };
}
