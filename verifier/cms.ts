import { type Bytes, concat, digest, same } from "./bytes.ts";
import { type Certificate, readCertificate } from "./certificate.ts";
import { Broken, refuse } from "./claim.ts";
import {
  BadDer,
  children,
  type Der,
  fieldsOf,
  oidOf,
  plainAlgorithm,
  readDer,
  smallInteger,
  tags,
} from "./der.ts";
import { type HashName, hashNames, verifySignature } from "./signature.ts";

/** A CMS signature (RFC 5652) by one signer, taken apart and not yet believed. */
export type SignedData = {
  readonly contentType: string;
  /** Absent in a detached signature. */
  readonly content: Bytes | undefined;
  readonly certificates: readonly Certificate[];
  readonly signer: {
    readonly issuer: Bytes;
    readonly serialNumber: Bytes;
    readonly hash: HashName;
    /** As they were signed: a SET. */
    readonly signedAttributes: Bytes;
    readonly attributes: ReadonlyMap<string, Der>;
    readonly algorithm: string;
    readonly signature: Bytes;
    /** RFC 3161 token over the signature, DER. */
    readonly token: Bytes | undefined;
  };
};

const ids = {
  data: "1.2.840.113549.1.7.1",
  signedData: "1.2.840.113549.1.7.2",
  contentType: "1.2.840.113549.1.9.3",
  messageDigest: "1.2.840.113549.1.9.4",
  signingCertificate: "1.2.840.113549.1.9.16.2.12",
  signingCertificateV2: "1.2.840.113549.1.9.16.2.47",
  signatureToken: "1.2.840.113549.1.9.16.2.14",
} as const;

/** Chains have three certificates, a token brings three more. */
const mostCertificates = 8;

/**
 * Reads a CMS signature strictly: every field has the one value it may have, so that no byte of it can
 * change unseen although half of the structure is signed by nobody. Throws BadDer.
 */
export function readSignedData(der: Bytes): SignedData {
  const info = fieldsOf(readDer(der));
  if (oidOf(info.take(tags.oid)) !== ids.signedData) throw new BadDer("no signed data");
  const wrapped = fieldsOf(info.take(tags.context(0)), tags.context(0));
  const fields = fieldsOf(wrapped.take(tags.sequence));
  wrapped.end();
  info.end();

  const version = smallInteger(fields.take(tags.integer));
  const digests = children(fields.take(tags.set), tags.set).map(plainAlgorithm);
  const inner = fieldsOf(fields.take(tags.sequence));
  const contentType = oidOf(inner.take(tags.oid));
  const carried = inner.takeIf(tags.context(0));
  inner.end();
  // RFC 5652 section 5.1: 1 for plain data, 3 for every other type.
  if (version !== (contentType === ids.data ? 1 : 3)) throw new BadDer("another version");
  const certificates = children(fields.take(tags.context(0)), tags.context(0));
  if (certificates.length > mostCertificates) throw new BadDer("too many certificates");
  const [signer, ...others] = children(fields.take(tags.set), tags.set);
  fields.end();
  if (signer === undefined || others.length > 0) throw new BadDer("not exactly one signer");
  const read = readSigner(signer);
  if (digests.length !== 1 || hashNames[digests[0] ?? ""] !== read.hash)
    throw new BadDer("another digest");
  return {
    contentType,
    content: carried && contentOf(carried),
    certificates: certificates.map(({ whole }) => readCertificate(whole)),
    signer: read,
  };
}

/** CMS is BER: some authorities wrap the octets in a string of one part (X.690, 8.7.3). */
function contentOf(carried: Der): Bytes {
  const wrapped = fieldsOf(carried, tags.context(0));
  const parts = wrapped.takeIf(tags.octetStringInParts);
  const inner = parts ? fieldsOf(parts, tags.octetStringInParts) : wrapped;
  const { content } = inner.take(tags.octetString);
  inner.end();
  wrapped.end();
  return content;
}

function readSigner(signer: Der): SignedData["signer"] {
  const fields = fieldsOf(signer);
  if (smallInteger(fields.take(tags.integer)) !== 1) throw new BadDer("another signer version");
  const named = fieldsOf(fields.take(tags.sequence));
  const issuer = named.take(tags.sequence).whole;
  const serialNumber = named.take(tags.integer).content;
  named.end();
  const hash = hashNames[plainAlgorithm(fields.take(tags.sequence))];
  if (hash === undefined) throw new BadDer("a digest other than SHA-2");
  const signed = fields.take(tags.context(0));
  const algorithm = plainAlgorithm(fields.take(tags.sequence));
  const signature = fields.take(tags.octetString).content;
  const unsigned = fields.takeIf(tags.context(1));
  fields.end();
  const more = unsigned ? attributesOf(unsigned, tags.context(1)) : new Map<string, Der>();
  if (more.size > (more.has(ids.signatureToken) ? 1 : 0)) throw new BadDer("unsigned attributes");
  return {
    issuer,
    serialNumber,
    hash,
    // RFC 5652 section 5.4: the attributes stand under [0] but are signed as a SET.
    signedAttributes: concat(Uint8Array.of(tags.set), signed.whole.subarray(1)),
    attributes: attributesOf(signed, tags.context(0)),
    algorithm,
    signature,
    token: more.get(ids.signatureToken)?.whole,
  };
}

function attributesOf(set: Der, tag: number): Map<string, Der> {
  const found = new Map<string, Der>();
  for (const attribute of children(set, tag)) {
    const fields = fieldsOf(attribute);
    const type = oidOf(fields.take(tags.oid));
    const [value, ...others] = children(fields.take(tags.set), tags.set);
    fields.end();
    if (value === undefined || others.length > 0 || found.has(type))
      throw new BadDer("not one value for each attribute");
    found.set(type, value);
  }
  return found;
}

/**
 * Whether this signature is over `content`, by the certificate it names (CAdES, ETSI EN 319 122-1:
 * signing-certificate-v2 binds it). Answers that certificate. Throws Broken.
 */
export async function checkSignedData(
  signed: SignedData,
  content: Bytes,
  culprit: string,
): Promise<Certificate> {
  const { signer, certificates, contentType } = signed;
  const own = certificates.find(
    (one) => same(one.issuer, signer.issuer) && same(one.serialNumber, signer.serialNumber),
  );
  if (own === undefined) throw new Broken(culprit, "cmsNoCertificate");
  const { attributes } = signer;
  const type = attributes.get(ids.contentType);
  refuse(type === undefined || oidOf(type) !== contentType, culprit, "cmsContentType");
  const stated = attributes.get(ids.messageDigest);
  const computed = await digest(signer.hash, content);
  refuse(
    stated?.tag !== tags.octetString || !same(stated.content, computed),
    culprit,
    "cmsOtherContent",
  );
  refuse(!(await bindsCertificate(attributes, own)), culprit, "cmsOtherCertificate");
  const holds = await verifySignature(
    own.spki,
    signer.algorithm,
    signer.signedAttributes,
    signer.signature,
    signer.hash,
  );
  refuse(!holds, culprit, "cmsSignature", { who: own.name.commonName });
  return own;
}

/** RFC 5035: the first ESSCertID names the signer's certificate; version 1, by SHA-1, is still usual in tokens. */
async function bindsCertificate(
  attributes: ReadonlyMap<string, Der>,
  { der }: Certificate,
): Promise<boolean> {
  const version2 = attributes.get(ids.signingCertificateV2);
  const binding = version2 ?? attributes.get(ids.signingCertificate);
  const [list] = binding ? children(binding) : [];
  const [named] = list ? children(list) : [];
  if (named === undefined) return false;
  const fields = fieldsOf(named);
  const algorithm = fields.takeIf(tags.sequence);
  const hash = algorithm ? hashNames[plainAlgorithm(algorithm)] : "SHA-256";
  if (hash === undefined) return false;
  const stated = fields.take(tags.octetString).content;
  return same(stated, await digest(version2 ? hash : "SHA-1", der));
}

/**
 * Whether every certificate that came along is used, or another one for the same name and key (a
 * cross-certificate). One that leads nowhere could be changed unseen. Throws Broken.
 */
export function refuseStrangers(
  { certificates }: SignedData,
  used: readonly Certificate[],
  culprit: string,
): void {
  for (const one of certificates) {
    const isKnown = used.some(
      (known) =>
        same(known.der, one.der) ||
        (same(known.subject, one.subject) && same(known.spki, one.spki)),
    );
    refuse(!isKnown, culprit, "strangeCertificate", { who: one.name.commonName });
  }
}
