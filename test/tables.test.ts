import { describe, expect, test } from "vitest";
import {
  contractFromItem,
  type Details,
  detailsToItem,
  entryToItem,
  headToItem,
} from "../functions/adapters/contract-items.ts";
import type { DataKey } from "../functions/adapters/data-key.ts";
import { contractView } from "../functions/dialects/native.ts";
import { evidenceType, type Step } from "../functions/domain/evidence.ts";
import { contractId, generate, invite, minute, sent, signedAndVerified, tell } from "./story.ts";

/** The columns that the documents prescribe, under the names they prescribe. */

const details: Details = {
  subject: { name: "张三", mobile: "13800138000", idNumber: "310101199001011234" },
  agreementType: "RELATION_BINDING_AGREEMENT",
  templateId: "RELATION_BINDING_AGREEMENT.PERSONAL",
  templateVersion: "1",
  fieldFingerprints: { requestId: "00000000" },
  scene: "BATCH_PAYMENT",
  fundPurpose: "门店推广服务费",
  smsTemplate: "SMS.RELATION_BIND.PERSONAL",
};

/** Stands for a key: the tests ask where a value goes, not how it is encrypted. */
const key = {
  encryptJson: () => Buffer.from("sealed"),
} as unknown as DataKey;

const story = tell(signedAndVerified);
const view = contractView(story.contract, story.entries, {
  h5Urls: { 1: "https://sign.example.com/h5/token" },
  at: minute(9),
});

describe("contract_flow", () => {
  const head = headToItem(story.contract);
  const more = detailsToItem(contractId, details, Buffer.from("wrapped"), key);

  test("A-12: has its eleven columns, user_info beside the head and encrypted", () => {
    expect({ ...more, ...head }).toMatchObject({
      contract_id: contractId,
      request_id: "REQ-1",
      biz_scene: "RELATION_BIND",
      user_type: "PERSONAL",
      user_info: Buffer.from("sealed"),
      auth_method: "FACE",
      status: "SEALING",
      sms_sent: true,
      auth_result: "SUCCESS",
      created_at: expect.stringMatching(/Z$/),
      updated_at: minute(8),
    });
  });

  test("A-12: sms_sent and auth_result say no before the message and the result are there", () => {
    const { contract } = tell([generate]);

    expect(headToItem(contract)).toMatchObject({ sms_sent: false, auth_result: "NONE" });
  });

  test("B-23: keeps idempotency key, scene, fund purpose, agreement type, status and failure beside the subject", () => {
    const { contract } = tell([
      generate,
      invite,
      { type: "fail", reason: "SMS_SEND_FAILED", detail: "gone" },
    ]);

    expect({ ...more, ...headToItem(contract) }).toMatchObject({
      request_id: "REQ-1",
      biz_scene: "RELATION_BIND",
      scene: "BATCH_PAYMENT",
      fund_purpose: "门店推广服务费",
      agreement_type: "RELATION_BINDING_AGREEMENT",
      status: "FAILED",
    });
    expect(contractFromItem(headToItem(contract)).state).toMatchObject({
      reason: "SMS_SEND_FAILED",
    });
  });

  test("no column but the encrypted one holds a personal value", () => {
    const text = JSON.stringify([contractFromItem(head), more]);

    expect(text).not.toMatch(/张三|13800138000|310101199001011234/);
  });
});

describe("evidence_chain", () => {
  const [, generated] = story.entries;
  const item = entryToItem(generated!, {}, story.contract, undefined);

  test("A-13: has its five columns", () => {
    expect(item).toMatchObject({
      evidence_id: `${contractId}-E1`,
      contract_id: contractId,
      step: "CONTRACT_GENERATED",
      step_data: expect.stringContaining("contentHash"),
      timestamp: minute(1),
    });
  });

  test("A-14: the four steps that document A names are steps, each with document D's type", () => {
    const named: readonly Step[] = [
      "CONTRACT_GENERATED",
      "SMS_SENT",
      "AUTH_REQUESTED",
      "AUTH_RESULT",
    ];

    expect(named.map(evidenceType)).toEqual([
      "PROTOCOL",
      "SMS_RECORD",
      "VERIFICATION_REQUEST",
      "VERIFICATION_RESULT",
    ]);
  });
});

describe("the records of a contract", () => {
  test("B-22: flow, sign serial, H5 session, message and verification are told, each under an id of its own", () => {
    const { signSerials, h5Session, sms, verifications } = view.records;

    const ids = [
      view.contractId,
      signSerials[0]?.signSerial,
      h5Session.sessionId,
      sms[0]?.smsId,
      verifications[0]?.verificationKey,
    ];
    expect(ids).toEqual(["", "-S1", "-H1", "-M1", "-V1F"].map((suffix) => contractId + suffix));
  });

  test("B-24: the sign serial keeps result, digests of what was signed, and when", () => {
    expect(view.records.signSerials).toEqual([
      {
        signer: 1,
        signSerial: `${contractId}-S1`,
        result: "SIGNED",
        contentHash: "c".repeat(64),
        documentHash: "d".repeat(64),
        signedAt: minute(5),
      },
    ]);
  });

  test("B-25: the verification keeps type, status, credential, validity, the remote record's id and its times", () => {
    expect(view.records.verifications).toEqual([
      {
        signer: 1,
        verificationKey: `${contractId}-V1F`,
        type: "FACE_VERIFY",
        status: "SUCCESS",
        verificationId: "VR1",
        credentialId: `${contractId}-C1`,
        validUntil: minute(8 + 15),
        requestedAt: minute(6),
        updatedAt: minute(8),
      },
    ]);
  });

  test("B-26: session and message keep expiry, template, send status, attempts and the last send time", () => {
    const { contract, entries } = tell([generate, invite, sent]);
    const { records } = contractView(contract, entries, { h5Urls: {}, at: minute(4) });

    expect(records.h5Session).toMatchObject({
      sessionId: `${contractId}-H1`,
      expiresAt: contract.expiresAt,
    });
    expect(records.sms).toMatchObject([
      { templateId: "SMS1", status: "SENT", attempts: 1, sentAt: minute(3) },
    ]);
    expect(contract.signers[0]?.sms).toMatchObject({
      message: 1,
      inWindow: 1,
      windowStart: minute(2),
      lastAt: minute(2),
    });
  });
});
