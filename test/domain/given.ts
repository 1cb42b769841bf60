import { expect } from "vitest";
import { type Contract, created, evolve } from "../../functions/domain/contract.ts";
import { type Command, decide } from "../../functions/domain/decide.ts";
import type { Draft, RefusalCode } from "../../functions/domain/drafts.ts";
import {
  type Entry,
  evidenceType,
  type Facts,
  firstPrev,
} from "../../functions/domain/evidence.ts";

/** When every test begins; `later` counts from here. */
export const start = "2026-11-21T08:00:00.000Z";
export const expiresAt = "2026-11-28T08:00:00.000Z";

export const later = (seconds: number): string =>
  new Date(Date.parse(start) + seconds * 1000).toISOString();

export type Happened = Pick<Draft, "step"> & Partial<Draft>;

type CommandOf<T> = Command extends infer C
  ? C extends { readonly type: infer U }
    ? T extends U
      ? C
      : never
    : never
  : never;

/** What is left of a command when the usual values are filled in: type, and whatever the test is about. */
type Asked<T extends Command["type"]> = { readonly type: T } & Partial<CommandOf<T>>;

/** `given(what happened).when(command).thenHappens(what follows)`; drafts are compared by what the test names. */
export function given(...history: readonly Happened[]) {
  const contract = contractOf(history);
  return {
    contract,
    when<T extends Command["type"]>(asked: Asked<T>) {
      const decision = decide(contract, commandOf(asked));
      return {
        thenHappens(...expected: readonly Happened[]): Contract {
          expect(decision).toMatchObject({ drafts: expected });
          if (!("drafts" in decision)) throw new Error("refused");
          return decision.drafts.reduce(happen, contract);
        },
        thenNothing: () => expect(decision).toEqual({ drafts: [] }),
        thenRefused: (code: RefusalCode, data?: Facts) =>
          expect(decision).toMatchObject({ refused: { code, ...(data ? { data } : {}) } }),
      };
    },
  };
}

/** The contract that `history` leads to. */
export const contractOf = (history: readonly Happened[]): Contract =>
  history.slice(1).reduce(happen, created(entryOf(undefined, history[0] as Happened)));

const happen = (contract: Contract, one: Happened): Contract =>
  evolve(contract, entryOf(contract, one));

export const entryOf = (before: Contract | undefined, one: Happened): Entry => ({
  v: 1,
  contractId: "CT00000000000000000000000001",
  index: before?.length ?? 0,
  step: one.step,
  evidenceType: evidenceType(one.step),
  at: one.at ?? start,
  actor: one.actor ?? "platform",
  facts: one.facts ?? {},
  commitments: {},
  prev: before?.head ?? firstPrev,
});

export const flowCreated = (facts: Facts = {}): Happened => ({
  step: "FLOW_CREATED",
  facts: {
    owner: "sandai",
    requestId: "REQ-1",
    fingerprint: "f".repeat(64),
    bizScene: "RELATION_BIND",
    userType: "ENTERPRISE",
    method: "MICRO_DEPOSIT",
    expiresAt,
    allowExternalDelivery: false,
    ...facts,
  },
});

const hashes = { contentHash: "c".repeat(64), documentHash: "d".repeat(64) };
const challengeOne = { signer: 1, challenge: 1, method: "MICRO_DEPOSIT" };

/** Histories that each go one step further. */
export const fresh = [flowCreated()];
export const generated = [...fresh, { step: "CONTRACT_GENERATED", facts: hashes }] as const;
export const messaged = [
  ...generated,
  {
    step: "SMS_REQUESTED",
    facts: { message: 1, windowStart: start, linkExpiresAt: later(24 * 3600) },
  },
] as const;
export const invited = [...messaged, { step: "SMS_SENT", facts: { message: 1 } }] as const;
export const consented = [...invited, { step: "CONSENT_GIVEN", facts: { signer: 1 } }] as const;
export const signed = [...consented, { step: "SIGNED", facts: { signer: 1 } }] as const;
export const asked = [...signed, { step: "AUTH_REQUESTED", facts: challengeOne }] as const;
export const pending = [
  ...asked,
  {
    step: "AUTH_ACCEPTED",
    facts: { ...challengeOne, verificationId: "VR1", expiresAt: later(72 * 3600) },
  },
] as const;
export const passed = [
  ...pending,
  {
    step: "AUTH_RESULT",
    facts: { ...challengeOne, verificationId: "VR1", result: "SUCCESS" },
  },
] as const;
export const failedOnce = [
  ...pending,
  {
    step: "AUTH_RESULT",
    facts: { ...challengeOne, verificationId: "VR1", result: "FAILED", retryable: true },
  },
] as const;
export const completed = [...passed, { step: "SEALED" }, { step: "COMPLETED" }] as const;

/** One history for each way to end. */
export const endings: Readonly<Record<string, readonly Happened[]>> = {
  COMPLETED: completed,
  FAILED: [...signed, { step: "FAILED", facts: { reason: "VERIFIER_DOWN" } }],
  REJECTED: [...consented, { step: "DECLINED", facts: { signer: 1 } }],
  REVOKED: [...invited, { step: "REVOKED" }],
  EXPIRED: [...invited, { step: "EXPIRED" }],
};

function commandOf<T extends Command["type"]>(command: Asked<T>): Command {
  return { ...usual[command.type], ...command } as Command;
}

const at = start;
const visit = { at, signer: 1, ip: "192.0.2.1", userAgent: "browser" };

/** The usual command of each type. */
export const usual: Readonly<Record<Command["type"], Command>> = {
  generate: { type: "generate", at, templateId: "T", templateVersion: "1", ...hashes },
  fail: { type: "fail", at, reason: "UNSUPPORTED_CHARACTER", detail: "U+1F600" },
  requestSms: {
    type: "requestSms",
    at,
    signer: 1,
    purpose: "INVITE",
    templateId: "S",
    contentHash: "5".repeat(64),
    mobile: "13800138000",
  },
  issueLink: { type: "issueLink", at, signer: 1, by: "partner" },
  requestOtp: {
    type: "requestOtp",
    at,
    signer: 1,
    number: 1,
    code: "402913",
    mobile: "13800138000",
  },
  otpSent: {
    type: "otpSent",
    at,
    signer: 1,
    number: 1,
    provider: "sandbox",
    providerMessageId: "P2",
  },
  submitOtp: { type: "submitOtp", at, signer: 1, number: 1, matches: true },
  smsSent: {
    type: "smsSent",
    at,
    signer: 1,
    message: 1,
    provider: "simulator",
    providerMessageId: "P1",
  },
  smsFailed: { type: "smsFailed", at, signer: 1, message: 1, error: "PeerUnavailable" },
  open: { type: "open", at, signer: 1 },
  consent: { type: "consent", at, signer: 1 },
  sign: { type: "sign", ...visit, signature: "[]" },
  decline: { type: "decline", ...visit, reason: "no" },
  revoke: { type: "revoke", at, owner: "sandai", reason: "wrong party", operator: "op-1" },
  withdraw: { type: "withdraw", at, owner: "sandai", reason: "store closed", operator: "op-1" },
  requestChallenge: { type: "requestChallenge", at, signer: 1 },
  challengeAccepted: {
    type: "challengeAccepted",
    at,
    signer: 1,
    challenge: 1,
    method: "MICRO_DEPOSIT",
    verificationId: "VR1",
    expiresAt: later(72 * 3600),
  },
  challengeFailed: { type: "challengeFailed", at, signer: 1, error: "PeerUnavailable" },
  submitTry: { type: "submitTry", at, signer: 1, amount: "0.37", remark: "A1B2C3" },
  tryRejected: { type: "tryRejected", at, signer: 1, attempt: 1 },
  verificationResult: {
    type: "verificationResult",
    at,
    signer: 1,
    verificationId: "VR1",
    method: "MICRO_DEPOSIT",
    result: "SUCCESS",
    failReason: "UNKNOWN",
    source: "CALLBACK",
    evidence: { transactionNo: "TX1" },
  },
  conclude: { type: "conclude", at, cause: "" },
  signDocument: {
    type: "signDocument",
    at,
    mandate: "standing",
    facts: { signedHash: "c".repeat(64) },
  },
  seal: {
    type: "seal",
    at,
    root: "a".repeat(64),
    treeSize: 1,
    bundleKey: "evidence/b",
    logIndex: 0,
    timestamped: true,
    credential: "",
  },
  archive: { type: "archive", at, transactionNo: "7f", tokenHash: "b".repeat(64) },
  delivered: { type: "delivered", at, eventId: "E", attempts: 1, status: 200 },
  undelivered: { type: "undelivered", at, eventId: "E", attempts: 12, status: 500 },
  erase: { type: "erase", at, operator: "op-1" },
  systemError: { type: "systemError", at, execution: "X", error: "States.Runtime" },
};
