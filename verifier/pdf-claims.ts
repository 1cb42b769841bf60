import { type Bytes, bytesOf, hexOf, latin1, same, sha256, sha256Hex } from "./bytes.ts";
import type { Certificate } from "./certificate.ts";
import type { Chain, Entry } from "./chain.ts";
import { attempt, Broken, type Claim, holds, refuse, unchecked } from "./claim.ts";
import { entryFile, find, verificationOf } from "./contract-claims.ts";
import { readSignedFields, type SignedField } from "./pdf-changes.ts";
import { type PdfFile, readRevisions } from "./pdf-revisions.ts";
import { checkPdfSignature, type PdfSignature } from "./pdf-signature.ts";

/** What a bundle knows of its PDF beyond the PDF itself. */
export type Known = {
  readonly chain: Chain;
  readonly agreement: Bytes | undefined;
  /** Who sealed the bundle, and so certifies its PDF. */
  readonly platform: Certificate | undefined;
};

/** The platform's clock may run ahead of the authority's by this much. */
const clockToleranceMs = 5 * 60_000;
/** Every version is hashed from the start: this bounds the time that takes. */
const mostHashedBytes = 256 * 1024 * 1024;

/**
 * The claims about a signed PDF. With a chain, nothing of the file is read before its hash was found
 * there: a hostile PDF is never parsed. `clock` judges certificates where no token tells the time.
 */
export async function pdfClaims(
  bytes: Bytes,
  name: string,
  roots: readonly Certificate[] | undefined,
  clock: string,
  known?: Known,
): Promise<Claim[]> {
  const claims: Claim[] = [];
  let file: PdfFile | undefined;
  let fields: readonly SignedField[] | undefined;
  const readKnown = async (): Promise<Claim> => {
    if (known) await refuseUnknown(bytes, name, known);
    file = readRevisions(latin1(bytes), name);
    if (known === undefined) return unchecked("pdfKnown", "onlyPdf");
    await compareRevisions(bytes, name, file, known);
    return holds("pdfKnown", "pdfKnownHolds", { count: file.added.length + 1 });
  };
  claims.push(await attempt("pdfKnown", readKnown));
  if (file === undefined) return claims;
  const parsed = file;
  claims.push(
    await attempt("pdfUnchanged", async () => {
      fields = readSignedFields(parsed, name);
      refuse(fields.length === 0, name, "noSignature");
      refuse(!fields[0]?.isCertification, name, "notCertified");
      return holds("pdfUnchanged", "pdfUnchangedHolds", { count: parsed.added.length });
    }),
  );
  const checked: PdfSignature[] = [];
  for (const field of fields ?? []) {
    const check = async (): Promise<Claim> => {
      const end = parsed.added[field.addition - 1]?.end ?? 0;
      const signature = await checkPdfSignature(bytes, field, end, roots, clock, name);
      if (known) await checkSubject(signature, known, name);
      checked.push(signature);
      return signatureClaim(signature);
    };
    const isLast = field.dictionary.get("Type")?.raw === "/DocTimeStamp";
    claims.push(await attempt(isLast ? "pdfWhole" : "pdfSignature", check));
  }
  if (known) claims.push(...(await orderClaims(checked, known, name)));
  return [...claims, ...(await wholeClaims(parsed, fields ?? [], name))];
}

/** A last time-stamp covers the whole file, or there is none because no authority was reachable (C-73). */
async function wholeClaims(
  { added }: PdfFile,
  fields: readonly SignedField[],
  name: string,
): Promise<Claim[]> {
  const stamp = fields.find(({ dictionary }) => dictionary.get("Type")?.raw === "/DocTimeStamp");
  if (fields.length === 0) return [];
  if (stamp === undefined) return [unchecked("pdfWhole", "noStamp")];
  if (stamp.addition === added.length) return [];
  return [
    await attempt("pdfWhole", async () => {
      throw new Broken(name, "notWhole");
    }),
  ];
}

function signatureClaim(signature: PdfSignature): Claim {
  if (signature.kind === "timestamp") {
    const { at, authority } = signature.stamp;
    return signature.stamp.isTrusted
      ? holds("pdfWhole", "pdfWholeHolds", { at, authority })
      : unchecked("pdfWhole", "stampedNoRoots", { at, authority });
  }
  const { certificate, stamp, name: field } = signature;
  const who = certificate.name.commonName;
  const values = { field, who, issuer: signature.issuer };
  return stamp
    ? holds("pdfSignature", "signatureStamped", {
        ...values,
        at: stamp.at,
        authority: stamp.authority,
      })
    : holds("pdfSignature", "signatureUnstamped", values);
}

const signedEntry = (chain: Chain): Entry => {
  const entry = find(chain, "DOCUMENT_SIGNED");
  if (entry === undefined) throw new Broken("signed.pdf", "pdfUnknown");
  return entry;
};

async function refuseUnknown(bytes: Bytes, name: string, { chain }: Known): Promise<void> {
  const { signedHash } = signedEntry(chain).facts;
  refuse((await sha256Hex(bytes)) !== signedHash, name, "pdfUnknown");
}

/** Fact `revision<n>` is "name length sha256": all versions of the file, the agreement first. */
async function compareRevisions(
  bytes: Bytes,
  name: string,
  { base, added }: PdfFile,
  { chain, agreement }: Known,
): Promise<void> {
  const { facts } = signedEntry(chain);
  const lengths = [base, ...added].map(({ end }) => end);
  refuse(lengths.length * bytes.length > mostHashedBytes, name, "tooLarge", {
    limit: mostHashedBytes,
  });
  const count = Object.keys(facts).filter((key) => /^revision\d+$/.test(key)).length;
  refuse(count !== lengths.length, name, "pdfRevision", { name: `${count}` });
  for (const [index, length] of lengths.entries()) {
    const [called = "", recorded, hash] = String(facts[`revision${index}`]).split(" ");
    const computed = await sha256Hex(bytes.subarray(0, length));
    refuse(Number(recorded) !== length || hash !== computed, name, "pdfRevision", { name: called });
    if (index > 0) continue;
    const isAgreement = find(chain, "CONTRACT_GENERATED")?.facts.documentHash === computed;
    const isPrefix = agreement === undefined || same(agreement, bytes.subarray(0, length));
    refuse(!isAgreement || !isPrefix, name, "pdfRevision", { name: called });
  }
}

/**
 * A signer's certificate was issued for this contract (OU `contract#number`) after this verification
 * (serialNumber, its hash), and the step of signing names it; 0 is the party sealed for by mandate.
 */
async function checkSubject(
  signature: PdfSignature,
  { chain, platform }: Known,
  file: string,
): Promise<void> {
  if (signature.kind === "timestamp") return;
  const { certificate, stamp, name } = signature;
  const culprit = `${file}, signature ${name}`;
  const bad = () => new Broken(culprit, "otherSubject", { who: certificate.name.commonName });
  if (signature.isCertification) {
    if (platform && !same(platform.spki, certificate.spki)) throw bad();
    return;
  }
  const { facts } = signedEntry(chain);
  const number = numberOf(certificate, chain);
  const recorded = Object.entries(facts).filter(([key]) => key.endsWith("Certificate"));
  const hash = await sha256Hex(certificate.der);
  if (number === undefined || !recorded.some(([, value]) => value === hash)) throw bad();
  const proof = number === 0 ? facts.mandate : verificationOf(chain, number)?.facts.verificationId;
  if (hexOf(await sha256(bytesOf(String(proof)))) !== certificate.name.serial) throw bad();
  const signed = find(chain, "SIGNED", { signer: number });
  if (number > 0 && signed === undefined) throw bad();
  const isEarly =
    signed && stamp && Date.parse(stamp.at) < Date.parse(signed.at) - clockToleranceMs;
  if (isEarly) throw new Broken(culprit, "stampTooEarly", { at: stamp.at });
}

function numberOf({ name }: Certificate, { contractId }: Chain): number | undefined {
  const [, contract, number] = /^(.+)#(\d{1,3})$/.exec(name.unit) ?? [];
  return contract === contractId ? Number(number) : undefined;
}

/** Whoever signed in the chain signed in the PDF, in the same order. */
async function orderClaims(
  checked: readonly PdfSignature[],
  { chain }: Known,
  file: string,
): Promise<Claim[]> {
  const inPdf = checked.flatMap((one) =>
    one.kind === "signature" && !one.isCertification ? [numberOf(one.certificate, chain)] : [],
  );
  const signers = inPdf.filter((number) => number !== 0);
  const entries = chain.entries.filter(({ step }) => step === "SIGNED");
  const claim = await attempt("pdfSignature", async () => {
    for (const [index, entry] of entries.entries()) {
      const signer = Number(entry.facts.signer);
      refuse(!signers.includes(signer), entryFile(entry), "signatureMissing", { signer });
      refuse(signers[index] !== signer, file, "signatureOrder");
    }
    refuse(signers.length !== entries.length, file, "signatureOrder");
    return holds("pdfSignature", "pdfUnchangedHolds", { count: 0 });
  });
  return claim.status === "fails" ? [claim] : [];
}
