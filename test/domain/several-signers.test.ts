import { describe, expect, test } from "vitest";
import type { Contract } from "../../functions/domain/contract.ts";
import { profiles } from "../../functions/domain/profile.ts";
import {
  groupsOf,
  rosterFacts,
  rosterOf,
  type SignerTerms,
} from "../../functions/domain/signer.ts";
import { challengeSeconds } from "../../functions/domain/verification-rules.ts";
import {
  consentWait,
  openWaits,
  settlements,
  signerTasks,
  signWait,
  verifyWait,
} from "../../functions/domain/waits.ts";
import { contractOf, expiresAt, flowCreated, given, type Happened, later, start } from "./given.ts";

const company = { group: 1, userType: "ENTERPRISE", method: "MICRO_DEPOSIT" } as const;
const person = { group: 1, userType: "PERSONAL", method: "FACE" } as const;
/** Two in the first group, one in the second. */
const roster: readonly SignerTerms[] = [
  { number: 1, ...company },
  { number: 2, ...person },
  { number: 3, ...person, group: 2 },
];
const hashes = { contentHash: "c".repeat(64), documentHash: "d".repeat(64) };

const begun = (signers = roster, more: Record<string, string> = {}): readonly Happened[] => [
  flowCreated({ ...rosterFacts(signers), ...more }),
  { step: "CONTRACT_GENERATED", facts: hashes },
];
const invited = (signer: number, message = signer): readonly Happened[] => [
  {
    step: "SMS_REQUESTED",
    facts: { signer, message, windowStart: start, linkExpiresAt: later(24 * 3600) },
  },
  { step: "SMS_SENT", facts: { signer, message } },
];
const consented = (signer: number): Happened => ({ step: "CONSENT_GIVEN", facts: { signer } });
const signed = (signer: number): readonly Happened[] => [
  consented(signer),
  { step: "SIGNED", facts: { signer } },
];
const method = (signer: number) => roster[signer - 1]?.method ?? "FACE";
const asked = (signer: number): readonly Happened[] => [
  { step: "AUTH_REQUESTED", facts: { signer, challenge: 1, method: method(signer) } },
  {
    step: "AUTH_ACCEPTED",
    facts: {
      signer,
      challenge: 1,
      method: method(signer),
      verificationId: `VR${signer}`,
      expiresAt: later(1800),
    },
  },
];
const passed = (signer: number): Happened => ({
  step: "AUTH_RESULT",
  facts: { signer, challenge: 1, verificationId: `VR${signer}`, result: "SUCCESS" },
});
const through = (signer: number): readonly Happened[] => [
  ...invited(signer),
  ...signed(signer),
  ...asked(signer),
  passed(signer),
];
const statusAfter = (...history: readonly Happened[]) => contractOf(history).state.status;

describe("the signers of a contract", () => {
  test("C-48: the first entry fixes them, and the chain alone tells them", () => {
    const full: readonly SignerTerms[] = [
      { number: 1, ...company, role: "HEADQUARTERS", deadline: later(3600) },
      { number: 2, ...person, group: 2, mandate: "CT00000000000000000000000009" },
    ];

    expect(rosterOf(rosterFacts(full))).toEqual(full);
    expect(contractOf(begun(full)).signers).toMatchObject(full);
    expect(groupsOf(full).map((group) => group.map(({ number }) => number))).toEqual([[1], [2]]);
  });

  test("a single signer is told by the contract's own facts, as in every chain before there were several", () => {
    expect(rosterFacts(roster.slice(0, 1))).toEqual({});
    expect(contractOf([flowCreated()]).signers).toMatchObject([{ number: 1, ...company }]);
  });

  test("K17: the rules choose each signer's method, and the challenge is asked for by it", () => {
    for (const { number, method: own } of roster.slice(0, 2))
      given(...begun(), ...invited(number), ...signed(number))
        .when({ type: "requestChallenge", signer: number })
        .thenHappens({ step: "AUTH_REQUESTED", facts: { signer: number, method: own } });
  });

  test("C-48: the workflow goes through the groups, and through nobody whom a mandate spares", () => {
    const spared = [...roster, { number: 4, ...company, mandate: "CT9" }];
    const task = (signer: number) => ({ signer, expiresAt });

    expect(signerTasks(contractOf(begun(spared)))).toEqual([[task(1), task(2)], [task(3)]]);
  });

  test("C-23: a deadline ends the waits of its signer and of everybody before", () => {
    const last = roster.map((one) => (one.group === 2 ? { ...one, deadline: later(60) } : one));
    const first = roster.map((one) => (one.number === 1 ? { ...one, deadline: later(60) } : one));
    const times = (signers: readonly SignerTerms[]) =>
      signerTasks(contractOf(begun(signers))).map((group) => group.map((task) => task.expiresAt));

    expect(times(last)).toEqual([[later(60), later(60)], [later(60)]]);
    expect(times(first)).toEqual([[later(60), later(60)], [expiresAt]]);
  });
});

describe("whose turn it is", () => {
  test.each(["consent", "sign", "decline"] as const)(
    "C-48: a signer of a later group may not %s before the earlier one is through",
    (type) => {
      const early = given(...begun(), ...invited(1), ...invited(2), ...signed(1));

      early.when({ type, signer: 3 }).thenRefused("NOT_READY");
    },
  );

  test("C-48: signed but not verified is not through", () => {
    const half = [...begun(), ...through(1), ...invited(2), ...signed(2)];

    given(...half)
      .when({ type: "consent", signer: 3 })
      .thenRefused("NOT_READY");
    given(...half, ...asked(2), passed(2), ...invited(3))
      .when({ type: "consent", signer: 3 })
      .thenHappens({ step: "CONSENT_GIVEN", facts: { signer: 3 } });
  });

  test("C-48: within a group anybody may be first", () => {
    for (const signer of [1, 2])
      given(...begun(), ...invited(1), ...invited(2), consented(signer))
        .when({ type: "sign", signer })
        .thenHappens({ step: "SIGNED", facts: { signer } });
  });

  test("B-07, B-34: messages are numbered through the contract and counted for each phone", () => {
    const both = given(...begun(), ...invited(1), ...invited(2));

    both
      .when({ type: "requestSms", purpose: "RESEND", signer: 2, at: later(61) })
      .thenHappens({ step: "SMS_REQUESTED", facts: { signer: 2, message: 3 } });
    const again = [
      ...invited(1),
      ...[2, 3, 4, 5, 6].flatMap((message) => invited(1, message)),
      ...invited(2, 7),
    ];
    const full = given(...begun(), ...again);
    full
      .when({ type: "requestSms", purpose: "RESEND", signer: 1, at: later(3600) })
      .thenRefused("RATE_LIMITED", { remaining: 0 });
    full
      .when({ type: "requestSms", purpose: "RESEND", signer: 2, at: later(3600) })
      .thenHappens({ step: "SMS_REQUESTED", facts: { signer: 2, message: 8 } });
  });

  test("A-33: the message of a later signer is as necessary as that of the first", () => {
    const failing = { type: "smsFailed", signer: 3, message: 3 } as const;
    const failures = Array.from({ length: profiles.native.smsRetries }, () => ({
      step: "SMS_FAILED" as const,
      facts: { signer: 3, message: 3, keepAlive: false },
    }));
    const requested = invited(3).slice(0, 1);

    given(...begun(), ...through(1), ...through(2), ...requested, ...failures)
      .when(failing)
      .thenHappens(
        { step: "SMS_FAILED" },
        { step: "FAILED", facts: { reason: "SMS_SEND_FAILED" } },
      );
  });
});

describe("2.1: where the contract stands", () => {
  test("the first signature of several makes it part signed, the last one leads on", () => {
    const two = roster.slice(0, 2);
    const both = [...begun(two), ...invited(1), ...invited(2)];

    expect(statusAfter(...both)).toBe("NOTIFIED");
    expect(statusAfter(...both, ...signed(1))).toBe("PART_SIGNED");
    expect(statusAfter(...both, ...signed(1), ...asked(1))).toBe("PART_SIGNED");
    expect(statusAfter(...both, ...signed(1), ...asked(1), passed(1))).toBe("PART_SIGNED");
    expect(statusAfter(...both, ...signed(1), ...signed(2))).toBe("SIGNED_UNVERIFIED");
    expect(statusAfter(...both, ...signed(1), ...signed(2), ...asked(2))).toBe("VERIFYING");
  });

  test("B-38: it is sealed when the last gate of the last signer closes, whichever that is", () => {
    const two = begun(roster.slice(0, 2));
    const both = [...two, ...invited(1), ...invited(2), ...signed(1), ...signed(2)];

    expect(statusAfter(...both, ...asked(1), ...asked(2), passed(1))).toBe("VERIFYING");
    expect(statusAfter(...both, ...asked(1), ...asked(2), passed(1), passed(2))).toBe("SEALING");
    expect(statusAfter(...both, ...asked(1), ...asked(2), passed(2), passed(1))).toBe("SEALING");
    given(...two, ...through(1), ...through(2))
      .when({ type: "revoke" })
      .thenRefused("STATE_CONFLICT");
  });

  test("3.4: whoever declines ends it for all, and it says who", () => {
    const after = given(...begun(), ...through(1), ...invited(2))
      .when({ type: "decline", signer: 2 })
      .thenHappens({ step: "DECLINED", facts: { signer: 2 } });

    expect(after.state).toEqual({ status: "REJECTED", at: start, by: 2 });
  });

  test("C-23: after a signer's deadline nothing of theirs counts, and the contract expires", () => {
    const due = roster.map((one) => (one.number === 2 ? { ...one, deadline: later(600) } : one));
    const history = [...begun(due), ...invited(1), ...invited(2)];

    given(...history)
      .when({ type: "consent", signer: 2, at: later(600) })
      .thenRefused("FLOW_EXPIRED");
    given(...history)
      .when({ type: "consent", signer: 1, at: later(600) })
      .thenHappens({ step: "CONSENT_GIVEN" });
    given(...history)
      .when({ type: "conclude", cause: "States.Timeout", at: later(600) })
      .thenHappens({ step: "EXPIRED" });
  });

  test("K49: who gave a mandate is not waited for; the chain says in whose name the platform sealed", () => {
    const spared = [roster[0], { number: 2, ...company, mandate: "CT9" }] as const;
    const ready = [...begun(spared as readonly SignerTerms[]), ...through(1)];

    expect(statusAfter(...ready)).toBe("SEALING");
    given(...ready)
      .when({ type: "signDocument" })
      .thenHappens(
        { step: "AUTO_SIGN", facts: { signer: 0, mandate: "standing" } },
        { step: "AUTO_SIGN", facts: { signer: 2, mandate: "CT9" } },
        { step: "DOCUMENT_SIGNED" },
      );
  });
});

describe("K05: where verification comes first", () => {
  const first = begun(
    roster.slice(1, 2).map((one) => ({ ...one, number: 1 })),
    {
      profile: "agreement",
      userType: "PERSONAL",
      method: "FACE",
    },
  );
  const present = [...first, ...invited(1), consented(1)];
  const waits = (contract: Contract) =>
    contract.signers.flatMap((signer) => openWaits(signer, "VERIFY_THEN_SIGN"));
  const settled = (history: readonly Happened[], one: Happened) =>
    settlements(contractOf(history), { at: start, actor: "platform", facts: {}, ...one });

  test("nobody signs before the verification has passed, and nobody is verified unasked", () => {
    given(...first, ...invited(1))
      .when({ type: "requestChallenge", signer: 1 })
      .thenRefused("NOT_READY");
    given(...present)
      .when({ type: "sign", signer: 1 })
      .thenRefused("NOT_READY");
    given(...present, ...asked(1), passed(1))
      .when({ type: "sign", signer: 1 })
      .thenHappens({ step: "SIGNED" });
  });

  test("2.1: verification changes no status; the signature seals", () => {
    expect(statusAfter(...present, ...asked(1))).toBe("NOTIFIED");
    expect(statusAfter(...present, ...asked(1), passed(1))).toBe("NOTIFIED");
    expect(
      statusAfter(...present, ...asked(1), passed(1), { step: "SIGNED", facts: { signer: 1 } }),
    ).toBe("SEALING");
  });

  test("design 4: consent ends the invitation; one task waits for result and signature", () => {
    expect(waits(contractOf([...first, ...invited(1)]))).toEqual([consentWait(1)]);
    expect(waits(contractOf(present))).toEqual([verifyWait(1, 1), signWait(1)]);
    expect(waits(contractOf([...present, ...asked(1), passed(1)]))).toEqual([signWait(1)]);
    expect(settled([...first, ...invited(1)], consented(1))).toEqual([
      {
        key: consentWait(1),
        outcome: { ok: true, output: { challengeSeconds: challengeSeconds.FACE } },
      },
    ]);
    expect(settled([...present, ...asked(1)], passed(1))).toEqual([]);
    expect(settled(present, { step: "SIGNED", facts: { signer: 1 } })).toEqual([
      { key: signWait(1), outcome: { ok: true, output: {} } },
    ]);
    expect(settled(present, { step: "REVOKED" })).toHaveLength(2);
  });
});

describe("K15, K18, K23: what a profile narrows", () => {
  const wallet = (...more: readonly Happened[]) =>
    given(flowCreated({ profile: "wallet" }), ...begun().slice(1), ...more);

  test("document D sends a message three times in all, and then it has failed", () => {
    const failures = [1, 2].map(() => ({
      step: "SMS_FAILED" as const,
      facts: { signer: 1, message: 1, keepAlive: false },
    }));

    wallet(...invited(1).slice(0, 1), ...failures)
      .when({ type: "smsFailed" })
      .thenHappens({ step: "SMS_FAILED" }, { step: "FAILED" });
  });

  test("document D knows no other method: a system that is away fails the contract", () => {
    const calls = Array.from({ length: 4 }, () => asked(1)[0] as Happened);

    wallet(...invited(1), ...signed(1), ...calls)
      .when({ type: "requestChallenge" })
      .thenHappens({ step: "FAILED", facts: { reason: "VERIFIER_DOWN" } });
    given(flowCreated(), ...begun().slice(1), ...invited(1), ...signed(1), ...calls)
      .when({ type: "requestChallenge" })
      .thenHappens({ step: "AUTH_REQUESTED", facts: { method: "FACE", fallback: true } });
  });

  test("document D gives a day for everything", () => {
    expect(profiles.wallet.flowSeconds).toBe(24 * 3600);
    expect(profiles.native.flowSeconds).toBe(7 * 24 * 3600);
  });
});
