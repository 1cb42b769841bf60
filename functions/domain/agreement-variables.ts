import type { Variables } from "./agreement.ts";
import { type AuthorizationTerms, ratioPercent } from "./authorization-terms.ts";
import { figures } from "./figures.ts";

/** What is known of the signer when the agreement is made; full numbers live in disclosures only. */
export type AgreementSubject = {
  readonly name: string;
  readonly mobile: string;
  readonly idNumber?: string | undefined;
  readonly creditCode?: string | undefined;
  readonly legalRepName?: string | undefined;
  readonly legalRepIdNumber?: string | undefined;
  readonly bankAccountNo?: string | undefined;
};

type AgreementFacts = {
  readonly contractId: string;
  /** ISO 8601, UTC. The agreement shows the day in China. */
  readonly createdAt: string;
  readonly subject: AgreementSubject;
  readonly partyAName?: string | undefined;
  readonly headquartersName?: string | undefined;
  readonly fundPurpose?: string | undefined;
  readonly authorization?: AuthorizationTerms | undefined;
};

/** Every variable a template may use; `lintTemplates` refuses others. */
export const agreementVariableNames = [
  "contractId",
  "agreedOn",
  "partyAName",
  "headquartersName",
  "fundPurpose",
  "poolingRatio",
  "payerAccountNo",
  "payeeAccountNo",
  "authorizedUntil",
  "partyBName",
  "mobileMasked",
  "idNumberMasked",
  "creditCode",
  "legalRepName",
  "legalRepIdNumberMasked",
  "bankAccountMasked",
] as const;

/**
 * The variables of one contract (D-33). Identity, mobile and account numbers are masked: the reader
 * recognises them, the text alone does not disclose them. What a request may leave out gets wording
 * that points to where it is registered, so that no line of the agreement is empty.
 */
export function agreementVariables(facts: AgreementFacts): Variables {
  const { subject, authorization } = facts;
  const { maxRatio } = authorization ?? {};
  return {
    contractId: facts.contractId,
    agreedOn: chineseDay(facts.createdAt),
    partyAName: facts.partyAName ?? "拉卡拉支付股份有限公司",
    headquartersName: facts.headquartersName ?? "以业务系统登记的总部为准",
    fundPurpose: facts.fundPurpose ?? "以业务系统登记的资金用途为准",
    poolingRatio: maxRatio ? ratioPercent(maxRatio) : "业务系统中经乙方确认的比例",
    payerAccountNo: authorization?.payerAccountNo ?? "以业务系统登记的为准",
    payeeAccountNo: authorization?.payeeAccountNo ?? "以业务系统登记的为准",
    authorizedUntil: authorizationEnd(authorization),
    partyBName: subject.name,
    mobileMasked: masked(subject.mobile, 3, 4),
    idNumberMasked: masked(subject.idNumber, 3, 4),
    creditCode: subject.creditCode ?? "以登记机关公示为准",
    legalRepName: subject.legalRepName ?? "以登记机关公示为准",
    legalRepIdNumberMasked: masked(subject.legalRepIdNumber, 3, 4),
    bankAccountMasked: masked(subject.bankAccountNo, 0, 4),
  } satisfies Record<(typeof agreementVariableNames)[number], string>;
}

/** The day in China on which the mandate ends; its instant is in the evidence. */
function authorizationEnd(authorization: AuthorizationTerms | undefined): string {
  if (authorization === undefined) return "期限以本文件的有效期为准";
  return authorization.validUntil === undefined
    ? `自本文件生效之日起${figures.authorizationDays}日`
    : `至${chineseDay(authorization.validUntil)}止`;
}

/** Keeps `head` and `tail` characters and covers the middle; a number too short to be covered vanishes. */
function masked(value: string | undefined, head: number, tail: number): string {
  if (value === undefined) return "以业务系统登记的为准";
  const middle = Math.max(value.length - head - tail, 0);
  if (middle < 4) return "*".repeat(value.length);
  return value.slice(0, head) + "*".repeat(middle) + value.slice(value.length - tail);
}

const chinaOffsetMs = 8 * 3_600_000;

/** 2026年11月21日: the calendar day in China, which has one time zone and no summer time. */
function chineseDay(iso: string): string {
  const [year, month, day] = new Date(Date.parse(iso) + chinaOffsetMs)
    .toISOString()
    .slice(0, 10)
    .split("-");
  return `${year}年${Number(month)}月${Number(day)}日`;
}

/** 张三丰 → 张**: enough to know oneself by, too little to tell a stranger. */
export const maskedName = (name: string): string => {
  const [first = "", ...rest] = name;
  return first + "*".repeat(Math.max(1, rest.length));
};
