import {
  type Draft,
  draft,
  isPast,
  plusSeconds,
  type Refusal,
  refuse,
  signerActor,
  signerFact,
} from "./drafts.ts";
import { figures } from "./figures.ts";
import { needsOtp, type Otp } from "./otp.ts";
import type { Signer } from "./signer.ts";

/** What may happen around a code; `at` is added by Command. */
export type OtpCommand =
  /** `code` of that number; only its salted hash stands in the chain. */
  | {
      readonly type: "requestOtp";
      readonly signer: number;
      readonly number: number;
      readonly code: string;
      readonly mobile: string;
    }
  | {
      readonly type: "otpSent";
      readonly signer: number;
      readonly number: number;
      readonly provider: string;
      readonly providerMessageId: string;
    }
  /** `matches` says whether what was typed is the code of that number. */
  | {
      readonly type: "submitOtp";
      readonly signer: number;
      readonly number: number;
      readonly matches: boolean;
    };

type Of<T extends OtpCommand["type"]> = { readonly at: string } & Extract<
  OtpCommand,
  { readonly type: T }
>;
type Outcome = readonly Draft[] | { readonly refused: Refusal };

/** A code that was right lets the person sign for a while: long enough to draw a name, too short to hand over. */
export const isConfirmed = ({ otp }: Pick<Signer, "otp">, at: string): boolean =>
  otp?.passedAt !== undefined && !isPast(plusSeconds(otp.passedAt, figures.otpGraceSeconds), at);

/** The number of the code that would be sent next. */
export const nextOtp = ({ otp }: Pick<Signer, "otp">, at: string): number =>
  otp !== undefined && isUnsent(otp, at) ? otp.number : (otp?.number ?? 0) + 1;

/** Also for a code that the gateway did not take: it has bought nobody a try, so it is sent once more. */
const isUnsent = (otp: Otp, at: string): boolean =>
  !otp.sent && otp.passedAt === undefined && !isPast(otp.expiresAt, at);

export function requestOtp(signer: Signer, command: Of<"requestOtp">): Outcome {
  const { otp } = signer;
  const { at, number } = command;
  const early = tooEarly(signer);
  if (early) return early;
  // Somebody else has just asked for that code, or confirmed it.
  if (isConfirmed(signer, at) || otp?.number === number) return [];
  if (number !== nextOtp(signer, at)) return [];
  const next = otp && plusSeconds(otp.requestedAt, figures.otpIntervalSeconds);
  if (next !== undefined && !isPast(next, at))
    return refuse("RATE_LIMITED", "a code was sent just now; wait before asking for another", {
      retryAfterSeconds: Math.ceil((Date.parse(next) - Date.parse(at)) / 1000),
    });
  if (number > figures.otpCodes)
    return refuse("TOO_MANY_TRIES", "no further code is sent for this contract; ask the sender");
  return [
    draft(
      command,
      "OTP_REQUESTED",
      signerActor(command.signer),
      { ...signerFact(command), otp: number, expiresAt: plusSeconds(at, figures.otpSeconds) },
      { code: command.code, mobile: command.mobile },
    ),
  ];
}

export function otpSent(signer: Signer, command: Of<"otpSent">): readonly Draft[] {
  const { number, provider, providerMessageId } = command;
  if (signer.otp?.number !== number || signer.otp.sent) return [];
  const facts = { ...signerFact(command), otp: number, provider, providerMessageId };
  return [draft(command, "OTP_SENT", "platform", facts)];
}

/** 3.4: five tries a code. The one that is judged is on record before its answer is, so no burst gets a sixth. */
export function submitOtp(signer: Signer, command: Of<"submitOtp">): Outcome {
  const { otp } = signer;
  const { at, number } = command;
  const early = tooEarly(signer);
  if (early) return early;
  if (isConfirmed(signer, at)) return [];
  if (otp === undefined || otp.number !== number || otp.passedAt !== undefined)
    return refuse("STATE_CONFLICT", "ask for a new code first");
  if (isPast(otp.expiresAt, at))
    return refuse("STATE_CONFLICT", "the code has expired; ask for a new one");
  if (otp.tries >= figures.otpTries)
    return refuse("TOO_MANY_TRIES", "all tries for this code are used; ask for a new one");
  const facts = { ...signerFact(command), otp: number, attempt: otp.tries + 1 };
  const actor = signerActor(command.signer);
  return [draft(command, command.matches ? "OTP_PASSED" : "OTP_REJECTED", actor, facts)];
}

/** A code opens nothing before the face did (C-39), and belongs to one way of signing alone. */
function tooEarly(signer: Signer): { readonly refused: Refusal } | undefined {
  if (!needsOtp(signer)) return refuse("STATE_CONFLICT", "this signature needs no code");
  return signer.verifiedAt === undefined
    ? refuse("NOT_READY", "the identity is verified before a code is sent; reload the page")
    : undefined;
}
