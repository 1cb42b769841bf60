import { describe, expect, test } from "vitest";
import {
  initiateAnswer,
  processData,
  processStatus,
  processView,
  wordCallbackProblem,
  wordProblem,
} from "../../functions/dialects/wallet.ts";
import { processEvent } from "../../functions/dialects/wallet-events.ts";
import { walletStart } from "../../functions/dialects/wallet-start.ts";
import { eventOf } from "../../functions/domain/events.ts";
import { Problem, type ProblemCode } from "../../functions/domain/problem.ts";
import {
  accepted,
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
import { changed } from "./given.ts";
import { opening, person, pooling, sample } from "./wallet-given.ts";

describe("what a request of document D asks of the core", () => {
  test("D-25 D-33 D-35 K16 K17: the receiver signs, is reached at its own contact and verified as what it is", () => {
    const { request, facts, headquartersName } = walletStart(sample);

    expect(request).toEqual({
      requestId: "WALLET_REQ_202310120001",
      bizScene: "RELATION_BIND",
      userType: "ENTERPRISE",
      userInfo: {
        name: "上海天财门店",
        legalRepName: "张三",
        legalRepIdCardNo: "110101199001011234",
        mobile: "13800138000",
        bankAccountNo: "6228480012345678901",
        bankAccountName: "上海天财门店",
        bankCode: "ICBC",
        role: "RECEIVER",
        partyId: "M100002",
      },
      callbackUrl: "https://wallet.example.com/callback/esign",
      scene: "BATCH_PAYMENT",
      fundPurpose: "股东分红",
      authorization: { payerAccountNo: "ACC100001", payeeAccountNo: "ACC100002" },
    });
    expect(headquartersName).toBe("北京天财餐饮有限公司（总部）");
    expect(facts).toEqual({
      businessType: "TIANCAI_SPLIT_ACCOUNT",
      processType: "RELATION_BINDING",
      payerMerchantNo: "M100001",
      payeeMerchantNo: "M100002",
      initiatorMerchantNo: "M100001",
      signatory: "payee",
      contactRule: "payeeInfo.contactInfo",
    });
  });

  test("D-41: an individual business signs as the person who runs it", () => {
    const { request } = walletStart(person);

    expect(request.userType).toBe("PERSONAL");
    expect(request.userInfo).toMatchObject({ name: "张三", idCardNo: "310101199001011234" });
    expect(request.userInfo).not.toHaveProperty("legalRepName");
  });

  test("D-05 D-37 K16: a pooling is signed by the paying store, and only it carries the ratio", () => {
    const { request, facts, headquartersName } = walletStart(pooling);

    expect(request.bizScene).toBe("POOLING_AUTH");
    expect(request.userInfo).toMatchObject({ name: "李四", mobile: "13800138002", role: "STORE" });
    expect(request.authorization).toEqual({
      payerAccountNo: "ACC100002",
      payeeAccountNo: "ACC100001",
      maxRatio: "0.8",
    });
    expect(headquartersName).toBe("北京天财餐饮有限公司（总部）");
    expect(facts).toMatchObject({ signatory: "payer", contactRule: "payerInfo.contactInfo" });
  });

  test("D-38 D-43 K16: an opening is signed by the paying headquarters, without a payee, at the only contact there is", () => {
    const { request, facts } = walletStart(opening);

    expect(request.userInfo).toMatchObject({
      name: "北京天财餐饮有限公司（总部）",
      mobile: "13800138000",
      role: "HEADQUARTERS",
      partyId: "M100001",
    });
    expect(request.authorization).toEqual({ payerAccountNo: "ACC100001" });
    expect(facts).toMatchObject({ signatory: "payer", contactRule: "payeeInfo.contactInfo" });
  });

  test("K16: the payee's bank card never stands for a payer that signs", () => {
    expect(walletStart(opening).request.userInfo).not.toHaveProperty("bankAccountNo");
  });

  test("everybody in the request is found again by a number, the signer or not", () => {
    expect(walletStart(pooling).alsoNames).toEqual(["310101199001011234", "310101199001011234"]);
    expect(walletStart(sample).alsoNames).toEqual(["110101199001011234"]);
  });

  test("an optional number that is missing stays missing", () => {
    const request = changed(sample, "payeeInfo.contactInfo.idCardNo", undefined) as typeof sample;

    expect(walletStart(request).request.userInfo).not.toHaveProperty("legalRepIdCardNo");
  });
});

describe("D-08 D-17: the words and numbers of the states", () => {
  test("each canonical state has one of each", () => {
    const listed = Object.entries(processStatus).map(
      ([state, { word, number }]) => `${state} ${word} ${number}`,
    );

    expect(listed).toEqual([
      "CREATED INIT 0",
      "NOTIFIED SMS_SENT 1",
      "PART_SIGNED SMS_SENT 1",
      "SIGNED_UNVERIFIED PROTOCOL_SIGNED 2",
      "VERIFYING VERIFICATION_PENDING 3",
      "SEALING VERIFICATION_SUCCESS 4",
      "COMPLETED COMPLETED 5",
      "FAILED FAILED 6",
      "REJECTED FAILED 6",
      "REVOKED FAILED 6",
      "EXPIRED EXPIRED 7",
    ]);
  });

  test.each([
    ["INIT", []],
    ["INIT", [generate, invite]],
    ["SMS_SENT", [generate, invite, sent]],
    ["PROTOCOL_SIGNED", [generate, invite, sent, consent, sign]],
    ["VERIFICATION_PENDING", [generate, invite, sent, consent, sign, requestChallenge, accepted]],
    ["VERIFICATION_SUCCESS", signedAndVerified],
    ["COMPLETED", [...signedAndVerified, seal]],
    ["FAILED", [generate, invite, sent, decline]],
  ])("D-26 D-27 D-28 D-44: a process comes to %s", (word, commands) => {
    const { contract } = tell(commands);

    expect(processData(contract, "https://h5").status).toBe(word);
  });
});

describe("the answers", () => {
  const words = {
    request: sample,
    scene: "BATCH_PAYMENT",
    protocolName: "关系绑定协议",
    downloadUrl: "https://sign.example/agreement",
  };
  const view = (commands: Parameters<typeof tell>[0]) => {
    const { contract, entries } = tell(commands);
    return processView(contract, entries, words).data;
  };

  test("D-06: an initiation is answered with id, status, page and expiry", () => {
    const { contract } = tell([generate, invite, sent]);

    expect(initiateAnswer(processData(contract, "https://h5"))).toEqual({
      code: "SUCCESS",
      message: "签约流程已发起",
      data: {
        processId: contractId,
        status: "SMS_SENT",
        h5PageUrl: "https://h5",
        expiredAt: contract.expiresAt,
      },
    });
  });

  test("D-07: a query has every field of document D, and null for what is not there yet", () => {
    expect(Object.keys(view([]))).toEqual([
      ...["processId", "businessType", "scene", "processType", "status", "payerInfo", "payeeInfo"],
      ...["protocolInfo", "verificationInfo", "failureReason", "createdAt", "updatedAt"],
    ]);
    expect(view([])).toMatchObject({
      protocolInfo: null,
      verificationInfo: null,
      failureReason: null,
    });
  });

  test("D-07: a completed process tells agreement and verification", () => {
    expect(view([...signedAndVerified, seal])).toMatchObject({
      status: "COMPLETED",
      protocolInfo: {
        protocolId: `PR${contractId.slice(2)}`,
        protocolName: "关系绑定协议",
        signedAt: minute(5),
        downloadUrl: "https://sign.example/agreement",
      },
      verificationInfo: {
        verificationId: "VR1",
        type: "FACE",
        status: "SUCCESS",
        verifiedAt: minute(8),
      },
    });
  });

  test("no answer shows a whole identity number, phone, card or name of a person", () => {
    const text = JSON.stringify(view(signedAndVerified));

    expect(text).not.toMatch(/110101199001011234|13800138000|6228480012345678901|张三/);
    expect(text).toContain("138****8000");
  });

  test.each([
    ["TEMPLATE_UNAVAILABLE", "TEMPLATE_NOT_FOUND"],
    ["UNSUPPORTED_CHARACTER", "PARAM_INVALID"],
    ["SMS_SEND_FAILED", "SMS_SEND_FAILED"],
    ["VERIFIER_DOWN", "VERIFICATION_SERVICE_ERROR"],
    ["VERIFY_MISMATCH", "VERIFY_MISMATCH"],
    ["CHALLENGES_EXHAUSTED", "CHALLENGES_EXHAUSTED"],
  ] as const)("D-07 D-52 D-53 D-54: a process that failed by %s says %s", (reason, word) => {
    expect(view([{ type: "fail", reason, detail: "" }])).toMatchObject({
      status: "FAILED",
      failureReason: word,
    });
  });

  test("D-07: who declined, and who revoked, is told apart", () => {
    const revoke = { type: "revoke", owner: "sandai", reason: "x", operator: "ops" } as const;

    expect(view([generate, invite, sent, decline]).failureReason).toBe("DECLINED");
    expect(view([generate, revoke]).failureReason).toBe("REVOKED");
  });

  test("D-45: what failed before may be verified anew, and the answer tells of the newest challenge", () => {
    const poor = { ...verified, result: "FAILED", failReason: "POOR_QUALITY" } as const;
    const story = [generate, invite, sent, consent, sign, requestChallenge, accepted, poor];

    expect(view([...story, requestChallenge]).verificationInfo).toMatchObject({
      status: "PENDING",
      dispatch: "NOT_SENT",
      verifiedAt: null,
    });
  });
});

describe("the events", () => {
  const facts = {
    profile: "wallet",
    businessType: "TIANCAI_SPLIT_ACCOUNT",
    processType: "RELATION_BINDING",
    scene: "BATCH_PAYMENT",
    payerMerchantNo: "M100001",
    payeeMerchantNo: "M100002",
    fundPurpose: "股东分红",
  };
  const last = (commands: Parameters<typeof tell>[0]) => {
    const { contract, entries } = tell(commands, facts);
    const event = eventOf(entries.at(-1)!, contract);
    return event && processEvent(event, entries);
  };

  test("D-14: a completed process is told with every field of document D", () => {
    expect(last([...signedAndVerified, seal])).toEqual({
      eventId: `${contractId}-E10`,
      type: "SIGNING_PROCESS_COMPLETED",
      timestamp: minute(9),
      payload: {
        processId: contractId,
        requestId: "REQ-1",
        businessType: "TIANCAI_SPLIT_ACCOUNT",
        scene: "BATCH_PAYMENT",
        processType: "RELATION_BINDING",
        status: "COMPLETED",
        payerMerchantNo: "M100001",
        payeeMerchantNo: "M100002",
        protocolId: `PR${contractId.slice(2)}`,
        verificationId: "VR1",
        fundPurpose: "股东分红",
      },
    });
  });

  test("D-14: a process that is signed or verified, but not both, is not told as completed", () => {
    expect(last([generate, invite, sent, consent, sign])).toBeUndefined();
    expect(last([generate, invite, sent, consent, sign, requestChallenge])).toBeUndefined();
  });

  test.each([
    ["DECLINED", "FAILED", [generate, invite, sent, decline]],
    [
      "SMS_SEND_FAILED",
      "FAILED",
      [generate, { type: "fail", reason: "SMS_SEND_FAILED", detail: "" } as const],
    ],
    [
      "VERIFICATION_SERVICE_ERROR",
      "FAILED",
      [generate, { type: "fail", reason: "VERIFIER_DOWN", detail: "" } as const],
    ],
  ])(
    "D-15: a process that ended by %s is told as failed, with the reason",
    (failureReason, processStatus, commands) => {
      expect(last(commands)).toMatchObject({
        type: "SIGNING_PROCESS_FAILED",
        payload: { status: "FAILED", processStatus, failureReason },
      });
    },
  );

  test("what came after the end changes no byte of its event", () => {
    const { contract, entries } = tell([...signedAndVerified, seal], facts);
    const event = eventOf(entries.at(-1)!, contract)!;
    const delivered = { type: "delivered", eventId: "E", attempts: 1, status: 200 } as const;
    const later = tell([...signedAndVerified, seal, delivered], facts);

    expect(JSON.stringify(processEvent(event, later.entries))).toBe(
      JSON.stringify(processEvent(event, entries)),
    );
  });
});

describe("the errors", () => {
  const worded = (code: ProblemCode, data = {}) => {
    const { status, body } = wordProblem(new Problem(code, "why", { data }), "T1");
    return `${status} ${body.code}`;
  };

  test.each([
    ["D-50", "PARAM_INVALID", "400 PARAM_INVALID"],
    ["D-50", "PARAM_MISSING", "400 PARAM_INVALID"],
    ["D-50", "SCENE_UNSUPPORTED", "400 PARAM_INVALID"],
    ["D-51", "DUPLICATE", "409 REQUEST_DUPLICATED"],
    ["D-51 K08", "IDEMPOTENCY_CONFLICT", "409 REQUEST_DUPLICATED"],
    ["D-52 K29", "TEMPLATE_UNAVAILABLE", "500 TEMPLATE_NOT_FOUND"],
    ["D-53", "SMS_FAILED", "502 SMS_SEND_FAILED"],
    ["D-54", "VERIFIER_DOWN", "502 VERIFICATION_SERVICE_ERROR"],
    ["D-55", "FLOW_EXPIRED", "410 PROCESS_EXPIRED"],
    ["D-55", "LINK_EXPIRED", "410 PROCESS_EXPIRED"],
    ["D-45", "STATE_CONFLICT", "409 STATE_CONFLICT"],
    ["D-45", "LINK_USED", "409 STATE_CONFLICT"],
    ["K12", "SIGNATURE_INVALID", "401 SIGNATURE_INVALID"],
    ["B-34", "RATE_LIMITED", "429 RATE_LIMITED"],
    ["D-57", "INTERNAL", "500 INTERNAL_ERROR"],
  ] as const)("%s: %s is worded %s", (_, code, words) => {
    expect(worded(code)).toBe(words);
  });

  test("D-56: a callback that cannot prove itself has a code of its own, and other refusals keep theirs", () => {
    const callback = (code: ProblemCode) => wordCallbackProblem(new Problem(code, ""), "T1");

    expect(callback("SIGNATURE_INVALID")).toMatchObject({
      status: 401,
      body: { code: "CALLBACK_TOKEN_INVALID" },
    });
    expect(callback("NOT_FOUND").body.code).toBe("PROCESS_NOT_FOUND");
  });

  test("D-50: names fields, data and how long to wait", () => {
    const problem = new Problem("RATE_LIMITED", "wait", {
      fields: [{ field: "scene", message: "is required" }],
      data: { retryAfterSeconds: 7 },
    });

    expect(wordProblem(problem, "T1")).toEqual({
      status: 429,
      headers: { "retry-after": "7" },
      body: {
        code: "RATE_LIMITED",
        message: "wait",
        errors: [{ field: "scene", message: "is required" }],
        data: { retryAfterSeconds: 7 },
        traceId: "T1",
      },
    });
  });
});
