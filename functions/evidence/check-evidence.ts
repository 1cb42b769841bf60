import { X509Certificate } from "node:crypto";
import { unzipSync } from "fflate";
import { names } from "../../verifier/bundle-files.ts";
import type { Claim } from "../../verifier/claim.ts";
import { readManifest } from "../../verifier/manifest.ts";
import { verify } from "../../verifier/verify.ts";
import type { DataKey } from "../adapters/data-key.ts";
import type { DocumentStore } from "../adapters/document-store.ts";
import { chainFaults, type Entry, leafHash } from "../domain/evidence.ts";
import { merkleRoot } from "../domain/merkle-tree.ts";
import type { Files } from "./agreement-file.ts";
import { loadBundle } from "./evidence-bundle.ts";

/** What checking a sealed contract found: what does not hold, who signed, and who stamped it. */
export type CheckedEvidence = {
  readonly faults: readonly string[];
  readonly signatures: readonly DocumentSignature[];
  readonly timestampAuthority: string | undefined;
};

/** A signature in the signed PDF; times are ISO 8601. Its certificate names a person and may be erased. */
type DocumentSignature = {
  readonly signTime: string;
  readonly certificate?: {
    readonly subject: string;
    readonly issuer: string;
    readonly validFrom: string;
    readonly validTo: string;
  };
};

/**
 * Checks the evidence of a sealed contract anew: the chain of the table, the root that SEALED names, and the
 * stored bundle by the very code that outsiders run offline. Without the contract's key the personal half
 * stays closed, and its PDFs are known by their hashes in the sealed list of files.
 */
export async function checkEvidence(
  entries: readonly Entry[],
  evidence: DocumentStore,
  { dataKey, now }: { readonly dataKey: DataKey | undefined; readonly now: string },
): Promise<CheckedEvidence> {
  const sealed = entries.find(({ step }) => step === "SEALED");
  if (sealed === undefined) throw new Error("only a sealed contract has evidence to check");
  const { root, treeSize, bundleKey } = sealed.facts;
  const bundle = await loadBundle(evidence, String(bundleKey), dataKey);
  const { claims } = await verify(Uint8Array.from(bundle), {}, now);
  const [failed, held] = [claims.filter(isFailed), claims.filter((claim) => !isFailed(claim))];
  const value = (title: string, name: string) =>
    held.find((claim) => claim.title === title)?.says.values[name];
  // Nothing is read from files that did not stand the check.
  const files = failed.length === 0 ? unzipSync(bundle) : undefined;
  const computed = merkleRoot(entries.slice(0, Number(treeSize)).map(leafHash));
  const authority = value("stamped", "authority");
  return {
    faults: [
      ...chainFaults(entries),
      ...(computed === root ? [] : ["the chain does not lead to the root in SEALED"]),
      ...(value("covers", "root") === root ? [] : ["the bundle is sealed under another root"]),
      ...(files ? documentFaults(entries, files) : []),
      ...failed.map(({ title, culprit }) => `bundle: ${title}: ${culprit}`),
    ],
    signatures: files ? signaturesOf(entries, files) : [],
    timestampAuthority: authority === undefined ? undefined : String(authority),
  };
}

const isFailed = ({ status }: Claim): boolean => status === "fails";

/** The PDFs that were sealed are those that the chain speaks of. */
function documentFaults(entries: readonly Entry[], files: Files): string[] {
  const xml = Buffer.from(files[names.manifest] ?? []).toString("utf8");
  const manifest = readManifest(xml, names.manifest);
  const told = {
    [names.agreement]: factOf(entries, "CONTRACT_GENERATED", "documentHash"),
    [names.signed]: factOf(entries, "DOCUMENT_SIGNED", "signedHash"),
  };
  return Object.entries(told)
    .filter(([name, hash]) => manifest.digests.get(name) !== hash)
    .map(([name]) => `bundle: ${name} is not the one of the chain`);
}

/** The signers in their order, then those the platform seals for; chains without AUTO_SIGN have party A alone. */
function signaturesOf(entries: readonly Entry[], files: Files): DocumentSignature[] {
  const sealedAt = entries.find(({ step }) => step === "DOCUMENT_SIGNED")?.at;
  if (sealedAt === undefined) return [];
  const signers = entries.filter(({ step }) => step === "SIGNED");
  const automatic = entries.filter(({ step }) => step === "AUTO_SIGN");
  const sealed = automatic.length > 0 ? automatic.map(({ facts }) => Number(facts.signer)) : [0];
  return [
    ...signers.map(({ at, facts }) => signature(files, `signer-${facts.signer}`, at)),
    ...sealed.map((number) =>
      signature(files, number === 0 ? "party-a" : `signer-${number}`, sealedAt),
    ),
  ];
}

function signature(files: Files, name: string, signTime: string): DocumentSignature {
  const pem = files[`pki/${name}.pem`];
  if (pem === undefined) return { signTime };
  const certificate = new X509Certificate(Buffer.from(pem));
  return {
    signTime,
    certificate: {
      subject: commonName(certificate.subject),
      issuer: commonName(certificate.issuer),
      validFrom: certificate.validFromDate.toISOString(),
      validTo: certificate.validToDate.toISOString(),
    },
  };
}

const commonName = (name: string): string => /^CN=(.*)$/m.exec(name)?.[1] ?? name;

const factOf = (entries: readonly Entry[], step: Entry["step"], name: string) =>
  entries.find((entry) => entry.step === step)?.facts[name];
