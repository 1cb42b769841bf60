import { createHash, randomBytes, sign } from "node:crypto";
import { Integer, ObjectIdentifier, OctetString, Sequence } from "asn1js";
import * as pkijs from "pkijs";
import type { AuthorityKeys } from "./timestamp-keys.ts";

/** What may be wrong with a token on purpose, so that a client can show that it looks. */
export const flaws = ["nonce", "imprint", "status", "signature", "time", "content"] as const;
export type Flaw = (typeof flaws)[number];

const tokenInfoId = "1.2.840.113549.1.9.16.1.4";
const sha256Id = "2.16.840.1.101.3.4.2.1";
const ecdsaWithSha256Id = "1.2.840.10045.4.3.2";
/** Under the arc that RFC 5612 keeps for examples. */
const policyId = "1.3.6.1.4.1.32473.3161.1";
/** Larger than any tolerance of a client. */
const wrongTimeMs = 3_600_000;

/** An RFC 3161 answer, DER, or undefined when `question` is no time-stamp request. */
export function timestampReply(
  question: Buffer,
  { keys, nowMs, flaw }: { keys: AuthorityKeys; nowMs: number; flaw: Flaw | undefined },
): Buffer | undefined {
  const request = parsed(question);
  if (request === undefined) return undefined;
  const isSha256 = request.messageImprint.hashAlgorithm.algorithmId === sha256Id;
  if (flaw === "status" || !isSha256) return answer(pkijs.PKIStatus.rejection);
  const { nonce } = request;
  const imprint = flaw === "imprint" ? randomBytes(32) : imprintOf(request);
  const answered = flaw === "nonce" ? new Integer({ valueHex: randomBytes(8) }) : nonce;
  const info = new pkijs.TSTInfo({
    version: 1,
    policy: policyId,
    messageImprint: new pkijs.MessageImprint({
      hashAlgorithm: new pkijs.AlgorithmIdentifier({ algorithmId: sha256Id }),
      hashedMessage: new OctetString({ valueHex: imprint }),
    }),
    serialNumber: new Integer({ valueHex: Buffer.concat([Buffer.of(1), randomBytes(8)]) }),
    genTime: new Date(flaw === "time" ? nowMs - wrongTimeMs : nowMs),
    accuracy: new pkijs.Accuracy({ seconds: 1 }),
    ...(answered && { nonce: answered }),
  });
  const content = Buffer.from(info.toSchema().toBER());
  return answer(pkijs.PKIStatus.granted, token(content, request.certReq ?? false, keys, flaw));
}

function parsed(question: Buffer): pkijs.TimeStampReq | undefined {
  try {
    return pkijs.TimeStampReq.fromBER(Uint8Array.from(question));
  } catch {
    return undefined;
  }
}

const imprintOf = ({ messageImprint }: pkijs.TimeStampReq): Uint8Array =>
  messageImprint.hashedMessage.valueBlock.valueHexView;

function token(content: Buffer, withChain: boolean, keys: AuthorityKeys, flaw: Flaw | undefined) {
  const own = pkijs.Certificate.fromBER(Uint8Array.from(keys.certificate));
  const attributes = new pkijs.SignedAndUnsignedAttributes({
    type: 0,
    // In the order of their bytes, as DER sorts a SET.
    attributes: [
      attribute("1.2.840.113549.1.9.3", new ObjectIdentifier({ value: tokenInfoId })),
      attribute("1.2.840.113549.1.9.4", octets(sha256(content))),
      attribute("1.2.840.113549.1.9.16.2.47", signingCertificate(keys.certificate)),
    ],
  });
  const toSign = Buffer.from(attributes.toSchema().toBER());
  toSign[0] = 0x31;
  const signature = sign("sha256", toSign, keys.privateKey);
  if (flaw === "signature") signature[signature.length - 1] = ~(signature.at(-1) ?? 0) & 0xff;
  // Some other content under an honest signature: what a cut-and-paste forger would send.
  const shown = flaw === "content" ? Buffer.concat([content, Buffer.of(0)]) : content;
  const signed = new pkijs.SignedData({
    version: 3,
    digestAlgorithms: [new pkijs.AlgorithmIdentifier({ algorithmId: sha256Id })],
    encapContentInfo: new pkijs.EncapsulatedContentInfo({
      eContentType: tokenInfoId,
      eContent: octets(shown),
    }),
    ...(withChain && { certificates: [own] }),
    signerInfos: [
      new pkijs.SignerInfo({
        version: 1,
        sid: new pkijs.IssuerAndSerialNumber({
          issuer: own.issuer,
          serialNumber: own.serialNumber,
        }),
        digestAlgorithm: new pkijs.AlgorithmIdentifier({ algorithmId: sha256Id }),
        signedAttrs: attributes,
        signatureAlgorithm: new pkijs.AlgorithmIdentifier({ algorithmId: ecdsaWithSha256Id }),
        signature: octets(signature),
      }),
    ],
  });
  return new pkijs.ContentInfo({
    contentType: pkijs.id_ContentType_SignedData,
    content: signed.toSchema(true),
  });
}

function answer(status: pkijs.PKIStatus, timeStampToken?: pkijs.ContentInfo): Buffer {
  const response = new pkijs.TimeStampResp({
    status: new pkijs.PKIStatusInfo({ status }),
    ...(timeStampToken && { timeStampToken }),
  });
  return Buffer.from(response.toSchema().toBER());
}

/** RFC 5035: the token says which certificate it belongs to. */
function signingCertificate(certificate: Uint8Array): Sequence {
  const id = new Sequence({ value: [octets(sha256(certificate))] });
  return new Sequence({ value: [new Sequence({ value: [id] })] });
}

const attribute = (type: string, value: ObjectIdentifier | OctetString | Sequence) =>
  new pkijs.Attribute({ type, values: [value] });

const octets = (bytes: Uint8Array) => new OctetString({ valueHex: bytes });

const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();
