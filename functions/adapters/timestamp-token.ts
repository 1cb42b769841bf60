import { createHash, verify, X509Certificate } from "node:crypto";
import { fromBER, ObjectIdentifier, OctetString, Sequence } from "asn1js";
import * as pkijs from "pkijs";
import { type Certificate, certificateSchema } from "./certificate.ts";
import { certificatesOf } from "./cms.ts";

/** An authority answered, but not with a token over our question. */
export class BadToken extends Error {
  override readonly name = "BadToken";
}

export type TokenExpectation = {
  /** SHA-256 of what was stamped. */
  readonly imprint: Uint8Array;
  readonly nonce: Uint8Array;
  readonly trusted: readonly Certificate[];
  /** ISO 8601. */
  readonly now: string;
};

const tokenInfoId = "1.2.840.113549.1.9.16.1.4";
const timeStampingId = "1.3.6.1.5.5.7.3.8";
const contentTypeId = "1.2.840.113549.1.9.3";
const messageDigestId = "1.2.840.113549.1.9.4";
const signingCertificateId = "1.2.840.113549.1.9.16.2.12";
const signingCertificateV2Id = "1.2.840.113549.1.9.16.2.47";
const digestNames: Readonly<Record<string, string>> = {
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
};

/** Beyond this the authority's clock or ours is wrong, and the token would prove the wrong time. */
const clockToleranceMs = 5 * 60_000;
/** Public authorities have one or two certificates between theirs and the root. */
const longestChain = 5;

/** The token (DER) out of an RFC 3161 answer, once everything in it was checked. Throws BadToken. */
export function checkedToken(answer: Uint8Array, expected: TokenExpectation): Uint8Array {
  const { token, signed, info } = parsed(answer);
  refuse(info.version !== 1, `TSTInfo version ${info.version}`);
  refuse(!/^\d+(\.\d+)+$/.test(info.policy), "no policy");
  const { hashAlgorithm, hashedMessage } = info.messageImprint;
  refuse(
    digestNames[hashAlgorithm.algorithmId] !== "sha256" ||
      !same(hashedMessage.valueBlock.valueHexView, expected.imprint),
    "the token is over another imprint",
  );
  refuse(
    info.nonce === undefined || !same(info.nonce.valueBlock.valueHexView, expected.nonce),
    "the token answers another nonce",
  );
  const skewMs = Math.abs(info.genTime.getTime() - Date.parse(expected.now));
  refuse(!(skewMs <= clockToleranceMs), `genTime is ${skewMs} ms away from our clock`);
  const embedded = certificatesOf(token).map((der) => new X509Certificate(der));
  const signer = checkSignature(signed, embedded);
  const trusted = expected.trusted.map(({ der }) => new X509Certificate(der));
  checkCertificate(signer, embedded, trusted, new Date(expected.now));
  return token;
}

function parsed(answer: Uint8Array) {
  try {
    const schema = fromBER(answer as BufferSource).result as Sequence;
    const { status, timeStampToken } = new pkijs.TimeStampResp({ schema });
    const granted = status.status === pkijs.PKIStatus.granted;
    const withMods = status.status === pkijs.PKIStatus.grantedWithMods;
    refuse(!granted && !withMods, `status ${status.status}`);
    if (timeStampToken === undefined) throw new BadToken("granted without a token");
    const signed = new pkijs.SignedData({ schema: timeStampToken.content });
    const { eContentType, eContent } = signed.encapContentInfo;
    if (eContentType !== tokenInfoId || eContent === undefined)
      throw new BadToken("the token holds no TSTInfo");
    const info = pkijs.TSTInfo.fromBER(eContent.getValue());
    // The authority's own bytes: encoding again could differ from what others have seen.
    const [, whole] = schema.valueBlock.value;
    return { token: (whole as Sequence).valueBeforeDecodeView.slice(), signed, info };
  } catch (cause) {
    if (cause instanceof BadToken) throw cause;
    throw new BadToken("the answer is not an RFC 3161 response", { cause });
  }
}

/** RFC 5652 section 5.6 and RFC 3161 section 2.4.2: one signer, who signed this very content. */
function checkSignature(
  signed: pkijs.SignedData,
  certificates: readonly X509Certificate[],
): X509Certificate {
  const [info, ...others] = signed.signerInfos;
  if (info === undefined || others.length > 0) throw new BadToken("not exactly one signer");
  const signer = certificates.find((one) => isNamedBy(one, info.sid));
  if (signer === undefined) throw new BadToken("the signer's certificate is not in the token");
  const digest = digestNames[info.digestAlgorithm.algorithmId];
  const attributes = info.signedAttrs;
  if (digest === undefined || attributes === undefined)
    throw new BadToken("a digest other than SHA-2, or no signed attributes");
  const value = (id: string) => attributes.attributes.find(({ type }) => type === id)?.values[0];
  const content = Buffer.from(signed.encapContentInfo.eContent?.getValue() ?? new ArrayBuffer());
  const hash = createHash(digest).update(content).digest();
  const [type, messageDigest] = [value(contentTypeId), value(messageDigestId)];
  refuse(!(type instanceof ObjectIdentifier && type.getValue() === tokenInfoId), "another type");
  refuse(
    !(messageDigest instanceof OctetString && same(octets(messageDigest), hash)),
    "another content",
  );
  const isBound =
    binds(value(signingCertificateV2Id), signer, "sha256") ||
    binds(value(signingCertificateId), signer, "sha1");
  refuse(!isBound, "the attributes name another certificate");
  const signature = octets(info.signature);
  const holds = verify(digest, Buffer.from(attributes.encodedValue), signer.publicKey, signature);
  refuse(!holds, "the signature does not hold");
  return signer;
}

function isNamedBy(certificate: X509Certificate, sid: unknown): boolean {
  if (!(sid instanceof pkijs.IssuerAndSerialNumber)) return false;
  const { serialNumber, issuer } = certificateSchema(certificate.raw);
  return serialNumber.isEqual(sid.serialNumber) && issuer.isEqual(sid.issuer);
}

/** RFC 5035: the first ESSCertID is the signer's; version 2 may name its hash, SHA-256 unless it does. */
function binds(attribute: unknown, signer: X509Certificate, usual: "sha1" | "sha256"): boolean {
  const inner = (value: unknown): unknown[] =>
    value instanceof Sequence ? value.valueBlock.value : [];
  const [certificateIds] = inner(attribute);
  const [first] = inner(certificateIds);
  const [head, second] = inner(first);
  const [algorithm] = inner(head);
  const named = algorithm instanceof ObjectIdentifier ? digestNames[algorithm.getValue()] : usual;
  const hash = head instanceof OctetString ? head : second;
  if (named === undefined || !(hash instanceof OctetString)) return false;
  return same(octets(hash), createHash(named).update(signer.raw).digest());
}

/** RFC 3161 section 2.3: for time-stamping alone; valid now, up to a root we trust. */
function checkCertificate(
  signer: X509Certificate,
  embedded: readonly X509Certificate[],
  trusted: readonly X509Certificate[],
  now: Date,
): void {
  const [usage, ...more] = signer.keyUsage ?? [];
  refuse(usage !== timeStampingId || more.length > 0, "a certificate not for time-stamping alone");
  let current = signer;
  for (let depth = 0; depth < longestChain; depth++) {
    refuse(!(current.validFromDate <= now && now < current.validToDate), "an expired certificate");
    if (trusted.some((root) => root.fingerprint256 === current.fingerprint256)) return;
    const issuer = [...trusted, ...embedded].find(
      (one) => one.ca && current.checkIssued(one) && current.verify(one.publicKey),
    );
    if (issuer === undefined) break;
    current = issuer;
  }
  throw new BadToken("the certificate leads to no configured root");
}

const octets = (value: OctetString): Uint8Array => new Uint8Array(value.getValue());

const same = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

function refuse(isBad: boolean, why: string): void {
  if (isBad) throw new BadToken(why);
}

/** The number the authority gave this token (DER), hex: what an archive record calls its certificate (C-45). */
export function tokenSerial(token: Uint8Array): string {
  const { content } = pkijs.ContentInfo.fromBER(token as BufferSource);
  const { eContent } = new pkijs.SignedData({ schema: content }).encapContentInfo;
  const info = pkijs.TSTInfo.fromBER(eContent?.getValue() ?? new ArrayBuffer());
  return Buffer.from(info.serialNumber.valueBlock.valueHexView).toString("hex");
}
