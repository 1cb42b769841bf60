import { archivedEvent, statusChange } from "./dialects/agreement-events.ts";
import type { AgreementRequest } from "./dialects/agreement-request.ts";
import { webhookBody } from "./dialects/native.ts";
import { processEvent } from "./dialects/wallet-events.ts";
import type { ContractEvent } from "./domain/events.ts";
import type { Entry } from "./domain/evidence.ts";
import type { ProfileName } from "./domain/profile.ts";

/** How a partner hears of its contract, in the dialect that the contract began in: one row a dialect. */
type News = {
  /** The body of its webhook: the same bytes at every attempt. undefined for what this dialect does not tell (K20). */
  readonly webhook: (event: ContractEvent, chain: Chain) => Promise<object | undefined>;
  /** Extra headers that this dialect's partners may have sent back to them, from the request as it was sent. */
  readonly headers?: (sent: object | undefined) => Readonly<Record<string, string>> | undefined;
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

const agreement: News = {
  webhook: async (event, chain) => statusChange(event, await chain(event.contractId)),
  headers: (sent) => (sent as AgreementRequest | undefined)?.webhookConfig?.headers,
  async events(event, chain) {
    const history = await chain(event.contractId);
    const changed = statusChange(event, history);
    const archived = archivedEvent(event, history);
    return [
      ...(changed ? [{ type: changed.eventType, detail: changed }] : []),
      ...(archived ? [{ type: archived.eventType, detail: archived }] : []),
    ];
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

const dialects: Readonly<Record<ProfileName, News>> = { native, agreement, wallet };

export const newsOf = ({ profile = "native" }: ContractEvent): News => dialects[profile];
