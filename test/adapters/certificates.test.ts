import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { certificates } from "../../functions/adapters/certificates.ts";
import { documentStore } from "../../functions/adapters/document-store.ts";
import { testWorld } from "../fakes/world.ts";
import { memoryKey } from "../pades/signed-sample.ts";
import { openssl, signingFolder } from "./openssl.ts";

/** An installation whose clock and counters the test holds. */
function installation() {
  let now = "2026-11-21T06:00:00.123Z";
  const counted: string[] = [];
  const stage = testWorld({ now: () => now });
  const world = { ...stage.world, count: (metric: string) => void counted.push(metric) };
  const keys = { caKey: memoryKey(), platformKey: memoryKey() };
  const open = () => certificates(world, { ...keys, store: documentStore(world, "documents") });
  return { open, counted, keys, world, at: (iso: string) => (now = iso) };
}

const request = {
  contractId: "CT7K2M9QX4RW8B3NF6HJ5TYD0A",
  signerNumber: 1,
  commonName: "张*雨",
  verificationId: "VR0001",
};

describe("the platform's certificates", () => {
  test("concurrent first starts end with the same certificates", async () => {
    const { open } = installation();

    const chains = await Promise.all([open().chain(), open().chain(), open().chain()]);

    expect(new Set(chains.map(({ platform }) => platform.sha256)).size).toBe(1);
    expect(new Set(chains.map(({ authority }) => authority[0].sha256)).size).toBe(1);
  });

  test("a platform without an operator's certificates calls itself development-only", async () => {
    const { platform, authority } = await installation().open().chain();

    expect(platform.subject).toContain("development-only");
    expect(authority[0].subject).toContain("开发用");
  });

  test("openssl accepts the chain down to a signer, strictly", async () => {
    const { open, world } = installation();
    const pki = open();
    const { authority } = await pki.chain();
    const signer = await pki.issueSigner({ ...request, spki: world.keyPair().publicKey });
    const folder = signingFolder({
      "root.pem": authority[0].pem,
      "signer.pem": signer.pem,
      "list.crl": await pki.revocationList(),
    });

    const verified = openssl(
      folder,
      `verify -x509_strict -attime ${Date.parse("2026-11-21T06:00:00Z") / 1000} -CAfile root.pem signer.pem`,
    );
    const list = openssl(folder, "crl -inform DER -in list.crl -CAfile root.pem -noout -text");

    expect(verified).toContain("signer.pem: OK");
    expect(list).toMatch(/No Revoked Certificates[\s\S]*verify OK/);
  });

  test("a signer's certificate names contract and verification, signs only, and ends within a day", async () => {
    const { open, world } = installation();

    const signer = await open().issueSigner({ ...request, spki: world.keyPair().publicKey });

    expect(signer.subject).toContain("CN=张*雨");
    expect(signer.subject).toContain("OU=CT7K2M9QX4RW8B3NF6HJ5TYD0A#1");
    expect(signer.subject).toMatch(/serialNumber=[0-9a-f]{64}/);
    expect(Date.parse(signer.notAfter)).toBe(Date.parse("2026-11-22T06:00:00.000Z"));
    expect(new X509Certificate(signer.der).ca).toBe(false);
  });

  test("an expired certificate refuses to seal", async () => {
    const { open, at } = installation();
    const pki = open();
    await pki.chain();

    at("2028-11-21T06:00:00.000Z");

    await expect(pki.chain()).rejects.toThrow(
      expect.objectContaining({ name: "CertificateExpired" }),
    );
  });

  test("a certificate in its last 30 days seals, and is counted for the alarm", async () => {
    const { open, at, counted } = installation();
    const pki = open();
    await pki.chain();
    expect(counted).toEqual([]);

    at("2028-10-25T06:00:00.000Z");
    await pki.chain();

    expect(counted).toEqual(["CertificateExpiring"]);
  });

  test("certificates that an operator put there are used, unless they belong to another key", async () => {
    const { open, keys } = installation();
    const mine = await open().chain();

    const later = await open().chain();
    keys.platformKey = memoryKey();

    expect(later.platform.sha256).toBe(mine.platform.sha256);
    await expect(open().chain()).rejects.toThrow(/pki\/platform\.pem is not of our KMS key/);
  });
});
