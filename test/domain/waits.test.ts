import { describe, expect, test } from "vitest";
import { figures } from "../../functions/domain/figures.ts";
import { challengeSeconds } from "../../functions/domain/verification-rules.ts";
import {
  openWaits,
  settlements,
  signWait,
  verifyWait,
  workAfter,
} from "../../functions/domain/waits.ts";
import {
  asked,
  contractOf,
  failedOnce,
  flowCreated,
  type Happened,
  invited,
  passed,
  pending,
  signed,
  start,
} from "./given.ts";

const draft = (one: Happened) => ({ at: start, actor: "platform", facts: {}, ...one });
const settled = (history: readonly Happened[], one: Happened) =>
  settlements(contractOf(history), draft(one));
const waitOf = (history: readonly Happened[]) =>
  contractOf(history).signers.flatMap((signer) => openWaits(signer, "SIGN_THEN_VERIFY"));

describe("which wait a signer stands at", () => {
  test("until the signature at the first gate, then at the first challenge", () => {
    expect(waitOf(invited)).toEqual(["W#1#SIGN"]);
    expect(waitOf(signed)).toEqual(["W#1#VERIFY#1"]);
    expect(waitOf(asked)).toEqual(["W#1#VERIFY#1"]);
    expect(waitOf(pending)).toEqual(["W#1#VERIFY#1"]);
  });

  test("after a failed challenge at the next one, after a passed one at none", () => {
    expect(waitOf(failedOnce)).toEqual(["W#1#VERIFY#2"]);
    expect(waitOf(passed)).toEqual([]);
  });
});

describe("which waits an entry settles", () => {
  test.each(["MICRO_DEPOSIT", "FACE"] as const)(
    "the signature resumes the workflow with the time that %s leaves",
    (method) => {
      const history = [flowCreated({ method }), ...invited.slice(1)];

      expect(settled(history, { step: "SIGNED", facts: { signer: 1 } })).toEqual([
        {
          key: signWait(1),
          outcome: { ok: true, output: { challengeSeconds: challengeSeconds[method] } },
        },
      ]);
    },
  );

  test.each([
    [{ result: "SUCCESS" }, { ok: true, output: {} }],
    [
      { result: "FAILED", retryable: true },
      { ok: false, error: "Verification.Retryable" },
    ],
    [
      { result: "FAILED", retryable: false },
      { ok: false, error: "Contract.Failed" },
    ],
  ])("B-37: a result %j settles its own challenge", (facts, outcome) => {
    const result = { step: "AUTH_RESULT", facts: { signer: 1, challenge: 1, ...facts } } as const;

    expect(settled(pending, result)).toEqual([{ key: verifyWait(1, 1), outcome }]);
  });

  test.each([
    ["DECLINED", "Contract.Rejected"],
    ["REVOKED", "Contract.Revoked"],
    ["EXPIRED", "Contract.Expired"],
    ["FAILED", "Contract.Failed"],
  ] as const)("an end by %s settles the open wait with %s", (step, error) => {
    const outcome = { ok: false, error };

    expect(settled(invited, { step })).toEqual([{ key: "W#1#SIGN", outcome }]);
    expect(settled(pending, { step })).toEqual([{ key: "W#1#VERIFY#1", outcome }]);
    expect(settled(failedOnce, { step })).toEqual([{ key: "W#1#VERIFY#2", outcome }]);
    expect(settled(passed, { step })).toEqual([]);
  });

  test.each(["LINK_OPENED", "SMS_SENT", "AUTH_REQUESTED", "SEALED", "COMPLETED"] as const)(
    "%s settles none",
    (step) => {
      expect(settled(pending, { step, facts: { signer: 1 } })).toEqual([]);
    },
  );
});

describe("what the stream has to do after an entry", () => {
  test("a new contract starts an execution", () => {
    expect(workAfter(undefined, draft(flowCreated()), [])).toEqual({ start: true });
  });

  test("a settled wait resumes its task; any other entry asks for nothing", () => {
    const before = contractOf(pending);

    expect(workAfter(before, draft({ step: "REVOKED" }), ["W#1#VERIFY#1"])).toEqual({
      resume: ["W#1#VERIFY#1"],
    });
    expect(workAfter(before, draft({ step: "LINK_OPENED" }), [])).toEqual({});
  });

  test("A-40: a broken execution is recovered twice, then a person must look", () => {
    const broken = Array.from({ length: figures.recoveries + 1 }, (_, run) => ({
      step: "SYSTEM_ERROR" as const,
      facts: { execution: `CT-r${run}` },
    }));
    const works = broken.map((fault, run) =>
      workAfter(contractOf([...invited, ...broken.slice(0, run)]), draft(fault), []),
    );

    expect(works).toEqual([{ recover: 1 }, { recover: 2 }, {}]);
  });
});
