import { describe, expect, test } from "vitest";
import { processOf, processTypes } from "../../functions/dialects/wallet-processes.ts";
import {
  readBusinessId,
  readInitiateRequest,
  readProcessCallback,
} from "../../functions/dialects/wallet-request.ts";
import { fundScenes } from "../../functions/domain/words.ts";
import { changed, problemOf } from "./given.ts";
import { opening, person, pooling, sample } from "./wallet-given.ts";

const faultsOf = (body: unknown, check: "strict" | "format" = "format") =>
  problemOf(() => readInitiateRequest(body, check)).fields;

describe("a request to initiate a process", () => {
  test("D-01 D-02 D-03 D-04 D-05 K24: the literal payload of document D is accepted in the sandbox", () => {
    expect(readInitiateRequest(sample, "format")).toEqual(sample);
  });

  test("K24: the strict profile refuses the literal payload for its identity number alone", () => {
    expect(faultsOf(sample, "strict")).toEqual([
      {
        field: "payeeInfo.contactInfo.idCardNo",
        message: "is not a valid identity number (GB 11643)",
      },
    ]);
  });

  test("K24: the strict profile refuses the literal bank card where it is a person's", () => {
    const request = changed(person, "payeeInfo.bankCardInfo.cardNo", "6228480012345678901");

    expect(faultsOf(request, "strict")).toEqual([
      { field: "payeeInfo.bankCardInfo.cardNo", message: "is not a valid bank card number" },
    ]);
  });

  test.each([person, pooling])(
    "a request with valid check digits passes the strict profile",
    (request) => {
      expect(readInitiateRequest(request, "strict")).toEqual(request);
    },
  );

  const merchantType = "must be one of ENTERPRISE, INDIVIDUAL";
  const account = "must be an account code: A-Z, then 3 to 31 of A-Z 0-9 _";
  const code = "must have 1 to 32 letters, digits or _ . : -";
  test.each([
    ["requestId", undefined, "is required"],
    ["requestId", "流水号", code],
    ["requestId", "a".repeat(33), code],
    ["businessType", undefined, "is required: one of TIANCAI_SPLIT_ACCOUNT"],
    ["businessType", "LOAN", "must be one of TIANCAI_SPLIT_ACCOUNT"],
    ["scene", undefined, "is required: one of POOLING, BATCH_PAYMENT, MEMBER_SETTLEMENT"],
    ["scene", "LOAN", "must be one of POOLING, BATCH_PAYMENT, MEMBER_SETTLEMENT"],
    ["processType", "toString", "must be one of RELATION_BINDING, OPEN_PAYMENT, POOLING_AUTH"],
    ["processType", 1, "must be one of RELATION_BINDING, OPEN_PAYMENT, POOLING_AUTH"],
    ["payerInfo", undefined, "is required"],
    ["payerInfo", null, "must be of type object"],
    ["payerInfo.merchantNo", undefined, "is required"],
    ["payerInfo.merchantName", "", "must not be empty"],
    ["payerInfo.merchantName", "店".repeat(129), "must not be longer than 128 characters"],
    ["payerInfo.merchantType", "SHOP", merchantType],
    ["payerInfo.accountNo", "acc1", account],
    ["payerInfo.accountType", "TIANCAI_RECEIVER_ACCOUNT", "must be one of TIANCAI_RECEIVE_ACCOUNT"],
    ["payeeInfo", "M100002", "must be of type object"],
    ["payeeInfo.merchantType", undefined, "is required: one of ENTERPRISE, INDIVIDUAL"],
    [
      "payeeInfo.accountType",
      "SAVINGS",
      "must be one of TIANCAI_RECEIVE_ACCOUNT, TIANCAI_RECEIVER_ACCOUNT",
    ],
    ["payeeInfo.accountNo", "ACC100001", "must be another account than payerInfo.accountNo"],
    ["payeeInfo.bankCardInfo.cardNo", "12-34", "must have 8 to 32 digits"],
    ["payeeInfo.bankCardInfo.accountName", "", "must not be empty"],
    ["payeeInfo.bankCardInfo.bankCode", "icbc", "must have 2 to 12 of A-Z and 0-9"],
    ["payeeInfo.bankCardInfo", null, "must be of type object"],
    ["payeeInfo.contactInfo", undefined, "is required"],
    ["payeeInfo.contactInfo", null, "must be of type object"],
    ["payeeInfo.contactInfo.name", "", "must not be empty"],
    ["payeeInfo.contactInfo.idCardNo", "1", "is not a valid identity number (GB 11643)"],
    [
      "payeeInfo.contactInfo.mobile",
      "+8613800138000",
      "must be a mainland mobile number of 11 digits",
    ],
    ["payeeInfo.contactInfo.email", "a@b", "is not a known field"],
    ["initiatorInfo", undefined, "is required"],
    ["initiatorInfo.merchantName", undefined, "is required"],
    ["fundPurpose", "", "must not be empty"],
    ["fundPurpose", "用".repeat(65), "must not be longer than 64 characters"],
    ["callbackUrl", undefined, "is required"],
    ["callbackUrl", "wallet.example", "must be an absolute URL"],
    [
      "callbackUrl",
      `https://a.example/${"a".repeat(512)}`,
      "must not be longer than 512 characters",
    ],
    [
      "extInfo.orderAggregationMaxRatio",
      "1.1",
      "must be a decimal above 0 and up to 1 with at most 4 places, as text",
    ],
    ["extInfo.orderAggregationMaxRatio", 0.8, "must be of type string"],
    ["extInfo.ratio", "0.8", "is not a known field"],
    ["comment", "hello", "is not a known field"],
  ])("D-22 D-50: %s = %j is refused, and the field is named", (field, value, message) => {
    expect(faultsOf(changed(sample, field, value))).toEqual([{ field, message }]);
  });

  test.each([
    ["person.payeeInfo.contactInfo.idCardNo", person, "payeeInfo"],
    ["pooling.payerInfo.contactInfo.idCardNo", pooling, "payerInfo"],
  ])(
    "A-29: an individual business that signs needs its owner's identity number: %s",
    (_, request, side) => {
      expect(faultsOf(changed(request, `${side}.contactInfo.idCardNo`, undefined))).toEqual([
        {
          field: `${side}.contactInfo.idCardNo`,
          message: `is required when ${side}.merchantType is INDIVIDUAL`,
        },
      ]);
    },
  );

  test("what it names twice is said once, and everything that is wrong is said", () => {
    const request = changed(changed(sample, "fundPurpose", ""), "payerInfo.merchantType", "X");

    expect(faultsOf(request).map(({ field }) => field)).toEqual([
      "payerInfo.merchantType",
      "fundPurpose",
    ]);
  });

  test.each([undefined, null, [], "text", 1, {}])("D-50: a body that is %j is refused", (body) => {
    expect(problemOf(() => readInitiateRequest(body, "format")).code).toBe("PARAM_INVALID");
  });
});

describe("which process a scene and a process type name", () => {
  const combinations = processTypes.flatMap((processType) =>
    fundScenes.map((scene) => ({ processType, scene })),
  );
  const found = (processType: string, scene: string) =>
    processOf(processType as "OPEN_PAYMENT", scene as "POOLING");
  const binds = { bizScene: "RELATION_BIND", signatory: "payee", headquarters: "payer" };
  const opens = { bizScene: "OPEN_PAYMENT", signatory: "payer", headquarters: "payer" };

  test.each([
    ["D-35 K16", "RELATION_BINDING", "BATCH_PAYMENT", { ...binds, role: "RECEIVER" }],
    ["D-36 K16", "RELATION_BINDING", "MEMBER_SETTLEMENT", { ...binds, role: "STORE" }],
    [
      "D-37 K16",
      "POOLING_AUTH",
      "POOLING",
      { bizScene: "POOLING_AUTH", signatory: "payer", headquarters: "payee", role: "STORE" },
    ],
    ["D-38 K16", "OPEN_PAYMENT", "BATCH_PAYMENT", { ...opens, role: "HEADQUARTERS" }],
    ["D-38 K16", "OPEN_PAYMENT", "MEMBER_SETTLEMENT", { ...opens, role: "HEADQUARTERS" }],
  ])(
    "%s: %s with %s says who signs and who the headquarters is",
    (_, processType, scene, process) => {
      expect(found(processType, scene)).toMatchObject(process);
    },
  );

  test.each(combinations.filter(({ processType, scene }) => !processOf(processType, scene)))(
    "D-39: $processType with $scene is refused by name",
    (combination) => {
      const problem = problemOf(() => readInitiateRequest({ ...sample, ...combination }, "format"));

      expect(problem.code).toBe("SCENE_UNSUPPORTED");
      expect(problem.fields.map(({ field }) => field)).toEqual(["scene"]);
      expect(problem.message).toContain(`when processType is ${combination.processType}`);
    },
  );

  test("D-39: five of the nine combinations exist", () => {
    expect(combinations.filter((one) => processOf(one.processType, one.scene))).toHaveLength(5);
  });

  test.each([
    ["D-35", sample, "payerInfo"],
    ["D-36", { ...sample, scene: "MEMBER_SETTLEMENT" }, "payerInfo"],
    ["D-37", pooling, "payeeInfo"],
    ["D-38", opening, "payerInfo"],
  ])("%s: the headquarters is an enterprise", (_, request, side) => {
    const field = `${side}.merchantType`;

    const faults = faultsOf(changed(request, field, "INDIVIDUAL"));

    expect(faults).toEqual([
      { field, message: expect.stringContaining("must be ENTERPRISE when processType is") },
    ]);
  });

  test("D-38: who opens payment names a payee that may be itself", () => {
    const request = changed(opening, "payeeInfo.accountNo", opening.payerInfo.accountNo);

    expect(readInitiateRequest(request, "format")).toEqual(request);
  });
});

describe("the headers of an initiation", () => {
  test("D-01: the wallet names itself and its serial", () => {
    const headers = { "x-business-id": "BIZ-1", "x-system-code": "WALLET" };

    expect(readBusinessId(headers)).toBe("BIZ-1");
  });

  test.each([
    [{ "x-system-code": "WALLET" }, "X-Business-Id", "is required"],
    [
      { "x-business-id": "流水", "x-system-code": "WALLET" },
      "X-Business-Id",
      "must have 1 to 64 letters, digits or _ . : -",
    ],
    [{ "x-business-id": "B" }, "X-System-Code", "is required: WALLET"],
    [{ "x-business-id": "B", "x-system-code": "TIANCAI" }, "X-System-Code", "must be WALLET"],
  ])("D-01 D-47 D-50: %j is refused, and the header is named", (headers, field, message) => {
    expect(problemOf(() => readBusinessId(headers as never)).fields).toEqual([{ field, message }]);
  });
});

describe("a result of the verification system", () => {
  const callback = {
    verificationId: "VER202310120001",
    processId: "ESIGN_PROC_202310120001",
    status: "SUCCESS",
    verifiedAt: "2023-10-12T15:35:00Z",
    failureReason: null,
    evidence: { remittanceAmount: "0.12", remittanceRemark: "验证码" },
  };

  test("D-09: the literal callback of document D is read", () => {
    expect(readProcessCallback(callback)).toEqual(callback);
  });

  test.each([
    ["verificationId", undefined, "is required"],
    ["processId", "", "must not be empty"],
    ["status", "PENDING", "must be one of SUCCESS, FAILED"],
    ["verifiedAt", "yesterday", "must be a time in UTC"],
    ["failureReason", "x".repeat(65), "must not be longer than 64 characters"],
    ["evidence.remittanceAmount", 0.12, "must be of type string"],
  ])("D-09 D-50: %s = %j is refused, and the field is named", (field, value, message) => {
    const faults = problemOf(() => readProcessCallback(changed(callback, field, value))).fields;

    expect(faults).toEqual([{ field, message }]);
  });
});
