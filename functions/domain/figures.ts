import type { VerificationMethod } from "./verification-rules.ts";
import type { BizScene } from "./words.ts";

/** Every figure in one place; profile.ts says which dialect goes by which (requirements 3.1, 3.2, 3.4 and K18, K23). */
export const figures = {
  flowSeconds: 7 * 24 * 3600,
  linkSeconds: 24 * 3600,
  /** C-50, of a link that no message carries; and how often one may be issued, for each is an entry. */
  shownLinkSeconds: 30 * 60,
  linkIssues: 20,
  /** 3.4; the codes of one signer bound the guesses: twenty-five of a million. */
  otpSeconds: 5 * 60,
  otpTries: 5,
  otpIntervalSeconds: 60,
  otpCodes: 5,
  /** From the right code to the signature. */
  otpGraceSeconds: 15 * 60,
  /** A-33 and K18: attempts are one more than retries. */
  smsRetries: 3,
  /** Document D: three attempts in all, and a day for everything (K18, K23). */
  walletSmsRetries: 2,
  walletFlowSeconds: 24 * 3600,
  verificationCallRetries: 3,
  /** scenes whose method operations force, whoever signs. */
  forcedMethods: {} as Readonly<Partial<Record<BizScene, VerificationMethod>>>,
  /** A-34, and only on technical failure (K47). */
  fallbackAllowed: true,
  challenges: 3,
  resends: 5,
  resendWindowSeconds: 24 * 3600,
  resendIntervalSeconds: 60,
  /** Submissions on record for one challenge: a lost answer costs no try (K53), so tries alone bound nothing. */
  submissions: 30,
  /** Late or contradicting results kept as evidence; more than this is noise or an attack. */
  ignoredResults: 3,
  /** Fresh executions started after an internal fault before a person must look. */
  recoveries: 2,
  /** A declined contract may not be started again before this (requirements 3.2). */
  restartAfterDeclineSeconds: 24 * 3600,
  /** How long money may move on a completed contract that names no end itself (K42). */
  authorizationDays: 365,
} as const;
