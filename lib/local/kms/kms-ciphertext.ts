import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { AwsError } from "../aws-error.ts";
import type { Key, KeyStore } from "./kms-keys.ts";

export type EncryptionContext = Readonly<Record<string, string>>;

/**
 * Ciphertext layout: format (1 byte) ‖ length of key id (1) ‖ key id ‖ iv (12) ‖ tag (16) ‖ AES-256-GCM.
 * It names its key, as a KMS blob does, so Decrypt needs no KeyId.
 */
const format = 1;
const ivBytes = 12;
const tagBytes = 16;

export function sealPlaintext(key: Key, plaintext: Buffer, context: EncryptionContext): Buffer {
  const id = Buffer.from(key.id);
  const header = Buffer.concat([Buffer.from([format, id.length]), id]);
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv("aes-256-gcm", key.material, iv, { authTagLength: tagBytes });
  cipher.setAAD(boundData(header, context));
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([header, iv, cipher.getAuthTag(), sealed]);
}

/** Every fault is the same InvalidCiphertextException: KMS does not say which part was wrong. */
export function openCiphertext(
  keys: KeyStore,
  ciphertext: Buffer,
  context: EncryptionContext,
): { readonly key: Key; readonly plaintext: Buffer } {
  try {
    const ivAt = 2 + (ciphertext[1] ?? 0);
    const tagAt = ivAt + ivBytes;
    const sealedAt = tagAt + tagBytes;
    if (ciphertext[0] !== format || ciphertext.length < sealedAt) throw new Error("not our format");
    const key = keys.find(ciphertext.toString("utf8", 2, ivAt));
    const iv = ciphertext.subarray(ivAt, tagAt);
    const decipher = createDecipheriv("aes-256-gcm", key.material, iv, { authTagLength: tagBytes });
    decipher.setAAD(boundData(ciphertext.subarray(0, ivAt), context));
    decipher.setAuthTag(ciphertext.subarray(tagAt, sealedAt));
    const plaintext = Buffer.concat([
      decipher.update(ciphertext.subarray(sealedAt)),
      decipher.final(),
    ]);
    return { key, plaintext };
  } catch {
    throw new AwsError(
      "InvalidCiphertextException",
      "the ciphertext is not ours, was altered, or was made with another encryption context",
    );
  }
}

/** The context is a set of pairs: their order must not matter. */
function boundData(header: Buffer, context: EncryptionContext): Buffer {
  const pairs = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat([header, Buffer.from(JSON.stringify(pairs))]);
}
