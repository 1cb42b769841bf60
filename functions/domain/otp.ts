import type { Entry } from "./evidence.ts";
import { figures } from "./figures.ts";

/** The code that goes to a signer's phone before the signature (C-39): who holds the link alone does not have it. */
export type Otp = {
  /** Counts from 1. */
  readonly number: number;
  readonly requestedAt: string;
  readonly expiresAt: string;
  /** Whether the gateway took the message; until then the same code is sent again. */
  readonly sent: boolean;
  /** Wrong codes so far. Whoever raises it writes the whole contract, so no two tries share a number. */
  readonly tries: number;
  readonly passedAt?: string;
};

/** CA_CERT signs by the certificate alone, and whoever began elsewhere signs before the verification (K55). */
export const needsOtp = ({ signMethod }: { readonly signMethod?: string }): boolean =>
  signMethod === "FACE_AND_SMS";

/** What a signer's code is after an entry about it. */
export function otpAfter(
  before: Otp | undefined,
  step: "OTP_REQUESTED" | "OTP_SENT" | "OTP_REJECTED" | "OTP_PASSED",
  { at, facts }: Pick<Entry, "at" | "facts">,
): Otp {
  if (step === "OTP_REQUESTED")
    return {
      number: Number(facts.otp),
      requestedAt: at,
      expiresAt: String(facts.expiresAt),
      sent: false,
      tries: 0,
    };
  if (before === undefined) throw new Error(`${step} without a code`);
  switch (step) {
    case "OTP_SENT":
      return { ...before, sent: true };
    case "OTP_REJECTED":
      return { ...before, tries: Number(facts.attempt) };
    case "OTP_PASSED":
      return { ...before, passedAt: at };
    default:
      return step satisfies never;
  }
}

/** One segment, and nothing in it that leads anywhere: the person is on the page already. */
export const otpText = (code: string): string =>
  `【签约】验证码${code}，${figures.otpSeconds / 60}分钟内有效，用于确认您本人签署协议。请勿告知他人。`;

/** What names the message at the gateway, so that a repeated send of one code stays one message. */
export const otpMessageId = (contract: { readonly id: string }, signer: number, number: number) =>
  `${contract.id}-O${(signer - 1) * figures.otpCodes + number}`;
