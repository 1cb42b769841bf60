import { type Bytes, bytesOf, hexOf, same, sha256, sha256Hex } from "./bytes.ts";
import type { Certificate } from "./certificate.ts";
import type { Chain, Entry } from "./chain.ts";
import { Broken, type Claim, holds, refuse } from "./claim.ts";
import { entryFile, find, sealedFor, verificationOf } from "./contract-claims.ts";
import type { PdfFile } from "./pdf-revisions.ts";
import type { PdfSignature } from "./pdf-signature.ts";

/** What a bundle knows of its PDF beyond the PDF itself. */
export type Known = {
  readonly chain: Chain;
  readonly agreement: Bytes | undefined;
  /** Who sealed the bundle, and so certifies its PDF. */
  readonly platform: Certificate | undefined;
};

/** The platform's clock may run ahead of the authority's by this much. */
const clockToleranceMs = 5 * 60_000;

const signedEntry = (chain: Chain): Entry => {
  const entry = find(chain, "DOCUMENT_SIGNED");
  if (entry === undefined) throw new Broken("signed.pdf", "pdfUnknown");
  return entry;
};

/** Asked before anything of the file is read. Throws Broken. */
export async function refuseUnknown(bytes: Bytes, name: string, { chain }: Known): Promise<void> {
  const { signedHash } = signedEntry(chain).facts;
  refuse((await sha256Hex(bytes)) !== signedHash, name, "pdfUnknown");
}

/** Fact `revision<n>` is "name length sha256": all versions of the file, the agreement first. */
export async function compareRevisions(
  bytes: Bytes,
  name: string,
  { base, added }: PdfFile,
  { chain, agreement }: Known,
): Promise<Claim> {
  const { facts } = signedEntry(chain);
  const lengths = [base, ...added].map(({ end }) => end);
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
  return holds("pdfKnown", "pdfKnownHolds", { count: lengths.length });
}

/**
 * A signer's certificate was issued for this contract (OU `contract#number`) after this verification
 * (serialNumber, its hash), and the step of signing names it. Whoever was sealed for has a mandate instead;
 * 0 is party A, whose mandate stands with the document in the chains of one signer.
 */
export async function checkSubject(
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
  const sealed = sealedFor(chain, number);
  const mandate = sealed?.facts.mandate ?? (number === 0 ? facts.mandate : undefined);
  const proof = mandate ?? verificationOf(chain, number)?.facts.verificationId;
  if (hexOf(await sha256(bytesOf(String(proof)))) !== certificate.name.serial) throw bad();
  const signed = find(chain, "SIGNED", { signer: number });
  if (mandate === undefined && signed === undefined) throw bad();
  const isEarly =
    signed && stamp && Date.parse(stamp.at) < Date.parse(signed.at) - clockToleranceMs;
  if (isEarly) throw new Broken(culprit, "stampTooEarly", { at: stamp.at });
}

function numberOf({ name }: Certificate, { contractId }: Chain): number | undefined {
  const [, contract, number] = /^(.+)#(\d{1,3})$/.exec(name.unit) ?? [];
  return contract === contractId ? Number(number) : undefined;
}

/** Whoever signed in the chain signed in the PDF, in the same order, and nobody else. Throws Broken. */
export function orderClaim(
  signatures: readonly PdfSignature[],
  { chain }: Known,
  file: string,
): Claim {
  const inPdf = signatures
    .filter((one) => one.kind === "signature" && !one.isCertification)
    .map((one) => one.kind === "signature" && numberOf(one.certificate, chain))
    .filter((number) => number !== 0 && sealedFor(chain, Number(number)) === undefined);
  const entries = chain.entries.filter(({ step }) => step === "SIGNED");
  for (const entry of entries) {
    const signer = Number(entry.facts.signer);
    refuse(!inPdf.includes(signer), entryFile(entry), "signatureMissing", { signer });
  }
  const isSame = entries.every(({ facts }, index) => inPdf[index] === facts.signer);
  refuse(!isSame || inPdf.length !== entries.length, file, "signatureOrder");
  return holds("pdfOrder", "pdfOrderHolds", { count: entries.length });
}
