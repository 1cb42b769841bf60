import { createHash } from "node:crypto";
import {
  Set as AsnSet,
  BitString,
  Integer,
  Null,
  ObjectIdentifier,
  OctetString,
  PrintableString,
  Sequence,
  Utf8String,
} from "asn1js";
import * as pkijs from "pkijs";
import { type Certificate, certificateSchema, readCertificate } from "./certificate.ts";

/** Parts of a name in X.500's own abbreviations, in order. */
type Name = Partial<Record<keyof typeof nameTypes, string>>;

export type CertificateRequest = {
  readonly subject: Name;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** At most 20 bytes that nobody can guess (RFC 5280 section 4.1.2.2). */
  readonly serialNumber: Uint8Array;
  /** ISO 8601; certificates know whole seconds. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** An authority signs certificates, a sealer documents over years, a signer one document today. */
  readonly profile: "authority" | "sealer" | "signer";
};

/** Signs as ECDSA with SHA-256, DER; the key may live in KMS. */
export type Sign = (message: Uint8Array) => Promise<Uint8Array>;

const nameTypes = {
  C: "2.5.4.6",
  O: "2.5.4.10",
  OU: "2.5.4.11",
  CN: "2.5.4.3",
  serialNumber: "2.5.4.5",
} as const;

/** These two are PrintableString by definition (RFC 5280 appendix A); the others may be Chinese. */
const printable: readonly string[] = ["C", "serialNumber"];

const ecdsaWithSha256 = new pkijs.AlgorithmIdentifier({ algorithmId: "1.2.840.10045.4.3.2" });

/** Issues an X.509 certificate (RFC 5280) under `issuer`; without one it signs itself. */
export async function issueCertificate(
  request: CertificateRequest,
  sign: Sign,
  issuer?: Certificate,
): Promise<Certificate> {
  const certificate = new pkijs.Certificate({
    version: 2,
    serialNumber: integer(request.serialNumber),
    signature: ecdsaWithSha256,
    signatureAlgorithm: ecdsaWithSha256,
    issuer: issuer ? certificateSchema(issuer.der).subject : distinguishedName(request.subject),
    notBefore: time(request.notBefore),
    notAfter: time(request.notAfter),
    subject: distinguishedName(request.subject),
    subjectPublicKeyInfo: pkijs.PublicKeyInfo.fromBER(request.publicKey as BufferSource),
    extensions: extensions(request, issuer?.publicKey ?? request.publicKey),
  });
  return readCertificate(await signedBytes(certificate, sign));
}

export type RevocationRequest = {
  readonly number: number;
  readonly thisUpdate: string;
  readonly nextUpdate: string;
};

/** A revocation list (RFC 5280 section 5) that revokes nothing, DER. */
export async function issueRevocationList(
  { number, thisUpdate, nextUpdate }: RevocationRequest,
  sign: Sign,
  issuer: Certificate,
): Promise<Uint8Array> {
  const list = new pkijs.CertificateRevocationList({
    version: 1,
    signature: ecdsaWithSha256,
    signatureAlgorithm: ecdsaWithSha256,
    issuer: certificateSchema(issuer.der).subject,
    thisUpdate: time(thisUpdate),
    nextUpdate: time(nextUpdate),
    crlExtensions: new pkijs.Extensions({
      extensions: [
        authorityKeyId(issuer.publicKey),
        extension("2.5.29.20", false, new Integer({ value: number })),
      ],
    }),
  });
  return signedBytes(list, sign);
}

/** Both structures begin with the part that is signed. */
async function signedBytes(
  structure: pkijs.Certificate | pkijs.CertificateRevocationList,
  sign: Sign,
): Promise<Uint8Array> {
  const [toBeSigned] = structure.toSchema(true).valueBlock.value;
  if (toBeSigned === undefined) throw new Error("pkijs encoded a certificate without content");
  const signature = await sign(new Uint8Array(toBeSigned.toBER()));
  structure.signatureValue = new BitString({ valueHex: signature });
  return new Uint8Array(structure.toSchema(true).toBER());
}

/** One attribute in each part of the name; pkijs would put them all into one. */
function distinguishedName(name: Name): pkijs.RelativeDistinguishedNames {
  const parts = Object.entries(name).map(([type, value]) => {
    const id = new ObjectIdentifier({ value: nameTypes[type as keyof typeof nameTypes] });
    const text = printable.includes(type)
      ? new PrintableString({ value })
      : new Utf8String({ value });
    return new AsnSet({ value: [new Sequence({ value: [id, text] })] });
  });
  return pkijs.RelativeDistinguishedNames.fromBER(new Sequence({ value: parts }).toBER());
}

function extensions({ profile, publicKey }: CertificateRequest, issuerKey: Uint8Array) {
  const isAuthority = profile === "authority";
  const constraints = new pkijs.BasicConstraints({ cA: isAuthority });
  return [
    extension("2.5.29.19", true, constraints.toSchema()),
    extension("2.5.29.15", true, isAuthority ? keyUsage.issue : keyUsage.sign),
    extension("2.5.29.14", false, new OctetString({ valueHex: keyId(publicKey) })),
    authorityKeyId(issuerKey),
    // RFC 9608: it ends within a day, before any list of revoked certificates could name it.
    ...(profile === "signer" ? [extension("2.5.29.56", false, new Null())] : []),
  ];
}

/** Bits of RFC 5280 section 4.2.1.3: signatures that bind the signer; certificates and lists of revoked ones. */
const keyUsage = {
  sign: new BitString({ valueHex: new Uint8Array([0b1100_0000]), unusedBits: 6 }),
  issue: new BitString({ valueHex: new Uint8Array([0b0000_0110]), unusedBits: 1 }),
};

const authorityKeyId = (publicKey: Uint8Array): pkijs.Extension =>
  extension(
    "2.5.29.35",
    false,
    new pkijs.AuthorityKeyIdentifier({
      keyIdentifier: new OctetString({ valueHex: keyId(publicKey) }),
    }).toSchema(),
  );

const extension = (
  extnID: string,
  critical: boolean,
  value: { toBER(): ArrayBuffer },
): pkijs.Extension => new pkijs.Extension({ extnID, critical, extnValue: value.toBER() });

/** RFC 7093 method 1: SHA-256 of the key's bits, cut to 160. */
function keyId(publicKey: Uint8Array): Uint8Array<ArrayBuffer> {
  const { subjectPublicKey } = pkijs.PublicKeyInfo.fromBER(publicKey as BufferSource);
  const bits = subjectPublicKey.valueBlock.valueHexView;
  return new Uint8Array(createHash("sha256").update(bits).digest().subarray(0, 20));
}

/** Positive and without a leading zero byte, whatever the bytes are. */
function integer(bytes: Uint8Array): Integer {
  const [first = 0, ...rest] = bytes;
  return new Integer({ valueHex: new Uint8Array([(first & 0x3f) | 0x40, ...rest]) });
}

/** RFC 5280 section 4.1.2.5: two digits for the year until 2049, four from then on. */
function time(iso: string): pkijs.Time {
  const value = new Date(iso);
  return new pkijs.Time({ type: value.getUTCFullYear() < 2050 ? 0 : 1, value });
}
