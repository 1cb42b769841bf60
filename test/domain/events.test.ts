import { describe, expect, test } from "vitest";
import { eventId, eventOf, evidenceChainId } from "../../functions/domain/events.ts";
import type { Step } from "../../functions/domain/evidence.ts";
import { contractOf, entryOf, invited } from "./given.ts";

const contract = contractOf(invited);
const eventAfter = (step: Step, facts = {}) =>
  eventOf(entryOf(contract, { step, facts, actor: "signer:1" }), contract);

describe("what others hear of a contract", () => {
  test.each([
    ["FLOW_CREATED", "created"],
    ["SMS_SENT", "notified"],
    ["LINK_OPENED", "opened"],
    ["SIGNED", "signed"],
    ["AUTH_REQUESTED", "verifying"],
    ["COMPLETED", "completed"],
    ["FAILED", "failed"],
    ["EXPIRED", "expired"],
    ["DECLINED", "rejected"],
    ["REVOKED", "revoked"],
    ["AUTHORIZATION_WITHDRAWN", "withdrawn"],
  ] as const)("3.2: %s is published as esign.contract.v1.%s", (step, word) => {
    expect(eventAfter(step)?.type).toBe(`esign.contract.v1.${word}`);
  });

  test.each([
    "CONTRACT_GENERATED",
    "SMS_REQUESTED",
    "CONSENT_GIVEN",
    "AUTH_SUBMITTED",
    "AUTH_RESULT_IGNORED",
    "SEALED",
    "CALLBACK_DELIVERED",
    "SYSTEM_ERROR",
    "ERASED",
  ] as const)("%s is nobody else's concern", (step) => {
    expect(eventAfter(step)).toBeUndefined();
  });

  test("K32: one entry is one event under one id, in the order of the chain", () => {
    expect(eventAfter("FAILED", { reason: "VERIFIER_DOWN", detail: "no answer" })).toEqual({
      eventId: `${contract.id}-E4`,
      type: "esign.contract.v1.failed",
      contractId: contract.id,
      requestId: "REQ-1",
      owner: "sandai",
      sequence: 4,
      at: contract.updatedAt,
      step: "FAILED",
      reason: "VERIFIER_DOWN",
    });
  });

  test("K27, B-43: the ids of records begin with the contract's; a chain has the contract's name", () => {
    expect(eventId({ contractId: contract.id, index: 7 })).toBe(`${contract.id}-E7`);
    expect(evidenceChainId(contract.id)).toBe(`EC${contract.id.slice(2)}`);
  });
});
