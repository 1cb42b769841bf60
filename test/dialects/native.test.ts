import { describe, expect, test } from "vitest";
import {
  contractView,
  evidenceView,
  failureWords,
  progressOf,
  startAnswer,
  statusOf,
  webhookBody,
  wordProblem,
} from "../../functions/dialects/native.ts";
import type { Contract, State } from "../../functions/domain/contract.ts";
import { eventOf } from "../../functions/domain/events.ts";
import { leafHash } from "../../functions/domain/evidence.ts";
import { merkleRoot, verifyInclusion } from "../../functions/domain/merkle-tree.ts";
import { Problem, type ProblemCode } from "../../functions/domain/problem.ts";
import {
  accepted,
  begin,
  consent,
  contractId,
  decline,
  generate,
  invite,
  minute,
  requestChallenge,
  seal,
  sent,
  sign,
  signedAndVerified,
  tell,
  verified,
} from "../story.ts";

const h5Url = "https://sign.example/h5/token";
const h5Urls = { 1: h5Url };
const personal = /张三|13800138000|310101199001011234|不同意|198\.51\.100\.7/;

const viewOf = (commands: Parameters<typeof tell>[0], at = minute(20)) => {
  const { contract, entries } = tell(commands);
  return contractView(contract, entries, { h5Urls, at });
};

describe("requirements 2.1: the words for a contract's state", () => {
  // Columns: canonical state, document A's status and next step, document B's status.
  const table = `
    CREATED            PROCESSING  GENERATING           CREATED
    NOTIFIED           PROCESSING  AWAITING_SMS_VERIFY  AWAITING_SIGNATURE
    PART_SIGNED        PROCESSING  AWAITING_SIGN        AWAITING_SIGNATURE
    SIGNED_UNVERIFIED  PROCESSING  AWAITING_AUTH        AWAITING_VERIFICATION
    VERIFYING          PROCESSING  AWAITING_AUTH        VERIFYING
    SEALING            PROCESSING  NONE                 VERIFYING
    COMPLETED          SUCCESS     NONE                 COMPLETED
    FAILED             FAILED      NONE                 FAILED
    REJECTED           FAILED      NONE                 FAILED
    REVOKED            FAILED      NONE                 FAILED
    EXPIRED            FAILED      NONE                 TIMED_OUT`;
  const rows = table
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/) as [keyof typeof statusOf, string, string, string]);

  test.each(rows)("A-06, B-36: %s is %s/%s and %s", (status, word, nextStep, own) => {
    expect(progressOf[status]).toEqual({ status: word, nextStep });
    expect(statusOf[status]).toBe(own);
  });

  test("every state has its row", () => {
    expect(rows.map(([status]) => status).sort()).toEqual(Object.keys(statusOf).sort());
  });
});

describe("the answer to a start", () => {
  test("A-06, B-12: names contract, status, next step and link, and is the same while the flow runs", () => {
    const first = startAnswer(tell([]).contract, h5Urls);

    expect(first).toEqual({
      contractId,
      status: "PROCESSING",
      nextStep: "AWAITING_SMS_VERIFY",
      h5Url,
      expiresAt: "2026-11-28T08:00:00.000Z",
    });
    expect(startAnswer(tell(signedAndVerified).contract, h5Urls)).toEqual(first);
  });
});

describe("the query's answer", () => {
  test("B-20, B-36: a contract waiting for its person shows the link and what was sent", () => {
    expect(viewOf([generate, invite, sent])).toMatchObject({
      contractId,
      requestId: "REQ-1",
      status: "AWAITING_SIGNATURE",
      result: "PROCESSING",
      nextStep: "AWAITING_SMS_VERIFY",
      signStatus: "PENDING",
      verificationStatus: "NOT_STARTED",
      h5Url,
      agreement: { contentHash: "c".repeat(64), documentHash: "d".repeat(64) },
      records: {
        signSerials: [],
        h5Session: {
          sessionId: `${contractId}-H1`,
          signBefore: expect.any(String),
          openedAt: null,
        },
        sms: [
          {
            smsId: `${contractId}-M1`,
            templateId: "SMS1",
            status: "SENT",
            attempts: 1,
            sentAt: minute(3),
          },
        ],
      },
    });
  });

  test("B-17, B-20, B-41: a completed contract hands over serial, credential and how long it holds", () => {
    const view = viewOf([...signedAndVerified, seal]);

    expect(view).toMatchObject({
      status: "COMPLETED",
      result: "SUCCESS",
      signStatus: "SIGNED",
      signSerial: `${contractId}-S1`,
      verificationStatus: "PASSED",
      verificationCredential: "header.claims.signature",
      // Fifteen minutes from the face that was shown in minute 8.
      credentialValidUntil: minute(23),
      records: {
        signSerials: [{ signSerial: `${contractId}-S1`, signedAt: minute(5) }],
        verifications: [
          {
            verificationKey: `${contractId}-V1F`,
            type: "FACE_VERIFY",
            status: "SUCCESS",
            verificationId: "VR1",
            credentialId: `${contractId}-C1`,
            requestedAt: minute(6),
            updatedAt: minute(8),
          },
        ],
      },
    });
    expect(view).not.toHaveProperty("h5Url");
    expect(view).not.toHaveProperty("failure");
  });

  test("B-38: signed and verified is not yet completed: it has no credential to show before the seal", () => {
    const view = viewOf(signedAndVerified);

    expect(view).toMatchObject({ status: "VERIFYING", result: "PROCESSING", nextStep: "NONE" });
    expect(view).not.toHaveProperty("verificationCredential");
  });

  test("B-35: a message that failed is told with its reason, and the link remains to be fetched", () => {
    const failure = { type: "smsFailed", signer: 1, message: 1, error: "PeerUnavailable" } as const;
    const { contract, entries } = tell([generate, invite, failure, failure, failure, failure], {
      allowExternalDelivery: true,
    });

    const view = contractView(contract, entries, { h5Urls, at: minute(20) });

    expect(view).toMatchObject({
      status: "AWAITING_SIGNATURE",
      h5Url,
      records: { sms: [{ status: "FAILED", attempts: 4, failureReason: "PeerUnavailable" }] },
    });
  });

  test("A-40: a contract with an internal fault is SYSTEM_ERROR for A and needs attention for B", () => {
    const fault = { type: "systemError", execution: contractId, error: "States.Runtime" } as const;

    expect(viewOf([generate, invite, sent, fault])).toMatchObject({
      status: "AWAITING_SIGNATURE",
      result: "SYSTEM_ERROR",
      needsAttention: true,
    });
  });

  test("the link is not shown once the time is over, even before the workflow noticed", () => {
    expect(viewOf([generate, invite, sent], "2026-11-28T08:00:00.000Z")).not.toHaveProperty(
      "h5Url",
    );
  });

  test("no answer carries a personal value", () => {
    const { contract, entries } = tell([...signedAndVerified, seal]);
    const more = { bundleUrl: "https://s3.example/b.zip", disclosures: undefined };

    expect(JSON.stringify(viewOf([...signedAndVerified, seal]))).not.toMatch(personal);
    expect(JSON.stringify(evidenceView(contract.id, entries, more))).not.toMatch(personal);
    expect(JSON.stringify(viewOf([generate, invite, sent, decline]))).not.toMatch(personal);
  });
});

describe("B-14: a failed flow says why and whether a new request may try again", () => {
  const declined = [generate, invite, sent, decline] as const;
  const revoke = { type: "revoke", owner: "sandai", reason: "信息有误", operator: "ops" } as const;
  const mismatch = { ...verified, result: "FAILED", failReason: "FACE_MISMATCH" } as const;

  test("declined: not within 24 hours", () => {
    const later = (seconds: number) =>
      new Date(Date.parse(minute(4)) + seconds * 1000).toISOString();

    expect(viewOf(declined, later(24 * 3600 - 1))).toMatchObject({
      failure: { code: "DECLINED", retryable: false },
      restartAllowed: false,
    });
    expect(viewOf(declined, later(24 * 3600))).toMatchObject({ restartAllowed: true });
  });

  test("revoked: at once", () => {
    expect(viewOf([generate, revoke])).toMatchObject({
      failure: { code: "REVOKED", retryable: true },
      restartAllowed: true,
    });
  });

  test("A-43: a mismatch: never by itself", () => {
    expect(
      viewOf([generate, invite, sent, consent, sign, requestChallenge, accepted, mismatch]),
    ).toMatchObject({
      status: "FAILED",
      verificationStatus: "FAILED",
      failure: { code: "VERIFY_MISMATCH", retryable: false },
      restartAllowed: false,
      records: { verifications: [{ status: "FAILED", failReason: "FACE_MISMATCH" }] },
    });
  });

  const failures: readonly (readonly [State, string, boolean])[] = [
    [{ status: "EXPIRED", at: begin }, "EXPIRED", true],
    [{ status: "REVOKED", at: begin }, "REVOKED", true],
    [{ status: "REJECTED", at: begin, by: 1 }, "DECLINED", false],
    [{ status: "FAILED", at: begin, reason: "SMS_SEND_FAILED" }, "SMS_SEND_FAILED", true],
    [{ status: "FAILED", at: begin, reason: "VERIFIER_DOWN" }, "VERIFIER_DOWN", true],
    [{ status: "FAILED", at: begin, reason: "VERIFY_MISMATCH" }, "VERIFY_MISMATCH", false],
    [
      { status: "FAILED", at: begin, reason: "CHALLENGES_EXHAUSTED" },
      "CHALLENGES_EXHAUSTED",
      false,
    ],
    [
      { status: "FAILED", at: begin, reason: "TEMPLATE_UNAVAILABLE" },
      "TEMPLATE_UNAVAILABLE",
      false,
    ],
    [
      { status: "FAILED", at: begin, reason: "UNSUPPORTED_CHARACTER" },
      "UNSUPPORTED_CHARACTER",
      false,
    ],
  ];
  test.each(failures)("A-39: %j is %s", (state, code, retryable) => {
    const words = failureWords(state);

    expect(words).toMatchObject({ code, retryable });
    expect(words.message).toMatch(/^[a-z].{10,}[^.]$/);
  });
});

describe("A-09, A-16: the evidence answer", () => {
  const { contract, entries, disclosures } = tell([...signedAndVerified, seal]);
  const answer = evidenceView(contract.id, entries, {
    bundleUrl: undefined,
    disclosures: undefined,
  });

  test("A-13, A-14, A-15: lists every entry in order with its hash and detail", () => {
    expect(answer.leaves.map(({ step }) => step)).toEqual([
      "FLOW_CREATED",
      "CONTRACT_GENERATED",
      "SMS_REQUESTED",
      "SMS_SENT",
      "CONSENT_GIVEN",
      "SIGNED",
      "AUTH_REQUESTED",
      "AUTH_ACCEPTED",
      "AUTH_RESULT",
      "SEALED",
      "COMPLETED",
    ]);
    expect(answer.leaves[2]).toMatchObject({
      evidenceId: `${contractId}-E2`,
      leafHash: leafHash(entries[2]!),
      timestamp: minute(2),
      stepData: { contentHash: "5".repeat(64), templateId: "SMS1" },
    });
  });

  test("A-09: every sealed step carries its own path to the root", () => {
    const steps = tell(signedAndVerified).entries;
    const { leaves, root, treeSize } = evidenceView(contractId, steps, {
      bundleUrl: undefined,
      disclosures: undefined,
    });

    for (const { index, leafHash: leaf, proof } of leaves)
      expect(
        verifyInclusion(
          { leafHash: String(leaf), index, size: treeSize, hashes: proof ?? [] },
          String(root),
        ),
      ).toBe(true);
    expect(answer.leaves[10]).not.toHaveProperty("proof");
  });

  test("A-26: shows the sealed root, and before the seal the root so far", () => {
    const open = tell([generate]);
    const before = evidenceView(contractId, open.entries, {
      bundleUrl: undefined,
      disclosures: undefined,
    });

    expect(answer).toMatchObject({ sealed: true, root: "a".repeat(64), treeSize: 9 });
    expect(answer.anchors).toEqual([
      { provider: "LOCAL_CA", status: "SUCCESS", at: minute(9) },
      { provider: "BLOCKCHAIN", status: "SUCCESS", at: minute(9), logIndex: 0 },
      { provider: "TSA", status: "SUCCESS", at: minute(9) },
    ]);
    expect(before).toMatchObject({
      anchors: [],
      sealed: false,
      root: merkleRoot(open.entries.map(leafHash)),
      treeSize: 2,
    });
  });

  test("personal values are added only when they were asked for", () => {
    const raw = evidenceView(contract.id, entries, { bundleUrl: undefined, disclosures });

    expect(raw.leaves[0]).toMatchObject({
      disclosures: expect.arrayContaining([expect.objectContaining({ value: "张三" })]),
    });
    expect(raw.leaves[1]).not.toHaveProperty("disclosures");
  });
});

describe("A-27, B-11: what a partner is told when a contract ends", () => {
  const lastBody = (contract: Contract, entries: ReturnType<typeof tell>["entries"]) => {
    const event = eventOf(entries.at(-1)!, contract);
    return webhookBody(event!);
  };

  test("completed: status, evidence chain and position, and the same bytes at every attempt", () => {
    const { contract, entries } = tell([...signedAndVerified, seal]);

    expect(lastBody(contract, entries)).toEqual({
      type: "esign.contract.v1.completed",
      timestamp: minute(9),
      data: {
        contractId,
        requestId: "REQ-1",
        eventId: `${contractId}-E10`,
        sequence: 10,
        status: "SUCCESS",
        state: "COMPLETED",
        evidenceChainId: contractId.replace("CT", "EC"),
      },
    });
    expect(JSON.stringify(lastBody(contract, entries))).toBe(
      JSON.stringify(lastBody(contract, entries)),
    );
  });

  test.each([
    ["declined", [generate, invite, sent, decline], "rejected", "FAILED"],
    [
      "revoked",
      [generate, { type: "revoke", owner: "sandai", reason: "张三", operator: "张三" }],
      "revoked",
      "FAILED",
    ],
    [
      "failed",
      [generate, { type: "fail", reason: "UNSUPPORTED_CHARACTER", detail: "U+1F600" }],
      "failed",
      "FAILED",
    ],
  ] as const)(
    "%s: the reason is the query's failure code, and no person is named",
    (_, commands, word, state) => {
      const { contract, entries } = tell(commands);

      const body = lastBody(contract, entries);

      const { failure } = contractView(contract, entries, { h5Urls, at: minute(20) }) as {
        failure: { code: string };
      };
      expect(body).toMatchObject({
        type: `esign.contract.v1.${word}`,
        data: { status: "FAILED", state, reason: failure.code },
      });
      expect(JSON.stringify(body)).not.toMatch(personal);
    },
  );
});

describe("B-46 to B-57: what went wrong, in the words of the native dialect", () => {
  const table: Record<ProblemCode, readonly [number, string]> = {
    BODY_REFUSED: [400, "B40001"],
    PARAM_MISSING: [400, "B40001"],
    PARAM_INVALID: [400, "B40001"],
    VERIFICATION_UNKNOWN: [400, "B40001"],
    SCENE_UNSUPPORTED: [400, "B40002"],
    BIZ_TYPE_UNSUPPORTED: [400, "B40002"],
    AGREEMENT_UNSUPPORTED: [400, "B40003"],
    SIGNATURE_INVALID: [401, "B40101"],
    CLIENT_UNKNOWN: [401, "B40101"],
    TIMESTAMP_INVALID: [401, "B40101"],
    FORBIDDEN: [403, "B40301"],
    AUTHORIZATION_REQUIRED: [403, "B40301"],
    AUTHORIZATION_EXCEEDED: [403, "B40301"],
    NOT_FOUND: [404, "B40401"],
    DUPLICATE: [409, "REQUEST_DUPLICATED"],
    IDEMPOTENCY_CONFLICT: [409, "B40901"],
    REQUEST_PROCESSING: [409, "B40901"],
    STATE_CONFLICT: [409, "B40901"],
    NOT_READY: [409, "B40901"],
    CONSENT_MISSING: [409, "B40901"],
    LINK_USED: [409, "B40902"],
    FLOW_EXPIRED: [410, "B41001"],
    LINK_EXPIRED: [410, "B41001"],
    BODY_TOO_LARGE: [413, "B41301"],
    MEDIA_TYPE: [415, "B41501"],
    TOO_MANY_TRIES: [422, "B42201"],
    RATE_LIMITED: [429, "B42901"],
    TEMPLATE_UNAVAILABLE: [500, "B50003"],
    INTERNAL: [500, "B50000"],
    SMS_FAILED: [502, "B50201"],
    VERIFIER_DOWN: [502, "B50202"],
    CLEARING_FAILED: [502, "B50203"],
  };

  test.each(Object.entries(table))("%s", (code, [status, word]) => {
    const answer = wordProblem(new Problem(code as ProblemCode, "what to do"), "trace-1");

    expect(answer).toEqual({
      status,
      headers: {},
      body: { code: word, message: "what to do", traceId: "trace-1" },
    });
  });

  test("B-51: a limit says when to come back and what is left", () => {
    const data = { retryAfterSeconds: 42, remaining: 3 };

    expect(wordProblem(new Problem("RATE_LIMITED", "wait", { data }), "t")).toMatchObject({
      headers: { "retry-after": "42" },
      body: { data },
    });
  });

  test("B-56: a conflict names the fields that differ", () => {
    const fields = [{ field: "userInfo", message: "differs" }];

    expect(wordProblem(new Problem("IDEMPOTENCY_CONFLICT", "no", { fields }), "t").body).toEqual({
      code: "B40901",
      message: "no",
      errors: fields,
      traceId: "t",
    });
  });
});
