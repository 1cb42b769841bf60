import { type ArchiveRecord, archiveId } from "../domain/archive.ts";
import type { Contract } from "../domain/contract.ts";
import type { Disclosure, Entry } from "../domain/evidence.ts";
import {
  bizTypeOf,
  contractStatus,
  linkEnd,
  partyTypeOf,
  type SignLinks,
  signingView,
} from "./agreement-contract.ts";
import type { AgreementRequest } from "./agreement-request.ts";

/**
 * The tables of document C as they would read in SQL (K34): every column by its name, told from the contract, its
 * details and its chain. `id` is ours, for nothing here counts rows; tokens of links stand in no table (K26).
 */

type Disclosures = Readonly<Record<number, readonly Disclosure[]>>;

/** C-21. Of a contract that another dialect began, what only a request of document C says is null. */
export function contractRow(
  contract: Contract,
  entries: readonly Entry[],
  more: {
    readonly request: AgreementRequest | undefined;
    readonly templateId: string;
    readonly title: string;
    readonly callbackUrl: string | undefined;
    readonly documentUrl: string | undefined;
    readonly disclosures: Disclosures;
  },
) {
  const { request, disclosures } = more;
  const { state } = contract;
  const last = (step: Entry["step"]) => entries.findLast((entry) => entry.step === step);
  const revoked = last("REVOKED");
  const signedHash = last("DOCUMENT_SIGNED")?.facts.signedHash ?? contract.agreement?.documentHash;
  const headers = request?.webhookConfig?.headers;
  return {
    id: contract.id,
    contract_id: contract.id,
    biz_id: contract.requestId,
    biz_type: request?.bizType ?? bizTypeOf[contract.bizScene],
    template_id: more.templateId,
    title: more.title,
    status: contractStatus[state.status],
    variables_json: JSON.stringify(request?.variables ?? {}),
    document_url: more.documentUrl ?? null,
    document_hash: signedHash === undefined ? null : `sha256:${signedHash}`,
    callback_url: more.callbackUrl ?? null,
    callback_headers: headers ? JSON.stringify(headers) : null,
    expires_at: contract.expiresAt,
    signed_at: state.status === "COMPLETED" ? state.at : null,
    revoked_at: revoked?.at ?? null,
    revoke_reason: toldBy(revoked, "reason", disclosures),
    created_at: contract.createdAt,
    updated_at: contract.updatedAt,
  };
}

/** What a table holds of a person; our own names for it, whatever the dialect called it. */
type Person = {
  readonly partyId?: string;
  readonly role?: string;
  readonly name: string;
  readonly idNumber?: string;
  readonly mobile: string;
};

/** C-23, a row a signer. */
export function signerRows(
  contract: Contract,
  entries: readonly Entry[],
  more: {
    /** By number. */
    readonly persons: Readonly<Record<number, Person>>;
    readonly links: Readonly<Record<number, SignLinks>>;
    readonly disclosures: Disclosures;
  },
) {
  return contract.signers.map((signer) => {
    const { number, group, signMethod } = signer;
    const person = more.persons[number];
    const signing = signingView(contract, signer, entries, more.disclosures);
    const own = entries.filter(({ facts }) => Number(facts.signer) === number);
    const declined = own.findLast(({ step }) => step === "DECLINED");
    return {
      id: `${contract.id}-H${number}`,
      contract_id: contract.id,
      party_id: person?.partyId ?? `S${number}`,
      party_type: partyTypeOf(person?.role),
      name: person?.name ?? null,
      id_card_no: person?.idNumber ?? null,
      mobile: person?.mobile ?? null,
      sign_method: signMethod ?? null,
      sign_status: signing.signStatus,
      sign_url: more.links[number]?.signUrl.replace(/[^/]+$/, "***") ?? null,
      short_url: more.links[number]?.shortUrl.replace(/[^/]+$/, "***") ?? null,
      sequence: group,
      signed_at: signing.signedAt,
      transaction_no: signing.transactionNo,
      ip_address: signing.ipAddress,
      device_info: signing.deviceInfo,
      reject_reason: toldBy(declined, "reason", more.disclosures),
      expires_at: linkEnd(contract, signer),
      created_at: contract.createdAt,
      updated_at: own.at(-1)?.at ?? contract.createdAt,
    };
  });
}

/** C-25, a row a provider; `certificateUrl` leads to the evidence bundle, which holds what each provider gave. */
export const archiveRows = (
  records: readonly ArchiveRecord[],
  certificateUrl: string | undefined,
) =>
  records.map((record) => ({
    id: archiveId(record.contractId, record.provider),
    archive_id: record.archiveId,
    contract_id: record.contractId,
    archive_provider: record.provider,
    status: record.status,
    document_hash: record.documentHash,
    archive_time: record.archivedAt ?? null,
    certificate_url: record.certificateUrl ?? certificateUrl ?? null,
    transaction_no: record.transactionNo ?? null,
    metadata_json: record.metadata ? JSON.stringify(record.metadata) : null,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
  }));

const toldBy = (entry: Entry | undefined, name: string, disclosures: Disclosures) =>
  (entry && disclosures[entry.index]?.find((one) => one.name === name)?.value) ?? null;
