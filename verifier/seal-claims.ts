import { type Files, names } from "./bundle-files.ts";
import type { Bytes } from "./bytes.ts";
import { type Certificate, pathOf } from "./certificate.ts";
import { type Chain, readCanonical } from "./chain.ts";
import { attempt, Broken, type Claim, holds, refuse, unchecked } from "./claim.ts";
import { checkSignedData, readSignedData, refuseStrangers } from "./cms.ts";
import { checkToken, type Stamp } from "./timestamp.ts";

/** Statement, seal, trust in it, and the time-stamp over it. */
export async function sealClaims(
  files: Files,
  chain: Chain | undefined,
  roots: readonly Certificate[] | undefined,
) {
  let platform: Certificate | undefined;
  let isTrusted = false;
  let stamp: Stamp | undefined;
  const stamped = await attempt("stamped", names.token, async () => {
    const [manifest, token] = [files.get(names.stampedManifest), files.get(names.token)];
    if (!manifest || !token) return unchecked("stamped", "noStamp");
    stamp = await checkToken(token, manifest, roots, names.token);
    const { at, authority } = stamp;
    return stamp.isTrusted
      ? holds("stamped", "stampedHolds", { at, authority })
      : unchecked("stamped", "stampedNoRoots", { at, authority });
  });
  const covers = await attempt("covers", names.statement, () => statementClaim(files, chain));
  const lastStep = chain?.entries.at(-1)?.at ?? "";
  let at = stamp?.at ?? lastStep;
  const sealed = await attempt("sealed", names.signature, async () => {
    const made = await checkSeal(files, stamp?.at, lastStep);
    platform = made.certificate;
    at = made.at;
    const { name, notBefore, notAfter } = platform;
    const values = { who: name.commonName, issuer: made.issuer, from: notBefore, to: notAfter };
    return holds("sealed", "sealedHolds", values);
  });
  const trusted = await attempt("trusted", names.signature, async () => {
    if (roots === undefined) return unchecked("trusted", "noRoots");
    if (platform === undefined) return unchecked("trusted", "sealBroken");
    await pathOf(platform, embedded(files), roots, at, names.signature);
    isTrusted = true;
    return holds("trusted", "trustedHolds", { who: platform.name.commonName });
  });
  return { claims: [covers, sealed, trusted, stamped], platform, isTrusted };
}

const longestStatement = 4096;

async function statementClaim(files: Files, chain: Chain | undefined): Promise<Claim> {
  if (chain === undefined) return unchecked("covers", "stepsBroken");
  const bytes = files.get(names.statement);
  if (bytes === undefined) throw new Broken(names.statement, "fileMissing");
  const read = readCanonical(bytes, names.statement, longestStatement);
  const { v, contractId, root, treeSize, ...more } = (read ?? {}) as Record<string, unknown>;
  const isOurs = v === 1 && contractId === chain.contractId && Object.keys(more).length === 0;
  refuse(!isOurs, names.statement, "statementForm");
  const isThis = root === chain.root && treeSize === chain.entries.length;
  refuse(!isThis, names.statement, "statementRoot");
  return holds("covers", "coversHolds", { root: String(root) });
}

/** The CAdES signature over the list of files, by a certificate that is the platform's and no signer's. */
async function checkSeal(files: Files, stampedAt: string | undefined, lastStep: string) {
  const [manifest, signature] = [files.get(names.manifest), files.get(names.signature)];
  if (!manifest || !signature) throw new Broken(names.signature, "fileMissing");
  const signed = readSignedData(signature);
  refuse(signed.content !== undefined, names.signature, "cmsContentType");
  const own = await checkSignedData(signed, manifest, names.signature);
  const isForSealing =
    own.maySign && !own.isAuthority && own.purposes.length === 0 && !own.name.unit.includes("#");
  refuse(!isForSealing, names.signature, "notForSigning");
  // The seal was made after the last step; how long after, no token tells.
  const at = stampedAt ?? (lastStep > own.notBefore ? lastStep : own.notBefore);
  const { certificates } = await pathOf(own, signed.certificates, undefined, at, names.signature);
  refuseStrangers(signed, certificates, names.signature);
  return { certificate: own, issuer: certificates[1]?.name.commonName ?? own.name.commonName, at };
}

/** Certificates that the seal brought along. */
const embedded = (files: Files): readonly Certificate[] =>
  readSignedData(files.get(names.signature) as Bytes).certificates;
