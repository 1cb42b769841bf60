import type { Facts } from "./evidence.ts";
import type { Otp } from "./otp.ts";
import type { signMethods } from "./template.ts";
import type { VerificationMethod } from "./verification-rules.ts";
import type { UserType } from "./words.ts";

/** More than any template of ours has parties for; a page and a transaction hold this many (K48). */
export const signerLimit = 20;

/** What FLOW_CREATED fixes of one signer. */
export type SignerTerms = {
  /** 1, 2, 3…: the place in the request, the name in every record. */
  readonly number: number;
  /** 1, 2, 3…: one group after the other (C-48), everybody within a group at the same time. */
  readonly group: number;
  readonly userType: UserType;
  /** The method the rules chose; the challenge may use the other one after a fallback. */
  readonly method: VerificationMethod;
  readonly role?: string;
  /** ISO 8601, UTC: the signer's own, where it ends before the contract does. */
  readonly deadline?: string;
  /** The contract under which the platform seals for this signer, who then need not act (K49). */
  readonly mandate?: string;
  /** C-39: how this signer signs; absent where no dialect says it, which is by hand. */
  readonly signMethod?: SignMethod;
  /** Where the partner hands over the link itself, and no message goes out (C-06). */
  readonly notifyType?: "H5_LINK";
};

type SignMethod = (typeof signMethods)[number];

/** One challenge at the verification system; a signer may see three (requirements 3.2). */
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

/** The messages to one signer's phone. */
export type Sms = {
  /** Number of the newest message among all of the contract; 0 before the first. A retry is not a new one. */
  readonly message: number;
  /** Failed sends of the newest message. */
  readonly failures: number;
  readonly lastAt?: string;
  readonly windowStart?: string;
  readonly inWindow: number;
  readonly notify: "NONE" | "REQUESTED" | "SENT" | "FAILED";
  /** A message arrived, or others deliver the link (B-35): a failed one no longer ends the contract. */
  readonly reached?: true;
};

export type Signer = SignerTerms & {
  readonly sms: Sms;
  readonly linkExpiresAt?: string;
  /** How often a link was issued without a message. */
  readonly links?: number;
  readonly otp?: Otp;
  readonly openedAt?: string;
  readonly consentedAt?: string;
  readonly signedAt?: string;
  readonly verifiedAt?: string;
  readonly challenge?: Challenge;
};

export const noSms: Sms = { message: 0, failures: 0, inWindow: 0, notify: "NONE" };

/** B-38: both gates, in whichever order the profile closes them; or nothing left to ask for (K49). */
export const isThrough = ({ mandate, signedAt, verifiedAt }: Signer): boolean =>
  mandate !== undefined || (signedAt !== undefined && verifiedAt !== undefined);

/** Who has to act. */
export const acts = ({ mandate }: Pick<SignerTerms, "mandate">): boolean => mandate === undefined;

/** C-48: nobody's turn comes before everybody of every earlier group is through. */
export const isTurnOf = (signer: Signer, signers: readonly Signer[]): boolean =>
  signers.every((other) => other.group >= signer.group || isThrough(other));

/** Who signs at the same time, group by group; the way the workflow takes. */
export function groupsOf<T extends Pick<SignerTerms, "group">>(signers: readonly T[]): T[][] {
  const groups = Map.groupBy(signers, ({ group }) => group);
  return [...groups.entries()].toSorted(([a], [b]) => a - b).map(([, members]) => members);
}

/**
 * The public facts from which a chain tells its signers, one fact each: group, type, method, role, deadline,
 * mandate, and where a dialect says it how the signer signs and is told.
 * A single signer of whom none of the latter is said needs none: the contract's own facts say it all.
 */
export function rosterFacts(signers: readonly SignerTerms[]): Facts {
  const [first, ...others] = signers;
  if (others.length === 0 && first?.deadline === undefined && first?.signMethod === undefined)
    return {};
  return Object.fromEntries(
    signers.map(
      ({ number, group, userType, method, role = "-", deadline = "-", mandate = "-", ...way }) => [
        `signer${number}`,
        `${group} ${userType} ${method} ${role} ${deadline} ${mandate}${wayOf(way)}`,
      ],
    ),
  );
}

const wayOf = ({ signMethod, notifyType }: Partial<SignerTerms>): string =>
  signMethod === undefined ? "" : ` ${signMethod} ${notifyType ?? "-"}`;

/** The signers that those facts tell of. */
export function rosterOf(facts: Facts): readonly SignerTerms[] {
  const told = Array.from({ length: signerLimit }, (_, index) => index + 1)
    .filter((number) => facts[`signer${number}`] !== undefined)
    .map((number): SignerTerms => {
      const words = String(facts[`signer${number}`]).split(" ");
      const [group, userType, method, role = "-", deadline = "-", mandate = "-"] = words;
      const [signMethod, notifyType] = words.slice(6);
      return {
        number,
        group: Number(group),
        userType: userType as UserType,
        method: method as VerificationMethod,
        ...(role === "-" ? {} : { role }),
        ...(deadline === "-" ? {} : { deadline }),
        ...(mandate === "-" ? {} : { mandate }),
        ...(signMethod === undefined ? {} : { signMethod: signMethod as SignMethod }),
        ...(notifyType === "H5_LINK" ? { notifyType } : {}),
      };
    });
  if (told.length > 0) return told;
  const userType = facts.userType as UserType;
  return [{ number: 1, group: 1, userType, method: facts.method as VerificationMethod }];
}
