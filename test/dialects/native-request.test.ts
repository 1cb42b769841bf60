import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  readCreateRequest,
  readRevokeRequest,
  readVerificationCallback,
  signersOf,
} from "../../functions/dialects/native-request.ts";
import { legalAgreementTypes } from "../../functions/domain/agreement-types.ts";
import { Problem } from "../../functions/domain/problem.ts";
import { bizScenes } from "../../functions/domain/words.ts";
import { changed, problemOf } from "./given.ts";

const person = {
  requestId: "REQ-1",
  bizScene: "RELATION_BIND",
  userType: "PERSONAL",
  userInfo: { name: "张三", mobile: "13800138000", idCardNo: "310101199001011234" },
};
const enterprise = {
  ...person,
  userType: "ENTERPRISE",
  userInfo: { name: "上海测试有限公司", mobile: "13800138000", legalRepName: "李四" },
};

const faultsOf = (body: unknown) => problemOf(() => readCreateRequest(body, "strict")).fields;

describe("a request to start a contract", () => {
  test("A-03: needs five things and gets back what it sent", () => {
    expect(readCreateRequest(person, "strict")).toEqual(person);
    expect(readCreateRequest(enterprise, "strict")).toEqual(enterprise);
  });

  test("B-18: may name fund purpose, parties, agreement, template and where to return to", () => {
    const full = {
      ...person,
      callbackUrl: "https://partner.example/callback",
      scene: "POOLING",
      processType: "RELATION_BINDING",
      agreementType: "SETTLEMENT_POWER_OF_ATTORNEY",
      fundPurpose: "门店归集",
      smsTemplate: "SMS_1",
      returnUrl: "https://partner.example/back",
      allowExternalDelivery: true,
      userInfo: {
        ...person.userInfo,
        role: "STORE",
        partyId: "S-1",
        bankAccountNo: "6228480012345678903",
      },
    };

    expect(readCreateRequest(full, "strict")).toEqual(full);
  });

  test("C-06: may name its signers in a list instead, which then says it all", () => {
    const { userType, userInfo, ...rest } = person;
    const signers = [
      { userType, ...userInfo, sequence: 2, deadline: "2027-01-01T00:00:00Z" },
      { ...enterprise.userInfo, userType: "ENTERPRISE" },
    ];
    const several = { ...rest, signers };

    expect(readCreateRequest(several, "strict")).toEqual(several);
    expect(signersOf(readCreateRequest(several, "strict"))).toEqual([
      { userType, userInfo, sequence: 2, deadline: "2027-01-01T00:00:00Z" },
      { userType: "ENTERPRISE", userInfo: enterprise.userInfo, sequence: 1 },
    ]);
    expect(faultsOf({ ...several, userInfo })).toEqual([
      { field: "userInfo", message: "must be left out when signers is given" },
    ]);
    expect(faultsOf({ ...rest, signers: [] })).toEqual([
      { field: "signers", message: "must name somebody" },
    ]);
    expect(faultsOf({ ...rest, signers: Array(21).fill(signers[0]) })).toEqual([
      { field: "signers", message: "must not name more than 20" },
    ]);
    expect(
      faultsOf({ ...rest, signers: [{ ...signers[0], mobile: "1" }, { userType: 7 }] }),
    ).toEqual(
      expect.arrayContaining([
        { field: "signers.0.mobile", message: "must be a mainland mobile number of 11 digits" },
        { field: "signers.1.name", message: "is required" },
      ]),
    );
  });

  test.each([
    ["requestId", undefined, "is required"],
    ["requestId", "", "must have 1 to 64 letters, digits or _ . : -"],
    ["requestId", "a".repeat(65), "must have 1 to 64 letters, digits or _ . : -"],
    ["requestId", "流水号", "must have 1 to 64 letters, digits or _ . : -"],
    ["requestId", 1, "must be of type string"],
    ["bizScene", undefined, "is required: one of RELATION_BIND, OPEN_PAYMENT, POOLING_AUTH"],
    ["bizScene", "LOAN", "must be one of RELATION_BIND, OPEN_PAYMENT, POOLING_AUTH"],
    ["bizScene", "toString", "must be one of RELATION_BIND, OPEN_PAYMENT, POOLING_AUTH"],
    ["userType", undefined, "is required: one of PERSONAL, ENTERPRISE"],
    ["userType", "personal", "must be one of PERSONAL, ENTERPRISE"],
    ["userInfo", undefined, "is required"],
    ["userInfo", "张三", "must be of type object"],
    ["userInfo", null, "must be of type object"],
    ["userInfo.name", undefined, "is required"],
    ["userInfo.name", "", "must not be empty"],
    ["userInfo.name", "　 ", "must not be empty"],
    ["userInfo.name", "张".repeat(129), "must not be longer than 128 characters"],
    [
      "userInfo.name",
      "张\u202e三",
      "is refused: U+202E is a control, format or unassigned character",
    ],
    ["userInfo.name", "张𠀀", "is refused: U+20000 is in none of our fonts"],
    [
      "userInfo.name",
      "阿依·买买提・",
      "is refused: U+30FB looks like another character; use U+00B7",
    ],
    ["userInfo.mobile", undefined, "is required"],
    ["userInfo.mobile", "+8613800138000", "must be a mainland mobile number of 11 digits"],
    ["userInfo.mobile", 13800138000, "must be of type string"],
    ["userInfo.idCardNo", undefined, "is required when userType is PERSONAL"],
    ["userInfo.idCardNo", "310101199001011235", "is not a valid identity number (GB 11643)"],
    ["userInfo.idCardNo", "1".repeat(60_000), "is not a valid identity number (GB 11643)"],
    ["userInfo.legalRepIdCardNo", "1", "is not a valid identity number (GB 11643)"],
    ["userInfo.creditCode", "1", "is not a valid unified social credit code (GB 32100)"],
    ["userInfo.bankAccountNo", "6228480012345678901", "is not a valid bank card number"],
    ["userInfo.bankAccountNo", "12-34", "must have 8 to 32 digits"],
    ["userInfo.bankAccountNo", 6228480012345678, "must be of type string"],
    ["userInfo.role", "BOSS", "must be one of HEADQUARTERS, STORE, RECEIVER"],
    ["userInfo.passport", "E1", "is not a known field"],
    ["callbackUrl", "partner.example", "must be an absolute URL"],
    [
      "callbackUrl",
      `https://a.example/${"a".repeat(1024)}`,
      "must not be longer than 1024 characters",
    ],
    ["scene", "LOAN", "must be one of POOLING, BATCH_PAYMENT, MEMBER_SETTLEMENT"],
    ["processType", "OPEN_PAYMENT", "contradicts bizScene RELATION_BIND"],
    ["allowExternalDelivery", "yes", "must be of type boolean"],
    ["fundPurpose", "", "must not be empty"],
    ["returnUrl", "/back", "must be an absolute URL"],
    ["signer", {}, "is not a known field"],
  ])("A-17, A-37, B-46: %s = %j is refused, and the field is named", (field, value, message) => {
    expect(faultsOf(changed(person, field, value))).toEqual([{ field, message }]);
  });

  test("A-30: an enterprise needs a name and its legal representative, and its account no check digit", () => {
    expect(faultsOf(changed(enterprise, "userInfo.legalRepName", undefined))).toEqual([
      { field: "userInfo.legalRepName", message: "is required when userType is ENTERPRISE" },
    ]);
    expect(faultsOf(changed(enterprise, "userInfo.name", undefined))).toEqual([
      { field: "userInfo.name", message: "is required" },
    ]);
    const account = changed(enterprise, "userInfo.bankAccountNo", "1001190719013130421");
    expect(readCreateRequest(account, "strict")).toEqual(account);
  });

  test("A-28, A-29: several faults are named at once, those that depend on one another included", () => {
    const body = {
      bizScene: "LOAN",
      userType: "PERSONAL",
      userInfo: { name: " ", mobile: "1", bankAccountNo: "6228480012345678901" },
      surprise: 1,
    };

    const problem = problemOf(() => readCreateRequest(body, "strict"));

    expect(problem.code).toBe("PARAM_INVALID");
    expect(problem.fields.map(({ field }) => field).sort()).toEqual([
      "bizScene",
      "requestId",
      "surprise",
      "userInfo.bankAccountNo",
      "userInfo.idCardNo",
      "userInfo.mobile",
      "userInfo.name",
    ]);
    expect(problem.message).toContain("userInfo.idCardNo is required when userType is PERSONAL; ");
  });

  test.each([[[]], [null], ["text"], [1]])(
    "A-35: a body that is %j instead of an object is refused",
    (body) => {
      expect(faultsOf(body)).toEqual([{ field: "body", message: "must be of type object" }]);
    },
  );

  test.each(["bizScene", "scene"])(
    "A-04, B-21, B-47: an unknown %s has its own code and lists what is allowed",
    (name) => {
      const problem = problemOf(() => readCreateRequest({ ...person, [name]: "LOAN" }, "strict"));

      expect(problem.code).toBe("SCENE_UNSUPPORTED");
      expect(problem.message).toMatch(/^(bizS|s)cene must be one of [A-Z_]+, [A-Z_]+, [A-Z_]+$/);
    },
  );

  test("A-05: an unknown userType is refused with the two that exist", () => {
    const problem = problemOf(() => readCreateRequest({ ...person, userType: "ROBOT" }, "strict"));

    expect(problem).toMatchObject({
      code: "PARAM_INVALID",
      message: "userType must be one of PERSONAL, ENTERPRISE",
    });
  });

  test("B-46: a missing bizScene is a missing field, not an unsupported scene", () => {
    expect(
      problemOf(() => readCreateRequest(changed(person, "bizScene", undefined), "strict")).code,
    ).toBe("PARAM_INVALID");
  });

  test("B-19, B-48: an unknown agreement type has its own code and lists all types", () => {
    const problem = problemOf(() =>
      readCreateRequest({ ...person, agreementType: "NDA" }, "strict"),
    );

    expect(problem.code).toBe("AGREEMENT_UNSUPPORTED");
    expect(problem.message).toContain("PAYOUT_AUTHORIZATION_LETTER");
  });

  test.each(bizScenes)(
    "B-48: %s accepts its own agreement types and refuses the others",
    (bizScene) => {
      const legal: readonly string[] = legalAgreementTypes[bizScene].map(
        (type) => type.agreementType,
      );
      const all = Object.values(legalAgreementTypes).flat();

      for (const { agreementType } of all) {
        const read = () => readCreateRequest({ ...person, bizScene, agreementType }, "strict");
        if (legal.includes(agreementType)) expect(read()).toMatchObject({ agreementType });
        else
          expect(problemOf(read)).toMatchObject({
            code: "AGREEMENT_UNSUPPORTED",
            message: `agreementType must be one of ${legal.join(", ")} when bizScene is ${bizScene}`,
          });
      }
    },
  );

  test("K24: in the sandbox the sample numbers of the design documents pass, whose check digits are wrong", () => {
    const sample = changed(
      changed(person, "userInfo.idCardNo", "110101199001011234"),
      "userInfo.bankAccountNo",
      "6228480012345678901",
    );

    expect(readCreateRequest(sample, "format")).toEqual(sample);
    expect(faultsOf(sample).map(({ field }) => field)).toEqual([
      "userInfo.idCardNo",
      "userInfo.bankAccountNo",
    ]);
  });

  test("no message repeats a value: values are personal", () => {
    const secretive = fc.string({ unit: "grapheme", minLength: 12, maxLength: 40 });
    fc.assert(
      fc.property(secretive, fc.constantFrom(...Object.keys(person.userInfo)), (value, name) => {
        fc.pre(value.trim().length >= 12 && !/^[a-z ]*$/i.test(value));
        try {
          readCreateRequest(changed(person, `userInfo.${name}`, value), "strict");
        } catch (cause) {
          expect(
            JSON.stringify([(cause as Problem).message, (cause as Problem).fields]),
          ).not.toContain(value);
        }
      }),
    );
  });

  test("nothing that parses as JSON makes it fail otherwise than by naming fields", () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom(
          ...Object.keys(person),
          "userInfo.name",
          "userInfo.bankAccountNo",
          "processType",
        ),
        (value, name) => {
          try {
            readCreateRequest(changed(person, name, value), "strict");
          } catch (cause) {
            expect(cause).toBeInstanceOf(Problem);
          }
        },
      ),
    );
  });
});

describe("a request to revoke", () => {
  test("needs a reason and an operator; the reason may have lines and 512 characters", () => {
    const request = { reason: `信息有误\n${"改".repeat(507)}`, operator: "ops-7" };

    expect(readRevokeRequest(request)).toEqual(request);
  });

  test.each([
    [{ operator: "ops" }, "reason is required"],
    [{ reason: " ", operator: "ops" }, "reason must not be empty"],
    [{ reason: "r".repeat(513), operator: "ops" }, "reason must not be longer than 512 characters"],
    [{ reason: "r" }, "operator is required"],
    [{ reason: "r", operator: "ops", force: true }, "force is not a known field"],
  ])("%j is refused", (body, message) => {
    expect(problemOf(() => readRevokeRequest(body))).toMatchObject({
      code: "PARAM_INVALID",
      message,
    });
  });
});

describe("A-08: what the verification system tells", () => {
  const result = {
    contractId: "CT0",
    verificationId: "VR0",
    authResult: "SUCCESS",
    authMethod: "FACE_VERIFY",
    evidenceData: { transactionNo: "T1", score: 0.93, live: true },
  };

  test("is read, and what it adds over time is no error", () => {
    const more = { ...result, failReason: "POOR_QUALITY" };

    expect(readVerificationCallback({ ...more, vendor: "new" })).toEqual(more);
  });

  test.each([
    ["contractId", undefined, "is required"],
    ["verificationId", undefined, "is required"],
    ["authResult", "PASSED", "must be one of SUCCESS, FAILED"],
    ["authMethod", "OTP", "must be one of PAYMENT_VERIFY, FACE_VERIFY"],
    ["evidenceData", undefined, "is required"],
  ])("with %s = %j is refused, and the field is named", (field, value, message) => {
    const problem = problemOf(() => readVerificationCallback(changed(result, field, value)));

    expect(problem.fields).toEqual([{ field, message }]);
  });
});
