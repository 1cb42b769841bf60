import { type Bytes, fromBase64, same } from "./bytes.ts";
import { Broken } from "./claim.ts";
import {
  BadDer,
  bitsOf,
  children,
  type Der,
  fieldsOf,
  oidOf,
  plainAlgorithm,
  readDer,
  smallInteger,
  tags,
  timeOf,
} from "./der.ts";
import { verifySignature } from "./signature.ts";

export type Certificate = {
  readonly der: Bytes;
  /** What the issuer signed. */
  readonly signed: Bytes;
  readonly algorithm: string;
  readonly signature: Bytes;
  readonly serialNumber: Bytes;
  /** Names as DER, to compare; and the subject's parts, to read. */
  readonly issuer: Bytes;
  readonly subject: Bytes;
  readonly name: Readonly<Record<NamePart, string>>;
  /** ISO 8601. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly spki: Bytes;
  readonly isAuthority: boolean;
  /** How many authorities may stand between this one and the end. */
  readonly pathLimit: number;
  readonly mayIssue: boolean;
  readonly maySign: boolean;
  /** Extended key usages; empty when it has no such extension. */
  readonly purposes: readonly string[];
  readonly hasCriticalPurposes: boolean;
};

type NamePart = "commonName" | "organization" | "unit" | "serial";

const nameParts: Readonly<Record<string, NamePart>> = {
  "2.5.4.3": "commonName",
  "2.5.4.10": "organization",
  "2.5.4.11": "unit",
  "2.5.4.5": "serial",
};

const extensionIds = {
  keyUsage: "2.5.29.15",
  basicConstraints: "2.5.29.19",
  extendedKeyUsage: "2.5.29.37",
} as const;

const longestCertificate = 8 * 1024;

/** Reads an X.509 certificate (RFC 5280). Throws BadDer. */
export function readCertificate(der: Bytes): Certificate {
  if (der.length > longestCertificate) throw new BadDer("a certificate too long");
  const whole = fieldsOf(readDer(der));
  const body = whole.take(tags.sequence);
  const algorithm = whole.take(tags.sequence);
  const signature = bitsOf(whole.take(tags.bitString));
  whole.end();

  const fields = fieldsOf(body);
  const version = fieldsOf(fields.take(tags.context(0)), tags.context(0));
  if (smallInteger(version.takeAny()) !== 2) throw new BadDer("not version 3");
  version.end();
  const serialNumber = fields.take(tags.integer).content;
  // RFC 5280 section 4.1.1.2: the algorithm stands in the signed part as well, against substitution.
  if (!same(fields.take(tags.sequence).whole, algorithm.whole)) throw new BadDer("two algorithms");
  const issuer = fields.take(tags.sequence).whole;
  const [notBefore, notAfter] = children(fields.take(tags.sequence)).map(timeOf);
  const subject = fields.take(tags.sequence);
  const spki = fields.take(tags.sequence).whole;
  if (notBefore === undefined || notAfter === undefined) throw new BadDer("no validity");
  const extensions = fields.takeIf(tags.context(3));
  fields.end();
  return {
    der,
    signed: body.whole,
    algorithm: plainAlgorithm(algorithm),
    signature,
    serialNumber,
    issuer,
    subject: subject.whole,
    name: readName(subject),
    notBefore,
    notAfter,
    spki,
    ...readExtensions(extensions),
  };
}

function readName(name: Der): Record<NamePart, string> {
  const found = { commonName: "", organization: "", unit: "", serial: "" };
  for (const part of children(name)) {
    for (const pair of children(part, tags.set)) {
      const [type, value] = children(pair);
      const known = nameParts[oidOf(type)];
      if (known && value) found[known] = new TextDecoder().decode(value.content);
    }
  }
  return found;
}

function readExtensions(wrapped: Der | undefined) {
  const found = {
    isAuthority: false,
    pathLimit: Number.POSITIVE_INFINITY,
    mayIssue: true,
    maySign: true,
    purposes: [] as string[],
    hasCriticalPurposes: false,
  };
  const list =
    wrapped === undefined ? [] : children(wrapped, tags.context(3)).flatMap((one) => children(one));
  const seen = new Set<string>();
  for (const extension of list) {
    const fields = fieldsOf(extension);
    const id = oidOf(fields.take(tags.oid));
    const isCritical = fields.takeIf(tags.boolean)?.content[0] === 0xff;
    const value = readDer(fields.take(tags.octetString).content);
    fields.end();
    if (seen.has(id)) throw new BadDer("an extension twice");
    seen.add(id);
    if (id === extensionIds.basicConstraints) {
      const constraints = fieldsOf(value);
      found.isAuthority = constraints.takeIf(tags.boolean)?.content[0] === 0xff;
      const limit = constraints.takeIf(tags.integer);
      if (limit) found.pathLimit = smallInteger(limit);
    } else if (id === extensionIds.keyUsage) {
      const bits = value.content[1] ?? 0;
      found.maySign = (bits & 0b1100_0000) !== 0;
      found.mayIssue = (bits & 0b0000_0100) !== 0;
    } else if (id === extensionIds.extendedKeyUsage) {
      found.purposes = children(value).map(oidOf);
      found.hasCriticalPurposes = isCritical;
    } else if (isCritical) throw new BadDer(`a critical extension ${id} that nobody here knows`);
  }
  return found;
}

const pemBlock = /-----BEGIN ([A-Z ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----/g;

/** The blocks of a PEM text with this label, DER. */
export const pemBlocks = (pem: string, label: "CERTIFICATE" | "PUBLIC KEY"): Bytes[] =>
  Array.from(pem.matchAll(pemBlock))
    .filter(([, found]) => found === label)
    .map(([, , body = ""]) => fromBase64(body.replace(/\s/g, "")) ?? new Uint8Array());

/** Between a public authority's certificate and its root stand one or two. */
const longestPath = 5;
export type Path = {
  readonly certificates: readonly Certificate[];
  /** False when no roots were given: the top is then only what the file itself brought. */
  readonly isTrusted: boolean;
};

/**
 * The path from a certificate up to one of `roots`, every part of it valid at `at` (RFC 5280, section
 * 6, without policies and names). Without roots it ends at the highest certificate known. Throws Broken.
 */
export async function pathOf(
  certificate: Certificate,
  known: readonly Certificate[],
  roots: readonly Certificate[] | undefined,
  at: string,
  culprit: string,
): Promise<Path> {
  const path = [certificate];
  for (let current = certificate; ; ) {
    const who = current.name.commonName || current.name.organization;
    if (at < current.notBefore || at > current.notAfter)
      throw new Broken(culprit, "notValidThen", { who, at });
    if (roots?.some(({ der }) => same(der, current.der)))
      return { certificates: path, isTrusted: true };
    const candidates = [...(roots ?? []), ...known].filter(
      (one) => mayBeIssuer(one, path) && same(one.subject, current.issuer),
    );
    const issuer = await firstIssuer(candidates, current);
    if (issuer === undefined && candidates.length > 0)
      throw new Broken(culprit, "badCertificate", { who });
    if (issuer === undefined || same(issuer.der, current.der)) {
      if (roots === undefined) return { certificates: path, isTrusted: false };
      throw new Broken(culprit, "notTrusted", { who });
    }
    if (path.length > longestPath) throw new Broken(culprit, "notTrusted", { who });
    path.push(issuer);
    current = issuer;
  }
}

const mayBeIssuer = (one: Certificate, path: readonly Certificate[]): boolean =>
  one.isAuthority &&
  one.mayIssue &&
  one.pathLimit >= path.length - 1 &&
  !path.slice(0, -1).some(({ der }) => same(der, one.der));

async function firstIssuer(
  candidates: readonly Certificate[],
  { signed, algorithm, signature }: Certificate,
): Promise<Certificate | undefined> {
  for (const one of candidates)
    if (await verifySignature(one.spki, algorithm, signed, signature)) return one;
  return undefined;
}
