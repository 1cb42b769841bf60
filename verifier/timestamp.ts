import { type Bytes, same, sha256 } from "./bytes.ts";
import { type Certificate, pathOf } from "./certificate.ts";
import { Broken, refuse } from "./claim.ts";
import { checkSignedData, readSignedData, refuseStrangers } from "./cms.ts";
import { fieldsOf, oidOf, plainAlgorithm, readDer, smallInteger, tags, timeOf } from "./der.ts";
import { hashNames } from "./signature.ts";

export type Stamp = {
  /** ISO 8601, by the authority's clock. */
  readonly at: string;
  readonly authority: string;
  readonly isTrusted: boolean;
};

const tokenInfo = "1.2.840.113549.1.9.16.1.4";
const timeStamping = "1.3.6.1.5.5.7.3.8";

/** Checks an RFC 3161 token over `content`, up to the roots if there are any. Throws Broken. */
export async function checkToken(
  token: Bytes,
  content: Bytes,
  roots: readonly Certificate[] | undefined,
  culprit: string,
): Promise<Stamp> {
  const signed = readSignedData(token);
  if (signed.contentType !== tokenInfo || signed.content === undefined)
    throw new Broken(culprit, "tokenKind");
  const { imprint, at } = readTokenInfo(signed.content);
  refuse(!same(imprint, await sha256(content)), culprit, "tokenImprint");
  const own = await checkSignedData(signed, signed.content, culprit);
  // RFC 3161 section 2.3: the key signs time-stamps and nothing else.
  const isAuthority =
    own.purposes.length === 1 && own.purposes[0] === timeStamping && own.hasCriticalPurposes;
  refuse(!isAuthority, culprit, "tokenPurpose", { who: own.name.commonName });
  const path = await pathOf(own, signed.certificates, roots, at, culprit);
  refuseStrangers(signed, path.certificates, culprit);
  return { at, authority: own.name.commonName, isTrusted: path.isTrusted };
}

/** RFC 3161 section 2.4.2. What follows the time says nothing about the content. */
function readTokenInfo(content: Bytes): { readonly imprint: Bytes; readonly at: string } {
  const fields = fieldsOf(readDer(content));
  if (smallInteger(fields.take(tags.integer)) !== 1) throw new Broken("TSTInfo", "tokenKind");
  oidOf(fields.take(tags.oid));
  const stamped = fieldsOf(fields.take(tags.sequence));
  const hash = hashNames[plainAlgorithm(stamped.take(tags.sequence))];
  const imprint = stamped.take(tags.octetString).content;
  stamped.end();
  if (hash !== "SHA-256") throw new Broken("TSTInfo", "tokenKind");
  fields.take(tags.integer);
  return { imprint, at: timeOf(fields.take(tags.generalizedTime)) };
}
