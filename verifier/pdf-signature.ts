import { type Bytes, concat, fromHex } from "./bytes.ts";
import { type Certificate, pathOf } from "./certificate.ts";
import { Broken, refuse } from "./claim.ts";
import { checkSignedData, readSignedData, refuseStrangers } from "./cms.ts";
import { first } from "./der.ts";
import type { SignedField } from "./pdf-changes.ts";
import { checkToken, type Stamp } from "./timestamp.ts";

export type PdfSignature = SignedField &
  (
    | {
        readonly kind: "signature";
        readonly certificate: Certificate;
        readonly issuer: string;
        /** Absent when no authority was reachable. */
        readonly stamp: Stamp | undefined;
      }
    | { readonly kind: "timestamp"; readonly stamp: Stamp }
  );

/** A document time-stamp (ISO 32000-2, 12.8.5), which stands over the file for nobody. */
export const isTimestamp = ({ dictionary }: SignedField): boolean =>
  dictionary.get("SubFilter")?.raw === "/ETSI.RFC3161";

/** A chain and the token of a public authority take 12 KB. */
const longestSignature = 64 * 1024;

/**
 * Checks one signature of a PDF: over every byte of the file as it was at the `end` of its save but its
 * own hole. `clock` is the time to judge certificates by when no token tells. Throws Broken.
 */
export async function checkPdfSignature(
  bytes: Bytes,
  field: SignedField,
  end: number,
  roots: readonly Certificate[] | undefined,
  clock: string,
  file: string,
): Promise<PdfSignature> {
  const culprit = `${file}, signature ${field.name}`;
  const { content, hole } = covered(bytes, field, end, culprit);
  const cms = first(hole).whole;
  // The rest of the hole is nobody's: anything but zeros there would go unnoticed.
  refuse(
    hole.subarray(cms.length).some((byte) => byte !== 0),
    culprit,
    "pdfHole",
  );
  if (isTimestamp(field)) {
    const stamp = await checkToken(cms, content, roots, culprit);
    return { ...field, kind: "timestamp", stamp };
  }
  const type = field.dictionary.get("SubFilter")?.raw;
  refuse(type !== "/ETSI.CAdES.detached", culprit, "pdfSignatureKind", { type: type ?? "" });
  const signed = readSignedData(cms);
  refuse(signed.content !== undefined, culprit, "cmsContentType");
  const certificate = await checkSignedData(signed, content, culprit);
  const { token, signature } = signed.signer;
  const stamp = token && (await checkToken(token, signature, roots, culprit));
  const path = await pathOf(certificate, signed.certificates, roots, stamp?.at ?? clock, culprit);
  refuse(!certificate.maySign || certificate.isAuthority, culprit, "notForSigning");
  refuseStrangers(signed, path.certificates, culprit);
  const issuer = path.certificates[1]?.name.commonName ?? certificate.name.commonName;
  return { ...field, kind: "signature", certificate, issuer, stamp };
}

/** ISO 32000-1, 12.8.1: two ranges around /Contents, which together with it are the whole save. */
function covered(bytes: Bytes, { dictionary }: SignedField, end: number, culprit: string) {
  const [, begin, behind, rest] =
    /^\[\s*0\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]$/.exec(
      dictionary.get("ByteRange")?.raw ?? "",
    ) ?? [];
  const contents = dictionary.get("Contents");
  if (begin === undefined || contents === undefined) throw new Broken(culprit, "pdfRange");
  const [from, to] = [Number(begin), Number(behind)];
  const isWhole =
    contents.at === from && from + contents.raw.length === to && to + Number(rest) === end;
  refuse(!isWhole, culprit, "pdfRange");
  const digits = contents.raw.slice(1, -1);
  const hole = digits.length <= 2 * longestSignature ? fromHex(digits) : undefined;
  if (hole === undefined) throw new Broken(culprit, "pdfHole");
  return { content: concat(bytes.subarray(0, from), bytes.subarray(to, end)), hole };
}
