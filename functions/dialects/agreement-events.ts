import { archiveId } from "../domain/archive.ts";
import type { ContractEvent } from "../domain/events.ts";
import type { Entry } from "../domain/evidence.ts";
import { contractStatus } from "./agreement-contract.ts";

/**
 * What the bus and the callbackUrl hear of every change (C-16, C-44, K20): the same bytes at every attempt.
 * `eventId` is (object id, sequence), by which to drop repeats (K50); bizId tells only which business it is (C-61).
 */
export function statusChange(event: ContractEvent, [first]: readonly Entry[]) {
  const { contractId, requestId, eventId, sequence, at, reason } = event;
  const status = changedTo[event.step];
  if (status === undefined) return undefined;
  return {
    eventType: "ContractStatusChangedEvent",
    eventId,
    sequence,
    contractId,
    bizId: requestId,
    bizType: first?.facts.bizType,
    status,
    ...(reason === undefined ? {} : { reason }),
    occurredAt: at,
  };
}

/** The status that a step leads to; only COMPLETED says SIGNED, for then the evidence is sealed as well. */
const changedTo: Readonly<Partial<Record<Entry["step"], string>>> = {
  SIGNED: contractStatus.PART_SIGNED,
  COMPLETED: contractStatus.COMPLETED,
  DECLINED: contractStatus.REJECTED,
  REVOKED: contractStatus.REVOKED,
  EXPIRED: contractStatus.EXPIRED,
  FAILED: contractStatus.FAILED,
};

/** C-17: an authority's time-stamp covers the evidence of a signed contract; of others nobody asked for one (C-45). */
export function archivedEvent(event: ContractEvent, entries: readonly Entry[]) {
  const { contractId, requestId, eventId, sequence, at, type } = event;
  const isSigned = entries.some(({ step }) => step === "COMPLETED");
  if (!isSigned || type !== "esign.contract.v1.archived") return undefined;
  return {
    eventType: "ContractArchivedEvent",
    eventId,
    sequence,
    contractId,
    bizId: requestId,
    archiveId: archiveId(contractId, "TSA"),
    status: "SUCCESS",
    occurredAt: at,
  };
}
