import { describe, expect, test } from "vitest";
import { readCreateRequest } from "../../functions/dialects/native-request.ts";
import { Problem } from "../../functions/domain/problem.ts";
import type { BizScene } from "../../functions/domain/words.ts";

const accounts = { payerAccountNo: "ACC100002", payeeAccountNo: "ACC100001" };

const request = (bizScene: BizScene, authorization: unknown) => ({
  requestId: "REQ-1",
  bizScene,
  userType: "ENTERPRISE",
  userInfo: { name: "上海测试有限公司", mobile: "13800138000", legalRepName: "李四" },
  authorization,
});

function faultsOf(bizScene: BizScene, authorization: unknown) {
  try {
    readCreateRequest(request(bizScene, authorization), "strict");
  } catch (cause) {
    if (cause instanceof Problem) return cause.fields;
    throw cause;
  }
  return [];
}

describe("what a start asks to authorise", () => {
  test.each([
    ["RELATION_BIND", accounts],
    ["OPEN_PAYMENT", { payerAccountNo: "ACC100001" }],
    ["POOLING_AUTH", { ...accounts, maxRatio: "0.8", validUntil: "2027-11-21T00:00:00Z" }],
    ["POOLING_AUTH", { ...accounts, maxRatio: "1" }],
    ["POOLING_AUTH", { ...accounts, maxRatio: "0.0001" }],
  ] as const)("K42, D-03 to D-05: %s may name %j", (bizScene, authorization) => {
    expect(readCreateRequest(request(bizScene, authorization), "strict")).toMatchObject({
      authorization,
    });
  });

  const account = "must be an account code: A-Z, then 3 to 31 of A-Z 0-9 _";
  const ratio = "must be a decimal above 0 and up to 1 with at most 4 places, as text";
  const time = "must be a time in UTC, such as 2027-11-21T00:00:00Z";

  test.each([
    ["POOLING_AUTH", {}, "payerAccountNo", "is required"],
    [
      "POOLING_AUTH",
      { payerAccountNo: "ACC1" },
      "payeeAccountNo",
      "is required when bizScene is POOLING_AUTH",
    ],
    [
      "RELATION_BIND",
      { payerAccountNo: "ACC1" },
      "payeeAccountNo",
      "is required when bizScene is RELATION_BIND",
    ],
    ["OPEN_PAYMENT", accounts, "payeeAccountNo", "must be left out when bizScene is OPEN_PAYMENT"],
    [
      "RELATION_BIND",
      { ...accounts, maxRatio: "0.8" },
      "maxRatio",
      "must be left out when bizScene is RELATION_BIND",
    ],
    [
      "POOLING_AUTH",
      { payerAccountNo: "ACC1", payeeAccountNo: "ACC1" },
      "payeeAccountNo",
      "must be another account than payerAccountNo",
    ],
    ["OPEN_PAYMENT", { payerAccountNo: "acc100001" }, "payerAccountNo", account],
    ["OPEN_PAYMENT", { payerAccountNo: "ACC" }, "payerAccountNo", account],
    ["OPEN_PAYMENT", { payerAccountNo: `A${"1".repeat(32)}` }, "payerAccountNo", account],
    ["OPEN_PAYMENT", { payerAccountNo: "ACC1#" }, "payerAccountNo", account],
    ["OPEN_PAYMENT", { payerAccountNo: "ACC1\n" }, "payerAccountNo", account],
    ["POOLING_AUTH", { ...accounts, maxRatio: 0.8 }, "maxRatio", "must be of type string"],
    ["POOLING_AUTH", { ...accounts, maxRatio: "0" }, "maxRatio", ratio],
    ["POOLING_AUTH", { ...accounts, maxRatio: "0.0" }, "maxRatio", ratio],
    ["POOLING_AUTH", { ...accounts, maxRatio: "1.0001" }, "maxRatio", ratio],
    ["POOLING_AUTH", { ...accounts, maxRatio: "0.80001" }, "maxRatio", ratio],
    ["POOLING_AUTH", { ...accounts, maxRatio: ".8" }, "maxRatio", ratio],
    ["POOLING_AUTH", { ...accounts, maxRatio: "8e-1" }, "maxRatio", ratio],
    ["POOLING_AUTH", { ...accounts, maxRatio: "80%" }, "maxRatio", ratio],
    ["POOLING_AUTH", { ...accounts, validUntil: "2027-11-21" }, "validUntil", time],
    ["POOLING_AUTH", { ...accounts, validUntil: "2027-11-21T00:00:00+08:00" }, "validUntil", time],
    ["POOLING_AUTH", { ...accounts, validUntil: "2027-02-30T00:00:00Z" }, "validUntil", time],
    ["POOLING_AUTH", { ...accounts, limit: "1" }, "limit", "is not a known field"],
  ] as const)(
    "K42, A-37: %s with %j is refused, and %s is named",
    (bizScene, authorization, field, message) => {
      expect(faultsOf(bizScene, authorization)).toContainEqual({
        field: `authorization.${field}`,
        message,
      });
    },
  );
});
