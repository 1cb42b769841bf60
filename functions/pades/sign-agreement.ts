import type { CmsSigner, Timestamp } from "../adapters/cms.ts";
import type { AgreementFonts } from "../pages/agreement-fonts.ts";

/** A signature field on paper: points from the page's lower left corner, as [left, bottom, right, top]. */
export type FieldPlace = {
  readonly name: string;
  /** From 0. */
  readonly page: number;
  readonly rect: readonly [number, number, number, number];
};

/** The ink: strokes of the pad (x, y, … with x 0–1000, y 0–500, y down) or a typed name. */
export type Handwriting =
  | { readonly strokes: readonly (readonly number[])[] }
  | { readonly typedName: string };

export type VisibleSigner = {
  /** Name of the place to sign in. */
  readonly field: string;
  readonly name: string;
  readonly maskedId: string;
  /** When the person signed: ISO 8601, UTC. */
  readonly at: string;
  readonly handwriting: Handwriting;
  readonly signer: CmsSigner;
};

export type VisibleSeal = {
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
  readonly places: readonly FieldPlace[];
  readonly certification: CmsSigner;
  /** In the order they signed. */
  readonly signers: readonly VisibleSigner[];
  readonly partyA?: VisibleSeal;
  /** DER certificate revocation lists that cover the certificates used. */
  readonly revocationLists: readonly Uint8Array[];
  /** Absent or failing, the file is signed all the same, without tokens (C-73). */
  readonly timestamp?: Timestamp;
  /** When the file is signed: ISO 8601, UTC. */
  readonly at: string;
};

/** The file up to here: what it was called, how long it was, and its hash. */
export type Revision = { readonly name: string; readonly length: number; readonly sha256: string };

export type SignedAgreement = {
  readonly bytes: Uint8Array;
  /** From "agreement", the untouched base, to the last; each is a prefix of the next. */
  readonly revisions: readonly Revision[];
  /** Whether a document time-stamp covers the whole file. */
  readonly timestamped: boolean;
};
