import type { BizScene } from "./words.ts";

/** The kinds of agreement (B-19), by the glossary's English terms. */
export const agreementTypes = [
  "PAYOUT_AUTHORIZATION_AGREEMENT",
  "SETTLEMENT_POWER_OF_ATTORNEY",
  "PAYOUT_AUTHORIZATION_LETTER",
  "POOLING_AUTHORIZATION_AGREEMENT",
  "RELATION_BINDING_AGREEMENT",
] as const;
export type AgreementType = (typeof agreementTypes)[number];

/** What the parties read at the top of the page and in the SMS. */
export const agreementTitle = {
  PAYOUT_AUTHORIZATION_AGREEMENT: "代付授权协议",
  SETTLEMENT_POWER_OF_ATTORNEY: "结算授权委托书",
  PAYOUT_AUTHORIZATION_LETTER: "代付授权书",
  POOLING_AUTHORIZATION_AGREEMENT: "资金归集授权协议",
  RELATION_BINDING_AGREEMENT: "关系绑定协议",
} as const satisfies Record<AgreementType, string>;

type LegalType = { readonly agreementType: AgreementType; readonly reason: string };

/**
 * Which agreements may be signed in which scene (B-48); the first is the default. The criterion is
 * who signs: a mandate over money binds only when the one whose money it is gives it.
 */
export const legalAgreementTypes = {
  RELATION_BIND: [
    {
      agreementType: "RELATION_BINDING_AGREEMENT",
      reason: "the receiving side confirms the relation to its headquarters (D-35, D-36)",
    },
    {
      agreementType: "SETTLEMENT_POWER_OF_ATTORNEY",
      reason: "the receiving side entrusts the settlement of its own receipts to the named account",
    },
  ],
  OPEN_PAYMENT: [
    {
      agreementType: "PAYOUT_AUTHORIZATION_AGREEMENT",
      reason: "the payer and Lakala agree on payouts from the payer's account (D-38, D-43)",
    },
    {
      agreementType: "PAYOUT_AUTHORIZATION_LETTER",
      reason: "the payer alone declares the same mandate, where a master agreement already exists",
    },
  ],
  POOLING_AUTH: [
    {
      agreementType: "POOLING_AUTHORIZATION_AGREEMENT",
      reason:
        "the store lets its balance be swept; only this type names beneficiary and ratio (D-37)",
    },
  ],
} as const satisfies Record<BizScene, readonly LegalType[]>;

/** The type a request gets when it names none. */
export const defaultAgreementType = (bizScene: BizScene): AgreementType =>
  legalAgreementTypes[bizScene][0].agreementType;

export const isLegalAgreementType = (bizScene: BizScene, agreementType: AgreementType): boolean =>
  legalAgreementTypes[bizScene].some((legal) => legal.agreementType === agreementType);
