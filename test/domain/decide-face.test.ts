import { describe, expect, test } from "vitest";
import {
  decideFace,
  type FaceCommand,
  type VendorResult,
} from "../../functions/domain/decide-face.ts";
import type { RefusalCode } from "../../functions/domain/drafts.ts";
import { chainFaults, linkEntry } from "../../functions/domain/evidence.ts";
import { faceEventOf } from "../../functions/domain/face-events.ts";
import {
  evolveFace,
  type FaceDraft,
  type FaceEntry,
  type FaceVerification,
  faceEvidenceType,
  faceFigures,
  requested,
} from "../../functions/domain/face-verification.ts";

const begin = "2026-11-21T08:00:00.000Z";
const at = (minutes: number) => new Date(Date.parse(begin) + minutes * 60_000).toISOString();
const id = `VR${"7".repeat(26)}`;

type Happened = Pick<FaceDraft, "step"> & Partial<FaceDraft>;

const faceRequested = (mode = "H5"): Happened => ({
  step: "FACE_REQUESTED",
  facts: {
    owner: "sandai",
    bizId: "AUTH_FLOW_001",
    bizType: "RELATIONSHIP_BINDING",
    mode,
    fingerprint: "f".repeat(64),
    subject: "s".repeat(64),
    expiresAt: at(30),
  },
});
const asked = (vendor = "vendor-a", number = 1): Happened => ({
  step: "VENDOR_ASKED",
  facts: { vendor, try: number, call: 1 },
});
const accepted = (vendor = "vendor-a", number = 1): Happened => ({
  step: "VENDOR_ACCEPTED",
  facts: { vendor, try: number },
});
const unavailable = (vendor = "vendor-a"): Happened => ({
  step: "VENDOR_UNAVAILABLE",
  facts: { vendor, try: 1, error: "PeerUnavailable" },
});
const rejected = (number: number): Happened => ({
  step: "FACE_TRY_REJECTED",
  facts: { vendor: "vendor-a", try: number, transactionNo: "TX", reason: "POOR_QUALITY" },
});
const opened: Happened = { step: "FACE_OPENED", facts: { try: 1 } };
const passedEntry: Happened = {
  step: "FACE_PASSED",
  facts: { vendor: "vendor-a", try: 1, transactionNo: "TX1", score: "0.9712", source: "CALLBACK" },
};

const passed = { passed: true, transactionNo: "TX1", score: "0.9712" } as const;
const failed = (reason: Extract<VendorResult, { passed: false }>["reason"]) =>
  ({ passed: false, transactionNo: "TX1", reason }) as const;

const resultOf = (
  result: VendorResult,
  more: { readonly vendor?: string; readonly try?: number; readonly threshold?: number } = {},
): FaceCommand => ({
  type: "vendorResult",
  at: at(5),
  vendor: "vendor-a",
  try: 1,
  source: "CALLBACK",
  threshold: faceFigures.scoreThreshold,
  ...more,
  ...result,
});

/** The whole history of a check, linked as the store links it. */
function entriesOf(history: readonly Happened[]): FaceEntry[] {
  const entries: FaceEntry[] = [];
  let face: FaceVerification | undefined;
  for (const one of history) {
    const draft = { at: begin, actor: "test", facts: {}, ...one };
    const { entry } = linkEntry(id, face, draft, {
      evidenceType: faceEvidenceType[one.step],
      salt: () => "00".repeat(16),
    });
    face = face === undefined ? requested(entry) : evolveFace(face, entry);
    entries.push(entry);
  }
  return entries;
}

function given(...history: readonly Happened[]) {
  const [first, ...rest] = entriesOf(history);
  const face = rest.reduce(evolveFace, requested(first as FaceEntry));
  return {
    face,
    when(command: FaceCommand) {
      const decision = decideFace(face, command);
      return {
        thenHappens(...expected: readonly Happened[]): FaceVerification {
          expect(decision).toMatchObject({ drafts: expected });
          if (!("drafts" in decision)) throw new Error("refused");
          return given(...history, ...decision.drafts).face;
        },
        thenNothing: () => expect(decision).toEqual({ drafts: [] }),
        thenRefused: (code: RefusalCode) => expect(decision).toMatchObject({ refused: { code } }),
      };
    },
  };
}

describe("a face check", () => {
  test("K06: is PENDING until its person opens it, then PROCESSING", () => {
    expect(given(faceRequested()).face.state).toEqual({ status: "PENDING" });

    const after = given(faceRequested())
      .when({ type: "open", at: at(1) })
      .thenHappens({ step: "FACE_OPENED" });

    expect(after.state).toEqual({ status: "PROCESSING" });
    given(faceRequested(), opened)
      .when({ type: "open", at: at(2) })
      .thenNothing();
  });

  test("C-50: cannot be opened once its time is over", () => {
    given(faceRequested())
      .when({ type: "open", at: at(30) })
      .thenRefused("LINK_EXPIRED");
  });

  test("C-32: passes with the vendor's transaction number and score", () => {
    const after = given(faceRequested(), asked(), accepted(), opened)
      .when(resultOf(passed))
      .thenHappens({ step: "FACE_PASSED", actor: "vendor-a" });

    expect(after.state).toEqual({
      status: "SUCCESS",
      at: at(5),
      transactionNo: "TX1",
      score: "0.9712",
    });
  });

  test("a result that overtakes the answer to our own call counts", () => {
    given(faceRequested(), asked()).when(resultOf(passed)).thenHappens({ step: "FACE_PASSED" });
  });

  test("passes with a vendor that gives no score", () => {
    given(faceRequested(), asked(), accepted())
      .when(resultOf({ passed: true, transactionNo: "TX1" }))
      .thenHappens({ step: "FACE_PASSED" });
  });

  test.each([
    ["0.8000", "FACE_PASSED"],
    ["0.7999", "FACE_FAILED"],
  ] as const)("3.4: a score of %s against a threshold of 0.80 is %s", (score, step) => {
    given(faceRequested(), asked(), accepted())
      .when(resultOf({ ...passed, score }))
      .thenHappens({ step });
  });
});

describe("K47: a mismatch", () => {
  test.each(["FACE_MISMATCH", "ID_CARD_MISMATCH"] as const)(
    "%s ends the check at once",
    (reason) => {
      const after = given(faceRequested(), asked(), accepted(), opened)
        .when(resultOf(failed(reason)))
        .thenHappens({ step: "FACE_FAILED", facts: { reason } as never });

      expect(after.state).toMatchObject({ status: "FAILED", reason });
      expect(decideFace(after, { type: "askVendor", at: at(6), vendor: "vendor-b" })).toMatchObject(
        {
          refused: { code: "TOO_MANY_TRIES" },
        },
      );
    },
  );

  test("a task that a vendor has accepted is never given to another", () => {
    given(faceRequested(), asked(), accepted())
      .when({ type: "askVendor", at: at(1), vendor: "vendor-b" })
      .thenNothing();
  });
});

describe("a poor picture", () => {
  test("3.4: allows another try, which needs a task of its own", () => {
    const after = given(faceRequested(), asked(), accepted(), opened)
      .when(resultOf(failed("POOR_QUALITY")))
      .thenHappens({ step: "FACE_TRY_REJECTED" });

    expect(after).toMatchObject({ try: 2, state: { status: "PROCESSING" } });
    expect(after.task).toBeUndefined();
  });

  test("3.4: fails the check at the third try", () => {
    given(faceRequested(), rejected(1), rejected(2), asked("vendor-a", 3), accepted("vendor-a", 3))
      .when(resultOf(failed("POOR_QUALITY"), { try: 3 }))
      .thenHappens({ step: "FACE_FAILED" });
  });

  test("fails the check in SDK mode, where nobody would come back to our page", () => {
    given(faceRequested("SDK"), asked(), accepted())
      .when(resultOf(failed("POOR_QUALITY")))
      .thenHappens({ step: "FACE_FAILED" });
  });

  test("told again after the try is over changes nothing", () => {
    given(faceRequested(), asked(), accepted(), rejected(1))
      .when(resultOf(failed("POOR_QUALITY")))
      .thenNothing();
  });
});

describe("a result that is not the first", () => {
  const done = [faceRequested(), asked(), accepted(), passedEntry];

  test("C-61 K50: is nothing when it says the same", () => {
    given(...done)
      .when(resultOf(passed))
      .thenNothing();
  });

  test("C-53: is kept as evidence when it contradicts, and changes nothing", () => {
    const after = given(...done)
      .when(resultOf(failed("FACE_MISMATCH")))
      .thenHappens({ step: "FACE_RESULT_IGNORED", facts: { why: "DECIDED" } as never });

    expect(after.state.status).toBe("SUCCESS");
  });

  test("is kept no more than three times, so that nobody can grow the chain", () => {
    const ignored = { step: "FACE_RESULT_IGNORED", facts: {} } as const;
    given(...done, ignored, ignored, ignored)
      .when(resultOf(failed("FACE_MISMATCH")))
      .thenNothing();
  });

  test("of a vendor whose task was given up is ignored, even when it passed", () => {
    given(faceRequested(), asked(), unavailable(), asked("vendor-b"), accepted("vendor-b"))
      .when(resultOf(passed))
      .thenHappens({ step: "FACE_RESULT_IGNORED", facts: { why: "OTHER_TASK" } as never });
  });

  test("of a try that there never was is refused", () => {
    given(faceRequested(), asked(), accepted())
      .when(resultOf(passed, { try: 2 }))
      .thenRefused("VERIFICATION_UNKNOWN");
    given(faceRequested()).when(resultOf(passed)).thenRefused("VERIFICATION_UNKNOWN");
  });
});

describe("C-71: vendors that are away", () => {
  test("leave the check as it is, and the next is asked on record", () => {
    const after = given(faceRequested(), asked())
      .when({ type: "vendorUnavailable", at: at(1), vendor: "vendor-a", try: 1, error: "E" })
      .thenHappens({ step: "VENDOR_UNAVAILABLE" });

    expect(after.state.status).toBe("PENDING");
    given(faceRequested(), asked(), unavailable())
      .when({ type: "askVendor", at: at(1), vendor: "vendor-b" })
      .thenHappens({ step: "VENDOR_ASKED", facts: { vendor: "vendor-b", try: 1, call: 2 } });
  });

  test("an acceptance that another caller has overtaken is nothing", () => {
    given(faceRequested(), asked("vendor-b"), accepted("vendor-b"))
      .when({ type: "vendorAccepted", at: at(1), vendor: "vendor-a", try: 1 })
      .thenNothing();
  });

  test("are not asked without end", () => {
    const asks = Array.from({ length: faceFigures.vendorCalls }, () => asked());
    given(faceRequested(), ...asks)
      .when({ type: "askVendor", at: at(1), vendor: "vendor-a" })
      .thenRefused("RATE_LIMITED");
  });
});

describe("the deadline", () => {
  const deadline = (minutes: number, outcomeKnown = true) =>
    ({ type: "deadline", at: at(minutes), outcomeKnown }) as const;

  test("is nothing before its time and after a result", () => {
    given(faceRequested()).when(deadline(29)).thenNothing();
    given(faceRequested(), asked(), accepted(), passedEntry).when(deadline(30)).thenNothing();
  });

  test("expires a check that nobody finished", () => {
    given(faceRequested(), asked(), accepted(), opened)
      .when(deadline(30))
      .thenHappens({ step: "FACE_EXPIRED", facts: { outcomeKnown: true } });
  });

  test("fails one that no vendor ever took", () => {
    given(faceRequested(), asked(), unavailable())
      .when(deadline(30))
      .thenHappens({ step: "FACE_FAILED", facts: { reason: "VENDOR_UNAVAILABLE" } });
  });

  test("C-71: never calls an unknown outcome a failure", () => {
    given(faceRequested(), asked())
      .when(deadline(35, false))
      .thenHappens({ step: "FACE_EXPIRED", facts: { outcomeKnown: false } });
  });
});

describe("C-80: the chain of a face check", () => {
  const history = [faceRequested(), asked(), accepted(), opened, passedEntry];

  test("holds, entry by entry, and breaks when one is changed", () => {
    const entries = entriesOf(history);
    const forged = entries.map((entry) =>
      entry.step === "FACE_PASSED" ? { ...entry, facts: { ...entry.facts, score: "1" } } : entry,
    );

    expect(chainFaults(entries)).toEqual([]);
    expect(chainFaults([...forged, ...entries.slice(-1)])).not.toEqual([]);
  });

  test("C-15 K50: publishes its end, with an id of object and sequence, and no personal value", () => {
    const [first, , , , last] = entriesOf(history);
    const of = { owner: "sandai", requestId: "AUTH_FLOW_001" };

    expect(faceEventOf(first as FaceEntry, of)?.type).toBe("FaceVerificationRequested");
    expect(faceEventOf(last as FaceEntry, of)).toEqual({
      eventId: `${id}-E4`,
      type: "FaceVerificationCompletedEvent",
      verificationId: id,
      owner: "sandai",
      bizId: "AUTH_FLOW_001",
      sequence: 4,
      at: begin,
      status: "SUCCESS",
      transactionNo: "TX1",
      score: "0.9712",
    });
    expect(faceEventOf(entriesOf(history)[1] as FaceEntry, of)).toBeUndefined();
  });
});
