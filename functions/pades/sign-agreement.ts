import { createHash } from "node:crypto";
import { type CmsSigner, certificatesOf, detachedCms, type Timestamp } from "../adapters/cms.ts";
import { TimestampUnavailable } from "../adapters/timestamp-authority.ts";
import type { AgreementFonts } from "../pages/agreement-fonts.ts";
import type { SignatureField } from "../pages/signature-places.ts";
import { type Box, drawSeal, drawSignature, type Handwriting } from "./appearance.ts";
import {
  boxOf,
  certificationField,
  certificationObjects,
  type Field,
  numberFields,
  timestampField,
  timestampObjects,
  validationObjects,
  visibleObjects,
} from "./fields.ts";
import { append, appendSigned, type GrowingPdf, type Objects, openPdf } from "./growing-pdf.ts";
import { type Lettering, lettering } from "./lettering.ts";

type VisibleSigner = {
  /** Name of the place to sign in. */
  readonly field: string;
  readonly name: string;
  readonly maskedId: string;
  /** When the person signed: ISO 8601, UTC. */
  readonly at: string;
  readonly handwriting: Handwriting;
  readonly signer: CmsSigner;
};

type VisibleSeal = {
  readonly field: string;
  readonly name: string;
  /** What allows the platform to seal in this party's name (K49). */
  readonly mandate: string;
  readonly at: string;
  readonly signer: CmsSigner;
};

export type SignAgreementOptions = {
  readonly contractId: string;
  readonly fonts: AgreementFonts;
  /** Every field anybody will sign in. */
  readonly places: readonly SignatureField[];
  readonly certification: CmsSigner;
  /** In the order they signed. */
  readonly signers: readonly VisibleSigner[];
  /** Those in whose name the platform seals, in the order of their places. */
  readonly seals: readonly VisibleSeal[];
  /** Revocation lists that cover the certificates used, DER. */
  readonly revocationLists: readonly Uint8Array[];
  /** Absent or failing, the file is signed all the same, without tokens (C-73). */
  readonly timestamp?: Timestamp;
  /** When the file is signed: ISO 8601, UTC. */
  readonly at: string;
};

/** The file up to here: what it was called, how long it was, and its hash. */
type Revision = { readonly name: string; readonly length: number; readonly sha256: string };

export type SignedAgreement = {
  readonly bytes: Uint8Array;
  /** From `agreement`, the untouched base, to the last; each is a prefix of the next. */
  readonly revisions: readonly Revision[];
  /** Whether a document time-stamp covers the whole file. */
  readonly timestamped: boolean;
};

/** Room for a chain and the token of a public authority with RSA certificates; zeros pack well. */
const capacity = { plain: 4 * 1024, withToken: 12 * 1024 };

/**
 * Signs an agreement as PAdES (ETSI EN 319 142-1, B-LTA with time-stamps): the platform certifies,
 * each signer signs in his own revision, absent parties are sealed, then validation data and a document
 * time-stamp over everything. `base` stays as it is, byte for byte, under all of it (issue 3).
 */
export async function signAgreement(
  base: Uint8Array,
  options: SignAgreementOptions,
): Promise<SignedAgreement> {
  const { contractId, at, certification, signers, seals } = options;
  const tokens = tokenSource(options.timestamp);
  const room = options.timestamp ? capacity.withToken : capacity.plain;
  let pdf = openPdf(base);
  const fields = numberFields(pdf, options.places);
  const revisions = [revision("agreement", pdf)];
  const grow = (name: string, grown: GrowingPdf): void => {
    pdf = grown;
    revisions.push(revision(name, pdf));
  };
  const sign = async (name: string, objects: Objects, signer: CmsSigner): Promise<void> => {
    const cms = (content: Uint8Array) => detachedCms(content, signer, tokens.wanted);
    grow(name, await appendSigned(pdf, objects, cms));
  };
  const signVisibly = (party: VisibleSigner | VisibleSeal, draw: Drawing): Promise<void> => {
    const field = fieldNamed(fields, party.field);
    const letters = lettering(options.fonts);
    const drawing = draw(letters, boxOf(field));
    const entries = { at, capacity: room, name: party.name, reason: contractId };
    return sign(party.field, visibleObjects(pdf, field, entries, letters, drawing), party.signer);
  };

  const certified = certificationObjects(pdf, fields, { contractId, at, capacity: room });
  await sign(certificationField, certified, certification);
  for (const one of signers)
    await signVisibly(one, (letters, box) => drawSignature(letters, box, one));
  for (const one of seals) await signVisibly(one, (letters, box) => drawSeal(letters, box, one));

  const used = [certification, ...[...signers, ...seals].map(({ signer }) => signer)];
  const chains = used.flatMap(({ chain }) => chain.map(({ der }) => der));
  const certificates = distinct([...chains, ...tokens.made.flatMap(certificatesOf)]);
  const validation = { certificates, lists: options.revocationLists };
  grow("ValidationData", append(pdf, validationObjects(pdf, validation)));

  const stamp = timestampObjects(pdf, fieldNamed(fields, timestampField), room);
  const stamped = await appendSigned(pdf, stamp, tokens.required).catch(withoutToken);
  if (stamped) grow(timestampField, stamped);
  return { bytes: pdf.bytes, revisions, timestamped: stamped !== undefined };
}

type Drawing = (letters: Lettering, box: Box) => string;

function fieldNamed(fields: readonly Field[], name: string): Field {
  const field = fields.find((one) => one.name === name);
  if (field === undefined) throw new Error(`nobody laid out a place for signature field ${name}`);
  return field;
}

const revision = (name: string, { bytes }: GrowingPdf): Revision => ({
  name,
  length: bytes.length,
  sha256: createHash("sha256").update(bytes).digest("hex"),
});

const distinct = (values: readonly Uint8Array[]): Uint8Array[] => [
  ...new Map(values.map((der) => [Buffer.from(der).toString("hex"), der])).values(),
];

/** Asks no more after the first failure: every further question would wait for the same silence. */
function tokenSource(timestamp: Timestamp | undefined) {
  const made: Uint8Array[] = [];
  let ask = timestamp;
  const required = async (content: Uint8Array): Promise<Uint8Array> => {
    if (ask === undefined) throw new TimestampUnavailable("no authority gave the token before");
    try {
      const token = await ask(content);
      made.push(token);
      return token;
    } catch (cause) {
      ask = undefined;
      throw cause;
    }
  };
  return { made, required, wanted: (content: Uint8Array) => required(content).catch(withoutToken) };
}

function withoutToken(cause: unknown): undefined {
  if (!(cause instanceof TimestampUnavailable)) throw cause;
}
