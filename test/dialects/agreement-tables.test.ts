import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readInitiateRequest } from "../../functions/dialects/agreement-request.ts";
import { archiveRows, contractRow, signerRows } from "../../functions/dialects/agreement-tables.ts";
import { archiveRecords } from "../../functions/domain/archive.ts";
import { contractId, decline, generate, invite, minute, seal, sent, tell } from "../story.ts";
import { literal } from "./agreement-given.ts";
import { agreementFacts, signedByFaceAndCode } from "./agreement-story.ts";

/** The columns that a row of docs/requirements.md lists, in its order. */
function columnsOf(row: string): string[] {
  const text = readFileSync(join(import.meta.dirname, "../../docs/requirements.md"), "utf8");
  const cell = text.split("\n").find((line) => line.startsWith(`| ${row} |`)) ?? "";
  const list = cell.slice(cell.indexOf("): ") + 3);
  return list.split("; ").map((column) => /^\w+/.exec(column.trim())?.[0] ?? "");
}

const story = tell([...signedByFaceAndCode, seal], agreementFacts);
const { contract, entries, disclosures } = story;
const links = {
  1: {
    signUrl: `https://sign.example/h5/${contractId}.secret`,
    shortUrl: "https://sign.example/s/secret0000",
  },
};
const persons = {
  1: {
    partyId: "RECEIVER_001",
    role: "RECEIVER",
    name: "张三",
    idNumber: "310101199001011234",
    mobile: "13800138000",
  },
};

describe("contract", () => {
  const row = contractRow(contract, entries, {
    request: readInitiateRequest(literal, "format"),
    templateId: literal.templateId,
    title: literal.title,
    callbackUrl: literal.callbackUrl,
    documentUrl: "https://sign.example/agreement",
    disclosures,
  });

  test("C-21 K34: has every column of document C by its name", () => {
    expect(Object.keys(row)).toEqual(columnsOf("C-21"));
    expect(Object.keys(row)).toHaveLength(18);
  });

  test("C-21: tells what was asked for and what became of it", () => {
    expect(row).toMatchObject({
      contract_id: contractId,
      biz_type: "RELATIONSHIP_AGREEMENT",
      template_id: "TEMPLATE_COLLECTION_V1",
      status: "SIGNED",
      variables_json: JSON.stringify(literal.variables),
      callback_headers: '{"Authorization":"Bearer ..."}',
      signed_at: minute(signedByFaceAndCode.length + 1),
      revoked_at: null,
    });
  });

  test("C-21: a revoked one says when and why", () => {
    const reason = "用户要求取消";
    const revoke = { type: "revoke", owner: "sandai", reason, operator: "admin" } as const;
    const told = tell([generate, revoke], agreementFacts);

    const revoked = contractRow(told.contract, told.entries, {
      request: undefined,
      templateId: "T",
      title: "协议",
      callbackUrl: undefined,
      documentUrl: undefined,
      disclosures: told.disclosures,
    });

    expect(revoked).toMatchObject({
      status: "REVOKED",
      revoked_at: minute(2),
      revoke_reason: reason,
      variables_json: "{}",
      callback_url: null,
    });
  });
});

describe("contract_signer", () => {
  const [row] = signerRows(contract, entries, { persons, links, disclosures });

  test("C-23 K34: has every column of document C by its name", () => {
    expect(Object.keys(row ?? {})).toEqual(columnsOf("C-23"));
    expect(Object.keys(row ?? {})).toHaveLength(20);
  });

  test("C-23 C-42: tells who signed, how, when and from where; no link can be opened from it", () => {
    expect(row).toMatchObject({
      party_id: "RECEIVER_001",
      party_type: "RECEIVER",
      name: "张三",
      sign_method: "FACE_AND_SMS",
      sign_status: "SIGNED",
      sequence: 1,
      transaction_no: `${contractId}-S1`,
      ip_address: "198.51.100.7",
      device_info: "test",
      reject_reason: null,
    });
    expect(JSON.stringify(row)).not.toContain("secret");
  });

  test("C-23: a refusal keeps its reason", () => {
    const told = tell([generate, invite, sent, decline], agreementFacts);

    const [refused] = signerRows(told.contract, told.entries, {
      persons,
      links,
      disclosures: told.disclosures,
    });

    expect(refused).toMatchObject({ sign_status: "REJECTED", reject_reason: "不同意" });
  });
});

describe("contract_archive", () => {
  const rows = archiveRows(
    archiveRecords({
      contractId,
      at: minute(20),
      documentHash: "d".repeat(64),
      timestamped: true,
      tokenSerial: "7",
      log: { origin: "log", index: 0, size: 1 },
      certificateSerial: "9",
    }),
    "https://sign.example/bundle",
  );

  test("C-25 K34: has every column of document C by its name", () => {
    for (const row of rows) expect(Object.keys(row)).toEqual(columnsOf("C-25"));
  });

  test("C-25 C-26 C-46: one row a provider, each with an id and a certificate of its own", () => {
    expect(rows.map((row) => row.archive_provider)).toEqual(["TSA", "LOCAL_CA", "BLOCKCHAIN"]);
    expect(new Set(rows.map((row) => row.archive_id)).size).toBe(3);
    expect(rows.every((row) => row.certificate_url === "https://sign.example/bundle")).toBe(true);
  });
});
