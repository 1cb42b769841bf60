import { createHash, createPrivateKey, type KeyObject, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BitString, Integer, OctetString, Utf8String } from "asn1js";
import * as pkijs from "pkijs";

/** What the authority signs tokens with, and the root that those who trust it must know. */
export type AuthorityKeys = {
  readonly privateKey: KeyObject;
  /** DER. */
  readonly certificate: Uint8Array;
  readonly rootPem: string;
};

/** The names are the warning: a court must not mistake these tokens for a third party's. */
const rootName = "Qianyue Timestamp Root 开发用 development-only";
const authorityName = "Qianyue Timestamp Authority 开发用 development-only";

const tenYearsMs = 10 * 365 * 24 * 3_600_000;
/** RFC 3161 section 2.3: the one purpose, and critical. */
const timeStamping = "1.3.6.1.5.5.7.3.8";

/** Reads the authority of `directory`; the first time it makes one and forgets the root's key. */
export async function authorityKeys(directory: string, nowMs: number): Promise<AuthorityKeys> {
  const file = join(directory, "authority.json");
  if (!existsSync(file)) {
    mkdirSync(directory, { recursive: true });
    // Written aside and renamed: a process killed in between leaves no half authority.
    writeFileSync(`${file}.new`, JSON.stringify(await made(nowMs), null, 2), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  const { privateKey, certificate, rootPem } = JSON.parse(readFileSync(file, "utf8"));
  return {
    privateKey: createPrivateKey(privateKey),
    certificate: Buffer.from(certificate, "base64"),
    rootPem,
  };
}

async function made(nowMs: number) {
  const [root, own] = await Promise.all([keyPair(), keyPair()]);
  const issuer = { name: rootName, keys: root, nowMs };
  const rootCertificate = await certificate(issuer, issuer, [
    extension("2.5.29.19", true, new pkijs.BasicConstraints({ cA: true }).toSchema()),
    extension("2.5.29.15", true, usage(0b0000_0110, 1)),
  ]);
  const ownCertificate = await certificate({ name: authorityName, keys: own, nowMs }, issuer, [
    extension("2.5.29.15", true, usage(0b1000_0000, 7)),
    extension("2.5.29.37", true, new pkijs.ExtKeyUsage({ keyPurposes: [timeStamping] }).toSchema()),
  ]);
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey("pkcs8", own.privateKey));
  return {
    privateKey: pem("PRIVATE KEY", pkcs8),
    certificate: ownCertificate.toString("base64"),
    rootPem: pem("CERTIFICATE", rootCertificate),
  };
}

const keyPair = () =>
  crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);

type Named = {
  readonly name: string;
  readonly keys: CryptoKeyPair;
  readonly nowMs: number;
};

async function certificate(
  subject: Named,
  issuer: Named,
  extensions: readonly pkijs.Extension[],
): Promise<Buffer> {
  const made = new pkijs.Certificate({
    version: 2,
    serialNumber: new Integer({ valueHex: Buffer.concat([Buffer.of(1), randomBytes(8)]) }),
    issuer: commonName(issuer.name),
    subject: commonName(subject.name),
    // An hour back, for clients whose clock is a little behind.
    notBefore: new pkijs.Time({ value: new Date(subject.nowMs - 3_600_000) }),
    notAfter: new pkijs.Time({ value: new Date(subject.nowMs + tenYearsMs) }),
  });
  await made.subjectPublicKeyInfo.importKey(subject.keys.publicKey);
  const authority = new pkijs.AuthorityKeyIdentifier({
    keyIdentifier: new OctetString({ valueHex: await keyId(issuer.keys.publicKey) }),
  });
  const own = new OctetString({ valueHex: await keyId(subject.keys.publicKey) });
  made.extensions = [
    ...extensions,
    extension("2.5.29.14", false, own),
    extension("2.5.29.35", false, authority.toSchema()),
  ];
  await made.sign(issuer.keys.privateKey, "SHA-256");
  return Buffer.from(made.toSchema(true).toBER());
}

const commonName = (name: string): pkijs.RelativeDistinguishedNames =>
  new pkijs.RelativeDistinguishedNames({
    typesAndValues: [
      new pkijs.AttributeTypeAndValue({ type: "2.5.4.3", value: new Utf8String({ value: name }) }),
    ],
  });

const extension = (extnID: string, critical: boolean, value: { toBER(): ArrayBuffer }) =>
  new pkijs.Extension({ extnID, critical, extnValue: value.toBER() });

const usage = (bits: number, unusedBits: number): BitString =>
  new BitString({ valueHex: Uint8Array.of(bits), unusedBits });

async function keyId(key: CryptoKey): Promise<Buffer> {
  const bits = Buffer.from(await crypto.subtle.exportKey("raw", key));
  return createHash("sha256").update(bits).digest().subarray(0, 20);
}

const pem = (label: string, der: Buffer): string =>
  `-----BEGIN ${label}-----\n${der.toString("base64").replace(/.{64}(?=.)/g, "$&\n")}\n-----END ${label}-----\n`;
