import { type AuthorizationTerms, termsOf } from "./authorization-terms.ts";
import { type Entry, leafHash } from "./evidence.ts";
import type { VerificationMethod } from "./verification-rules.ts";
import type { BizScene, UserType } from "./words.ts";

export type ContractId = string & { readonly __brand: "ContractId" };

/** The canonical states of requirements 2.1; every dialect has a word for each of them. */
export type State =
  | { readonly status: "CREATED" }
  | { readonly status: "NOTIFIED" }
  | { readonly status: "SIGNED_UNVERIFIED" }
  | { readonly status: "VERIFYING" }
  | { readonly status: "SEALING" }
  | { readonly status: "COMPLETED"; readonly at: string }
  | { readonly status: "FAILED"; readonly at: string; readonly reason: FailureReason }
  | { readonly status: "REJECTED"; readonly at: string }
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

/** One challenge at the verification system; a contract may see three (requirements 3.2). */
export type Challenge = {
  readonly number: number;
  readonly method: VerificationMethod;
  /** Calls made to create it; the next retry or the fallback depends on it. */
  readonly calls: number;
  readonly state: "REQUESTED" | "PENDING" | "PASSED" | "FAILED";
  /** Known once the system accepted; a callback may arrive before we heard the answer. */
  readonly verificationId?: string;
  readonly expiresAt?: string;
  readonly triesUsed: number;
  readonly submissions: number;
  /** Verification ids of the challenges before this one, whose results the system may still repeat. */
  readonly former: readonly string[];
};

export type Signer = {
  readonly number: number;
  readonly openedAt?: string;
  readonly consentedAt?: string;
  readonly signedAt?: string;
  readonly verifiedAt?: string;
  readonly challenge?: Challenge;
};

export type Contract = {
  readonly id: ContractId;
  readonly owner: string;
  readonly requestId: string;
  /** Hex SHA-256 of the canonical request body: tells a replay from a conflict (K07, K08). */
  readonly fingerprint: string;
  readonly bizScene: BizScene;
  readonly userType: UserType;
  /** The method the rules chose; the challenge may use the other one after a fallback. */
  readonly method: VerificationMethod;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly expiresAt: string;
  readonly linkExpiresAt?: string;
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
  readonly sms: Sms;
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

type Sms = {
  /** Messages that left or may have left; a retry of the same message is not a new one. */
  readonly messages: number;
  /** Failed sends of the current message. */
  readonly failures: number;
  readonly lastAt?: string;
  readonly windowStart?: string;
  readonly inWindow: number;
  readonly notify: "NONE" | "REQUESTED" | "SENT" | "FAILED";
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
    bizScene: fact("bizScene") as BizScene,
    userType: fact("userType") as UserType,
    method: fact("method") as VerificationMethod,
    createdAt: entry.at,
    updatedAt: entry.at,
    expiresAt: fact("expiresAt"),
    allowExternalDelivery: entry.facts.allowExternalDelivery === true,
    state: { status: "CREATED" },
    ...(terms ? { authorization: terms } : {}),
    sms: { messages: 0, failures: 0, inWindow: 0, notify: "NONE" },
    signers: [{ number: 1 }],
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
      return {
        ...contract,
        state: contract.state.status === "CREATED" ? { status: "NOTIFIED" } : contract.state,
        sms: { ...contract.sms, notify: "SENT", failures: 0 },
      };
    case "SMS_FAILED":
      return {
        ...contract,
        state:
          contract.state.status === "CREATED" && facts.keepAlive === true
            ? { status: "NOTIFIED" }
            : contract.state,
        sms: { ...contract.sms, notify: "FAILED", failures: contract.sms.failures + 1 },
      };
    case "LINK_OPENED":
      return withSigner(contract, facts.signer, { openedAt: at });
    case "CONSENT_GIVEN":
      return withSigner(contract, facts.signer, { consentedAt: at });
    case "SIGNED":
      return {
        ...withSigner(contract, facts.signer, { signedAt: at }),
        state: { status: "SIGNED_UNVERIFIED" },
      };
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
      return { ...contract, state: { status: "REJECTED", at } };
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
    case "CALLBACK_DELIVERED":
    case "CALLBACK_UNDELIVERED":
    case "ERASED":
      return contract;
    default:
      return step satisfies never;
  }
}

function smsRequested(contract: Contract, { at, facts }: Entry): Contract {
  const { sms } = contract;
  const windowStart = String(facts.windowStart);
  return {
    ...contract,
    linkExpiresAt: String(facts.linkExpiresAt),
    sms: {
      messages: sms.messages + 1,
      failures: 0,
      lastAt: at,
      windowStart,
      inWindow: windowStart === sms.windowStart ? sms.inWindow + 1 : 1,
      notify: "REQUESTED",
    },
  };
}

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
    return {
      ...withSigner(contract, signer.number, { challenge }),
      state: { status: "VERIFYING" },
    };
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
      return passed
        ? gatesClosed(withSigner(judged, signer.number, { verifiedAt: at }))
        : { ...judged, state: { status: "SIGNED_UNVERIFIED" } };
    }
  }
}

/** B-38: sealing begins only when every signer has both signed and been verified. */
function gatesClosed(contract: Contract): Contract {
  const closed = contract.signers.every(
    (signer) => signer.signedAt !== undefined && signer.verifiedAt !== undefined,
  );
  return closed ? { ...contract, state: { status: "SEALING" } } : contract;
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
