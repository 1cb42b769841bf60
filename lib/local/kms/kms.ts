import { createPublicKey, type KeyObject, randomBytes, sign, verify } from "node:crypto";
import { AwsError } from "../aws-error.ts";
import {
  awsJson,
  blob,
  invalid,
  type JsonInput,
  localAccount,
  localRegion,
  optionalText,
  text,
} from "../aws-json.ts";
import type { LocalClock } from "../clock.ts";
import type { LocalService } from "../service.ts";
import { signDigest, verifyDigest } from "./ecdsa-digest.ts";
import { type EncryptionContext, openCiphertext, sealPlaintext } from "./kms-ciphertext.ts";
import { type Key, type KeySpec, type KeyUsage, keyStore } from "./kms-keys.ts";

export type LocalKms = LocalService & {
  /**
   * Makes a key, or keeps the one already there: key material is never replaced.
   * `alias` comes with or without its `alias/` prefix and moves to this key.
   */
  createKey(options: {
    readonly keyId: string;
    readonly keySpec?: KeySpec;
    readonly keyUsage?: KeyUsage;
    readonly alias?: string;
  }): { readonly keyId: string; readonly arn: string };
};

/** Sign takes at most this much RAW message, Encrypt this much plaintext (KMS API reference). */
const messageLimitBytes = 4096;
const dataKeyLimitBytes = 1024;
const digestBytes = 32;
const dataKeyBytes: Readonly<Record<string, number>> = { AES_128: 16, AES_256: 32 };

const encryptionAlgorithm = "SYMMETRIC_DEFAULT";
const signingAlgorithm = "ECDSA_SHA_256";

/**
 * KMS for one machine: symmetric envelope keys bound to their encryption context, and P-256 signing.
 * Key material lies unprotected under `directory`: anyone who reads the folder holds the keys.
 */
export function localKms({
  directory,
  clock,
}: {
  readonly directory: string;
  readonly clock: Pick<LocalClock, "now">;
}): LocalKms {
  const keys = keyStore(directory, clock);
  const keyOf = (input: JsonInput, usage: KeyUsage): Key => {
    const key = keys.find(text(input, "KeyId"));
    if (key.usage === usage) return key;
    throw new AwsError(
      "InvalidKeyUsageException",
      `${arnOf(key)} is a ${key.usage} key: it cannot be used to ${usage}`,
    );
  };

  const handle = awsJson("TrentService", {
    GenerateDataKey(input) {
      const key = keyOf(input, "ENCRYPT_DECRYPT");
      const plaintext = randomBytes(dataKeyLength(input));
      return {
        KeyId: arnOf(key),
        Plaintext: plaintext.toString("base64"),
        CiphertextBlob: sealPlaintext(key, plaintext, contextOf(input)).toString("base64"),
      };
    },
    Encrypt(input) {
      const key = keyOf(input, "ENCRYPT_DECRYPT");
      const plaintext = boundedBlob(input, "Plaintext");
      return {
        KeyId: arnOf(key),
        CiphertextBlob: sealPlaintext(key, plaintext, contextOf(input)).toString("base64"),
        EncryptionAlgorithm: encryptionAlgorithm,
      };
    },
    Decrypt(input) {
      const expected = input.KeyId === undefined ? undefined : keyOf(input, "ENCRYPT_DECRYPT");
      const ciphertext = blob(input, "CiphertextBlob");
      const { key, plaintext } = openCiphertext(keys, ciphertext, contextOf(input));
      if (expected !== undefined && expected.id !== key.id) {
        throw new AwsError("IncorrectKeyException", `the ciphertext is not of ${arnOf(expected)}`);
      }
      return {
        KeyId: arnOf(key),
        Plaintext: plaintext.toString("base64"),
        EncryptionAlgorithm: encryptionAlgorithm,
      };
    },
    Sign(input) {
      const key = keyOf(input, "SIGN_VERIFY");
      const { bytes, isDigest } = messageOf(input);
      const privateKey = signingKey(key);
      const signature = isDigest
        ? signDigest(privateKey, bytes)
        : sign("sha256", bytes, privateKey);
      return {
        KeyId: arnOf(key),
        Signature: signature.toString("base64"),
        SigningAlgorithm: signingAlgorithm,
      };
    },
    Verify(input) {
      const key = keyOf(input, "SIGN_VERIFY");
      const { bytes, isDigest } = messageOf(input);
      const signature = blob(input, "Signature");
      const privateKey = signingKey(key);
      const holds = isDigest
        ? verifyDigest(privateKey, bytes, signature)
        : verify("sha256", bytes, createPublicKey(privateKey), signature);
      if (!holds) {
        throw new AwsError(
          "KMSInvalidSignatureException",
          `the signature was not made over this message with ${arnOf(key)}`,
        );
      }
      return { KeyId: arnOf(key), SignatureValid: true, SigningAlgorithm: signingAlgorithm };
    },
    GetPublicKey(input) {
      const key = keyOf(input, "SIGN_VERIFY");
      const publicKey = createPublicKey(signingKey(key)).export({ type: "spki", format: "der" });
      return {
        KeyId: arnOf(key),
        PublicKey: publicKey.toString("base64"),
        KeySpec: key.spec,
        KeyUsage: key.usage,
        SigningAlgorithms: [signingAlgorithm],
      };
    },
    DescribeKey(input) {
      return { KeyMetadata: describe(keys.find(text(input, "KeyId"))) };
    },
  });

  return {
    handle,
    close: () => keys.close(),
    createKey({ keyId, keySpec = "SYMMETRIC_DEFAULT", keyUsage = "ENCRYPT_DECRYPT", alias }) {
      const key = keys.create(keyId, keySpec, keyUsage);
      if (alias !== undefined) keys.setAlias(alias, key);
      return { keyId: key.id, arn: arnOf(key) };
    },
  };
}

function arnOf(key: Key): string {
  return `arn:aws:kms:${localRegion}:${localAccount}:key/${key.id}`;
}

function describe(key: Key): object {
  return {
    KeyId: key.id,
    Arn: arnOf(key),
    AWSAccountId: localAccount,
    CreationDate: key.createdMs / 1000,
    Enabled: true,
    KeyState: "Enabled",
    KeyManager: "CUSTOMER",
    Origin: "AWS_KMS",
    MultiRegion: false,
    KeySpec: key.spec,
    KeyUsage: key.usage,
    ...(key.usage === "SIGN_VERIFY"
      ? { SigningAlgorithms: [signingAlgorithm] }
      : { EncryptionAlgorithms: [encryptionAlgorithm] }),
  };
}

function dataKeyLength(input: JsonInput): number {
  const { KeySpec: spec, NumberOfBytes: count } = input;
  if ((spec === undefined) === (count === undefined)) {
    throw invalid("give exactly one of KeySpec and NumberOfBytes");
  }
  const length = spec === undefined ? count : dataKeyBytes[String(spec)];
  const isValid = Number.isInteger(length) && Number(length) > 0;
  if (!isValid || Number(length) > dataKeyLimitBytes) {
    throw invalid(`KeySpec must be AES_128 or AES_256, NumberOfBytes 1 to ${dataKeyLimitBytes}`);
  }
  return Number(length);
}

function contextOf(input: JsonInput): EncryptionContext {
  const context = input.EncryptionContext ?? {};
  const isMap =
    typeof context === "object" && Object.values(context).every((v) => typeof v === "string");
  if (!isMap) throw invalid("EncryptionContext must map strings to strings");
  return context as EncryptionContext;
}

/** Checks algorithm and size of what Sign and Verify are given (RAW is hashed by KMS, DIGEST is not). */
function messageOf(input: JsonInput): { readonly bytes: Buffer; readonly isDigest: boolean } {
  const algorithm = text(input, "SigningAlgorithm");
  if (algorithm !== signingAlgorithm) {
    throw new AwsError(
      "InvalidKeyUsageException",
      `${algorithm} does not fit a P-256 key: use ${signingAlgorithm}`,
    );
  }
  const bytes = boundedBlob(input, "Message");
  const type = optionalText(input, "MessageType") ?? "RAW";
  if (type !== "RAW" && type !== "DIGEST") {
    throw new AwsError("UnsupportedOperationException", `MessageType ${type} is not served here`);
  }
  const isDigest = type === "DIGEST";
  if (isDigest && bytes.length !== digestBytes) {
    throw invalid(`a SHA-256 digest has ${digestBytes} bytes, Message has ${bytes.length}`);
  }
  return { bytes, isDigest };
}

function boundedBlob(input: JsonInput, member: string): Buffer {
  const bytes = blob(input, member);
  if (bytes.length >= 1 && bytes.length <= messageLimitBytes) return bytes;
  throw invalid(`${member} must have 1 to ${messageLimitBytes} bytes, it has ${bytes.length}`);
}

function signingKey(key: Key): KeyObject {
  if (key.material.type === "private") return key.material;
  throw new Error(`KMS key ${key.id} should be a signing key but holds a ${key.material.type} key`);
}
