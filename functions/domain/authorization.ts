import { ratioBasisPoints } from "./authorization-terms.ts";
import type { Contract } from "./contract.ts";
import { isPast, plusSeconds } from "./drafts.ts";
import { figures } from "./figures.ts";
import type { Fen } from "./money.ts";
import type { BizScene } from "./words.ts";

/** What a completed contract allows money to do (K42), and for how long. */
export type Authorization = {
  readonly contractId: string;
  /** The partner that had it signed. */
  readonly owner: string;
  readonly kind: BizScene;
  readonly payerAccountNo: string;
  readonly payeeAccountNo?: string;
  /** Ten-thousandths of a source order; absent where the contract names no limit. */
  readonly maxRatioBasisPoints?: number;
  /** ISO 8601, UTC: when the contract was completed. */
  readonly validFrom: string;
  readonly validUntil: string;
  /** Hex Merkle root under which the contract is sealed: what an order names as its ground. */
  readonly root: string;
  readonly withdrawnAt?: string;
};

const daySeconds = 24 * 3600;

/** The authorisation of a contract; undefined until it is completed, and for one that names no accounts. */
export function authorizationOf(contract: Contract): Authorization | undefined {
  const { authorization: terms, state } = contract;
  if (terms?.root === undefined || state.status !== "COMPLETED") return undefined;
  const { payerAccountNo, payeeAccountNo, maxRatio, validUntil, root, withdrawnAt } = terms;
  return {
    contractId: contract.id,
    owner: contract.owner,
    kind: contract.bizScene,
    payerAccountNo,
    ...(payeeAccountNo === undefined ? {} : { payeeAccountNo }),
    ...(maxRatio === undefined ? {} : { maxRatioBasisPoints: ratioBasisPoints(maxRatio) }),
    validFrom: state.at,
    validUntil: validUntil ?? plusSeconds(state.at, figures.authorizationDays * daySeconds),
    root,
    ...(withdrawnAt === undefined ? {} : { withdrawnAt }),
  };
}

/**
 * Whether money may move on it at this moment. Asks neither for `validFrom` nor when it was withdrawn: both
 * are facts by the time they can be read, and the clocks of two machines may disagree about which came first.
 */
export const isLive = (authorization: Authorization, at: string): boolean =>
  authorization.withdrawnAt === undefined && !isPast(authorization.validUntil, at);

/**
 * What may be collected of one source order (D-05). Collected amounts are whole fen, so one of them is within
 * ratio × order exactly when it is within the floor of that product: rounding the limit down loses nobody a fen.
 */
export const poolingLimit = (orderAmountFen: Fen, basisPoints: number): Fen =>
  Number((BigInt(orderAmountFen) * BigInt(basisPoints)) / 10_000n) as Fen;
