import { webhookBody } from "./dialects/native.ts";
import { processEvent } from "./dialects/wallet-events.ts";
import type { ContractEvent } from "./domain/events.ts";
import type { Entry } from "./domain/evidence.ts";
import type { ProfileName } from "./domain/profile.ts";

/** How a partner hears of its contract, in the dialect that the contract began in: one row a dialect. */
type News = {
  /** The body of its webhook: the same bytes at every attempt. undefined for what this dialect does not tell (K20). */
  readonly webhook: (event: ContractEvent, chain: Chain) => Promise<object | undefined>;
  /** What the bus carries under the dialect's own names beside our own (K32). */
  readonly events: (event: ContractEvent, chain: Chain) => Promise<readonly NamedEvent[]>;
};

/** The history of the event's contract, read only by those whose words need it. */
type Chain = (contractId: string) => Promise<readonly Entry[]>;

type NamedEvent = { readonly type: string; readonly detail: object };

const native: News = {
  webhook: async (event) => webhookBody(event),
  events: async () => [],
};

const wallet: News = {
  webhook: async (event, chain) => processEvent(event, await chain(event.contractId)),
  async events(event, chain) {
    const name = processEventNames[event.step];
    if (name === undefined) return [];
    const detail = processEvent(event, await chain(event.contractId));
    return detail === undefined ? [] : [{ type: name, detail }];
  },
};

/** D-14 and D-15. */
const processEventNames: Readonly<Partial<Record<Entry["step"], string>>> = {
  COMPLETED: "SigningProcessCompletedEvent",
  FAILED: "SigningProcessFailedEvent",
  EXPIRED: "SigningProcessFailedEvent",
  DECLINED: "SigningProcessFailedEvent",
  REVOKED: "SigningProcessFailedEvent",
};

const dialects: Readonly<Record<ProfileName, News>> = { native, agreement: native, wallet };

export const newsOf = ({ profile = "native" }: ContractEvent): News => dialects[profile];
