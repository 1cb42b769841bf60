import type { Contract } from "../domain/contract.ts";
import { eventId } from "../domain/events.ts";
import { type Disclosure, type Entry, type EvidenceType, hashText } from "../domain/evidence.ts";
import { failureReasonOf, processStatus, protocolId } from "./wallet.ts";
import { processTypeOf } from "./wallet-processes.ts";
import { businessType, type WalletRequest } from "./wallet-request.ts";

/**
 * The tables of document D as they would read in SQL (K34): every column by its name, told from the contract, its
 * details and its chain. `id` is ours, for nothing here counts rows.
 */

/** D-16. Of a contract that another dialect began, what only the wallet's request says is null. */
export function signingProcessRow(
  contract: Contract,
  more: {
    readonly request: WalletRequest | undefined;
    readonly scene: string | undefined;
    readonly fundPurpose: string | undefined;
    readonly callbackUrl: string | undefined;
    readonly h5PageUrl: string;
  },
) {
  const { request, h5PageUrl } = more;
  const { payerInfo, payeeInfo, initiatorInfo } = request ?? {};
  const { state, authorization } = contract;
  return {
    id: contract.id,
    process_id: contract.id,
    request_id: contract.requestId,
    business_type: request?.businessType ?? businessType,
    scene: more.scene ?? null,
    process_type: processTypeOf[contract.bizScene],
    status: processStatus[state.status].number,
    payer_merchant_no: payerInfo?.merchantNo ?? null,
    payer_merchant_name: payerInfo?.merchantName ?? null,
    payer_account_no: payerInfo?.accountNo ?? authorization?.payerAccountNo ?? null,
    payee_merchant_no: payeeInfo?.merchantNo ?? null,
    payee_merchant_name: payeeInfo?.merchantName ?? null,
    payee_account_no: payeeInfo?.accountNo ?? authorization?.payeeAccountNo ?? null,
    payee_contact_mobile: payeeInfo?.contactInfo.mobile ?? null,
    payee_contact_name: payeeInfo?.contactInfo.name ?? null,
    payee_contact_id_card: payeeInfo?.contactInfo.idCardNo ?? null,
    initiator_merchant_no: initiatorInfo?.merchantNo ?? null,
    initiator_merchant_name: initiatorInfo?.merchantName ?? null,
    fund_purpose: more.fundPurpose ?? null,
    // K26: the token itself stands in no table.
    h5_page_token: hashText(h5PageUrl.split("/").at(-1) ?? ""),
    h5_page_url: h5PageUrl.replace(/[^/]+$/, "***"),
    callback_url: more.callbackUrl ?? null,
    protocol_id: contract.agreement ? protocolId(contract.id) : null,
    verification_id: contract.signers[0]?.challenge?.verificationId ?? null,
    failure_reason: failureReasonOf(contract),
    expired_at: contract.expiresAt,
    completed_at: state.status === "COMPLETED" ? state.at : null,
    ext_info: request?.extInfo ? JSON.stringify(request.extInfo) : null,
    created_at: contract.createdAt,
    updated_at: contract.updatedAt,
  };
}

/** D-18; undefined until the agreement is generated. */
export function protocolRecordRow(
  contract: Contract,
  entries: readonly Entry[],
  more: {
    readonly protocolName: string;
    readonly protocolContent: string;
    readonly signatoryA: string;
    readonly signatoryB: string;
    /** What the signature's entry discloses. */
    readonly signed: readonly Disclosure[];
  },
) {
  const generated = entries.find(({ step }) => step === "CONTRACT_GENERATED");
  if (generated === undefined) return undefined;
  const signed = entries.find(({ step }) => step === "SIGNED");
  const disclosed = (name: string) => more.signed.find((one) => one.name === name)?.value ?? null;
  return {
    id: protocolId(contract.id),
    protocol_id: protocolId(contract.id),
    process_id: contract.id,
    template_id: String(generated.facts.templateId),
    protocol_name: more.protocolName,
    protocol_content: more.protocolContent,
    signatory_a: more.signatoryA,
    signatory_b: more.signatoryB,
    signatory_b_type: contract.userType === "ENTERPRISE" ? 1 : 2,
    signed_at: signed?.at ?? null,
    sign_ip: disclosed("ip"),
    sign_user_agent: disclosed("userAgent"),
    // K22: of the text that was filled in; the PDF has a hash of its own.
    evidence_hash: String(generated.facts.contentHash),
    storage_path: `agreements/${contract.id}/${generated.facts.documentHash}`,
    created_at: generated.at,
  };
}

/** D-20, the four types of it; the chain itself tells more. */
export const evidenceChainRows = (entries: readonly Entry[]) =>
  entries
    .filter(({ evidenceType }) => types.has(evidenceType))
    .map((entry) => ({
      id: eventId(entry),
      process_id: entry.contractId,
      evidence_type: entry.evidenceType,
      evidence_key: evidenceKey(entry),
      evidence_data: JSON.stringify({ step: entry.step, ...entry.facts }),
      created_at: entry.at,
    }));

const types: ReadonlySet<EvidenceType> = new Set<EvidenceType>([
  "PROTOCOL",
  "VERIFICATION_REQUEST",
  "VERIFICATION_RESULT",
  "SMS_RECORD",
]);

/** The agreement's, the message's or the verification's id, whichever the entry is about. */
function evidenceKey({ contractId, evidenceType, facts }: Entry): string {
  if (evidenceType === "PROTOCOL") return protocolId(contractId);
  if (facts.message !== undefined) return `${contractId}-M${facts.message}`;
  return String(facts.verificationId ?? facts.challengeKey ?? contractId);
}
