import { type Bytes, bytesOf, same, sha256Hex, textOf } from "./bytes.ts";
import { type Claim, holds, refuse } from "./claim.ts";
import { type Manifest, readManifest } from "./manifest.ts";

export const names = {
  agreement: "agreement.pdf",
  signed: "signed.pdf",
  disclosures: "disclosures.json",
  statement: "seal/statement.json",
  checkpoint: "log/checkpoint",
  proof: "log/proof.json",
  logKey: "pki/log-key.pem",
  manifest: "META-INF/ASiCManifest001.xml",
  signature: "META-INF/signature001.p7s",
  stampedManifest: "META-INF/ASiCManifest002.xml",
  token: "META-INF/timestamp002.tst",
} as const;

const mimetype = bytesOf("application/vnd.etsi.asic-e+zip");
/** What names a person, and may therefore be missing: documents, disclosures, signers' certificates. */
const personal = /^(agreement\.pdf|signed\.pdf|disclosures\.json|pki\/(signer-\d+|party-a)\.pem)$/;
const longestManifest = 512 * 1024;

export type Files = ReadonlyMap<string, Bytes>;

/** ETSI EN 319 162-1: the type stands first, as it is, so that the file's first bytes tell it. */
export function checkMimetype(files: Files): void {
  const [first] = files;
  refuse(first?.[0] !== "mimetype" || !same(first[1], mimetype), "mimetype", "mimetype");
}

/**
 * Compares the files with the two manifests, of which the first is signed and the second stamped.
 * Every file is in one of them; only personal ones may be missing, and disclosures may have become fewer.
 */
export async function checkFiles(files: Files): Promise<Claim> {
  const first = manifestOf(files, names.manifest, names.signature);
  const second = files.has(names.stampedManifest)
    ? manifestOf(files, names.stampedManifest, names.token)
    : undefined;
  const alone = ["mimetype", names.manifest, names.signature, names.stampedManifest, names.token];
  for (const name of files.keys())
    refuse(!first.digests.has(name) && !alone.includes(name), name, "fileUnlisted");
  const erased: string[] = [];
  for (const [name, digest] of first.digests) {
    const bytes = files.get(name);
    if (bytes === undefined && personal.test(name)) erased.push(name);
    else if (name !== names.disclosures) await compare(name, bytes, digest);
  }
  if (second) {
    const wanted = [names.manifest, names.signature];
    const listed = [...second.digests.keys()].sort().join() === [...wanted].sort().join();
    refuse(!listed, names.stampedManifest, "manifestForm", { what: "files" });
    for (const name of wanted) await compare(name, files.get(name), second.digests.get(name));
  }
  refuse((second === undefined) === files.has(names.token), names.token, "fileUnlisted");
  const count = first.digests.size + (second?.digests.size ?? 0) - erased.length;
  return erased.length === 0
    ? holds("files", "filesHold", { count })
    : holds("files", "filesErased", { count, names: erased.join(", ") });
}

async function compare(name: string, bytes: Bytes | undefined, digest = ""): Promise<void> {
  refuse(bytes === undefined, name, "fileMissing");
  refuse((await sha256Hex(bytes as Bytes)) !== digest, name, "fileChanged");
}

function manifestOf(files: Files, name: string, reference: string): Manifest {
  const bytes = files.get(name);
  refuse(bytes === undefined, name, "fileMissing");
  refuse((bytes as Bytes).length > longestManifest, name, "tooLarge", { limit: longestManifest });
  const manifest = readManifest(textOf(bytes as Bytes), name);
  refuse(manifest.reference !== reference, name, "manifestReference", {
    reference: manifest.reference,
  });
  return manifest;
}

/** Whether disclosures.json is byte for byte what was sealed; undefined when the list does not have it. */
export async function isAsSealed(files: Files): Promise<boolean> {
  const { digests } = manifestOf(files, names.manifest, names.signature);
  const bytes = files.get(names.disclosures);
  return bytes !== undefined && (await sha256Hex(bytes)) === digests.get(names.disclosures);
}
