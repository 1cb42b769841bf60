import { createHash, X509Certificate } from "node:crypto";
import * as pkijs from "pkijs";

/** An X.509 certificate and what we decide by: whose, and from when to when (ISO 8601, UTC). */
export type Certificate = {
  readonly der: Uint8Array;
  readonly pem: string;
  /** Hex SHA-256 of the DER bytes: what evidence names it by. */
  readonly sha256: string;
  /** Hex, upper case. */
  readonly serialNumber: string;
  readonly subject: string;
  readonly issuer: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
};

/** Throws the parser's error when `der` is no certificate. */
export function readCertificate(der: Uint8Array): Certificate {
  const parsed = new X509Certificate(der);
  return {
    der,
    pem: parsed.toString(),
    sha256: createHash("sha256").update(der).digest("hex"),
    serialNumber: parsed.serialNumber,
    subject: parsed.subject,
    issuer: parsed.issuer,
    notBefore: parsed.validFromDate.toISOString(),
    notAfter: parsed.validToDate.toISOString(),
    publicKey: parsed.publicKey.export({ format: "der", type: "spki" }),
  };
}

const pemBlock = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g;

/** Every certificate of a PEM text, in its order; text between them and lost line breaks do not matter. */
export const certificatesFromPem = (pem: string): Certificate[] =>
  Array.from(pem.matchAll(pemBlock), ([, base64 = ""]) =>
    readCertificate(Buffer.from(base64, "base64")),
  );

/** The certificate as ASN.1, for those who put it into other structures. */
export const certificateSchema = (der: Uint8Array): pkijs.Certificate =>
  pkijs.Certificate.fromBER(der as BufferSource);
