import { type AuthorizationTerms, termsOf } from "./authorization-terms.ts";
import { type Entry, leafHash } from "./evidence.ts";
import { otpAfter } from "./otp.ts";
import type { ProfileName } from "./profile.ts";
import { acts, type Challenge, isThrough, noSms, rosterOf, type Signer } from "./signer.ts";
import type { VerificationMethod } from "./verification-rules.ts";
import type { BizScene, UserType } from "./words.ts";

export type ContractId = string & { readonly __brand: "ContractId" };

/** The canonical states of requirements 2.1; every dialect has a word for each of them. */
export type State =
  | { readonly status: "CREATED" }
  | { readonly status: "NOTIFIED" }
  | { readonly status: "PART_SIGNED" }
  | { readonly status: "SIGNED_UNVERIFIED" }
  | { readonly status: "VERIFYING" }
  | { readonly status: "SEALING" }
  | { readonly status: "COMPLETED"; readonly at: string }
  | { readonly status: "FAILED"; readonly at: string; readonly reason: FailureReason }
  | { readonly status: "REJECTED"; readonly at: string; readonly by: number }
  | { readonly status: "REVOKED"; readonly at: string }
  | { readonly status: "EXPIRED"; readonly at: string };

export type Status = State["status"];

export type FailureReason =
  | "TEMPLATE_UNAVAILABLE"
  | "UNSUPPORTED_CHARACTER"
  | "SMS_SEND_FAILED"
  | "VERIFIER_DOWN"
  | "VERIFY_MISMATCH"
  | "CHALLENGES_EXHAUSTED";

export type Contract = {
  readonly id: ContractId;
  readonly owner: string;
  readonly requestId: string;
  /** Hex SHA-256 of the canonical request body: tells a replay from a conflict (K07, K08). */
  readonly fingerprint: string;
  /** What the dialect it began in narrows. */
  readonly profile: ProfileName;
  readonly bizScene: BizScene;
  /** Of the first signer, in document A's columns; every signer has its own. */
  readonly userType: UserType;
  readonly method: VerificationMethod;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly expiresAt: string;
  readonly allowExternalDelivery: boolean;
  readonly state: State;
  /** An internal fault that operations or a recovery run must mend; never terminal by itself. */
  readonly attention?: {
    readonly at: string;
    readonly execution: string;
    readonly recoveries: number;
  };
  readonly agreement?: {
    readonly contentHash: string;
    readonly documentHash: string;
    /** Every party's signature is in the document; the chain names its hash. */
    readonly signed?: true;
  };
  /** What it is to authorise (K42); it does so from the root of its seal on, until it is withdrawn. */
  readonly authorization?: AuthorizationTerms & {
    readonly root?: string;
    readonly withdrawnAt?: string;
  };
  readonly signers: readonly Signer[];
  readonly sealed: boolean;
  /** Whether an authority's time-stamp covers the sealed evidence; known from the seal on. */
  readonly timestamped?: boolean;
  /** Verification results that came too late to matter; bounded, so that nobody can grow the chain. */
  readonly ignoredResults: number;
  /** Number of entries, which is also the version that every write is conditional on. */
  readonly length: number;
  /** Leaf hash of the newest entry. */
  readonly head: string;
};

const terminalStatuses = ["COMPLETED", "FAILED", "REJECTED", "REVOKED", "EXPIRED"] as const;

/** B-40: these never change again; later entries are only records of what came after. */
export const isTerminal = (contract: Pick<Contract, "state">): boolean =>
  (terminalStatuses as readonly Status[]).includes(contract.state.status);

export const signerOf = (contract: Contract, number: number): Signer => {
  const signer = contract.signers.find((candidate) => candidate.number === number);
  if (signer === undefined) throw new Error(`contract ${contract.id} has no signer ${number}`);
  return signer;
};

/** The record of a signature (签章流水, B-22). */
export const signSerial = (contract: Pick<Contract, "id">, signer: number): string =>
  `${contract.id}-S${signer}`;

/** The contract that `entries` tell of. Throws when they do not begin with FLOW_CREATED. */
export function replay(entries: readonly Entry[]): Contract {
  const [first, ...rest] = entries;
  if (first === undefined) throw new Error("an empty chain tells of no contract");
  return rest.reduce(evolve, created(first));
}

/** The first entry makes the contract. */
export function created(entry: Entry): Contract {
  if (entry.step !== "FLOW_CREATED") throw new Error(`a chain cannot begin with ${entry.step}`);
  const fact = (name: string): string => String(entry.facts[name]);
  const terms = termsOf(entry.facts);
  return {
    id: entry.contractId as ContractId,
    owner: fact("owner"),
    requestId: fact("requestId"),
    fingerprint: fact("fingerprint"),
    profile: (entry.facts.profile ?? "native") as ProfileName,
    bizScene: fact("bizScene") as BizScene,
    userType: fact("userType") as UserType,
    method: fact("method") as VerificationMethod,
    createdAt: entry.at,
    updatedAt: entry.at,
    expiresAt: fact("expiresAt"),
    allowExternalDelivery: entry.facts.allowExternalDelivery === true,
    state: { status: "CREATED" },
    ...(terms ? { authorization: terms } : {}),
    signers: rosterOf(entry.facts).map((terms) => ({ ...terms, sms: noSms })),
    sealed: false,
    ignoredResults: 0,
    length: 1,
    head: leafHash(entry),
  };
}

/** What the contract is after `entry`. Pure and total over every step; never refuses, decide has done that. */
export function evolve(contract: Contract, entry: Entry): Contract {
  const next = { ...changed(contract, entry), updatedAt: entry.at };
  return { ...next, length: contract.length + 1, head: leafHash(entry) };
}

function changed(contract: Contract, entry: Entry): Contract {
  const { at, facts, step } = entry;
  switch (step) {
    case "FLOW_CREATED":
      throw new Error(`contract ${contract.id} cannot be created twice`);
    case "CONTRACT_GENERATED":
      return {
        ...contract,
        agreement: {
          contentHash: String(facts.contentHash),
          documentHash: String(facts.documentHash),
        },
      };
    case "SMS_REQUESTED":
      return smsRequested(contract, entry);
    case "SMS_SENT":
    case "SMS_FAILED":
      return smsTold(contract, entry);
    case "LINK_ISSUED":
      return linkIssued(contract, entry);
    case "LINK_OPENED":
      return withSigner(contract, facts.signer, { openedAt: at });
    case "CONSENT_GIVEN":
      return withSigner(contract, facts.signer, { consentedAt: at });
    case "OTP_REQUESTED":
    case "OTP_SENT":
    case "OTP_REJECTED":
    case "OTP_PASSED": {
      const { number, otp } = signerOf(contract, Number(facts.signer));
      return withSigner(contract, number, { otp: otpAfter(otp, step, entry) });
    }
    case "SIGNED":
      return progressed(withSigner(contract, facts.signer, { signedAt: at }));
    case "AUTH_REQUESTED":
    case "AUTH_ACCEPTED":
    case "AUTH_CALL_FAILED":
    case "AUTH_SUBMITTED":
    case "AUTH_TRY_REJECTED":
    case "AUTH_RESULT":
      return verificationMoved(contract, entry);
    case "AUTH_RESULT_IGNORED":
      return { ...contract, ignoredResults: contract.ignoredResults + 1 };
    case "DECLINED":
      return { ...contract, state: { status: "REJECTED", at, by: Number(facts.signer) } };
    case "REVOKED":
      return { ...contract, state: { status: "REVOKED", at } };
    case "EXPIRED":
      return { ...contract, state: { status: "EXPIRED", at } };
    case "FAILED":
      return {
        ...contract,
        state: { status: "FAILED", at, reason: facts.reason as FailureReason },
      };
    case "DOCUMENT_SIGNED":
      if (contract.agreement === undefined) throw new Error(`${contract.id} signed no agreement`);
      return { ...contract, agreement: { ...contract.agreement, signed: true } };
    case "SEALED":
      return {
        ...withoutAttention(contract),
        sealed: true,
        timestamped: facts.timestamped === true,
      };
    case "ARCHIVED":
      return { ...contract, timestamped: true };
    case "COMPLETED":
      return {
        ...withAuthorization(contract, { root: String(facts.root) }),
        state: { status: "COMPLETED", at },
      };
    case "AUTHORIZATION_WITHDRAWN":
      return withAuthorization(contract, { withdrawnAt: at });
    case "SYSTEM_ERROR":
      return {
        ...contract,
        attention: {
          at,
          execution: String(facts.execution),
          recoveries: (contract.attention?.recoveries ?? 0) + 1,
        },
      };
    case "AUTO_SIGN":
    case "CALLBACK_DELIVERED":
    case "CALLBACK_UNDELIVERED":
    case "ERASED":
      return contract;
    default:
      return step satisfies never;
  }
}

function smsRequested(contract: Contract, { at, facts }: Entry): Contract {
  const { number, sms } = toldOf(contract, facts);
  const windowStart = String(facts.windowStart);
  return withSigner(contract, number, {
    linkExpiresAt: String(facts.linkExpiresAt),
    sms: {
      ...sms,
      message: Number(facts.message),
      failures: 0,
      lastAt: at,
      windowStart,
      inWindow: windowStart === sms.windowStart ? sms.inWindow + 1 : 1,
      notify: "REQUESTED",
    },
  });
}

function smsTold(contract: Contract, { facts, step }: Entry): Contract {
  const { number, sms } = toldOf(contract, facts);
  const isSent = step === "SMS_SENT";
  const reached = isSent || facts.keepAlive === true ? { reached: true as const } : {};
  const told = withSigner(contract, number, {
    sms: isSent
      ? { ...sms, ...reached, notify: "SENT", failures: 0 }
      : { ...sms, ...reached, notify: "FAILED", failures: sms.failures + 1 },
  });
  return reached.reached && contract.state.status === "CREATED"
    ? { ...told, state: { status: "NOTIFIED" } }
    : told;
}

/** The partner hands over the link, so the contract waits for the person from then on. */
function linkIssued(contract: Contract, { facts }: Entry): Contract {
  const { number, links = 0 } = signerOf(contract, Number(facts.signer));
  const linkExpiresAt = String(facts.linkExpiresAt);
  const issued = withSigner(contract, number, { linkExpiresAt, links: links + 1 });
  return contract.state.status === "CREATED"
    ? { ...issued, state: { status: "NOTIFIED" } }
    : issued;
}

/** Whom a message is for; entries from the time of one signer do not say. */
const toldOf = (contract: Contract, { signer }: Entry["facts"]): Signer =>
  signerOf(contract, Number(signer ?? 1));

function verificationMoved(contract: Contract, { at, facts, step }: Entry): Contract {
  const signer = signerOf(contract, Number(facts.signer));
  const before = signer.challenge;
  if (step === "AUTH_REQUESTED") {
    const number = Number(facts.challenge);
    const method = facts.method as VerificationMethod;
    // A repeated call asks for the same challenge again; another method counts its calls anew.
    const repeated = before?.number === number && before.method === method;
    const challenge: Challenge = {
      number,
      method,
      calls: repeated ? before.calls + 1 : 1,
      state: "REQUESTED",
      triesUsed: 0,
      submissions: 0,
      former:
        before?.verificationId === undefined
          ? (before?.former ?? [])
          : [...before.former, before.verificationId],
    };
    return progressed(withSigner(contract, signer.number, { challenge }));
  }
  if (before === undefined) throw new Error(`contract ${contract.id}: ${step} without a challenge`);
  const moved = (change: Partial<Challenge>): Contract =>
    withSigner(contract, signer.number, { challenge: { ...before, ...change } });
  switch (step) {
    case "AUTH_ACCEPTED":
      return moved({
        state: "PENDING",
        verificationId: String(facts.verificationId),
        expiresAt: String(facts.expiresAt),
      });
    case "AUTH_CALL_FAILED":
      return contract;
    case "AUTH_SUBMITTED":
      return moved({ submissions: before.submissions + 1 });
    case "AUTH_TRY_REJECTED":
      return moved({ triesUsed: Number(facts.attempt) });
    default: {
      const passed = facts.result === "SUCCESS";
      const judged = moved({
        state: passed ? "PASSED" : "FAILED",
        verificationId: String(facts.verificationId),
      });
      // A retryable failure leads back to awaiting verification (B-37); FAILED follows as its own entry.
      return progressed(passed ? withSigner(judged, signer.number, { verifiedAt: at }) : judged);
    }
  }
}

/**
 * Where the contract stands after a gate moved: sealing begins only when every signer has both signed and
 * been verified (B-38). Until somebody has signed, verification alone changes no status (2.1, document C).
 */
function progressed(contract: Contract): Contract {
  const { signers } = contract;
  if (isTerminal(contract)) return contract;
  if (signers.every(isThrough)) return { ...contract, state: { status: "SEALING" } };
  const signed = signers.filter(({ signedAt }) => signedAt !== undefined);
  if (signed.length === 0) return contract;
  if (signed.length < signers.filter(acts).length)
    return { ...contract, state: { status: "PART_SIGNED" } };
  const isAsked = signers.some(
    ({ challenge }) => challenge?.state === "REQUESTED" || challenge?.state === "PENDING",
  );
  return { ...contract, state: { status: isAsked ? "VERIFYING" : "SIGNED_UNVERIFIED" } };
}

function withSigner(
  contract: Contract,
  number: Entry["facts"][string] | undefined,
  change: Partial<Signer>,
): Contract {
  const { number: known } = signerOf(contract, Number(number));
  return {
    ...contract,
    signers: contract.signers.map((signer) =>
      signer.number === known ? { ...signer, ...change } : signer,
    ),
  };
}

const withAuthorization = (
  contract: Contract,
  change: { readonly root: string } | { readonly withdrawnAt: string },
): Contract =>
  contract.authorization === undefined
    ? contract
    : { ...contract, authorization: { ...contract.authorization, ...change } };

function withoutAttention(contract: Contract): Contract {
  const { attention: _mended, ...rest } = contract;
  return rest;
}
