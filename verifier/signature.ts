import { type Bytes, concat } from "./bytes.ts";
import { BadDer, fieldsOf, oidOf, readDer, tags } from "./der.ts";

export type HashName = "SHA-256" | "SHA-384" | "SHA-512";

export const hashNames: Readonly<Record<string, HashName>> = {
  "2.16.840.1.101.3.4.2.1": "SHA-256",
  "2.16.840.1.101.3.4.2.2": "SHA-384",
  "2.16.840.1.101.3.4.2.3": "SHA-512",
};

const rsaEncryption = "1.2.840.113549.1.1.1";
const ecPublicKey = "1.2.840.10045.2.1";

/** Signature algorithms by what they hash with; plain rsaEncryption leaves that to the structure around it. */
const signatureHashes: Readonly<Record<string, HashName>> = {
  "1.2.840.10045.4.3.2": "SHA-256",
  "1.2.840.10045.4.3.3": "SHA-384",
  "1.2.840.10045.4.3.4": "SHA-512",
  "1.2.840.113549.1.1.11": "SHA-256",
  "1.2.840.113549.1.1.12": "SHA-384",
  "1.2.840.113549.1.1.13": "SHA-512",
};

const curves: Readonly<Record<string, { readonly name: string; readonly size: number }>> = {
  "1.2.840.10045.3.1.7": { name: "P-256", size: 32 },
  "1.3.132.0.34": { name: "P-384", size: 48 },
  "1.3.132.0.35": { name: "P-521", size: 66 },
};

/** RSA keys of 4096 bits have 550 bytes; a larger one only costs time. */
const longestKey = 1200;

/**
 * Whether `signature` over `message` was made with this key: ECDSA on the NIST curves or RSA (PKCS #1
 * v1.5), with SHA-2. False for every other algorithm, SHA-1 among them.
 */
export async function verifySignature(
  spki: Bytes,
  algorithm: string,
  message: Bytes,
  signature: Bytes,
  hashElsewhere?: HashName,
): Promise<boolean> {
  const hash = algorithm === rsaEncryption ? hashElsewhere : signatureHashes[algorithm];
  if (hash === undefined || spki.length > longestKey) return false;
  const key = fieldsOf(fieldsOf(readDer(spki)).take(tags.sequence));
  const type = oidOf(key.take(tags.oid));
  const isEllipticAlgorithm = algorithm.startsWith("1.2.840.10045.");
  if (type === rsaEncryption && !isEllipticAlgorithm) {
    const rsa = { name: "RSASSA-PKCS1-v1_5", hash };
    return verifyWith(spki, rsa, rsa, message, signature);
  }
  if (type !== ecPublicKey || !isEllipticAlgorithm) return false;
  const curve = curves[oidOf(key.take(tags.oid))];
  const raw = curve && rawSignature(signature, curve.size);
  if (curve === undefined || raw === undefined) return false;
  const own = { name: "ECDSA", namedCurve: curve.name };
  return verifyWith(spki, own, { name: "ECDSA", hash }, message, raw);
}

async function verifyWith(
  spki: Bytes,
  keyAlgorithm: { readonly name: string },
  algorithm: { readonly name: string; readonly hash: HashName },
  message: Bytes,
  signature: Bytes,
): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey("spki", spki, keyAlgorithm, false, ["verify"]);
    return await crypto.subtle.verify(algorithm, key, signature, message);
  } catch {
    // WebCrypto throws for a key that is none: a signature under it holds as little.
    return false;
  }
}

/** WebCrypto wants r and s side by side, files hold them in DER. */
function rawSignature(der: Bytes, size: number): Bytes | undefined {
  try {
    const fields = fieldsOf(readDer(der));
    const numbers = [fields.take(tags.integer), fields.take(tags.integer)];
    fields.end();
    return concat(...numbers.map(({ content }) => padded(content, size)));
  } catch (cause) {
    if (cause instanceof BadDer) return undefined;
    throw cause;
  }
}

function padded(number: Bytes, size: number): Bytes {
  const [head = 0, next = 0] = number;
  const isShortest = number.length === 1 || head !== 0 || next >= 0x80;
  const digits = head === 0 && number.length > 1 ? number.subarray(1) : number;
  if (head >= 0x80 || !isShortest || digits.length > size) throw new BadDer("no positive number");
  const whole = new Uint8Array(size);
  whole.set(digits, size - digits.length);
  return whole;
}
