import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { AgreementType } from "../domain/agreement-types.ts";
import type { Contract } from "../domain/contract.ts";
import type { OwnWords } from "../domain/contract-agreement.ts";
import type { Entry, EvidenceType, Facts, Step } from "../domain/evidence.ts";
import { acts, noSms, type Signer } from "../domain/signer.ts";
import type { Work } from "../domain/waits.ts";
import type { DataKey } from "./data-key.ts";

/**
 * The rows as they lie in DynamoDB. Columns carry the names of document A;
 * what no column names travels in `state`, deflated because every write of the head pays by the kilobyte
 * and a head of many challenges and messages would need two.
 */

/** Ten times the largest state; a corrupt item must not inflate without end. */
const stateLimitBytes = 16 * 1024;

/**
 * What every state says, so that a stored one pays only for what is its own. Never change a letter: without
 * this very text no stored head can be read.
 */
const familiar = Buffer.from(
  '"agreement":{"contentHash":"","documentHash":"","signed":true},"authorization":{"payerAccountNo":"ACC","payeeAccountNo":"ACC","maxRatio":"0.","root":"","validUntil":"","withdrawnAt":"2026-"},"timestamped":true,"attention":{"at":"","execution":"","recoveries":},"expiresAt":"2026-1","allowExternalDelivery":false,"ignoredResults":0,"sealed":true,"head":"","fingerprint":"","owner":"","state":{"status":"COMPLETED","at":"2026-"},"signers":[{"number":1,"sms":{"messages":1,"message":1,"failures":0,"inWindow":1,"notify":"SENT","reached":true,"lastAt":"2026-","windowStart":"2026-"},"linkExpiresAt":"2026-","openedAt":"2026-","consentedAt":"2026-","signedAt":"2026-","verifiedAt":"2026-","challenge":{"number":1,"method":"MICRO_DEPOSIT","calls":1,"state":"PASSED","verificationId":"VR","expiresAt":"2026-","triesUsed":0,"submissions":0,"former":[]}}]}',
);

/** Everything about the request that is not needed to decide: personal values are encrypted at rest. */
export type Details = {
  /** The first signer. */
  readonly subject: Subject;
  /** The signers after the first, in the order of their numbers. */
  readonly others?: readonly OtherSigner[];
  /** The request in the words of its dialect, where the dialect's answers need it. */
  readonly sent?: object;
  readonly agreementType: AgreementType;
  /** Pinned when the contract begins: what the person reads, signs and we seal is one wording. */
  readonly templateId: string;
  readonly templateVersion: string;
  /** Keyed hashes of the request's top-level fields, to name the ones that differ in a conflict (K08). */
  readonly fieldFingerprints: Readonly<Record<string, string>>;
  readonly scene?: string;
  readonly fundPurpose?: string;
  readonly smsTemplate?: string;
  readonly smsTemplateVersion?: string;
  /** What the request itself brings to the text: its title, and values of the template's own variables (C-05). */
  readonly ownWords?: OwnWords;
  readonly h5Template?: string;
  readonly h5TemplateVersion?: string;
  readonly callbackUrl?: string;
  readonly returnUrl?: string;
  /** Whom the agreement names as headquarters (D-33). */
  readonly headquartersName?: string;
};

/** Who signs. For an enterprise `name` is its own and the mobile its operator's. */
export type Subject = {
  readonly name: string;
  readonly mobile: string;
  readonly idNumber?: string;
  readonly creditCode?: string;
  readonly legalRepName?: string;
  readonly legalRepIdNumber?: string;
  readonly bankAccountNo?: string;
  readonly bankAccountName?: string;
  readonly bankCode?: string;
  readonly role?: string;
  readonly partyId?: string;
};

/** The details without whoever they name. */
export type OpenDetails = Omit<Details, "subject" | "others" | "sent" | "ownWords">;

export type OtherSigner = {
  readonly subject: Subject;
  /** Each is told in the words for its own type; absent for one whom nobody messages. */
  readonly smsTemplate?: string;
  readonly smsTemplateVersion?: string;
};

/** Who the signer of that number is. */
export function subjectOf({ subject, others = [] }: Details, signer: number): Subject {
  const found = signer === 1 ? subject : others[signer - 2]?.subject;
  if (found === undefined) throw new Error(`the details name no signer ${signer}`);
  return found;
}

export type StoredEntry = {
  readonly entry: Entry;
  readonly sealedDisclosures?: Uint8Array;
};

export function headToItem(contract: Contract): Record<string, unknown> {
  const { id, requestId, bizScene, userType, method, createdAt, updatedAt, length, ...rest } =
    contract;
  const { profile, signers, ...state } = rest;
  const verified = contract.signers
    .filter(acts)
    .every(({ verifiedAt }) => verifiedAt !== undefined);
  return {
    pk: id,
    sk: "HEAD",
    version: length,
    contract_id: id,
    request_id: requestId,
    biz_scene: bizScene,
    user_type: userType,
    auth_method: method,
    status: contract.state.status,
    sms_sent: contract.signers.some(({ sms }) => sms.notify === "SENT"),
    auth_result: verified ? "SUCCESS" : contract.state.status === "FAILED" ? "FAILED" : "NONE",
    created_at: createdAt,
    updated_at: updatedAt,
    state: deflateRawSync(
      JSON.stringify({
        ...state,
        ...(profile === "native" ? {} : { profile }),
        signers: signers.map((signer) => packed(signer, contract)),
      }),
      { dictionary: familiar },
    ),
  };
}

/** Most contracts have one signer, of whom the columns tell already; none pays for hearing it twice. */
function packed({ number, group, userType, method, ...own }: Signer, columns: Contract): object {
  return {
    number,
    ...(group === 1 ? {} : { group }),
    ...(userType === columns.userType ? {} : { userType }),
    ...(method === columns.method ? {} : { method }),
    ...own,
  };
}

export function contractFromItem(item: Record<string, unknown>): Contract {
  const text = inflateRawSync(item.state as Uint8Array, {
    dictionary: familiar,
    maxOutputLength: stateLimitBytes,
  });
  const { signers, sms, linkExpiresAt, ...state } = JSON.parse(text.toString());
  const columns = { userType: item.user_type, method: item.auth_method };
  // Contracts from the time of one signer keep the messages beside it.
  const told = sms
    ? {
        sms: { ...sms, message: sms.messages, reached: state.state.status !== "CREATED" },
        linkExpiresAt,
      }
    : { sms: noSms };
  return {
    id: item.contract_id,
    requestId: item.request_id,
    profile: "native",
    bizScene: item.biz_scene,
    ...columns,
    createdAt: item.created_at,
    updatedAt: item.updated_at,
    length: item.version,
    ...state,
    signers: signers.map((signer: object) => ({ group: 1, ...columns, ...told, ...signer })),
  } as Contract;
}

export function detailsToItem(
  id: string,
  { subject, others, sent, ownWords, agreementType, ...details }: Details,
  wrappedKey: Uint8Array,
  key: DataKey,
): Record<string, unknown> {
  return {
    pk: id,
    sk: "DETAILS",
    user_info: key.encryptJson(`${id}#user_info`, subject),
    other_signers: others && key.encryptJson(`${id}#other_signers`, others),
    sent: sent && key.encryptJson(`${id}#sent`, sent),
    own_words: ownWords && key.encryptJson(`${id}#own_words`, ownWords),
    wrapped_key: wrappedKey,
    agreement_type: agreementType,
    template_id: details.templateId,
    template_version: details.templateVersion,
    field_fingerprints: details.fieldFingerprints,
    scene: details.scene,
    fund_purpose: details.fundPurpose,
    sms_template: details.smsTemplate,
    sms_template_version: details.smsTemplateVersion,
    h5_template: details.h5Template,
    h5_template_version: details.h5TemplateVersion,
    callback_url: details.callbackUrl,
    return_url: details.returnUrl,
    headquarters_name: details.headquartersName,
  };
}

export function detailsFromItem(id: string, item: Record<string, unknown>, key: DataKey): Details {
  return {
    ...openDetails(item),
    subject: key.decryptJson(`${id}#user_info`, item.user_info as Uint8Array) as Subject,
    ...(item.other_signers ? { others: othersOf(id, item.other_signers as Uint8Array, key) } : {}),
    ...(item.sent
      ? { sent: key.decryptJson(`${id}#sent`, item.sent as Uint8Array) as object }
      : {}),
    ...(item.own_words
      ? { ownWords: key.decryptJson(`${id}#own_words`, item.own_words as Uint8Array) as OwnWords }
      : {}),
  };
}

const othersOf = (id: string, sealed: Uint8Array, key: DataKey) =>
  key.decryptJson(`${id}#other_signers`, sealed) as readonly OtherSigner[];

export function openDetails(item: Record<string, unknown>): OpenDetails {
  const optional = (name: string, value: unknown) =>
    value === undefined ? {} : { [name]: String(value) };
  return {
    agreementType: item.agreement_type as AgreementType,
    templateId: String(item.template_id),
    templateVersion: String(item.template_version),
    fieldFingerprints: (item.field_fingerprints ?? {}) as Details["fieldFingerprints"],
    ...optional("scene", item.scene),
    ...optional("fundPurpose", item.fund_purpose),
    ...optional("smsTemplate", item.sms_template),
    ...optional("smsTemplateVersion", item.sms_template_version),
    ...optional("h5Template", item.h5_template),
    ...optional("h5TemplateVersion", item.h5_template_version),
    ...optional("callbackUrl", item.callback_url),
    ...optional("returnUrl", item.return_url),
    ...optional("headquartersName", item.headquarters_name),
  };
}

/** `work`, `owner`, `request_id` and `profile` are the stream's errands, not evidence: they stand outside the hash. */
export function entryToItem(
  entry: Entry<string>,
  work: Work,
  of: { readonly owner: string; readonly requestId: string; readonly profile?: string },
  sealedDisclosures?: Uint8Array,
): Record<string, unknown> {
  return {
    contract_id: entry.contractId,
    index: entry.index,
    evidence_id: `${entry.contractId}-E${entry.index}`,
    step: entry.step,
    evidence_type: entry.evidenceType,
    timestamp: entry.at,
    actor: entry.actor,
    step_data: JSON.stringify(entry.facts),
    commitments: JSON.stringify(entry.commitments),
    prev: entry.prev,
    disclosures: sealedDisclosures,
    work,
    owner: of.owner,
    request_id: of.requestId,
    profile: of.profile === "native" ? undefined : of.profile,
  };
}

export function entryFromItem(item: Record<string, unknown>): StoredEntry {
  return {
    entry: {
      v: 1,
      contractId: String(item.contract_id),
      index: Number(item.index),
      step: item.step as Step,
      evidenceType: item.evidence_type as EvidenceType,
      at: String(item.timestamp),
      actor: String(item.actor),
      facts: JSON.parse(String(item.step_data)) as Facts,
      commitments: JSON.parse(String(item.commitments)) as Record<string, string>,
      prev: String(item.prev),
    },
    ...(item.disclosures ? { sealedDisclosures: item.disclosures as Uint8Array } : {}),
  };
}
