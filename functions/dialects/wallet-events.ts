import type { ContractEvent } from "../domain/events.ts";
import type { Entry } from "../domain/evidence.ts";
import { failureWordOf, protocolId } from "./wallet.ts";

/**
 * What the bus and the wallet's callbackUrl hear of a process that has ended (D-14, D-15): told from the chain
 * up to that entry, so every attempt carries the same bytes. undefined while it runs.
 */
export function processEvent(event: ContractEvent, entries: readonly Entry[]) {
  const completed = event.step === "COMPLETED";
  const processState = completed ? "COMPLETED" : failedStates[event.step];
  if (processState === undefined) return undefined;
  const before = entries.filter(({ index }) => index <= event.sequence);
  const facts = before[0]?.facts ?? {};
  const verified = before.findLast(({ facts }) => facts.verificationId !== undefined);
  const generated = before.some(({ step }) => step === "CONTRACT_GENERATED");
  return {
    eventId: event.eventId,
    type: completed ? "SIGNING_PROCESS_COMPLETED" : "SIGNING_PROCESS_FAILED",
    timestamp: event.at,
    payload: {
      processId: event.contractId,
      requestId: event.requestId,
      businessType: facts.businessType,
      scene: facts.scene,
      processType: facts.processType,
      // K33: document D's failed event says FAILED even of a process that expired.
      status: completed ? "COMPLETED" : "FAILED",
      ...(completed
        ? {}
        : {
            processStatus: processState,
            failureReason: failedReasons[event.step] ?? failureWordOf(event.reason ?? "FAILED"),
          }),
      payerMerchantNo: facts.payerMerchantNo,
      payeeMerchantNo: facts.payeeMerchantNo,
      protocolId: generated ? protocolId(event.contractId) : null,
      verificationId: verified?.facts.verificationId ?? null,
      fundPurpose: facts.fundPurpose,
    },
  };
}

const failedStates: Readonly<Partial<Record<Entry["step"], string>>> = {
  FAILED: "FAILED",
  DECLINED: "FAILED",
  REVOKED: "FAILED",
  EXPIRED: "EXPIRED",
};

const failedReasons: Readonly<Partial<Record<Entry["step"], string>>> = {
  DECLINED: "DECLINED",
  REVOKED: "REVOKED",
  EXPIRED: "PROCESS_EXPIRED",
};
