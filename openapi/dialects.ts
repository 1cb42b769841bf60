import type { RouteFile } from "../lib/aws/routes.ts";
import { agreement } from "./agreement.ts";
import type { Dialect } from "./description.ts";
import { native } from "./native.ts";
import { transaction } from "./transaction.ts";
import { wallet } from "./wallet.ts";

export const dialects: readonly Dialect[] = [native, agreement, wallet, transaction];

/** Who calls the routes that no partner does, and where their wire is told instead. */
export const notForPartners = {
  "receive-verification": "the verification system: docs/api.md, what we call",
  "receive-process-verification": "the verification system: docs/dialects/wallet.md",
  "receive-face-result": "face vendors, each in its own format",
  "show-signing-page": "the signer's browser",
  "open-link": "the signer's page",
  "give-consent": "the signer's page",
  "send-otp": "the signer's page",
  "check-otp": "the signer's page",
  "sign-agreement": "the signer's page",
  "submit-verification": "the signer's page",
  "decline-contract": "the signer's page",
  "follow-short-link": "the signer's browser",
  "show-face-page": "the person's browser",
  "start-face": "the person's page",
  "show-verify-page": "anybody's browser",
  "download-verifier": "anybody's browser",
  "list-orders": "operations: docs/operations.md",
  "close-order": "operations: docs/operations.md",
} as const satisfies Partial<Record<RouteFile, string>>;
