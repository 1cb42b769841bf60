import type { Facts } from "./evidence.ts";

/** What a contract is asked to authorise, in account codes that name no person (K42, D-03 to D-05). */
export type AuthorizationTerms = {
  readonly payerAccountNo: string;
  /** Absent where the payer allows payments as such; which receivers, other contracts say. */
  readonly payeeAccountNo?: string | undefined;
  /** 订单归集最高比例 (D-05): a decimal above 0 and up to 1 with at most four places, as it was sent. */
  readonly maxRatio?: string | undefined;
  /** ISO 8601, UTC. Without it the authorisation lasts `figures.authorizationDays` from completion. */
  readonly validUntil?: string | undefined;
};

/** The public facts of FLOW_CREATED from which a chain tells its terms. */
export function termsFacts(terms: AuthorizationTerms | undefined): Facts {
  if (terms === undefined) return {};
  const { payerAccountNo, payeeAccountNo, maxRatio, validUntil } = terms;
  return {
    payerAccountNo,
    ...(payeeAccountNo === undefined ? {} : { payeeAccountNo }),
    ...(maxRatio === undefined ? {} : { maxRatio }),
    ...(validUntil === undefined ? {} : { authorizedUntil: new Date(validUntil).toISOString() }),
  };
}

/** The terms that those facts tell, or undefined for a contract that moves no money. */
export function termsOf(facts: Facts): AuthorizationTerms | undefined {
  const { payerAccountNo, payeeAccountNo, maxRatio, authorizedUntil } = facts;
  if (payerAccountNo === undefined) return undefined;
  return {
    payerAccountNo: String(payerAccountNo),
    ...(payeeAccountNo === undefined ? {} : { payeeAccountNo: String(payeeAccountNo) }),
    ...(maxRatio === undefined ? {} : { maxRatio: String(maxRatio) }),
    ...(authorizedUntil === undefined ? {} : { validUntil: String(authorizedUntil) }),
  };
}

/** "0.8" → 8000: read digit by digit, for a fraction of two would not hold it exactly. */
export function ratioBasisPoints(maxRatio: string): number {
  const [whole = "0", places = ""] = maxRatio.split(".");
  return Number(whole) * 10_000 + Number(places.padEnd(4, "0"));
}

/** "0.8" → "80%", "0.1234" → "12.34%": how the agreement says it (D-33). */
export const ratioPercent = (maxRatio: string): string => `${ratioBasisPoints(maxRatio) / 100}%`;
