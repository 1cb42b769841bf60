import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evolve } from "../../functions/domain/contract.ts";
import { type Command, decide } from "../../functions/domain/decide.ts";
import { plusSeconds } from "../../functions/domain/drafts.ts";
import { evidenceType, linkEntry } from "../../functions/domain/evidence.ts";
import { figures } from "../../functions/domain/figures.ts";
import { otpText } from "../../functions/domain/otp.ts";
import { smsSegments } from "../../functions/domain/sms-templates.ts";
import {
  agreementFacts,
  faceShown,
  otpSent,
  requestOtp,
  rightCode,
  wrongCode,
} from "../dialects/agreement-story.ts";
import { consent, generate, invite, minute, sent, sign, tell } from "../story.ts";

const shown = tell(faceShown, agreementFacts).contract;
const now = minute(faceShown.length + 1);

/** What `commands` come to, each at its own second; the steps, or the refusal that ended them. */
function lived(...commands: readonly (readonly [seconds: number, command: object])[]) {
  let contract = shown;
  const steps: string[] = [];
  for (const [seconds, command] of commands) {
    const decision = decide(contract, { ...command, at: plusSeconds(now, seconds) } as Command);
    if ("refused" in decision) return { contract, steps, refused: decision.refused };
    for (const draft of decision.drafts) {
      const more = { evidenceType: evidenceType(draft.step), salt: () => "00".repeat(16) };
      contract = evolve(contract, linkEntry(contract.id, contract, draft, more).entry);
      steps.push(draft.step);
    }
  }
  return { contract, steps, refused: undefined };
}

const codeOut = [
  [0, requestOtp],
  [1, otpSent],
] as const;

describe("a code before the signature", () => {
  test("C-39: asked for, sent, typed back, and then the hand", () => {
    const { steps, contract } = lived(...codeOut, [9, rightCode], [20, sign]);

    expect(steps).toEqual(["OTP_REQUESTED", "OTP_SENT", "OTP_PASSED", "SIGNED"]);
    expect(contract.state.status).toBe("SEALING");
  });

  test("C-39: nobody signs without it, however right face and link are", () => {
    expect(lived([0, sign]).refused?.code).toBe("NOT_READY");
    expect(lived(...codeOut, [5, sign]).refused?.code).toBe("NOT_READY");
    expect(lived(...codeOut, [5, wrongCode], [6, sign]).refused?.code).toBe("NOT_READY");
  });

  test("C-39: none is sent before the face was shown", () => {
    const { contract } = tell([generate, invite, sent, consent], agreementFacts);

    const decision = decide(contract, { ...requestOtp, at: now });

    expect(decision).toMatchObject({ refused: { code: "NOT_READY" } });
  });

  test("C-39: a signature by certificate, or of another dialect, needs none", () => {
    const { contract } = tell(faceShown, {
      ...agreementFacts,
      signer1: "1 PERSONAL FACE RECEIVER - - CA_CERT -",
    });

    expect(decide(contract, { ...requestOtp, at: now })).toMatchObject({
      refused: { code: "STATE_CONFLICT" },
    });
    expect(decide(contract, { ...sign, at: now })).toMatchObject({ drafts: [{ step: "SIGNED" }] });
  });

  test("3.4: only the salted hash of the code stands in the chain", () => {
    const decision = decide(shown, { ...requestOtp, at: now });

    if ("refused" in decision) throw new Error(decision.refused.message);
    expect(JSON.stringify(decision.drafts.map(({ facts }) => facts))).not.toContain("402913");
    expect(decision.drafts[0]?.disclosures).toEqual({ code: "402913", mobile: "13800138000" });
  });
});

describe("its limits", () => {
  test("3.4: five tries, and the sixth is not judged even when it is right", () => {
    const tries = Array.from({ length: figures.otpTries }, (_, n) => [2 + n, wrongCode] as const);

    const { steps, refused } = lived(...codeOut, ...tries, [10, rightCode]);

    expect(steps.filter((step) => step === "OTP_REJECTED")).toHaveLength(5);
    expect(refused?.code).toBe("TOO_MANY_TRIES");
  });

  test("3.4: good for five minutes, not for one second more", () => {
    expect(lived(...codeOut, [299, rightCode]).refused).toBeUndefined();
    expect(lived(...codeOut, [300, rightCode]).refused?.code).toBe("STATE_CONFLICT");
  });

  test("one a minute, and the refusal says how long to wait", () => {
    const second = { ...requestOtp, number: 2 };

    expect(lived(...codeOut, [59, second]).refused).toMatchObject({
      code: "RATE_LIMITED",
      data: { retryAfterSeconds: 1 },
    });
    expect(lived(...codeOut, [60, second]).steps.at(-1)).toBe("OTP_REQUESTED");
  });

  test("a code that the gateway did not take is sent again as the same message, without waiting", () => {
    const { steps, refused } = lived([0, requestOtp], [5, requestOtp], [6, otpSent], [7, otpSent]);

    expect(refused).toBeUndefined();
    expect(steps).toEqual(["OTP_REQUESTED", "OTP_SENT"]);
  });

  test("five codes a signer: twenty-five guesses of a million", () => {
    const rounds = Array.from({ length: figures.otpCodes }, (_, n) => [
      [n * 60, { ...requestOtp, number: n + 1 }] as const,
      [n * 60 + 1, { ...otpSent, number: n + 1 }] as const,
    ]).flat();

    const { refused } = lived(...rounds, [600, { ...requestOtp, number: 6 }]);

    expect(refused?.code).toBe("TOO_MANY_TRIES");
  });

  test("what was typed for an older code judges no newer one", () => {
    const newer = [60, { ...requestOtp, number: 2 }] as const;

    expect(lived(...codeOut, newer, [61, rightCode]).refused?.code).toBe("STATE_CONFLICT");
  });

  test("a right code lets the person sign for a quarter of an hour, then asks for a new one", () => {
    const passed = [...codeOut, [9, rightCode]] as const;

    expect(lived(...passed, [9 + 899, sign]).steps.at(-1)).toBe("SIGNED");
    expect(lived(...passed, [9 + 900, sign]).refused?.code).toBe("NOT_READY");
    expect(lived(...passed, [9 + 900, { ...requestOtp, number: 2 }]).steps.at(-1)).toBe(
      "OTP_REQUESTED",
    );
  });

  test("it stays quiet when a right code is typed, or another asked for, once more", () => {
    const { steps } = lived(...codeOut, [9, rightCode], [10, rightCode], [11, requestOtp]);

    expect(steps.filter((step) => step === "OTP_PASSED")).toHaveLength(1);
    expect(steps.filter((step) => step === "OTP_REQUESTED")).toHaveLength(1);
  });

  test("K55: in whatever order codes are asked for and typed, no signature stands without a right one before it", () => {
    const move = fc.record({
      pause: fc.integer({ min: 0, max: 400 }),
      command: fc.constantFrom(requestOtp, otpSent, rightCode, wrongCode, sign),
      number: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
        let contract = shown;
        let seconds = 0;
        const steps: string[] = [];
        for (const { pause, command, number } of moves) {
          seconds += pause;
          const at = plusSeconds(now, seconds);
          const numbered = command === sign ? command : { ...command, number };
          const decision = decide(contract, { ...numbered, at } as Command);
          if ("refused" in decision) continue;
          for (const draft of decision.drafts) {
            const more = { evidenceType: evidenceType(draft.step), salt: () => "00".repeat(16) };
            contract = evolve(contract, linkEntry(contract.id, contract, draft, more).entry);
            steps.push(draft.step);
          }
        }
        const signed = steps.indexOf("SIGNED");
        expect(signed === -1 || steps.indexOf("OTP_PASSED") < signed).toBe(true);
        expect(signed !== -1 && !steps.includes("OTP_PASSED")).toBe(false);
        const requested = steps.filter((step) => step === "OTP_REQUESTED").length;
        const rejected = steps.filter((step) => step === "OTP_REJECTED").length;
        expect(requested).toBeLessThanOrEqual(figures.otpCodes);
        expect(rejected).toBeLessThanOrEqual(figures.otpCodes * figures.otpTries);
      }),
    );
  });

  test("the message is one segment and leads nowhere", () => {
    const text = otpText("402913");

    expect(smsSegments(text)).toBe(1);
    expect(text).toContain("402913");
    expect(text).not.toMatch(/https?:/);
  });
});

describe("a link that no message carries", () => {
  const shownFacts = {
    ...agreementFacts,
    signer1: "1 PERSONAL FACE RECEIVER - - FACE_AND_SMS H5_LINK",
  };
  const issue = { type: "issueLink", signer: 1, by: "platform" } as const;

  test("C-50: opens for half an hour from the signer's turn, once by itself", () => {
    const { contract, entries } = tell([generate, issue, issue], shownFacts);

    expect(entries.filter(({ step }) => step === "LINK_ISSUED")).toHaveLength(1);
    expect(contract.state.status).toBe("NOTIFIED");
    expect(contract.signers[0]?.linkExpiresAt).toBe(plusSeconds(minute(2), 30 * 60));
  });

  test("C-68 K28: the partner opens it again, a bounded number of times", () => {
    const again = { ...issue, by: "partner" } as const;
    const twenty = Array.from({ length: figures.linkIssues }, () => again);
    const { contract } = tell([generate, ...twenty], shownFacts);

    expect(contract.signers[0]?.linkExpiresAt).toBe(plusSeconds(minute(21), 30 * 60));
    expect(decide(contract, { ...again, at: minute(22) })).toMatchObject({
      refused: { code: "RATE_LIMITED" },
    });
  });

  test("K48: an expired link refuses to consent until it is issued again", () => {
    const { contract } = tell([generate, issue], shownFacts);
    const late = decide(contract, { ...consent, at: minute(40) });

    expect(late).toMatchObject({ refused: { code: "LINK_EXPIRED" } });
  });

  test("C-49 C-69: what is signed is not opened again", () => {
    const signed = tell(
      [...faceShown, requestOtp, otpSent, rightCode, sign],
      agreementFacts,
    ).contract;

    const decision = decide(signed, { ...issue, by: "partner", at: minute(30) });

    expect(decision).toMatchObject({ refused: { code: "LINK_USED" } });
  });
});
