import { createHash, createPublicKey, randomBytes, verify } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GetPublicKeyCommand,
  KMSClient,
  SignCommand,
  VerifyCommand,
} from "@aws-sdk/client-kms";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LocalKms, localKms } from "../../lib/local/kms/kms.ts";
import { type Listening, listen } from "../../lib/local/service.ts";

const clock = { now: () => Date.parse("2026-11-21T08:00:00Z") };
const context = { contractId: "CT01", purpose: "pii" };
const algorithm = "ECDSA_SHA_256";

let directory: string;
let service: LocalKms;
let listening: Listening;
let kms: KMSClient;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "kms-"));
  await start();
});

afterEach(async () => {
  await stop();
  rmSync(directory, { recursive: true });
});

async function start(): Promise<void> {
  service = localKms({ directory, clock });
  service.createKey({ keyId: "data-key", alias: "data" });
  service.createKey({ keyId: "signing-key", keySpec: "ECC_NIST_P256", keyUsage: "SIGN_VERIFY" });
  listening = await listen(service.handle);
  kms = new KMSClient({
    endpoint: listening.url,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
}

async function stop(): Promise<void> {
  kms.destroy();
  await listening.close();
  await service.close();
}

test("a data key comes back from its ciphertext under the same encryption context, in any order", async () => {
  const made = await kms.send(
    new GenerateDataKeyCommand({
      KeyId: "data-key",
      KeySpec: "AES_256",
      EncryptionContext: context,
    }),
  );

  const opened = await kms.send(
    new DecryptCommand({
      CiphertextBlob: made.CiphertextBlob,
      EncryptionContext: { purpose: "pii", contractId: "CT01" },
    }),
  );

  expect(made.Plaintext).toHaveLength(32);
  expect(opened.Plaintext).toEqual(made.Plaintext);
  expect(opened.KeyId).toBe(made.KeyId);
});

test.each([
  ["another context", { contractId: "CT02", purpose: "pii" }],
  ["a missing pair", { contractId: "CT01" }],
  ["no context", undefined],
])("a ciphertext is refused under %s", async (_, wrong) => {
  const { CiphertextBlob } = await kms.send(
    new EncryptCommand({
      KeyId: "alias/data",
      Plaintext: Buffer.from("secret"),
      EncryptionContext: context,
    }),
  );

  const opening = kms.send(
    new DecryptCommand({ CiphertextBlob, ...(wrong && { EncryptionContext: wrong }) }),
  );

  await expect(opening).rejects.toMatchObject({ name: "InvalidCiphertextException" });
});

test("a ciphertext with any byte altered, or cut short, is refused", async () => {
  const { CiphertextBlob = new Uint8Array() } = await kms.send(
    new EncryptCommand({ KeyId: "data-key", Plaintext: Buffer.from("secret") }),
  );

  const damaged = Array.from(CiphertextBlob, (byte, at) => {
    const copy = Buffer.from(CiphertextBlob);
    copy[at] = byte ^ 1;
    return copy;
  });
  damaged.push(Buffer.from(CiphertextBlob.slice(0, 12)));

  for (const blob of damaged) {
    await expect(kms.send(new DecryptCommand({ CiphertextBlob: blob }))).rejects.toMatchObject({
      name: "InvalidCiphertextException",
    });
  }
});

test("Decrypt that names another key than the one used is refused", async () => {
  service.createKey({ keyId: "other-key" });
  const { CiphertextBlob } = await kms.send(
    new EncryptCommand({ KeyId: "data-key", Plaintext: Buffer.from("secret") }),
  );

  await expect(
    kms.send(new DecryptCommand({ CiphertextBlob, KeyId: "other-key" })),
  ).rejects.toMatchObject({ name: "IncorrectKeyException" });
});

test("a RAW signature can be checked offline with the public key alone", async () => {
  const message = Buffer.from("evidence root");

  const { Signature = new Uint8Array() } = await kms.send(
    new SignCommand({
      KeyId: "signing-key",
      Message: message,
      MessageType: "RAW",
      SigningAlgorithm: algorithm,
    }),
  );
  const { PublicKey = new Uint8Array(), SigningAlgorithms } = await kms.send(
    new GetPublicKeyCommand({ KeyId: "signing-key" }),
  );

  const publicKey = createPublicKey({ key: Buffer.from(PublicKey), format: "der", type: "spki" });
  expect(verify("sha256", message, publicKey, Signature)).toBe(true);
  expect(SigningAlgorithms).toEqual([algorithm]);
});

test("a DIGEST signature over sha256(m) is a RAW signature over m, and the reverse", async () => {
  const keys = { KeyId: "signing-key", SigningAlgorithm: algorithm } as const;
  for (let round = 0; round < 20; round++) {
    const message = randomBytes(64);
    const raw = { ...keys, Message: message, MessageType: "RAW" } as const;
    const digest = {
      ...keys,
      Message: createHash("sha256").update(message).digest(),
      MessageType: "DIGEST",
    } as const;

    const fromDigest = await kms.send(new SignCommand(digest));
    const fromRaw = await kms.send(new SignCommand(raw));

    const crossed = [
      kms.send(new VerifyCommand({ ...raw, Signature: fromDigest.Signature })),
      kms.send(new VerifyCommand({ ...digest, Signature: fromRaw.Signature })),
    ];
    for (const { SignatureValid } of await Promise.all(crossed)) expect(SignatureValid).toBe(true);
  }
});

test.each(["RAW", "DIGEST"] as const)(
  "a %s signature over another message, or noise, is refused",
  async (MessageType) => {
    const common = { KeyId: "signing-key", MessageType, SigningAlgorithm: algorithm } as const;
    const { Signature } = await kms.send(
      new SignCommand({ ...common, Message: Buffer.alloc(32, 1) }),
    );

    const attempts = [
      { Message: Buffer.alloc(32, 2), Signature },
      { Message: Buffer.alloc(32, 1), Signature: randomBytes(70) },
      { Message: Buffer.alloc(32, 1), Signature: Buffer.from("3006020100020100", "hex") },
    ];

    for (const attempt of attempts) {
      await expect(kms.send(new VerifyCommand({ ...common, ...attempt }))).rejects.toMatchObject({
        name: "KMSInvalidSignatureException",
      });
    }
  },
);

test("keys, aliases and ciphertexts survive a restart, and provisioning again replaces nothing", async () => {
  const { CiphertextBlob } = await kms.send(
    new EncryptCommand({ KeyId: "alias/data", Plaintext: Buffer.from("secret") }),
  );
  const before = await kms.send(new GetPublicKeyCommand({ KeyId: "signing-key" }));

  await stop();
  await start();

  const opened = await kms.send(new DecryptCommand({ CiphertextBlob, KeyId: "alias/data" }));
  const after = await kms.send(new GetPublicKeyCommand({ KeyId: "signing-key" }));
  expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe("secret");
  expect(after.PublicKey).toEqual(before.PublicKey);
});

test("a key is found by id, by ARN and by alias, and describes itself", async () => {
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: "alias/data" }));
  const byArn = await kms.send(new DescribeKeyCommand({ KeyId: KeyMetadata?.Arn }));

  expect(byArn.KeyMetadata).toMatchObject({
    KeyId: "data-key",
    KeyUsage: "ENCRYPT_DECRYPT",
    KeyState: "Enabled",
    CreationDate: new Date(clock.now()),
  });
});

test("what KMS refuses carries the AWS exception name", async () => {
  const unknown = kms.send(new DescribeKeyCommand({ KeyId: "nobody" }));
  const wrongUse = kms.send(
    new EncryptCommand({ KeyId: "signing-key", Plaintext: Buffer.from("x") }),
  );
  const shortDigest = kms.send(
    new SignCommand({
      KeyId: "signing-key",
      Message: Buffer.alloc(31),
      MessageType: "DIGEST",
      SigningAlgorithm: algorithm,
    }),
  );

  await expect(unknown).rejects.toMatchObject({ name: "NotFoundException" });
  await expect(wrongUse).rejects.toMatchObject({ name: "InvalidKeyUsageException" });
  await expect(shortDigest).rejects.toMatchObject({ name: "ValidationException" });
});

test("a key id in use for another kind of key refuses to be provisioned as this kind", () => {
  expect(() =>
    service.createKey({ keyId: "data-key", keySpec: "ECC_NIST_P256", keyUsage: "SIGN_VERIFY" }),
  ).toThrow("it exists as SYMMETRIC_DEFAULT");
});
