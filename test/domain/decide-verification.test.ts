import { describe, expect, test } from "vitest";
import { challengeKey } from "../../functions/domain/decide-verification.ts";
import { figures } from "../../functions/domain/figures.ts";
import { signerLimit } from "../../functions/domain/signer.ts";
import {
  asked,
  completed,
  consented,
  contractOf,
  endings,
  expiresAt,
  failedOnce,
  flowCreated,
  given,
  type Happened,
  later,
  passed,
  pending,
  signed,
  start,
} from "./given.ts";

const callTwice = (times: number, method = "MICRO_DEPOSIT"): Happened[] =>
  Array.from({ length: times }, () => ({
    step: "AUTH_REQUESTED",
    facts: { signer: 1, challenge: 1, method },
  }));
const secondAsked: Happened = {
  step: "AUTH_REQUESTED",
  facts: { signer: 1, challenge: 2, method: "MICRO_DEPOSIT" },
};
const tryRejected = (attempt: number): Happened => ({
  step: "AUTH_TRY_REJECTED",
  facts: { signer: 1, attempt },
});
const failure = (failReason: string) =>
  ({ type: "verificationResult", result: "FAILED", failReason }) as const;

describe("asking for a challenge", () => {
  test("A-23, B-09, B-15: names the contract's own method and a key derived from the flow", () => {
    const after = given(...signed)
      .when({ type: "requestChallenge" })
      .thenHappens({
        step: "AUTH_REQUESTED",
        facts: {
          signer: 1,
          challenge: 1,
          method: "MICRO_DEPOSIT",
          challengeKey: "CT00000000000000000000000001-V1M",
          fallback: false,
        },
      });

    expect(after.state.status).toBe("VERIFYING");
  });

  test("B-15: no key is longer than 32 characters", () => {
    const { id } = contractOf(signed);
    const keys = Array.from({ length: signerLimit }, (_, index) => index + 1).flatMap((signer) =>
      [1, figures.challenges].flatMap((number) => [
        challengeKey({ id }, signer, number, "FACE"),
        challengeKey({ id }, signer, number, "MICRO_DEPOSIT"),
      ]),
    );

    expect(new Set(keys).size).toBe(4 * signerLimit);
    for (const key of keys) expect(key.length).toBeLessThanOrEqual(32);
  });

  test("A-33: a call without an answer is repeated under the same key, three times", () => {
    given(...signed, ...callTwice(3))
      .when({ type: "requestChallenge" })
      .thenHappens({ step: "AUTH_REQUESTED", facts: { challenge: 1, method: "MICRO_DEPOSIT" } });
  });

  test("A-34, K47: after the fourth failed call the other method is asked for, and the evidence says so", () => {
    given(...signed, ...callTwice(4))
      .when({ type: "requestChallenge" })
      .thenHappens({
        step: "AUTH_REQUESTED",
        facts: { challenge: 1, method: "FACE", fallback: true },
      });
  });

  test("A-33, A-39, B-54: when the other method cannot be called either, the flow fails with the reason", () => {
    given(...signed, ...callTwice(4), ...callTwice(4, "FACE"))
      .when({ type: "requestChallenge" })
      .thenHappens({ step: "FAILED", facts: { reason: "VERIFIER_DOWN" } });
  });

  test("A-33: a failed call is on record; once the result is known it no longer matters", () => {
    given(...asked)
      .when({ type: "challengeFailed", error: "PeerUnavailable" })
      .thenHappens({ step: "AUTH_CALL_FAILED", facts: { signer: 1, error: "PeerUnavailable" } });
    given(...passed)
      .when({ type: "challengeFailed" })
      .thenNothing();
    given(...signed)
      .when({ type: "challengeFailed" })
      .thenNothing();
  });

  test("B-27, B-37: after a retryable failure the next challenge follows, by the contract's own method", () => {
    given(...failedOnce)
      .when({ type: "requestChallenge" })
      .thenHappens({ step: "AUTH_REQUESTED", facts: { challenge: 2, method: "MICRO_DEPOSIT" } });
  });

  test("B-09: a challenge that is out, or passed, is not asked for again", () => {
    given(...pending)
      .when({ type: "requestChallenge" })
      .thenNothing();
    given(...passed)
      .when({ type: "requestChallenge" })
      .thenNothing();
  });

  test("B-42: a challenge that would outlive the contract ends with it", () => {
    given(...pending)
      .when({ type: "requestChallenge", at: expiresAt })
      .thenHappens({ step: "EXPIRED" });
  });

  test("B-37: nobody is verified before signing", () => {
    given(...consented)
      .when({ type: "requestChallenge" })
      .thenRefused("NOT_READY");
  });

  test("B-40: an ended contract asks for nothing", () => {
    given(...signed, { step: "REVOKED" })
      .when({ type: "requestChallenge" })
      .thenRefused("STATE_CONFLICT");
  });
});

describe("the verification system accepts", () => {
  test("A-36, B-25: its record's id and validity are kept", () => {
    const after = given(...asked)
      .when({ type: "challengeAccepted", verificationId: "VR7", expiresAt: later(600) })
      .thenHappens({
        step: "AUTH_ACCEPTED",
        facts: { verificationId: "VR7", expiresAt: later(600) },
      });

    expect(after.signers[0]?.challenge).toMatchObject({ state: "PENDING", verificationId: "VR7" });
  });

  test("A-36: an answer that the callback has overtaken, or that answers an older call, is quiet", () => {
    given(...passed)
      .when({ type: "challengeAccepted" })
      .thenNothing();
    given(...asked)
      .when({ type: "challengeAccepted", method: "FACE" })
      .thenNothing();
    given(...failedOnce, secondAsked)
      .when({ type: "challengeAccepted", challenge: 1 })
      .thenNothing();
  });
});

describe("typing back the micro-deposit", () => {
  test("K53: a submission is on record before it is sent, amount and remark outside the facts", () => {
    given(...pending, tryRejected(1))
      .when({ type: "submitTry", amount: "0.37", remark: "A1B2C3" })
      .thenHappens({
        step: "AUTH_SUBMITTED",
        actor: "signer:1",
        facts: { signer: 1, challenge: 1, attempt: 2 },
        disclosures: { amount: "0.37", remark: "A1B2C3" },
      });
  });

  test("K53: a submission without an answer keeps its number", () => {
    const submitted: Happened = { step: "AUTH_SUBMITTED", facts: { signer: 1, attempt: 1 } };

    given(...pending, submitted)
      .when({ type: "submitTry" })
      .thenHappens({ step: "AUTH_SUBMITTED", facts: { attempt: 1 } });
  });

  test("K53: submissions without an answer are bounded, so that nobody can grow the chain past sealing", () => {
    const submitted: Happened = { step: "AUTH_SUBMITTED", facts: { signer: 1, attempt: 1 } };
    const many = Array.from({ length: figures.submissions }, () => submitted);

    given(...pending, ...many)
      .when({ type: "submitTry" })
      .thenRefused("RATE_LIMITED");
  });

  test("B-55: a wrong try is counted once, however often the answer comes", () => {
    const after = given(...pending)
      .when({ type: "tryRejected", attempt: 1 })
      .thenHappens({ step: "AUTH_TRY_REJECTED", facts: { attempt: 1 } });

    expect(after.signers[0]?.challenge?.triesUsed).toBe(1);
    given(...pending, tryRejected(1))
      .when({ type: "tryRejected", attempt: 1 })
      .thenNothing();
  });

  test("3.4: a fourth try is refused", () => {
    given(...pending, tryRejected(1), tryRejected(2), tryRejected(3))
      .when({ type: "submitTry" })
      .thenRefused("TOO_MANY_TRIES");
  });

  test("B-42, B-55: the challenge's own time ends it", () => {
    given(...pending)
      .when({ type: "submitTry", at: later(72 * 3600) })
      .thenRefused("FLOW_EXPIRED");
  });

  test("there is nothing to type back for a face, before a deposit, or after the end", () => {
    const facePending: Happened[] = [
      ...signed,
      ...callTwice(1, "FACE"),
      { step: "AUTH_ACCEPTED", facts: { signer: 1, verificationId: "VR1", expiresAt } },
    ];

    for (const history of [facePending, asked, passed])
      given(...history)
        .when({ type: "submitTry" })
        .thenRefused("STATE_CONFLICT");
    given(...asked, { step: "EXPIRED" })
      .when({ type: "submitTry" })
      .thenRefused("FLOW_EXPIRED");
  });
});

describe("the result", () => {
  test("A-25, B-17, B-38: success updates the contract, names the credential, and sealing begins", () => {
    const after = given(...pending)
      .when({ type: "verificationResult", evidence: { transactionNo: "TX1" } })
      .thenHappens({
        step: "AUTH_RESULT",
        actor: "verification-system",
        facts: {
          challenge: 1,
          verificationId: "VR1",
          method: "MICRO_DEPOSIT",
          result: "SUCCESS",
          source: "CALLBACK",
          credentialId: "CT00000000000000000000000001-C1",
        },
        disclosures: { transactionNo: "TX1" },
      });

    expect(after.state.status).toBe("SEALING");
    expect(after.signers[0]?.verifiedAt).toBe(start);
  });

  test("B-16: a callback may overtake the answer to the very call it belongs to", () => {
    const after = given(...asked)
      .when({ type: "verificationResult", verificationId: "VR9" })
      .thenHappens({ step: "AUTH_RESULT", facts: { verificationId: "VR9" } });

    expect(after.state.status).toBe("SEALING");
  });

  test("A-43, K47, B-38: a mismatch fails the flow at once and never changes the method", () => {
    const after = given(...pending)
      .when(failure("MISMATCH"))
      .thenHappens(
        { step: "AUTH_RESULT", facts: { result: "FAILED", retryable: false } },
        { step: "FAILED", facts: { reason: "VERIFY_MISMATCH", detail: "MISMATCH" } },
      );

    expect(after.state).toMatchObject({ status: "FAILED", reason: "VERIFY_MISMATCH" });
  });

  test.each(["POOR_QUALITY", "EXPIRED", "TECHNICAL"])(
    "A-43, B-37, B-55: %s is not a mismatch: back to awaiting verification",
    (reason) => {
      const after = given(...pending)
        .when(failure(reason))
        .thenHappens({ step: "AUTH_RESULT", facts: { result: "FAILED", retryable: true } });

      expect(after.state.status).toBe("SIGNED_UNVERIFIED");
    },
  );

  test("B-27, B-37: the third failed challenge is the last", () => {
    const third: Happened = {
      step: "AUTH_REQUESTED",
      facts: { signer: 1, challenge: 3, method: "MICRO_DEPOSIT" },
    };

    given(...failedOnce, third)
      .when({ ...failure("EXPIRED"), verificationId: "VR3" })
      .thenHappens(
        { step: "AUTH_RESULT", facts: { challenge: 3, retryable: false } },
        { step: "FAILED", facts: { reason: "CHALLENGES_EXHAUSTED" } },
      );
  });

  test("B-29: the same result twice is quiet, from whichever side it comes", () => {
    given(...passed)
      .when({ type: "verificationResult" })
      .thenNothing();
    given(...completed)
      .when({ type: "verificationResult", source: "POLL" })
      .thenNothing();
    given(...failedOnce)
      .when(failure("POOR_QUALITY"))
      .thenNothing();
  });

  test("B-29: a repeated result of the first challenge is not the result of the second", () => {
    given(...failedOnce, secondAsked)
      .when(failure("POOR_QUALITY"))
      .thenNothing();
    given(...failedOnce, secondAsked)
      .when({ type: "verificationResult", result: "SUCCESS" })
      .thenHappens({
        step: "AUTH_RESULT_IGNORED",
        facts: { verificationId: "VR1", why: "CONTRADICTS" },
      });
  });

  test("B-40: a contradicting or late result is kept as evidence and changes nothing", () => {
    const after = given(...passed)
      .when(failure("MISMATCH"))
      .thenHappens({ step: "AUTH_RESULT_IGNORED", facts: { why: "CONTRADICTS" } });
    const revoked = given(...pending, { step: "REVOKED" })
      .when({ type: "verificationResult" })
      .thenHappens({ step: "AUTH_RESULT_IGNORED", facts: { why: "TERMINAL" } });

    expect(after.state.status).toBe("SEALING");
    expect(revoked.state.status).toBe("REVOKED");
  });

  test("B-40: only the first three ignored results are kept", () => {
    const ignored = Array.from({ length: figures.ignoredResults }, () => ({
      step: "AUTH_RESULT_IGNORED" as const,
    }));

    given(...passed, ...ignored)
      .when(failure("MISMATCH"))
      .thenNothing();
  });

  test("B-42, K23: a result after the contract's time expires it and is kept as late", () => {
    const after = given(...pending)
      .when({ type: "verificationResult", at: expiresAt })
      .thenHappens({ step: "EXPIRED" }, { step: "AUTH_RESULT_IGNORED", facts: { why: "LATE" } });

    expect(after.state.status).toBe("EXPIRED");
    expect(after.signers[0]?.verifiedAt).toBeUndefined();
  });

  test("B-16: a deadline that nobody met is the platform's own finding", () => {
    given(...pending)
      .when({ ...failure("EXPIRED"), source: "DEADLINE", evidence: {} })
      .thenHappens({ step: "AUTH_RESULT", actor: "platform", facts: { source: "DEADLINE" } });
  });

  test("K51: another verification, another method, or none at all is refused", () => {
    given(...pending)
      .when({ type: "verificationResult", verificationId: "VR-of-somebody-else" })
      .thenRefused("VERIFICATION_UNKNOWN");
    given(...pending)
      .when({ type: "verificationResult", method: "FACE" })
      .thenRefused("VERIFICATION_UNKNOWN");
    given(...signed)
      .when({ type: "verificationResult" })
      .thenRefused("VERIFICATION_UNKNOWN");
  });

  test("K47: a late result of the method that was given up does not count for its replacement", () => {
    const personal = [flowCreated({ method: "FACE" }), ...signed.slice(1)];

    given(...personal, ...callTwice(4, "FACE"), ...callTwice(1))
      .when({ type: "verificationResult", method: "FACE" })
      .thenRefused("VERIFICATION_UNKNOWN");
  });
});

test("B-41: every end still names the verification it came from", () => {
  const { signers } = contractOf([...pending, ...(endings.FAILED ?? []).slice(-1)]);

  expect(signers[0]?.challenge?.verificationId).toBe("VR1");
});
