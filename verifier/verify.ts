import { bundleClaims } from "./bundle-claims.ts";
import type { Bytes } from "./bytes.ts";
import { type Certificate, pemBlocks, readCertificate } from "./certificate.ts";
import { type Claim, fails, holds, type Report, unchecked, verdictOf } from "./claim.ts";
import type { Witness } from "./log.ts";
import { pdfClaims } from "./pdf-claims.ts";
import { limits } from "./zip.ts";

/** What the reader believes already and brings along. Nothing in a bundle makes itself trusted. */
export type Trust = {
  /** PEM: authorities for certificates and for time-stamps. */
  readonly roots?: string;
  /** PEM: the public key of the transparency log. */
  readonly logKey?: string;
  readonly witness?: Witness;
};

/** Trust, read. */
export type Believed = {
  readonly roots: readonly Certificate[] | undefined;
  readonly logKeys: readonly Bytes[] | undefined;
  readonly witness: Witness | undefined;
};

/**
 * Verifies an evidence bundle or a signed PDF alone, of which a record of steps is not asked. Hostile
 * input ends in claims that fail; what throws is trust that cannot be read. `now` (ISO 8601) only judges
 * the certificates of a PDF that carries no time-stamp.
 */
export async function verify(bytes: Bytes, trust: Trust, now: string): Promise<Report> {
  const believed: Believed = {
    roots: trust.roots === undefined ? undefined : readRoots(trust.roots),
    logKeys: trust.logKey === undefined ? undefined : pemBlocks(trust.logKey, "PUBLIC KEY"),
    witness: trust.witness,
  };
  const kind = kindOf(bytes);
  const claims = await claimsOf(kind, bytes, believed, now);
  return { kind, verdict: verdictOf(claims), claims };
}

/** Throws when there is no certificate: a reader who gives roots must not be told "trusted" by none. */
export function readRoots(pem: string): Certificate[] {
  const roots = pemBlocks(pem, "CERTIFICATE").map(readCertificate);
  if (roots.length === 0) throw new Error("the file of roots holds no certificate in PEM");
  return roots;
}

function kindOf(bytes: Bytes): Report["kind"] {
  const head = String.fromCharCode(...bytes.subarray(0, 4));
  return head === "PK\u0003\u0004" ? "bundle" : head === "%PDF" ? "pdf" : "unknown";
}

async function claimsOf(
  kind: Report["kind"],
  bytes: Bytes,
  believed: Believed,
  now: string,
): Promise<readonly Claim[]> {
  const limit = limits.archiveBytes;
  if (kind === "unknown") return [fails("container", "file", "notEvidence")];
  if (bytes.length > limit) return [fails("container", "file", "tooLarge", { limit })];
  if (kind === "bundle") return bundleClaims(bytes, believed);
  const { claims, certifier } = await pdfClaims(bytes, "PDF", believed.roots, now);
  if (believed.roots === undefined) return [...claims, unchecked("trusted", "noRoots")];
  // Every signature that holds has led to a root by now.
  const who = certifier?.name.commonName;
  return who ? [...claims, holds("trusted", "trustedHolds", { who })] : claims;
}
