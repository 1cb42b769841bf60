import { createECDH, type KeyObject } from "node:crypto";

/**
 * ECDSA over a ready SHA-256 digest on P-256 (FIPS 186-5 section 6.4), for KMS MessageType DIGEST:
 * node:crypto always hashes what it is given. Both functions need the private key, which a local
 * KMS has; that lets the curve arithmetic stay inside OpenSSL. Not constant-time: local use only.
 */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const digestBytes = 32;

/** Signs a 32-byte digest; the signature is DER, as KMS returns it. */
export function signDigest(privateKey: KeyObject, digest: Buffer): Buffer {
  const nonce = createECDH("prime256v1");
  const r = xCoordinate(nonce.generateKeys()) % order;
  const k = toBigInt(nonce.getPrivateKey());
  const s = modulo(inverse(k) * (toBigInt(digest) + r * secretScalar(privateKey)));
  // r or s is zero with probability 2^-255; FIPS 186-5 asks for a new nonce then.
  return r === 0n || s === 0n ? signDigest(privateKey, digest) : encodeDer(r, s);
}

/** True if `signature` (DER) was made over `digest` with the pair of `privateKey`. */
export function verifyDigest(privateKey: KeyObject, digest: Buffer, signature: Buffer): boolean {
  const decoded = decodeDer(signature);
  if (decoded === undefined) return false;
  const { r, s } = decoded;
  if (r <= 0n || r >= order || s <= 0n || s >= order) return false;
  // u1·G + u2·Q equals (u1 + u2·d)·G for whoever knows d.
  const scalar = modulo(inverse(s) * (toBigInt(digest) + r * secretScalar(privateKey)));
  if (scalar === 0n) return false;
  const point = createECDH("prime256v1");
  point.setPrivateKey(toBytes(scalar));
  return xCoordinate(point.getPublicKey()) % order === r;
}

function secretScalar(privateKey: KeyObject): bigint {
  const { d } = privateKey.export({ format: "jwk" });
  return toBigInt(Buffer.from(d ?? "", "base64url"));
}

/** An uncompressed point is 04 ‖ x ‖ y (SEC 1 section 2.3.3). */
function xCoordinate(point: Buffer): bigint {
  return toBigInt(point.subarray(1, 1 + digestBytes));
}

/** Fermat: the order is prime, so a^(order-2) is the inverse of a. */
function inverse(value: bigint): bigint {
  let result = 1n;
  let base = modulo(value);
  for (let exponent = order - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = modulo(result * base);
    base = modulo(base * base);
  }
  return result;
}

function encodeDer(r: bigint, s: bigint): Buffer {
  const integers = Buffer.concat([derInteger(r), derInteger(s)]);
  return Buffer.concat([Buffer.from([0x30, integers.length]), integers]);
}

function derInteger(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  const sign = (bytes[0] ?? 0) >= 0x80 ? [0] : [];
  return Buffer.from([0x02, sign.length + bytes.length, ...sign, ...bytes]);
}

/** Accepts exactly what `encodeDer` writes, so that a signature has one spelling. */
function decodeDer(signature: Buffer): { r: bigint; s: bigint } | undefined {
  const rLength = signature[3] ?? 0;
  const sLength = signature[5 + rLength] ?? 0;
  const r = toBigInt(signature.subarray(4, 4 + rLength));
  const s = toBigInt(signature.subarray(6 + rLength, 6 + rLength + sLength));
  return encodeDer(r, s).equals(signature) ? { r, s } : undefined;
}

function toBigInt(bytes: Buffer): bigint {
  return BigInt(`0x0${bytes.toString("hex")}`);
}

function toBytes(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * digestBytes, "0"), "hex");
}

function modulo(value: bigint): bigint {
  const remainder = value % order;
  return remainder < 0n ? remainder + order : remainder;
}
