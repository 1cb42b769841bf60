import { checkFiles, checkMimetype, type Files, names } from "./bundle-files.ts";
import type { Bytes } from "./bytes.ts";
import { type Certificate, pathOf, pemBlocks, readCertificate } from "./certificate.ts";
import { type Chain, readCanonical, readChain } from "./chain.ts";
import {
  attempt,
  Broken,
  type Claim,
  erased,
  holds,
  type Report,
  refuse,
  unchecked,
  verdictOf,
} from "./claim.ts";
import { checkSignedData, readSignedData, refuseStrangers } from "./cms.ts";
import {
  agreementClaim,
  disclosuresClaim,
  isSigned,
  outcomeClaim,
  signerClaims,
} from "./contract-claims.ts";
import { checkLog, type Witness } from "./log.ts";
import { pdfClaims } from "./pdf-claims.ts";
import { checkToken, type Stamp } from "./timestamp.ts";
import { limits, readZip } from "./zip.ts";

/** What the reader believes already and brings along. Nothing in a bundle makes itself trusted. */
export type Trust = {
  /** PEM: authorities for certificates and for time-stamps. */
  readonly roots?: string;
  /** PEM: the public key of the transparency log. */
  readonly logKey?: string;
  readonly witness?: Witness;
};

type Believed = {
  readonly roots: readonly Certificate[] | undefined;
  readonly logKeys: readonly Bytes[] | undefined;
  readonly witness: Witness | undefined;
};

/**
 * Verifies an evidence bundle or a signed PDF. Never throws and never loops on hostile input; `now` (ISO
 * 8601) only judges the certificates of a PDF that carries no time-stamp.
 */
export async function verify(bytes: Bytes, trust: Trust, now: string): Promise<Report> {
  const believed: Believed = {
    roots: trust.roots === undefined ? undefined : readRoots(trust.roots),
    logKeys: trust.logKey === undefined ? undefined : pemBlocks(trust.logKey, "PUBLIC KEY"),
    witness: trust.witness,
  };
  const kind = kindOf(bytes);
  const claims = await (kind === "bundle"
    ? bundleClaims(bytes, believed)
    : kind === "pdf"
      ? loosePdfClaims(bytes, believed, now)
      : notEvidence());
  return { kind, verdict: verdictOf(claims), claims };
}

/** Throws when there is no certificate: a reader who gives roots must not be told "trusted" by none. */
export function readRoots(pem: string): Certificate[] {
  const roots = pemBlocks(pem, "CERTIFICATE").map(readCertificate);
  if (roots.length === 0) throw new Error("the file of roots holds no certificate in PEM");
  return roots;
}

function kindOf(bytes: Bytes): Report["kind"] {
  const [first, second, third, fourth] = bytes;
  const head = String.fromCharCode(first ?? 0, second ?? 0, third ?? 0, fourth ?? 0);
  return head === "PK\u0003\u0004" ? "bundle" : head === "%PDF" ? "pdf" : "unknown";
}

const notEvidence = async (): Promise<Claim[]> => [
  await attempt("container", async () => {
    throw new Broken("file", "notEvidence");
  }),
];

async function loosePdfClaims(bytes: Bytes, { roots }: Believed, now: string): Promise<Claim[]> {
  const name = "PDF";
  if (bytes.length > limits.archiveBytes)
    return [
      await attempt("pdfKnown", async () => {
        throw new Broken(name, "tooLarge", { limit: limits.archiveBytes });
      }),
    ];
  const claims = await pdfClaims(bytes, name, roots, now);
  return roots ? claims : [...claims, unchecked("trusted", "noRoots")];
}

/** All claims of a bundle: first what it tells, then why that can be believed. */
async function bundleClaims(bytes: Bytes, believed: Believed): Promise<Claim[]> {
  let files: Files = new Map();
  const container = await attempt("container", async () => {
    files = readZip(bytes);
    checkMimetype(files);
    return holds("container", "containerHolds", { count: files.size, bytes: bytes.length });
  });
  if (container.status !== "holds") return [container];
  const listed = await attempt("files", () => checkFiles(files));
  let chain: Chain | undefined;
  const steps = await attempt("steps", async () => {
    chain = await readChain(files);
    const { entries } = chain;
    const [from, to] = [entries[0]?.at ?? "", entries.at(-1)?.at ?? ""];
    return holds("steps", "stepsHold", { count: entries.length, from, to });
  });
  const seal = await sealClaims(files, chain, believed);
  const story = chain ? await storyClaims(files, chain, seal.platform, believed.roots) : [];
  const trustedKeys = seal.isTrusted && seal.platform ? [seal.platform.spki] : undefined;
  const logged = await attempt("logged", () =>
    checkLog(files, believed.logKeys ?? trustedKeys, believed.witness),
  );
  return [...story, container, listed, steps, ...seal.claims, logged];
}

/** What became of the contract, who signed what, and the PDF that came out. */
async function storyClaims(
  files: Files,
  chain: Chain,
  platform: Certificate | undefined,
  roots: readonly Certificate[] | undefined,
): Promise<Claim[]> {
  const told = [
    await attempt("outcome", () => outcomeClaim(chain)),
    await attempt("agreement", () => agreementClaim(chain, files)),
    ...signerClaims(chain),
    await attempt("disclosures", () => disclosuresClaim(chain, files)),
  ];
  const pdf = files.get(names.signed);
  if (pdf) {
    const known = { chain, platform, agreement: files.get(names.agreement) };
    const clock = chain.entries.at(-1)?.at ?? "";
    return [...told, ...(await pdfClaims(pdf, names.signed, roots, clock, known))];
  }
  return isSigned(chain) ? [...told, erased("pdfKnown", names.signed)] : told;
}

/** Statement, seal, trust in it, and the time-stamp over it. */
async function sealClaims(files: Files, chain: Chain | undefined, { roots }: Believed) {
  let platform: Certificate | undefined;
  let isTrusted = false;
  let stamp: Stamp | undefined;
  const stamped = await attempt("stamped", async () => {
    const [manifest, token] = [files.get(names.stampedManifest), files.get(names.token)];
    if (!manifest || !token) return unchecked("stamped", "noStamp");
    stamp = await checkToken(token, manifest, roots, names.token);
    const { at, authority } = stamp;
    return stamp.isTrusted
      ? holds("stamped", "stampedHolds", { at, authority })
      : unchecked("stamped", "stampedNoRoots", { at, authority });
  });
  const covers = await attempt("covers", () => statementClaim(files, chain));
  const at = stamp?.at ?? chain?.entries.at(-1)?.at ?? "";
  const sealed = await attempt("sealed", async () => {
    const made = await checkSeal(files, at);
    platform = made.certificate;
    const { name, notBefore, notAfter } = platform;
    const values = { who: name.commonName, issuer: made.issuer, from: notBefore, to: notAfter };
    return holds("sealed", "sealedHolds", values);
  });
  const trusted = await attempt("trusted", async () => {
    if (roots === undefined) return unchecked("trusted", "noRoots");
    if (platform === undefined) throw new Broken(names.signature, "notTrusted", { who: "" });
    await pathOf(platform, embedded(files), roots, at, names.signature);
    isTrusted = true;
    return holds("trusted", "trustedHolds", { who: platform.name.commonName });
  });
  return { claims: [covers, sealed, trusted, stamped], platform, isTrusted };
}

const longestStatement = 4096;

async function statementClaim(files: Files, chain: Chain | undefined): Promise<Claim> {
  const bytes = files.get(names.statement);
  if (bytes === undefined) throw new Broken(names.statement, "fileMissing");
  const read = readCanonical(bytes, names.statement, longestStatement);
  const { v, contractId, root, treeSize, ...more } = (read ?? {}) as Record<string, unknown>;
  const isOurs = v === 1 && contractId === chain?.contractId && Object.keys(more).length === 0;
  refuse(!isOurs, names.statement, "statementForm");
  const isThis = root === chain?.root && treeSize === chain?.entries.length;
  refuse(!isThis, names.statement, "statementRoot");
  return holds("covers", "coversHolds", { root: String(root) });
}

/** The CAdES signature over the list of files, by a certificate that is the platform's and no signer's. */
async function checkSeal(files: Files, at: string) {
  const [manifest, signature] = [files.get(names.manifest), files.get(names.signature)];
  if (!manifest || !signature) throw new Broken(names.signature, "fileMissing");
  const signed = readSignedData(signature);
  refuse(signed.content !== undefined, names.signature, "cmsContentType");
  const own = await checkSignedData(signed, manifest, names.signature);
  const isForSealing =
    own.maySign && !own.isAuthority && own.purposes.length === 0 && !own.name.unit.includes("#");
  refuse(!isForSealing, names.signature, "notForSigning");
  const { certificates } = await pathOf(own, signed.certificates, undefined, at, names.signature);
  refuseStrangers(signed, certificates, names.signature);
  return { certificate: own, issuer: certificates[1]?.name.commonName ?? own.name.commonName };
}

/** Certificates that the seal brought along. */
const embedded = (files: Files): readonly Certificate[] =>
  readSignedData(files.get(names.signature) as Bytes).certificates;
