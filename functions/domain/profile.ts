import { figures } from "./figures.ts";
import type { SignerTerms } from "./signer.ts";

/** Which of a signer's two gates closes first (K05): B and D sign and are then verified, C the other way round. */
export type GateOrder = "SIGN_THEN_VERIFY" | "VERIFY_THEN_SIGN";

/** What a dialect narrows for the contracts that begin in it; everything else is the same for all of them. */
export type Profile = {
  readonly gateOrder: GateOrder;
  /** K18: attempts are one more. */
  readonly smsRetries: number;
  /** A-34 and D's "no degradation" (K15); only ever on technical failure (K47). */
  readonly fallbackAllowed: boolean;
  /** K23: from the start to the end of the whole flow, and of one link from its message. */
  readonly flowSeconds: number;
  readonly linkSeconds: number;
  /** Whether a message carries the short link, which fits fewer segments (C-07). */
  readonly shortLinks: boolean;
};

export type ProfileName = "native" | "agreement" | "wallet";

const { smsRetries, fallbackAllowed, flowSeconds, linkSeconds } = figures;

/** The name is a fact of FLOW_CREATED: a contract keeps its profile, whoever reads it later (K01). */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  native: {
    gateOrder: "SIGN_THEN_VERIFY",
    smsRetries,
    fallbackAllowed,
    flowSeconds,
    linkSeconds,
    shortLinks: false,
  },
  agreement: {
    gateOrder: "VERIFY_THEN_SIGN",
    smsRetries,
    // C-39 names the face, and nobody there has an account for a micro-deposit.
    fallbackAllowed: false,
    flowSeconds: figures.agreementFlowDays * 24 * 3600,
    linkSeconds,
    shortLinks: true,
  },
  wallet: {
    gateOrder: "SIGN_THEN_VERIFY",
    smsRetries: figures.walletSmsRetries,
    fallbackAllowed: false,
    flowSeconds: figures.walletFlowSeconds,
    linkSeconds,
    shortLinks: false,
  },
};

/** C-50: a link that the partner shows on the spot lives shorter than one that waits on a phone. */
export const linkSecondsOf = (
  { linkSeconds }: Profile,
  { notifyType }: Pick<SignerTerms, "notifyType">,
): number => (notifyType === "H5_LINK" ? figures.shownLinkSeconds : linkSeconds);

export const profileOf = (contract: { readonly profile: ProfileName }): Profile =>
  profiles[contract.profile];
