import { describe, expect, test } from "vitest";
import { wordProblem } from "../../functions/dialects/agreement.ts";
import {
  contractStatus,
  contractView,
  initiateAnswer,
  partyTypeOf,
  roleOf,
} from "../../functions/dialects/agreement-contract.ts";
import { archivedEvent, statusChange } from "../../functions/dialects/agreement-events.ts";
import { archiveRecords } from "../../functions/domain/archive.ts";
import { eventOf } from "../../functions/domain/events.ts";
import { Problem, type ProblemCode } from "../../functions/domain/problem.ts";
import { contractId, decline, generate, invite, seal, sent, tell } from "../story.ts";
import { agreementFacts, signedByFaceAndCode } from "./agreement-story.ts";

const nobody = { parties: {}, links: {}, provider: "TSA" } as const;
const open = tell([generate, invite, sent], agreementFacts);
const done = tell([...signedByFaceAndCode, seal], agreementFacts);
const of = { owner: "sandai", requestId: "REL_1", profile: "agreement" } as const;

describe("2.1: the words for where a contract stands", () => {
  test("C-08 C-21 C-52: canonical states in document C's words", () => {
    expect(contractStatus).toEqual({
      CREATED: "CREATED",
      NOTIFIED: "CREATED",
      PART_SIGNED: "PARTIAL_SIGNED",
      SIGNED_UNVERIFIED: "PARTIAL_SIGNED",
      VERIFYING: "PARTIAL_SIGNED",
      SEALING: "PARTIAL_SIGNED",
      COMPLETED: "SIGNED",
      FAILED: "FAILED",
      REJECTED: "REJECTED",
      REVOKED: "REVOKED",
      EXPIRED: "EXPIRED",
    });
  });

  test("C-06: who pays and who receives has one word on each side", () => {
    for (const type of ["PAYER", "RECEIVER"] as const) expect(partyTypeOf(roleOf[type])).toBe(type);
    expect(partyTypeOf("STORE")).toBe("PAYER");
  });
});

describe("answers", () => {
  test("C-07 K46: the archive's id is reserved before anything is archived", () => {
    const { archiveInfo } = initiateAnswer(open.contract, nobody);

    expect(archiveInfo).toEqual({
      archiveId: `${contractId}-A1`,
      status: "PENDING",
      provider: "TSA",
      archiveTime: null,
      certificateUrl: null,
    });
    expect(
      initiateAnswer(open.contract, { ...nobody, provider: undefined }).archiveInfo,
    ).toBeNull();
  });

  const more = {
    bizId: "REL_1",
    title: "协议",
    parties: { 1: { partyId: "RECEIVER_001", name: "张*" } },
    disclosures: done.disclosures,
    documentUrl: "https://sign.example/agreement",
    certificateUrl: "https://sign.example/bundle",
    provider: "TSA",
    archives: [],
  } as const;

  test("C-08 C-42: tells what each party did, when and from where", () => {
    const view = contractView(done.contract, done.entries, more);

    expect(view.signers).toEqual([
      {
        partyId: "RECEIVER_001",
        name: "张*",
        signMethod: "FACE_AND_SMS",
        signStatus: "SIGNED",
        signedAt: expect.any(String),
        transactionNo: `${contractId}-S1`,
        ipAddress: "198.51.100.7",
        deviceInfo: "test",
      },
    ]);
  });

  test("C-08: what is not there yet is null, never missing", () => {
    const bare = { ...more, disclosures: {}, documentUrl: undefined, certificateUrl: undefined };

    const view = contractView(open.contract, open.entries, bare);

    expect(view).toMatchObject({ status: "CREATED", documentUrl: null });
    expect(view.signers[0]).toMatchObject({
      signStatus: "PENDING",
      signedAt: null,
      transactionNo: null,
      ipAddress: null,
      deviceInfo: null,
    });
  });

  test("C-45 C-46: the archive that was asked for shows once it is there", () => {
    const archives = archiveRecords({
      contractId,
      at: "2026-11-21T08:10:00.000Z",
      documentHash: "d".repeat(64),
      timestamped: true,
      tokenSerial: "7",
      log: { origin: "log", index: 0, size: 1 },
      certificateSerial: "9",
    });

    const shown = (provider: "TSA" | "BLOCKCHAIN") =>
      contractView(done.contract, done.entries, { ...more, provider, archives }).archiveInfo;

    expect(shown("TSA")).toMatchObject({ status: "SUCCESS", certificateUrl: more.certificateUrl });
    expect(shown("BLOCKCHAIN")?.archiveId).toBe(`${contractId}-A3`);
  });

  test("C-08: who declined is REJECTED, with the place and the browser it came from", () => {
    const { contract, entries, disclosures } = tell(
      [generate, invite, sent, decline],
      agreementFacts,
    );

    const view = contractView(contract, entries, { ...more, disclosures });

    expect([view.status, view.signers[0]?.signStatus]).toEqual(["REJECTED", "REJECTED"]);
    expect(view.signers[0]?.ipAddress).toBe("198.51.100.7");
  });
});

describe("what the client and the bus hear", () => {
  const changes = (story: typeof done) =>
    story.entries.flatMap((entry) => {
      const event = eventOf(entry, of);
      const change = event && statusChange(event, story.entries);
      return change ? [change] : [];
    });

  test("C-16 C-44 K20: every change of status, in order, under keys that never repeat", () => {
    const told = changes(done);

    expect(told.map(({ status }) => status)).toEqual(["PARTIAL_SIGNED", "SIGNED"]);
    expect(new Set(told.map(({ eventId }) => eventId)).size).toBe(2);
    expect(told[0]).toMatchObject({
      eventType: "ContractStatusChangedEvent",
      contractId,
      bizId: "REL_1",
      bizType: "RELATIONSHIP_AGREEMENT",
    });
  });

  test("C-44: a decline is told as REJECTED, and nothing before it", () => {
    const story = tell([generate, invite, sent, decline], agreementFacts);

    expect(changes(story).map(({ status }) => status)).toEqual(["REJECTED"]);
  });

  test("K50 C-61: the same event is the same bytes at every attempt", () => {
    expect(JSON.stringify(changes(done))).toBe(JSON.stringify(changes(done)));
  });

  test("C-17 C-45: the archive of a signed contract is told; the seal of a declined one is none", () => {
    const archivesOf = ({ entries }: Pick<typeof done, "entries">) =>
      entries.flatMap((entry) => {
        const event = eventOf(entry, of);
        const archived = event && archivedEvent(event, entries);
        return archived ? [archived] : [];
      });
    const declined = tell([generate, invite, sent, decline, seal], agreementFacts);

    expect(archivesOf(done)).toMatchObject([
      { eventType: "ContractArchivedEvent", archiveId: `${contractId}-A1`, bizId: "REL_1" },
    ]);
    expect(archivesOf(declined)).toEqual([]);
  });
});

describe("2.3: the numeric codes", () => {
  const codeOf = (code: ProblemCode) => {
    const { status, body } = wordProblem(new Problem(code, "why"), "trace");
    return [status, body.code];
  };

  test.each<[string, ProblemCode, number, number]>([
    ["C-64", "SIGNATURE_INVALID", 401, 40101],
    ["C-65", "PARAM_INVALID", 400, 40001],
    ["C-66", "DUPLICATE", 400, 40002],
    ["C-66", "IDEMPOTENCY_CONFLICT", 400, 40002],
    ["C-67", "TEMPLATE_UNAVAILABLE", 400, 40003],
    ["C-68", "LINK_EXPIRED", 400, 40004],
    ["C-69", "LINK_USED", 400, 40005],
    ["C-71", "VERIFIER_DOWN", 500, 50001],
    ["C-09", "STATE_CONFLICT", 409, 40901],
    ["K13", "RATE_LIMITED", 429, 42901],
    ["K13", "INTERNAL", 500, 50000],
  ])("%s K14: %s is %i and %i", (_row, code, status, number) => {
    expect(codeOf(code)).toEqual([status, number]);
    expect(String(number).slice(0, 3)).toBe(String(status));
  });
});
