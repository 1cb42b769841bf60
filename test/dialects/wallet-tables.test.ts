import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  evidenceChainRows,
  protocolRecordRow,
  signingProcessRow,
} from "../../functions/dialects/wallet-tables.ts";
import { begin, contractId, minute, seal, signedAndVerified, tell } from "../story.ts";
import { sample } from "./wallet-given.ts";

/** The columns that a row of docs/requirements.md lists, in its order. */
function columnsOf(row: string): string[] {
  const text = readFileSync(join(import.meta.dirname, "../../docs/requirements.md"), "utf8");
  const cell = text.split("\n").find((line) => line.startsWith(`| ${row} |`)) ?? "";
  const list = cell.slice(cell.indexOf("): ") + 3);
  return list.split("; ").map((column) => /^\w+/.exec(column.trim())?.[0] ?? "");
}

const story = tell([...signedAndVerified, seal], { profile: "wallet" });
const process = signingProcessRow(story.contract, {
  request: sample,
  scene: sample.scene,
  fundPurpose: sample.fundPurpose,
  callbackUrl: sample.callbackUrl,
  h5PageUrl: `https://sign.example/h5/${contractId}.secret`,
});

describe("signing_process", () => {
  test("D-16 K34: has every column of document D by its name", () => {
    expect(Object.keys(process)).toEqual(columnsOf("D-16"));
    expect(Object.keys(process)).toHaveLength(30);
  });

  test("D-16: tells the process, its parties and where it stands", () => {
    expect(process).toMatchObject({
      process_id: contractId,
      request_id: "REQ-1",
      business_type: "TIANCAI_SPLIT_ACCOUNT",
      scene: "BATCH_PAYMENT",
      process_type: "RELATION_BINDING",
      status: 5,
      payer_merchant_no: "M100001",
      payee_account_no: "ACC100002",
      payee_contact_mobile: "13800138000",
      initiator_merchant_no: "M100001",
      protocol_id: `PR${contractId.slice(2)}`,
      verification_id: "VR1",
      failure_reason: null,
      completed_at: minute(9),
      ext_info: '{"orderAggregationMaxRatio":"0.8"}',
      created_at: begin,
    });
  });

  test("K27: ids are as long as their columns at most", () => {
    const { process_id, protocol_id, request_id, h5_page_token } = process;

    for (const id of [process_id, protocol_id, request_id])
      expect(String(id).length).toBeLessThanOrEqual(32);
    expect(h5_page_token).toMatch(/^[0-9a-f]{64}$/);
  });

  test("K26: the token of the link stands in no column", () => {
    expect(JSON.stringify(process)).not.toContain("secret");
  });

  test("K01: a contract of another dialect has the same columns", () => {
    const row = signingProcessRow(tell([]).contract, {
      request: undefined,
      scene: undefined,
      fundPurpose: undefined,
      callbackUrl: undefined,
      h5PageUrl: "",
    });

    expect(Object.keys(row)).toEqual(columnsOf("D-16"));
    expect(row).toMatchObject({ payer_merchant_no: null, status: 0, ext_info: null });
  });
});

describe("protocol_record", () => {
  const words = {
    protocolName: "关系绑定协议",
    protocolContent: "第一条",
    signatoryA: "拉卡拉支付股份有限公司",
    signatoryB: "张三",
  };
  const signed = Object.values(story.disclosures).find((values) =>
    values.some(({ name }) => name === "signature"),
  );
  const row = protocolRecordRow(story.contract, story.entries, { ...words, signed: signed ?? [] });

  test("D-18 K34: has every column of document D by its name", () => {
    expect(Object.keys(row ?? {})).toEqual(columnsOf("D-18"));
    expect(Object.keys(row ?? {})).toHaveLength(15);
  });

  test("D-18 D-27 D-34 D-43: tells what was signed, by whom, when, from where, and its hash", () => {
    expect(row).toMatchObject({
      process_id: contractId,
      signatory_a: "拉卡拉支付股份有限公司",
      signatory_b: "张三",
      signatory_b_type: 2,
      signed_at: minute(5),
      sign_ip: "198.51.100.7",
      sign_user_agent: "test",
      evidence_hash: "c".repeat(64),
      storage_path: `agreements/${contractId}/${"d".repeat(64)}`,
    });
  });

  test("there is none before the agreement is generated", () => {
    const { contract, entries } = tell([]);

    expect(protocolRecordRow(contract, entries, { ...words, signed: [] })).toBeUndefined();
  });
});

describe("evidence_chain", () => {
  const rows = evidenceChainRows(story.entries);

  test("D-20 K34: has every column of document D by its name", () => {
    expect(Object.keys(rows[0] ?? {})).toEqual(columnsOf("D-20"));
    expect(Object.keys(rows[0] ?? {})).toHaveLength(6);
  });

  test("D-20 D-67: holds the four types of document D, each under the key of what it is about", () => {
    const keys = rows.map(({ evidence_type, evidence_key }) => `${evidence_type} ${evidence_key}`);

    expect(keys).toEqual([
      `PROTOCOL PR${contractId.slice(2)}`,
      `SMS_RECORD ${contractId}-M1`,
      `SMS_RECORD ${contractId}-M1`,
      `PROTOCOL PR${contractId.slice(2)}`,
      `PROTOCOL PR${contractId.slice(2)}`,
      `VERIFICATION_REQUEST ${contractId}-V1F`,
      "VERIFICATION_REQUEST VR1",
      "VERIFICATION_RESULT VR1",
    ]);
  });

  test("no row holds a personal value", () => {
    expect(JSON.stringify(rows)).not.toMatch(/张三|13800138000|310101199001011234/);
  });
});
