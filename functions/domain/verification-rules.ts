import { figures } from "./figures.ts";
import type { BizScene, UserType } from "./words.ts";

/** The two ways to prove an identity; the dialects' words for them are tables elsewhere. */
export type VerificationMethod = "MICRO_DEPOSIT" | "FACE";

export type VerificationInput = {
  readonly bizScene: BizScene;
  readonly userType: UserType;
  /** Per scene, the method that operations forces on it. */
  readonly forced?: Readonly<Partial<Record<BizScene, VerificationMethod>>>;
};

type Rule = {
  readonly name: string;
  readonly source: string;
  readonly method: (input: VerificationInput) => VerificationMethod | undefined;
};

/** Ordered, first match wins (K15). The last three rows cover every combination once. */
export const verificationRules: readonly Rule[] = [
  {
    name: "forced by scene",
    source: "A-22",
    method: ({ bizScene, forced }) => forced?.[bizScene],
  },
  {
    name: "a store that lets its balance be swept receives a micro-deposit, whoever runs it",
    source: "D-42",
    method: ({ bizScene, userType }) =>
      bizScene === "POOLING_AUTH" && userType === "PERSONAL" ? "MICRO_DEPOSIT" : undefined,
  },
  {
    name: "an enterprise receives a micro-deposit",
    source: "A-20, B-30, D-40",
    method: ({ userType }) => (userType === "ENTERPRISE" ? "MICRO_DEPOSIT" : undefined),
  },
  {
    name: "a person shows the face",
    source: "A-21, B-30, D-41",
    method: ({ bizScene, userType }) =>
      userType === "PERSONAL" && bizScene !== "POOLING_AUTH" ? "FACE" : undefined,
  },
];

/** Method and the name of the rule that chose it, for the evidence. */
export function chooseVerification(input: VerificationInput): {
  readonly method: VerificationMethod;
  readonly rule: string;
} {
  for (const rule of verificationRules) {
    const method = rule.method(input);
    if (method !== undefined) return { method, rule: rule.name };
  }
  throw new Error(`no verification rule covers ${input.bizScene}/${input.userType}`);
}

/** The other method, used only when the first cannot be called at all (A-34, K47). */
export const fallbackMethod = (method: VerificationMethod): VerificationMethod =>
  method === "FACE" ? "MICRO_DEPOSIT" : "FACE";

/** Seconds a person has to finish a challenge (requirements 3.4). */
export const challengeSeconds: Readonly<Record<VerificationMethod, number>> =
  figures.challengeSeconds;

/** Wrong tries a challenge allows (requirements 3.4). */
export const triesPerChallenge = figures.triesPerChallenge;

/** Seconds a passed verification may be relied on by others (requirements 3.2). */
export const credentialSeconds: Readonly<Record<VerificationMethod, number>> =
  figures.credentialSeconds;

/**
 * Reasons after which the person may begin a new challenge. A mismatch is not among them:
 * trying again after one would be guessing (K47).
 */
const retryableReasons: ReadonlySet<string> = new Set(["POOR_QUALITY", "EXPIRED", "TECHNICAL"]);

export const isRetryable = (failReason: string): boolean => retryableReasons.has(failReason);
