import { type ArchiveProvider, type ArchiveRecord, archiveId } from "../domain/archive.ts";
import { type Contract, isTerminal, type Status } from "../domain/contract.ts";
import { earlier, plusSeconds } from "../domain/drafts.ts";
import type { Disclosure, Entry } from "../domain/evidence.ts";
import { linkSecondsOf, profileOf } from "../domain/profile.ts";
import type { Signer } from "../domain/signer.ts";
import type { BizScene, subjectRoles } from "../domain/words.ts";
import type { bizTypes, partyTypes } from "./agreement-request.ts";

/** The answers and callbacks of document C on `/api/v1/contract` (C-07, C-08, C-44; requirements 2.1). */

/** C-21's words. FAILED is an addition: document C names no failure state. */
export const contractStatus = {
  CREATED: "CREATED",
  NOTIFIED: "CREATED",
  PART_SIGNED: "PARTIAL_SIGNED",
  // Only of contracts that began elsewhere: here the identity is verified before the signature.
  SIGNED_UNVERIFIED: "PARTIAL_SIGNED",
  VERIFYING: "PARTIAL_SIGNED",
  SEALING: "PARTIAL_SIGNED",
  COMPLETED: "SIGNED",
  FAILED: "FAILED",
  REJECTED: "REJECTED",
  REVOKED: "REVOKED",
  EXPIRED: "EXPIRED",
} as const satisfies Record<Status, string>;

type PartyType = (typeof partyTypes)[number];
type Role = (typeof subjectRoles)[number];

/** Who pays and who receives, in our words and in theirs. */
export const roleOf = {
  PAYER: "HEADQUARTERS",
  RECEIVER: "RECEIVER",
} as const satisfies Record<PartyType, Role>;

export const partyTypeOf = (role: string | undefined): PartyType =>
  role === "RECEIVER" ? "RECEIVER" : "PAYER";

/** What a contract is about (C-05), whichever dialect it began in (K01). */
export const bizTypeOf = {
  RELATION_BIND: "RELATIONSHIP_AGREEMENT",
  OPEN_PAYMENT: "PAYER_AUTHORIZATION_AGREEMENT",
  POOLING_AUTH: "PAYER_AUTHORIZATION_AGREEMENT",
} as const satisfies Record<BizScene, (typeof bizTypes)[number]>;

export const sceneOf = {
  RELATIONSHIP_AGREEMENT: "RELATION_BIND",
  PAYER_AUTHORIZATION_AGREEMENT: "OPEN_PAYMENT",
} as const satisfies Record<(typeof bizTypes)[number], BizScene>;

/** One signer's two addresses: the page itself, and what fits into a message. */
export type SignLinks = { readonly signUrl: string; readonly shortUrl: string };

/** What the answers show of a signer beside its number; a name is masked unless the caller may see it. */
export type Party = {
  readonly partyId: string;
  readonly name: string;
};

/** C-07. Also what a repeated request is told of the existing contract (C-66). */
export const initiateAnswer = (
  contract: Contract,
  more: {
    readonly parties: Readonly<Record<number, Party>>;
    readonly links: Readonly<Record<number, SignLinks & { readonly qrCode: string }>>;
    readonly provider: ArchiveProvider | undefined;
  },
) => ({
  contractId: contract.id,
  status: contractStatus[contract.state.status],
  signTasks: contract.signers.map((signer) => ({
    partyId: more.parties[signer.number]?.partyId ?? null,
    ...more.links[signer.number],
    expiresAt: linkEnd(contract, signer),
  })),
  archiveInfo: archiveView(contract, more.provider, []),
});

/** Until when a link opens: as it was last issued, or as it would be if its turn came at once (C-50). */
export const linkEnd = (contract: Contract, signer: Signer): string =>
  signer.linkExpiresAt ??
  [
    contract.expiresAt,
    signer.deadline ?? contract.expiresAt,
    plusSeconds(contract.createdAt, linkSecondsOf(profileOf(contract), signer)),
  ].reduce(earlier);

/** C-08, all of its fields always: what is not there yet is null. */
export function contractView(
  contract: Contract,
  entries: readonly Entry[],
  more: {
    readonly bizId: string;
    readonly title: string;
    readonly parties: Readonly<Record<number, Party>>;
    /** What the chain holds of each visit (C-42), by entry; nothing once the persons are forgotten. */
    readonly disclosures: Readonly<Record<number, readonly Disclosure[]>>;
    readonly documentUrl: string | undefined;
    readonly certificateUrl: string | undefined;
    readonly provider: ArchiveProvider | undefined;
    readonly archives: readonly ArchiveRecord[];
  },
) {
  return {
    contractId: contract.id,
    bizId: more.bizId,
    title: more.title,
    status: contractStatus[contract.state.status],
    signers: contract.signers.map((signer) => ({
      partyId: more.parties[signer.number]?.partyId ?? null,
      name: more.parties[signer.number]?.name ?? null,
      signMethod: signer.signMethod ?? null,
      ...signingView(contract, signer, entries, more.disclosures),
    })),
    documentUrl: more.documentUrl ?? null,
    archiveInfo: archiveView(contract, more.provider, more.archives, more.certificateUrl),
    createdAt: contract.createdAt,
    expiresAt: contract.expiresAt,
  };
}

/** What a signer did, and from where. */
export function signingView(
  { state }: Pick<Contract, "state">,
  { number, signedAt }: Pick<Signer, "number" | "signedAt">,
  entries: readonly Entry[],
  disclosures: Readonly<Record<number, readonly Disclosure[]>>,
) {
  const act = entries.findLast(
    ({ step, facts }) =>
      (step === "SIGNED" || step === "DECLINED") && Number(facts.signer) === number,
  );
  const told = (name: string) =>
    act && (disclosures[act.index]?.find((one) => one.name === name)?.value ?? null);
  const declined = state.status === "REJECTED" && act?.step === "DECLINED";
  return {
    signStatus: signedAt ? "SIGNED" : declined ? "REJECTED" : "PENDING",
    signedAt: signedAt ?? null,
    // Our own serial number: no certificate authority outside gives one (requirements 3.4).
    transactionNo: act?.facts.signSerial ?? null,
    ipAddress: told("ip") ?? null,
    deviceInfo: told("userAgent") ?? null,
  };
}

/** K46: the id is reserved from the start; the archive begins when everybody has signed (C-45). */
function archiveView(
  contract: Contract,
  provider: ArchiveProvider | undefined,
  archives: readonly ArchiveRecord[],
  certificateUrl?: string,
) {
  if (provider === undefined) return null;
  const record = archives.find((one) => one.provider === provider);
  const given = isTerminal(contract) && contract.state.status !== "COMPLETED";
  return {
    archiveId: archiveId(contract.id, provider),
    status: record?.status ?? (given ? "CANCELLED" : "PENDING"),
    provider,
    archiveTime: record?.archivedAt ?? null,
    certificateUrl: record?.status === "SUCCESS" ? (certificateUrl ?? null) : null,
  };
}
