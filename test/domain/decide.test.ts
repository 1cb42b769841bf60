import { describe, expect, test } from "vitest";
import type { Command } from "../../functions/domain/decide.ts";
import {
  asked,
  completed,
  consented,
  endings,
  expiresAt,
  flowCreated,
  fresh,
  generated,
  given,
  type Happened,
  invited,
  later,
  messaged,
  passed,
  pending,
  signed,
  start,
} from "./given.ts";

const smsFailed = (times: number): Happened[] =>
  Array.from({ length: times }, () => ({ step: "SMS_FAILED", facts: { message: 1 } }));

describe("the agreement", () => {
  test("A-18: content and document hash go to the evidence, and to the contract", () => {
    const after = given(...fresh)
      .when({ type: "generate", contentHash: "c1", documentHash: "d1" })
      .thenHappens({
        step: "CONTRACT_GENERATED",
        facts: { contentHash: "c1", documentHash: "d1" },
      });

    expect(after.agreement).toEqual({ contentHash: "c1", documentHash: "d1" });
  });

  test("A-18: a second run of the step changes nothing, so the file stays the one", () => {
    given(...generated)
      .when({ type: "generate", documentHash: "another" })
      .thenNothing();
  });

  test("A-39: a request that cannot be printed fails with its reason", () => {
    const after = given(...fresh)
      .when({ type: "fail", reason: "UNSUPPORTED_CHARACTER", detail: "U+20BB7" })
      .thenHappens({
        step: "FAILED",
        facts: { reason: "UNSUPPORTED_CHARACTER", detail: "U+20BB7" },
      });

    expect(after.state).toEqual({ status: "FAILED", at: start, reason: "UNSUPPORTED_CHARACTER" });
  });
});

describe("the message", () => {
  test("A-19: the request is on record before it leaves, its text as a hash, its number outside the facts", () => {
    given(...generated)
      .when({ type: "requestSms", contentHash: "h1", mobile: "13800138000" })
      .thenHappens({
        step: "SMS_REQUESTED",
        facts: { message: 1, purpose: "INVITE", contentHash: "h1", windowStart: start },
        disclosures: { mobile: "13800138000" },
      });
  });

  test("A-19, B-37: once it is sent the contract awaits the signature", () => {
    const after = given(...messaged)
      .when({ type: "smsSent", provider: "P", providerMessageId: "P-1" })
      .thenHappens({
        step: "SMS_SENT",
        facts: { message: 1, provider: "P", providerMessageId: "P-1" },
      });

    expect(after.state.status).toBe("NOTIFIED");
    expect(after.signers[0]?.sms.notify).toBe("SENT");
  });

  test("A-19: a second answer to one message is quiet", () => {
    given(...invited)
      .when({ type: "smsSent" })
      .thenNothing();
  });

  test("A-19: a lost answer does not undo the success that another run of the step has heard of", () => {
    given(...invited)
      .when({ type: "smsFailed" })
      .thenNothing();
  });

  test("A-33: the invitation is one message however often the step asks for it", () => {
    given(...messaged, ...smsFailed(2))
      .when({ type: "requestSms" })
      .thenNothing();
  });

  test("A-33, B-33, B-50: a failed send is recorded and leaves the flow alive for the next try", () => {
    const after = given(...messaged, ...smsFailed(2))
      .when({ type: "smsFailed", error: "PeerUnavailable" })
      .thenHappens({
        step: "SMS_FAILED",
        facts: { message: 1, attempt: 3, error: "PeerUnavailable" },
      });

    expect(after.state.status).toBe("CREATED");
  });

  test("A-33, A-39: the fourth failure ends the flow with the specific reason", () => {
    const after = given(...messaged, ...smsFailed(3))
      .when({ type: "smsFailed" })
      .thenHappens(
        { step: "SMS_FAILED", facts: { attempt: 4 } },
        { step: "FAILED", facts: { reason: "SMS_SEND_FAILED" } },
      );

    expect(after.state.status).toBe("FAILED");
  });

  test("B-35: where others may deliver the link, the fourth failure leads to awaiting the signature", () => {
    const history = [flowCreated({ allowExternalDelivery: true }), ...messaged.slice(1)];

    const after = given(...history, ...smsFailed(3))
      .when({ type: "smsFailed" })
      .thenHappens({ step: "SMS_FAILED", facts: { attempt: 4, keepAlive: true } });

    expect(after.state.status).toBe("NOTIFIED");
    expect(after.signers[0]?.sms.notify).toBe("FAILED");
  });

  test("A-33: when the workflow gives up on messages, the flow fails with that reason", () => {
    given(...messaged)
      .when({ type: "conclude", cause: "Sms.Unavailable" })
      .thenHappens({ step: "FAILED", facts: { reason: "SMS_SEND_FAILED" } });
  });
});

describe("sending the message again", () => {
  const resent = (message: number, seconds: number): Happened => ({
    step: "SMS_REQUESTED",
    at: later(seconds),
    facts: { message, windowStart: start, linkExpiresAt: later(24 * 3600) },
  });
  const six = [2, 3, 4, 5, 6].map((message) => resent(message, message * 60));

  test("B-07: the partner sends it again after a minute", () => {
    given(...invited)
      .when({ type: "requestSms", purpose: "RESEND", at: later(60) })
      .thenHappens({
        step: "SMS_REQUESTED",
        actor: "partner:sandai",
        facts: { message: 2, linkExpiresAt: later(60 + 24 * 3600) },
      });
  });

  test("B-34, B-51: sooner than that it is refused, with the seconds to wait and what is left", () => {
    given(...invited)
      .when({ type: "requestSms", purpose: "RESEND", at: later(18) })
      .thenRefused("RATE_LIMITED", { retryAfterSeconds: 42, remaining: 5 });
  });

  test("B-34: a sixth time in a day is refused until the day is over", () => {
    given(...invited, ...six)
      .when({ type: "requestSms", purpose: "RESEND", at: later(3600) })
      .thenRefused("RATE_LIMITED", { retryAfterSeconds: 23 * 3600, remaining: 0 });
  });

  test("B-34, B-26: the next day opens a new window", () => {
    const after = given(...invited, ...six)
      .when({ type: "requestSms", purpose: "RESEND", at: later(24 * 3600) })
      .thenHappens({ step: "SMS_REQUESTED", facts: { message: 7, windowStart: later(24 * 3600) } });

    expect(after.signers[0]?.sms.inWindow).toBe(1);
  });

  test("B-07: before the first message there is nothing to send again", () => {
    given(...generated)
      .when({ type: "requestSms", purpose: "RESEND" })
      .thenRefused("NOT_READY");
  });

  test("B-52: a contract whose time is over gets no message that opens nothing", () => {
    given(...invited)
      .when({ type: "requestSms", purpose: "RESEND", at: expiresAt })
      .thenRefused("FLOW_EXPIRED");
  });

  test("B-42: a link never outlives its contract", () => {
    given(...invited)
      .when({ type: "requestSms", purpose: "RESEND", at: later(6.5 * 24 * 3600) })
      .thenHappens({ step: "SMS_REQUESTED", facts: { linkExpiresAt: expiresAt } });
  });
});

describe("reading and signing", () => {
  test("B-39, B-44: the person opens the link; opening it again is quiet", () => {
    const opened = { step: "LINK_OPENED", actor: "signer:1", facts: { signer: 1 } } as const;

    given(...invited)
      .when({ type: "open" })
      .thenHappens(opened);
    given(...invited, opened)
      .when({ type: "open" })
      .thenNothing();
  });

  test("B-08: consent is recorded once", () => {
    given(...invited)
      .when({ type: "consent" })
      .thenHappens({ step: "CONSENT_GIVEN", actor: "signer:1" });
    given(...consented)
      .when({ type: "consent" })
      .thenNothing();
  });

  test("B-08, B-24, B-37: signing names the serial and the hashes signed, and leads to verification", () => {
    const after = given(...consented)
      .when({ type: "sign", signature: "[[1,2]]", ip: "192.0.2.9" })
      .thenHappens({
        step: "SIGNED",
        actor: "signer:1",
        facts: {
          signSerial: "CT00000000000000000000000001-S1",
          contentHash: "c".repeat(64),
          documentHash: "d".repeat(64),
        },
        disclosures: { signature: "[[1,2]]", ip: "192.0.2.9" },
      });

    expect(after.state.status).toBe("SIGNED_UNVERIFIED");
  });

  test("B-08: who has not agreed to the text cannot sign it", () => {
    given(...invited)
      .when({ type: "sign" })
      .thenRefused("CONSENT_MISSING");
  });

  test("3.4: declining ends the contract, its reason outside the facts", () => {
    const after = given(...consented)
      .when({ type: "decline", reason: "wrong amount" })
      .thenHappens({
        step: "DECLINED",
        facts: { signer: 1 },
        disclosures: { reason: "wrong amount" },
      });

    expect(after.state).toEqual({ status: "REJECTED", at: start, by: 1 });
  });

  test.each(["consent", "sign", "decline"] as const)(
    "K25: %s comes too late after the signature",
    (type) => {
      given(...signed)
        .when({ type })
        .thenRefused("LINK_USED");
    },
  );

  test.each(["consent", "sign", "decline"] as const)(
    "B-53: %s comes too early while the agreement is being prepared",
    (type) => {
      given(...fresh)
        .when({ type })
        .thenRefused("NOT_READY");
      given(...generated)
        .when({ type })
        .thenRefused("NOT_READY");
    },
  );

  test.each(["consent", "sign", "decline"] as const)(
    "B-52, K48: %s by an expired link asks for a new message",
    (type) => {
      given(...invited)
        .when({ type, at: later(24 * 3600) })
        .thenRefused("LINK_EXPIRED");
    },
  );

  test.each(["consent", "sign", "decline"] as const)(
    "B-52: %s after the contract's time asks for a new contract",
    (type) => {
      given(...consented)
        .when({ type, at: expiresAt })
        .thenRefused("FLOW_EXPIRED");
    },
  );
});

describe("revoking", () => {
  test.each([
    ["before the message", generated],
    ["before the signature", invited],
    ["after the signature", signed],
    ["during verification", pending],
  ])("2.1: a partner revokes %s", (_, history) => {
    const after = given(...history)
      .when({ type: "revoke", reason: "wrong party", operator: "op-1" })
      .thenHappens({
        step: "REVOKED",
        actor: "partner:sandai",
        disclosures: { reason: "wrong party", operator: "op-1" },
      });

    expect(after.state).toEqual({ status: "REVOKED", at: start });
  });

  test("2.3: once everyone has signed and been verified it is too late", () => {
    given(...passed)
      .when({ type: "revoke" })
      .thenRefused("STATE_CONFLICT");
  });

  test("2.1: revoking twice is quiet", () => {
    given(...(endings.REVOKED ?? []))
      .when({ type: "revoke" })
      .thenNothing();
  });
});

describe("the end", () => {
  test.each([
    ["unsent", generated],
    ["unsigned", invited],
    ["unverified", signed],
    ["being verified", pending],
  ])("B-37, B-42, K23: a contract that is %s when its time is over expires", (_, history) => {
    const after = given(...history)
      .when({ type: "conclude", cause: "States.Timeout", at: expiresAt })
      .thenHappens({ step: "EXPIRED" });

    expect(after.state).toEqual({ status: "EXPIRED", at: expiresAt });
  });

  test("B-37: a workflow that ends while time is left ends nothing", () => {
    given(...invited)
      .when({ type: "conclude", cause: "States.Timeout", at: later(60) })
      .thenRefused("NOT_YET");
  });

  test("A-33, B-54: when the workflow gives up on the verification system, the flow fails with that reason", () => {
    given(...asked)
      .when({ type: "conclude", cause: "Verification.Unavailable" })
      .thenHappens({ step: "FAILED", facts: { reason: "VERIFIER_DOWN" } });
  });

  test("K23: a time-out that lost to the result changes nothing", () => {
    given(...passed)
      .when({ type: "conclude", cause: "States.Timeout", at: expiresAt })
      .thenNothing();
  });

  test("A-26, B-38: signed and verified, the contract is sealed and completed in one step", () => {
    const after = given(...passed)
      .when({ type: "seal", root: "r1", treeSize: 8, credential: "jws" })
      .thenHappens(
        { step: "SEALED", facts: { root: "r1", treeSize: 8 } },
        { step: "COMPLETED", facts: { root: "r1", credential: "jws" } },
      );

    expect(after.state).toEqual({ status: "COMPLETED", at: start });
    expect(after.sealed).toBe(true);
  });

  test.each(["FAILED", "REJECTED", "REVOKED", "EXPIRED"])(
    "A-26, B-38: %s is sealed too, and never completed",
    (status) => {
      const after = given(...(endings[status] ?? []))
        .when({ type: "seal" })
        .thenHappens({ step: "SEALED" });

      expect(after.state.status).toBe(status);
      expect(after.sealed).toBe(true);
    },
  );

  test("B-38: a contract that is not at its end cannot be sealed", () => {
    given(...signed)
      .when({ type: "seal" })
      .thenRefused("NOT_YET");
  });

  test("A-26: sealing twice is quiet", () => {
    given(...completed)
      .when({ type: "seal" })
      .thenNothing();
  });
});

describe("B-40: an end is for ever", () => {
  const changing = ["fail", "consent", "sign", "decline", "revoke"] as const;
  const cases = Object.entries(endings).flatMap(([status, history]) =>
    changing
      .filter((type) => !(status === "REVOKED" && type === "revoke"))
      .map((type) => [status, type, history] as const),
  );

  test.each(cases)("%s refuses %s", (status, type, history) => {
    given(...history)
      .when({ type } as { type: "sign" })
      .thenRefused(status === "EXPIRED" ? "FLOW_EXPIRED" : "STATE_CONFLICT");
  });

  const resend = { type: "requestSms", purpose: "RESEND" } as const;
  test.each(Object.entries(endings))(
    "%s refuses another message before it speaks of minutes",
    (status, history) => {
      given(...history)
        .when(resend)
        .thenRefused(status === "EXPIRED" ? "FLOW_EXPIRED" : "STATE_CONFLICT");
    },
  );

  const quiet = [
    "open",
    "conclude",
    "challengeAccepted",
    "challengeFailed",
    "tryRejected",
  ] as const;
  test.each(Object.entries(endings))("%s is quiet where nothing is asked of it", (_, history) => {
    for (const type of quiet)
      given(...history)
        .when({ type } as { type: "open" })
        .thenNothing();
  });

  test.each(Object.entries(endings))(
    "%s keeps records of what came after, and stays",
    (status, history) => {
      for (const type of ["delivered", "undelivered"] as const) {
        const step = type === "delivered" ? "CALLBACK_DELIVERED" : "CALLBACK_UNDELIVERED";
        const after = given(...history)
          .when({ type, eventId: "E9", attempts: 3, status: 200 })
          .thenHappens({ step, facts: { eventId: "E9", attempts: 3, status: 200 } });
        expect(after.state.status).toBe(status);
      }
    },
  );
});

describe("an internal fault", () => {
  const broken = (execution: string): Happened => ({ step: "SYSTEM_ERROR", facts: { execution } });

  test("A-40: is on record and asks for attention, without ending the contract", () => {
    const after = given(...invited)
      .when({ type: "systemError", execution: "CT1", error: "States.Runtime" })
      .thenHappens({ step: "SYSTEM_ERROR", facts: { execution: "CT1", error: "States.Runtime" } });

    expect(after.state.status).toBe("NOTIFIED");
    expect(after.attention).toMatchObject({ recoveries: 1 });
  });

  test("A-40: the same execution reported twice costs no second recovery", () => {
    given(...invited, broken("CT1"))
      .when({ type: "systemError", execution: "CT1" })
      .thenNothing();
    given(...invited, broken("CT1"))
      .when({ type: "systemError", execution: "CT1-r1" })
      .thenHappens({ step: "SYSTEM_ERROR" });
  });

  test("A-40: sealing mends it; after that it concerns nobody", () => {
    const after = given(...passed, broken("CT1"))
      .when({ type: "seal" })
      .thenHappens({ step: "SEALED" }, { step: "COMPLETED" });

    expect(after.attention).toBeUndefined();
    given(...completed)
      .when({ type: "systemError" })
      .thenNothing();
  });
});

describe("erasing", () => {
  test("design 5: a sealed contract's person can be erased; an open one must be revoked first", () => {
    given(...completed)
      .when({ type: "erase" })
      .thenHappens({ step: "ERASED" });
    given(...invited)
      .when({ type: "erase" })
      .thenRefused("STATE_CONFLICT");
  });
});

test("a command for a signer that the contract does not have is a bug and says so", () => {
  const command = { type: "consent", signer: 2 } as const satisfies Partial<Command>;

  expect(() => given(...invited).when(command)).toThrow(/has no signer 2/);
});
