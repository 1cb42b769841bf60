import type { Entry, Step } from "./evidence.ts";
import type { ProfileName } from "./profile.ts";

/** What the bus carries: ids and codes only. `eventId` is the same wherever the event travels (K32). */
export type ContractEvent = {
  readonly eventId: string;
  readonly type: string;
  readonly contractId: string;
  readonly requestId: string;
  readonly owner: string;
  /** Position in the chain: a receiver drops what is older than what it has (design 7). */
  readonly sequence: number;
  readonly at: string;
  readonly step: Step;
  readonly reason?: string;
  /** The dialect that the contract began in, where it is not the native one. */
  readonly profile?: ProfileName;
};

/** Steps that are news to others, in the words of requirements 3.2. */
const eventTypes: Readonly<Partial<Record<Step, string>>> = {
  FLOW_CREATED: "created",
  SMS_SENT: "notified",
  LINK_OPENED: "opened",
  SIGNED: "signed",
  AUTH_REQUESTED: "verifying",
  COMPLETED: "completed",
  FAILED: "failed",
  EXPIRED: "expired",
  DECLINED: "rejected",
  REVOKED: "revoked",
  ARCHIVED: "archived",
  AUTHORIZATION_WITHDRAWN: "withdrawn",
};

/** C-17. A seal without a time-stamp asks for one: what follows `archive_failed` archives again (C-73). */
function wordOf({ step, facts }: Entry): string | undefined {
  if (step !== "SEALED" || facts.timestamped === undefined) return eventTypes[step];
  return facts.timestamped ? "archived" : "archive_failed";
}

/** The event that an entry publishes, or undefined for one that concerns nobody outside. */
export function eventOf(
  entry: Entry,
  contract: {
    readonly owner: string;
    readonly requestId: string;
    readonly profile?: ProfileName | undefined;
  },
): ContractEvent | undefined {
  const word = wordOf(entry);
  if (word === undefined) return undefined;
  return {
    eventId: eventId(entry),
    type: `esign.contract.v1.${word}`,
    contractId: entry.contractId,
    requestId: contract.requestId,
    owner: contract.owner,
    sequence: entry.index,
    at: entry.at,
    step: entry.step,
    ...(entry.facts.reason ? { reason: String(entry.facts.reason) } : {}),
    ...(contract.profile === undefined || contract.profile === "native"
      ? {}
      : { profile: contract.profile }),
  };
}

export const eventId = (entry: Pick<Entry, "contractId" | "index">): string =>
  `${entry.contractId}-E${entry.index}`;

/** What A-10 calls `evidenceChainId`: one chain a contract, named after it. */
export const evidenceChainId = (contractId: string): string => `EC${contractId.slice(2)}`;
