import { checkFiles, checkMimetype, type Files, names } from "./bundle-files.ts";
import type { Bytes } from "./bytes.ts";
import type { Certificate } from "./certificate.ts";
import { type Chain, readChain } from "./chain.ts";
import { attempt, type Claim, erased, holds } from "./claim.ts";
import {
  agreementClaim,
  disclosuresClaim,
  isSigned,
  outcomeClaim,
  signerClaims,
} from "./contract-claims.ts";
import { checkLog } from "./log.ts";
import { pdfClaims } from "./pdf-claims.ts";
import { sealClaims } from "./seal-claims.ts";
import type { Believed } from "./verify.ts";
import { readZip } from "./zip.ts";

/** All claims of a bundle: first what it tells, then why that can be believed. */
export async function bundleClaims(bytes: Bytes, believed: Believed): Promise<Claim[]> {
  let files: Files = new Map();
  const container = await attempt("container", "zip", async () => {
    files = readZip(bytes);
    checkMimetype(files);
    return holds("container", "containerHolds", { count: files.size, bytes: bytes.length });
  });
  if (container.status !== "holds") return [container];
  const listed = await attempt("files", names.manifest, () => checkFiles(files));
  let chain: Chain | undefined;
  const steps = await attempt("steps", "entries/", async () => {
    chain = await readChain(files);
    const { entries } = chain;
    const [from, to] = [entries[0]?.at ?? "", entries.at(-1)?.at ?? ""];
    return holds("steps", "stepsHold", { count: entries.length, from, to });
  });
  const seal = await sealClaims(files, chain, believed.roots);
  const story = chain ? await storyClaims(files, chain, seal.platform, believed.roots) : [];
  const sealersKey = seal.isTrusted && seal.platform ? [seal.platform.spki] : undefined;
  const logged = await attempt("logged", "log/", () =>
    checkLog(files, believed.logKeys ?? sealersKey, believed.witness),
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
    await attempt("outcome", "entries/", () => outcomeClaim(chain)),
    await attempt("agreement", names.agreement, () => agreementClaim(chain, files)),
    ...signerClaims(chain),
    await attempt("disclosures", names.disclosures, () => disclosuresClaim(chain, files)),
  ];
  const pdf = files.get(names.signed);
  if (pdf === undefined)
    return isSigned(chain) ? [...told, erased("pdfKnown", names.signed)] : told;
  const known = { chain, platform, agreement: files.get(names.agreement) };
  const clock = chain.entries.at(-1)?.at ?? "";
  const { claims } = await pdfClaims(pdf, names.signed, roots, clock, known);
  return [...told, ...claims];
}
