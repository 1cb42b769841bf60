import stage from "#stage" with { type: "json" };
import type { VerificationMethod } from "./verification-rules.ts";
import type { BizScene } from "./words.ts";

/**
 * The figures of the stage that this code was bundled for, by the names that config/<stage>.json gives them;
 * docs/configuration.md says what each means and where it comes from. profile.ts says which dialect goes by which.
 */
export const figures = {
  ...stage.expiry,
  ...stage.sms,
  ...stage.otp,
  ...stage.verification,
  ...stage.workflow,
  /** scenes whose method operations force, whoever signs. */
  forcedMethods: stage.verification.forcedMethods as Readonly<
    Partial<Record<BizScene, VerificationMethod>>
  >,
} as const;

/** Of what we tell partners (K19). */
export const webhookFigures = stage.webhooks;

/** Of what partners ask us (K54). */
export const requestFigures = stage.requests;
