import { createHash } from "node:crypto";
import { Constructed, fromBER, ObjectIdentifier, OctetString, Sequence } from "asn1js";
import * as pkijs from "pkijs";
import { type Certificate, certificateSchema } from "./certificate.ts";

/** Who signs, and with what: its own certificate first, then the issuers that a reader needs. */
export type CmsSigner = {
  readonly chain: readonly [Certificate, ...Certificate[]];
  /** DER ECDSA signature over SHA-256 of `message`. */
  sign(message: Uint8Array): Promise<Uint8Array>;
};

/** An RFC 3161 token over SHA-256 of `content`, DER. */
export type Timestamp = (content: Uint8Array) => Promise<Uint8Array>;

const contentTypeId = "1.2.840.113549.1.9.3";
const messageDigestId = "1.2.840.113549.1.9.4";
const signingCertificateV2Id = "1.2.840.113549.1.9.16.2.47";
const timestampTokenId = "1.2.840.113549.1.9.16.2.14";
const sha256Id = "2.16.840.1.101.3.4.2.1";
const ecdsaWithSha256Id = "1.2.840.10045.4.3.2";

/**
 * A detached CAdES signature over `content` (ETSI EN 319 122-1, baseline B-B; B-T with `timestamp`), DER.
 * No signing-time: in PDF its place is /M (EN 319 142-1), elsewhere only a token proves a time.
 */
export async function detachedCms(
  content: Uint8Array,
  { chain, sign }: CmsSigner,
  timestamp?: (content: Uint8Array) => Promise<Uint8Array | undefined>,
): Promise<Uint8Array> {
  const [own] = chain;
  const certificates = chain.map(({ der }) => certificateSchema(der));
  const signedAttrs = signedAttributes(content, own);
  const signature = await sign(asSet(signedAttrs));
  const token = await timestamp?.(signature);
  const signed = new pkijs.SignedData({
    version: 1,
    digestAlgorithms: [new pkijs.AlgorithmIdentifier({ algorithmId: sha256Id })],
    encapContentInfo: new pkijs.EncapsulatedContentInfo({
      eContentType: pkijs.id_ContentType_Data,
    }),
    certificates,
    signerInfos: [
      new pkijs.SignerInfo({
        version: 1,
        sid: issuerAndSerial(certificates[0] as pkijs.Certificate),
        digestAlgorithm: new pkijs.AlgorithmIdentifier({ algorithmId: sha256Id }),
        signedAttrs,
        signatureAlgorithm: new pkijs.AlgorithmIdentifier({ algorithmId: ecdsaWithSha256Id }),
        signature: new OctetString({ valueHex: signature }),
        ...(token && { unsignedAttrs: tokenAttribute(token) }),
      }),
    ],
  });
  return signedDataBytes(signed);
}

/** ContentInfo around signed data, as every CMS file begins; DER. */
function signedDataBytes(signed: pkijs.SignedData): Uint8Array {
  const info = new pkijs.ContentInfo({
    contentType: pkijs.id_ContentType_SignedData,
    content: signed.toSchema(true),
  });
  return new Uint8Array(info.toSchema().toBER());
}

const issuerAndSerial = (certificate: pkijs.Certificate): pkijs.IssuerAndSerialNumber =>
  new pkijs.IssuerAndSerialNumber({
    issuer: certificate.issuer,
    serialNumber: certificate.serialNumber,
  });

/** Content type, message digest, signing certificate: in this order because DER sorts a SET by its bytes. */
function signedAttributes(content: Uint8Array, own: Certificate) {
  const certId = new Sequence({ value: [octets(Buffer.from(own.sha256, "hex"))] });
  const signingCertificate = new Sequence({ value: [new Sequence({ value: [certId] })] });
  return new pkijs.SignedAndUnsignedAttributes({
    type: 0,
    attributes: [
      attribute(contentTypeId, new ObjectIdentifier({ value: pkijs.id_ContentType_Data })),
      attribute(messageDigestId, octets(createHash("sha256").update(content).digest())),
      attribute(signingCertificateV2Id, signingCertificate),
    ],
  });
}

const octets = (bytes: Uint8Array) => new OctetString({ valueHex: bytes });

const attribute = (type: string, value: ObjectIdentifier | OctetString | Sequence) =>
  new pkijs.Attribute({ type, values: [value] });

/** RFC 5652 section 5.4: the attributes stand in the file under [0] but are signed as a SET. */
function asSet(attributes: pkijs.SignedAndUnsignedAttributes): Uint8Array {
  const bytes = new Uint8Array(attributes.toSchema().toBER());
  bytes[0] = 0x31;
  return bytes;
}

const tokenAttribute = (token: Uint8Array) =>
  new pkijs.SignedAndUnsignedAttributes({
    type: 1,
    attributes: [new pkijs.Attribute({ type: timestampTokenId, values: [fromBER(token).result] })],
  });

/** The certificates that a CMS structure carries, DER. */
export function certificatesOf(cms: Uint8Array): Uint8Array[] {
  // Read as bare ASN.1, which is many times faster than pkijs and keeps the bytes as they are.
  const inside = (value: unknown, at: number): unknown =>
    value instanceof Constructed ? value.valueBlock.value[at] : undefined;
  const signedData = inside(inside(fromBER(cms as BufferSource).result, 1), 0);
  const sets = signedData instanceof Constructed ? signedData.valueBlock.value : [];
  const certificates = sets.find(
    ({ idBlock }) => idBlock.tagClass === 3 && idBlock.tagNumber === 0,
  );
  return certificates instanceof Constructed
    ? certificates.valueBlock.value
        .filter((one) => one instanceof Sequence)
        .map((one) => one.valueBeforeDecodeView.slice())
    : [];
}
