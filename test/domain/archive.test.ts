import { describe, expect, test } from "vitest";
import {
  archivedAfterAll,
  archiveRecords,
  type SealArchive,
} from "../../functions/domain/archive.ts";
import { eventOf } from "../../functions/domain/events.ts";
import {
  completed,
  contractOf,
  endings,
  entryOf,
  given,
  type Happened,
  later,
  passed,
  signed,
  start,
} from "./given.ts";

const seal: SealArchive = {
  contractId: "CT1",
  at: start,
  documentHash: "d".repeat(64),
  timestamped: true,
  tokenSerial: "7f",
  log: { origin: "test.example/log", index: 4, size: 5 },
  certificateSerial: "01AB",
};
const unstamped: Happened = { step: "SEALED", facts: { timestamped: false } };

describe("archive records", () => {
  test("C-25, C-26, C-46: one a provider, each with its own id and what it gave for the document", () => {
    const records = archiveRecords(seal);

    expect(
      records.map(({ archiveId, provider, transactionNo }) => [archiveId, provider, transactionNo]),
    ).toEqual([
      ["CT1-A1", "TSA", "7f"],
      ["CT1-A2", "LOCAL_CA", "01AB"],
      ["CT1-A3", "BLOCKCHAIN", "test.example/log#4"],
    ]);
    for (const record of records)
      expect(record).toMatchObject({
        status: "SUCCESS",
        documentHash: `sha256:${"d".repeat(64)}`,
        archivedAt: start,
      });
  });

  test("C-73: without a token the time-stamp's record says FAILED, the others what they are", () => {
    const { tokenSerial: _none, ...more } = seal;
    const records = archiveRecords({ ...more, timestamped: false });

    expect(records.map(({ status }) => status)).toEqual(["FAILED", "SUCCESS", "SUCCESS"]);
    expect(records[0]).not.toHaveProperty("archivedAt");
  });

  test("C-73: archived after all, the record keeps when it was made and says when it succeeded", () => {
    const [failed] = archiveRecords({ ...seal, timestamped: false });

    const record = failed && archivedAfterAll(failed, { at: later(900), transactionNo: "80" });

    expect(record).toMatchObject({
      status: "SUCCESS",
      transactionNo: "80",
      createdAt: start,
      archivedAt: later(900),
      updatedAt: later(900),
    });
  });
});

describe("archiving again", () => {
  test.each(Object.entries(endings).filter(([status]) => status !== "COMPLETED"))(
    "C-73: is recorded and leaves a contract %s",
    (status, history) => {
      const after = given(...history, unstamped)
        .when({ type: "archive", transactionNo: "7f", tokenHash: "b".repeat(64) })
        .thenHappens({
          step: "ARCHIVED",
          facts: { provider: "TSA", transactionNo: "7f", tokenHash: "b".repeat(64) },
        });

      expect(after.state.status).toBe(status);
      expect(after.timestamped).toBe(true);
    },
  );

  test("C-73: a completed contract stays completed", () => {
    const after = given(...passed, unstamped, { step: "COMPLETED" })
      .when({ type: "archive" })
      .thenHappens({ step: "ARCHIVED" });

    expect(after.state).toEqual(contractOf(completed).state);
  });

  test("is quiet when a time-stamp is there, from the seal or from before", () => {
    given(...passed, { step: "SEALED", facts: { timestamped: true } })
      .when({ type: "archive" })
      .thenNothing();
    given(...passed, unstamped, { step: "ARCHIVED" })
      .when({ type: "archive" })
      .thenNothing();
  });

  test("C-45: nothing is archived before the contract is sealed", () => {
    given(...signed)
      .when({ type: "archive" })
      .thenRefused("NOT_YET");
  });
});

describe("what others hear of it", () => {
  const heard = (one: Happened) =>
    eventOf(entryOf(contractOf(passed), one), contractOf(passed))?.type;

  test.each([
    ["archived", { step: "SEALED", facts: { timestamped: true } }],
    ["archive_failed", unstamped],
    ["archived", { step: "ARCHIVED" }],
  ] as const)("3.2: esign.contract.v1.%s", (word, one) => {
    expect(heard(one)).toBe(`esign.contract.v1.${word}`);
  });
});
