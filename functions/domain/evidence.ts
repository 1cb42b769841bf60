import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { hashLeaf } from "./merkle-tree.ts";

/** The vocabulary of document A, extended by requirements 3.1: what happened. */
export type Step =
  | "FLOW_CREATED"
  | "CONTRACT_GENERATED"
  | "SMS_REQUESTED"
  | "SMS_SENT"
  | "SMS_FAILED"
  | "LINK_ISSUED"
  | "LINK_OPENED"
  | "CONSENT_GIVEN"
  | "OTP_REQUESTED"
  | "OTP_SENT"
  | "OTP_REJECTED"
  | "OTP_PASSED"
  | "SIGNED"
  | "DECLINED"
  | "AUTH_REQUESTED"
  | "AUTH_ACCEPTED"
  | "AUTH_CALL_FAILED"
  | "AUTH_SUBMITTED"
  | "AUTH_TRY_REJECTED"
  | "AUTH_RESULT"
  | "AUTH_RESULT_IGNORED"
  | "REVOKED"
  | "EXPIRED"
  | "FAILED"
  | "AUTO_SIGN"
  | "DOCUMENT_SIGNED"
  | "SEALED"
  | "COMPLETED"
  | "ARCHIVED"
  | "AUTHORIZATION_WITHDRAWN"
  | "CALLBACK_DELIVERED"
  | "CALLBACK_UNDELIVERED"
  | "SYSTEM_ERROR"
  | "ERASED";

/** The vocabulary of document D (D-20); what concerns no party of the agreement is a FLOW record. */
export type EvidenceType =
  | "PROTOCOL"
  | "VERIFICATION_REQUEST"
  | "VERIFICATION_RESULT"
  | "SMS_RECORD"
  | "FLOW";

export type Facts = Readonly<Record<string, string | number | boolean>>;

/** What happened, before it is chained: facts are public, disclosures are committed to and encrypted. */
export type EntryDraft<S extends string> = {
  readonly step: S;
  readonly at: string;
  readonly actor: string;
  readonly facts: Facts;
  readonly disclosures?: Readonly<Record<string, string>>;
};

/**
 * One link of a chain (design 5). Only ids, codes and hashes: personal values stand in disclosures.
 * Whatever else has a history keeps it in the same links, with its own id as `contractId` and its own steps.
 */
export type Entry<S extends string = Step> = {
  readonly v: 1;
  readonly contractId: string;
  readonly index: number;
  readonly step: S;
  readonly evidenceType: EvidenceType;
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
  readonly actor: string;
  readonly facts: Facts;
  /** Name of a disclosure → hex sha256(salt ‖ value). */
  readonly commitments: Readonly<Record<string, string>>;
  /** Hex leaf hash of the entry before; 64 zeros for the first. */
  readonly prev: string;
};

/** A personal or bulky value outside the entry; erasing it leaves every hash intact. */
export type Disclosure = { readonly name: string; readonly salt: string; readonly value: string };

export const firstPrev = "0".repeat(64);

const evidenceTypes = {
  FLOW_CREATED: "FLOW",
  CONTRACT_GENERATED: "PROTOCOL",
  SMS_REQUESTED: "SMS_RECORD",
  SMS_SENT: "SMS_RECORD",
  SMS_FAILED: "SMS_RECORD",
  LINK_ISSUED: "FLOW",
  LINK_OPENED: "FLOW",
  CONSENT_GIVEN: "PROTOCOL",
  OTP_REQUESTED: "VERIFICATION_REQUEST",
  OTP_SENT: "SMS_RECORD",
  OTP_REJECTED: "VERIFICATION_RESULT",
  OTP_PASSED: "VERIFICATION_RESULT",
  SIGNED: "PROTOCOL",
  DECLINED: "PROTOCOL",
  AUTH_REQUESTED: "VERIFICATION_REQUEST",
  AUTH_ACCEPTED: "VERIFICATION_REQUEST",
  AUTH_CALL_FAILED: "VERIFICATION_REQUEST",
  AUTH_SUBMITTED: "VERIFICATION_REQUEST",
  AUTH_TRY_REJECTED: "VERIFICATION_RESULT",
  AUTH_RESULT: "VERIFICATION_RESULT",
  AUTH_RESULT_IGNORED: "VERIFICATION_RESULT",
  REVOKED: "FLOW",
  EXPIRED: "FLOW",
  FAILED: "FLOW",
  AUTO_SIGN: "PROTOCOL",
  DOCUMENT_SIGNED: "PROTOCOL",
  SEALED: "FLOW",
  COMPLETED: "FLOW",
  ARCHIVED: "FLOW",
  AUTHORIZATION_WITHDRAWN: "FLOW",
  CALLBACK_DELIVERED: "FLOW",
  CALLBACK_UNDELIVERED: "FLOW",
  SYSTEM_ERROR: "FLOW",
  ERASED: "FLOW",
} as const satisfies Record<Step, EvidenceType>;

export const evidenceType = (step: Step): EvidenceType => evidenceTypes[step];

/** The end of a chain: where the next entry goes and what it follows. */
export type ChainEnd = { readonly length: number; readonly head: string };

/** The entry that `draft` becomes at `end` of the chain `id`, and what stands behind its commitments. */
export function linkEntry<S extends string>(
  id: string,
  end: ChainEnd | undefined,
  draft: EntryDraft<S>,
  more: { readonly evidenceType: EvidenceType; readonly salt: () => string },
): { readonly entry: Entry<S>; readonly disclosures: readonly Disclosure[] } {
  const disclosures = Object.entries(draft.disclosures ?? {}).map(([name, value]) => ({
    name,
    salt: more.salt(),
    value,
  }));
  const entry: Entry<S> = {
    v: 1,
    contractId: id,
    index: end?.length ?? 0,
    step: draft.step,
    evidenceType: more.evidenceType,
    at: draft.at,
    actor: draft.actor,
    facts: draft.facts,
    commitments: Object.fromEntries(
      disclosures.map(({ name, salt, value }) => [name, commitment(salt, value)]),
    ),
    prev: end?.head ?? firstPrev,
  };
  return { entry, disclosures };
}

/** Canonical bytes of an entry (RFC 8785). Throws on a lone surrogate or a non-finite number. */
export function entryBytes(entry: Entry<string>): Buffer {
  const text = canonicalize(entry);
  if (text === undefined) throw new TypeError("an entry must be a JSON object");
  return Buffer.from(text, "utf8");
}

/** Leaf hash of RFC 6962 section 2.1: sha256(0x00 ‖ entry), hex. */
export const leafHash = (entry: Entry<string>): string => hashLeaf(entryBytes(entry));

/** What an entry says about a disclosure: hex sha256(salt ‖ value); the salt is hex, 16 bytes or more. */
export const commitment = (salt: string, value: string): string =>
  createHash("sha256").update(Buffer.from(salt, "hex")).update(value, "utf8").digest("hex");

/** Says what is wrong with a chain, entry by entry; an empty list means it holds. */
export function chainFaults(
  entries: readonly Entry<string>[],
  disclosures: Readonly<Record<number, readonly Disclosure[]>> = {},
): string[] {
  const faults: string[] = [];
  let prev = firstPrev;
  for (const [position, entry] of entries.entries()) {
    if (entry.index !== position) faults.push(`entry ${position} says it is number ${entry.index}`);
    if (entry.contractId !== entries[0]?.contractId)
      faults.push(`entry ${position} belongs to ${entry.contractId}`);
    if (entry.prev !== prev) faults.push(`entry ${position} does not follow the entry before it`);
    for (const { name, salt, value } of disclosures[position] ?? []) {
      if (entry.commitments[name] !== commitment(salt, value))
        faults.push(`entry ${position}: the disclosed ${name} is not what was committed to`);
    }
    prev = leafHash(entry);
  }
  return faults;
}

/** Hex SHA-256 of a text's UTF-8 bytes. */
export const hashText = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Hex SHA-256 of a JSON value's canonical form (RFC 8785), or of nothing when there is no value. */
export const hashJson = (value: unknown): string => hashText(canonicalize(value) ?? "");

/** Hex SHA-256 of bytes. */
export const hashBytes = (bytes: Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex");
