import { describe, expect, test } from "vitest";
import {
  archiveItems,
  recordFromItem,
  recordToItem,
} from "../../functions/adapters/archive-records.ts";
import { documentItems } from "../../functions/adapters/document-index.ts";
import { archiveRecords } from "../../functions/domain/archive.ts";

const seal = {
  contractId: `CT${"7".repeat(26)}`,
  at: "2026-11-21T08:00:00.000Z",
  documentHash: "d".repeat(64),
  timestamped: true,
  tokenSerial: "7f",
  log: { origin: "test.example/log", index: 4, size: 5 },
  certificateSerial: "01AB",
} as const;

describe("contract_archive", () => {
  test("C-25: has its columns under the names the document prescribes, none longer than it allows", () => {
    const [, , item] = archiveItems(seal);

    expect(item).toEqual({
      pk: seal.contractId,
      sk: "ARCHIVE#BLOCKCHAIN",
      archive_id: `${seal.contractId}-A3`,
      contract_id: seal.contractId,
      archive_provider: "BLOCKCHAIN",
      status: "SUCCESS",
      document_hash: `sha256:${seal.documentHash}`,
      archive_time: seal.at,
      transaction_no: "test.example/log#4",
      metadata_json: '{"origin":"test.example/log","index":4,"size":5}',
      created_at: seal.at,
      updated_at: seal.at,
    });
    expect(String(item?.archive_id).length).toBeLessThanOrEqual(64);
    expect(String(item?.document_hash).length).toBeLessThanOrEqual(128);
  });

  test("C-26: contract and provider make the key, so there is one record of each", () => {
    const keys = archiveItems(seal).map(({ pk, sk }) => `${pk} ${sk}`);

    expect(new Set(keys).size).toBe(3);
    expect(
      archiveItems({ ...seal, timestamped: false }).map(({ pk, sk }) => `${pk} ${sk}`),
    ).toEqual(keys);
  });

  test("a record comes back as it went in, whatever columns it lacks", () => {
    const records = archiveRecords({ ...seal, timestamped: false });

    expect(records.map(recordToItem).map(recordFromItem)).toEqual(records);
  });
});

describe("the index of documents", () => {
  test("C-14: finds a contract by the agreement as it was read and by the signed file", () => {
    const hashes = { agreementHash: "a".repeat(64), signedHash: "b".repeat(64) };

    expect(documentItems({ contractId: "CT1", ...hashes })).toEqual([
      { pk: `HASH#${"a".repeat(64)}`, sk: "DOCUMENT", contract_id: "CT1", kind: "AGREEMENT" },
      { pk: `HASH#${"b".repeat(64)}`, sk: "DOCUMENT", contract_id: "CT1", kind: "SIGNED_DOCUMENT" },
    ]);
  });

  test("a contract that ended before it had a document has none", () => {
    expect(documentItems({ contractId: "CT1" })).toEqual([]);
  });
});
