import { type Bytes, latin1 } from "./bytes.ts";
import type { Certificate } from "./certificate.ts";
import { attempt, type Claim, holds, refuse, unchecked } from "./claim.ts";
import { readSignedFields, type SignedField } from "./pdf-changes.ts";
import {
  checkSubject,
  compareRevisions,
  type Known,
  orderClaim,
  refuseUnknown,
} from "./pdf-record.ts";
import { type PdfFile, readRevisions } from "./pdf-revisions.ts";
import { checkPdfSignature, isTimestamp, type PdfSignature } from "./pdf-signature.ts";
import { limits } from "./zip.ts";

/** Every version of the file is hashed from the start, and under each signature again. */
const mostHashedBytes = 96 * 1024 * 1024;

type Roots = readonly Certificate[] | undefined;

/**
 * The claims about a signed PDF, and who certified it. With a chain, nothing of the file is read before
 * its hash was found there: a hostile PDF is never parsed. `clock` judges certificates where no token
 * tells the time.
 */
export async function pdfClaims(
  bytes: Bytes,
  name: string,
  roots: Roots,
  clock: string,
  known?: Known,
): Promise<{ readonly claims: readonly Claim[]; readonly certifier: Certificate | undefined }> {
  const { claims, file, fields } = await readPdf(bytes, name, known);
  const signatures: PdfSignature[] = [];
  for (const field of fields) {
    const title = isTimestamp(field) ? "pdfWhole" : "pdfSignature";
    const check = async (): Promise<Claim> => {
      const end = file?.added[field.addition - 1]?.end ?? 0;
      refuse(isTimestamp(field) && field.addition !== file?.added.length, name, "notWhole");
      const signature = await checkPdfSignature(bytes, field, end, roots, clock, name);
      if (known) await checkSubject(signature, known, name);
      signatures.push(signature);
      return signatureClaim(signature);
    };
    claims.push(await attempt(title, `${name}, signature ${field.name}`, check));
  }
  if (fields.length > 0 && known)
    claims.push(await attempt("pdfOrder", name, async () => orderClaim(signatures, known, name)));
  // C-73: no authority was reachable, and sealing went on without.
  if (fields.length > 0 && !fields.some(isTimestamp)) claims.push(unchecked("pdfWhole", "noStamp"));
  const [certifier] = signatures.flatMap((one) =>
    one.kind === "signature" && one.isCertification ? [one.certificate] : [],
  );
  return { claims, certifier };
}

/** Takes the file apart as far as it holds together. */
async function readPdf(bytes: Bytes, name: string, known: Known | undefined) {
  const claims: Claim[] = [];
  let file: PdfFile | undefined;
  let fields: readonly SignedField[] = [];
  if (known) {
    const recorded = await attempt("pdfKnown", name, async () => {
      await refuseUnknown(bytes, name, known);
      file = read();
      return compareRevisions(bytes, name, file, known);
    });
    claims.push(recorded);
    if (file === undefined) return { claims, file, fields };
  }
  const unchanged = await attempt("pdfUnchanged", name, async () => {
    file ??= read();
    fields = readSignedFields(file, name);
    refuse(fields.length === 0, name, "noSignature");
    refuse(!fields[0]?.isCertification, name, "notCertified");
    return holds("pdfUnchanged", "pdfUnchangedHolds", { count: file.added.length });
  });
  return { claims: [...claims, unchanged], file, fields };

  function read(): PdfFile {
    refuse(bytes.length > limits.pdfBytes, name, "tooLarge", { limit: limits.pdfBytes });
    const found = readRevisions(latin1(bytes), name);
    const hashed = (found.added.length + 1) * bytes.length;
    refuse(hashed > mostHashedBytes, name, "tooLarge", { limit: mostHashedBytes });
    return found;
  }
}

function signatureClaim(signature: PdfSignature): Claim {
  if (signature.kind === "timestamp") {
    const { at, authority, isTrusted } = signature.stamp;
    return isTrusted
      ? holds("pdfWhole", "stampedHolds", { at, authority })
      : unchecked("pdfWhole", "stampedNoRoots", { at, authority });
  }
  const { certificate, issuer, stamp, name: field } = signature;
  const values = { field, who: certificate.name.commonName, issuer };
  if (stamp === undefined) return holds("pdfSignature", "signatureUnstamped", values);
  const { at, authority } = stamp;
  return holds("pdfSignature", "signatureStamped", { ...values, at, authority });
}
