import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  readEnvelope,
  readInstruction,
  readResolution,
  signedText,
} from "../../functions/dialects/transaction-request.ts";
import { changed, problemOf } from "./given.ts";

const accountCode = /^[A-Z][A-Z0-9_]{3,31}$/;

const split = {
  bizOrderNo: "ORDER-1",
  payerInfo: { accountNo: "ACC100001", accountName: "总部" },
  receiverInfo: { accountNo: "PAY_ACC_001" },
  amount: "12.34",
  extInfo: { channel: "app", attempt: 1, urgent: false },
};
const collection = {
  bizOrderNo: "ORDER-2",
  payerInfo: { accountNo: "ACC100002", accountName: "门店" },
  receiverInfo: { accountNo: "ACC100001" },
  amount: "80",
  extInfo: { sourceOrderNo: "SALE-1", sourceOrderAmount: "100.00" },
};
const batch = {
  bizOrderNo: "ORDER-3",
  payerInfo: { accountNo: "ACC100001" },
  receiverInfo: {
    receivers: [
      { accountNo: "ACC100003", amount: "0.10" },
      { accountNo: "ACC100004", amount: 0.2, accountName: "张三" },
    ],
  },
  amount: "0.3",
};
const envelope = {
  requestId: "REQ-1",
  appId: "tiancai",
  signature: "a".repeat(64),
  timestamp: 1_795_000_000_000,
  bizType: "SPLIT",
  bizData: split,
};

const instruction = (bizType: unknown, bizData: unknown) =>
  readInstruction({ bizType, bizData }, accountCode);

/** Code and fields of what is refused. */
const refusal = (read: () => unknown) => {
  const { code, fields } = problemOf(read);
  return [code, ...fields.map(({ field, message }) => `${field} ${message}`)];
};
const envelopeRefusal = (body: unknown) => refusal(() => readEnvelope(body));
const refusalOf = (bizType: unknown, bizData: unknown) =>
  refusal(() => instruction(bizType, bizData));

describe("the envelope", () => {
  test("T-02: carries six things, and says HMAC-SHA256 unless it says otherwise", () => {
    expect(readEnvelope(envelope)).toEqual({ ...envelope, signType: "HMAC-SHA256" });
    expect(readEnvelope({ ...envelope, signType: "HMAC-SM3" }).signType).toBe("HMAC-SM3");
  });

  test("K36: leaves bizType and bizData unread, for nobody has signed for them yet", () => {
    const { bizType: _, bizData: __, ...rest } = envelope;

    expect(readEnvelope(rest)).toEqual({ ...rest, signType: "HMAC-SHA256" });
    expect(readEnvelope({ ...rest, bizType: 5, bizData: null })).toMatchObject({
      bizType: 5,
      bizData: null,
    });
  });

  test.each(["requestId", "appId", "signature", "timestamp"])(
    "T-11 T-32: %s is required",
    (field) => {
      expect(envelopeRefusal(changed(envelope, field, undefined))).toEqual([
        "PARAM_MISSING",
        `${field} is required`,
      ]);
    },
  );

  test("T-11 T-32: what is missing decides the code, and what is wrong is named beside it", () => {
    const body = { ...changed(envelope, "appId", undefined), timestamp: "now", nonce: "n" };

    expect(envelopeRefusal(body)).toEqual([
      "PARAM_MISSING",
      "appId is required",
      "timestamp must be of type number",
      "nonce is not a known field",
    ]);
  });

  test.each([
    ["requestId", "", "must have 1 to 64 letters, digits or _ . : -"],
    ["requestId", "a".repeat(65), "must have 1 to 64 letters, digits or _ . : -"],
    ["requestId", "a b", "must have 1 to 64 letters, digits or _ . : -"],
    ["requestId", "a\n", "must have 1 to 64 letters, digits or _ . : -"],
    ["requestId", 1, "must be of type string"],
    ["requestId", null, "must be of type string"],
    ["signType", "MD5", "must be one of HMAC-SHA256, HMAC-SM3"],
    ["extra", 1, "is not a known field"],
    ["constructor", 1, "is not a known field"],
    ["toString", 1, "is not a known field"],
  ])("T-11 T-33: %s %j %s", (field, value, message) => {
    expect(envelopeRefusal({ ...envelope, [field]: value })).toEqual([
      "PARAM_INVALID",
      `${field} ${message}`,
    ]);
  });

  test.each(["1795000000000", 1.5, -1, 1e300, null, true])(
    "T-30 K44: a timestamp of %j is no number of milliseconds",
    (timestamp) => {
      expect(envelopeRefusal({ ...envelope, timestamp })[0]).toBe("TIMESTAMP_INVALID");
    },
  );

  test.each(["", "bad", "A".repeat(64), "a".repeat(63), "a".repeat(65), `${"a".repeat(63)}\n`])(
    "T-29: %j is no signature",
    (signature) => {
      expect(envelopeRefusal({ ...envelope, signature })).toEqual([
        "SIGNATURE_INVALID",
        "signature must be 64 lowercase hex digits",
      ]);
    },
  );

  test.each(["", "a".repeat(65), "a\nb", "天财", 7])("T-31: %j is nobody's appId", (appId) => {
    expect(envelopeRefusal({ ...envelope, appId })[0]).toBe("CLIENT_UNKNOWN");
  });

  test.each([null, "text", 5, []])("T-33: %j is no envelope", (body) => {
    expect(envelopeRefusal(body)).toEqual(["PARAM_INVALID", "body must be of type object"]);
  });

  test("nothing that parses as JSON makes it fail otherwise than by naming what is wrong", () => {
    const bizType = fc.constantFrom("SPLIT", "COLLECTION", "BATCH_PAY", "OTHER");
    fc.assert(
      fc.property(fc.jsonValue(), bizType, (value, type) => {
        expect(problemOf(() => readEnvelope(value)).fields).not.toEqual([]);
        expect(problemOf(() => instruction(type, value)).fields).not.toEqual([]);
        expect(problemOf(() => instruction(value, split)).fields).not.toEqual([]);
      }),
    );
  });

  test("T-33: ten thousand unknown fields are refused as fifty, by the beginning of their names", () => {
    const flood = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`x${n}`, 0]));
    const { fields } = problemOf(() => readEnvelope({ ...envelope, ...flood }));

    expect(fields).toHaveLength(50);
    expect(envelopeRefusal({ ...envelope, ["y".repeat(60_000)]: 0 })[1]).toBe(
      `${"y".repeat(64)} is not a known field`,
    );
  });
});

describe("the text that is signed", () => {
  const read = (body: object) => signedText(readEnvelope(body));

  test("is the one that other tools write", () => {
    const { extInfo: _, ...bizData } = split;

    // The hash was computed with Python's json.dumps(sort_keys, separators) and hashlib.
    expect(read({ ...envelope, bizData })).toBe(
      "tiancai\nREQ-1\n1795000000000\nSPLIT\nb3a5f8b84a3957710c194d04e4cb150fe95dfeddf5bb2d5388a08dd21f3f0c71",
    );
  });

  test("does not depend on the order of fields or on how a number was written", () => {
    const { amount, ...rest } = split;

    expect(read({ ...envelope, bizData: { amount, ...rest } })).toBe(read(envelope));
    expect(read({ ...envelope, bizData: JSON.parse('{"amount":1.50}') })).toBe(
      read({ ...envelope, bizData: { amount: 1.5 } }),
    );
  });

  test.each([
    ["requestId", "REQ-2"],
    ["appId", "tiancai2"],
    ["timestamp", 1_795_000_000_001],
    ["bizType", "COLLECTION"],
    ["bizType", undefined],
    ["bizData", undefined],
    ["bizData", null],
    ["bizData.amount", "12.35"],
    ["bizData.amount", 12.34],
    ["bizData.payerInfo.accountNo", "ACC100009"],
    ["bizData.extInfo.attempt", 2],
  ])("covers %s (%j)", (path, value) => {
    expect(read(changed(envelope, path, value))).not.toBe(read(envelope));
  });

  test("no bizType can write itself another envelope", () => {
    const parts = (bizType: string) => read({ ...envelope, bizType }).split("\n");

    fc.assert(
      fc.property(fc.string(), (bizType) => {
        expect(parts(bizType).slice(0, 3)).toEqual(["tiancai", "REQ-1", "1795000000000"]);
        expect(parts(bizType).slice(3, -1).join("\n")).toBe(bizType);
      }),
    );
  });
});

describe("an instruction", () => {
  test("T-12 T-17: SPLIT moves the whole amount to one receiver", () => {
    expect(instruction("SPLIT", split)).toEqual({
      bizType: "SPLIT",
      bizOrderNo: "ORDER-1",
      payerAccountNo: "ACC100001",
      amountFen: 1234,
      receivers: [{ accountNo: "PAY_ACC_001", amountFen: 1234 }],
    });
  });

  test("T-17: COLLECTION may say of which order it takes", () => {
    const { extInfo: _, ...without } = collection;
    const read = {
      bizType: "COLLECTION",
      bizOrderNo: "ORDER-2",
      payerAccountNo: "ACC100002",
      amountFen: 8000,
      receivers: [{ accountNo: "ACC100001", amountFen: 8000 }],
    };

    expect(instruction("COLLECTION", collection)).toEqual({
      ...read,
      sourceOrder: { orderNo: "SALE-1", amountFen: 10_000 },
    });
    expect(instruction("COLLECTION", without)).toEqual(read);
    expect(instruction("COLLECTION", { ...without, extInfo: { till: 3 } })).toEqual(read);
  });

  test("T-17: to a SPLIT a source order is a remark like any other", () => {
    const extInfo = { sourceOrderNo: 5, sourceOrderAmount: "as agreed" };

    expect(instruction("SPLIT", { ...split, extInfo })).not.toHaveProperty("sourceOrder");
  });

  test("T-14 T-17 K40: BATCH_PAY reads its receivers from the object and from the list", () => {
    const read = {
      bizType: "BATCH_PAY",
      bizOrderNo: "ORDER-3",
      payerAccountNo: "ACC100001",
      amountFen: 30,
      receivers: [
        { accountNo: "ACC100003", amountFen: 10 },
        { accountNo: "ACC100004", amountFen: 20 },
      ],
    };
    const list = { ...batch, receiverInfo: batch.receiverInfo.receivers };

    expect(instruction("BATCH_PAY", batch)).toEqual(read);
    expect(instruction("BATCH_PAY", list)).toEqual(read);
  });

  test.each(["TRANSFER", "split", "", 5, null, ["SPLIT"], { toString: "SPLIT" }])(
    "T-23 T-34: bizType %j is none that we know",
    (bizType) => {
      expect(refusalOf(bizType, split)).toEqual([
        "BIZ_TYPE_UNSUPPORTED",
        "bizType must be one of SPLIT, COLLECTION, BATCH_PAY",
      ]);
    },
  );

  test("T-11 T-32: bizType and bizData are required", () => {
    expect(refusalOf(undefined, split)).toEqual(["PARAM_MISSING", "bizType is required"]);
    expect(refusalOf("TRANSFER", undefined)).toEqual(["PARAM_MISSING", "bizData is required"]);
    expect(refusalOf(undefined, undefined)).toHaveLength(3);
  });

  test.each([
    ["SPLIT", split, "bizOrderNo"],
    ["SPLIT", split, "payerInfo"],
    ["SPLIT", split, "payerInfo.accountNo"],
    ["SPLIT", split, "receiverInfo"],
    ["SPLIT", split, "receiverInfo.accountNo"],
    ["SPLIT", split, "amount"],
    ["COLLECTION", collection, "receiverInfo.accountNo"],
    ["COLLECTION", collection, "amount"],
    ["BATCH_PAY", batch, "payerInfo.accountNo"],
    ["BATCH_PAY", batch, "amount"],
    ["BATCH_PAY", batch, "receiverInfo"],
    ["BATCH_PAY", batch, "receiverInfo.receivers"],
    ["BATCH_PAY", batch, "receiverInfo.receivers.1.accountNo"],
    ["BATCH_PAY", batch, "receiverInfo.receivers.0.amount"],
  ])("T-11 T-17 T-32: %s %o needs %s", (bizType, data, field) => {
    expect(refusalOf(bizType, changed(data, field, undefined))).toEqual([
      "PARAM_MISSING",
      `bizData.${field} is required`,
    ]);
  });

  test("T-17 T-32: half a source order lacks the other half", () => {
    expect(
      refusalOf("COLLECTION", changed(collection, "extInfo.sourceOrderNo", undefined)),
    ).toEqual([
      "PARAM_MISSING",
      "bizData.extInfo.sourceOrderNo is required with sourceOrderAmount",
    ]);
    expect(
      refusalOf("COLLECTION", changed(collection, "extInfo.sourceOrderAmount", undefined)),
    ).toEqual([
      "PARAM_MISSING",
      "bizData.extInfo.sourceOrderAmount is required with sourceOrderNo",
    ]);
  });

  const badAccounts = [
    "",
    "ABC",
    "acc100001",
    "1ACC",
    "ACC-1",
    "A".repeat(33),
    "ACC100001\n",
    "ＡCC1",
  ];
  test.each(badAccounts)("T-12 T-18 T-33: %j is no account number", (accountNo) => {
    const message = "accountNo must match ^[A-Z][A-Z0-9_]{3,31}$";

    expect(refusalOf("SPLIT", changed(split, "payerInfo.accountNo", accountNo))).toEqual([
      "PARAM_INVALID",
      `bizData.payerInfo.${message}`,
    ]);
    expect(
      refusalOf("BATCH_PAY", changed(batch, "receiverInfo.receivers.1.accountNo", accountNo)),
    ).toEqual(["PARAM_INVALID", `bizData.receiverInfo.receivers.1.${message}`]);
  });

  test("T-18: the form of an account number is a setting", () => {
    const data = changed(split, "payerInfo.accountNo", "62-1");

    expect(readInstruction({ bizType: "SPLIT", bizData: data }, /./).payerAccountNo).toBe("62-1");
  });

  test.each(["1e2", "01", "1.005", ".5", "１.０0", "-0", 0.1 + 0.2, 1e21, null, "0.00"])(
    "T-12 T-19 T-33 K43: %j is no amount, wherever it stands",
    (value) => {
      const at = (bizType: string, data: object, field: string) => {
        const [code, fault = "", ...more] = refusalOf(bizType, changed(data, field, value));
        expect([code, more]).toEqual(["PARAM_INVALID", []]);
        expect(fault).toMatch(new RegExp(`^bizData\\.${field} must be (an amount|more than 0)`));
      };

      at("SPLIT", split, "amount");
      at("COLLECTION", collection, "extInfo.sourceOrderAmount");
      at("BATCH_PAY", batch, "receiverInfo.receivers.0.amount");
    },
  );

  test.each([
    ["bizOrderNo", "", "must not be empty"],
    ["bizOrderNo", "x".repeat(65), "must not be longer than 64 characters"],
    ["bizOrderNo", 5, "must be of type string"],
    ["bizOrderNo", "a\u202eb", "is refused: U+202E is a control, format or unassigned character"],
    ["payerInfo.accountName", "户".repeat(129), "must not be longer than 128 characters"],
    [
      "payerInfo.accountName",
      "a\u0000",
      "is refused: U+0000 is a control, format or unassigned character",
    ],
    ["payerInfo.bank", "x", "is not a known field"],
    ["receiverInfo.amount", "1", "is not a known field"],
    ["receiverInfo.receivers", [], "is not a known field"],
    ["receiverInfo.accountNo", "ACC100001", "must differ from bizData.payerInfo.accountNo"],
    ["payerInfo", "ACC100001", "must be of type object"],
    ["currency", "CNY", "is not a known field"],
    ["extInfo", [], "must be of type object"],
    ["extInfo.note", { deep: 1 }, "must be a text, a number, true or false"],
    ["extInfo.note", "x".repeat(257), "must not be longer than 256 characters"],
    [
      "extInfo",
      Object.fromEntries([..."abcdefghijklmnopq"].map((key) => [key, 1])),
      "must not have more than 16 fields",
    ],
    [
      "extInfo",
      { ["k".repeat(65)]: 1 },
      "must not have a field whose name is longer than 64 characters",
    ],
  ])("T-02 T-17 T-33: %s %j %s", (field, value, message) => {
    expect(refusalOf("SPLIT", changed(split, field, value))).toEqual([
      "PARAM_INVALID",
      `bizData.${field} ${message}`,
    ]);
  });

  test("T-11 T-33: every faulty field is named at once", () => {
    const data = { ...split, bizOrderNo: 5, payerInfo: { accountNo: "x" }, amount: "1e2", more: 1 };

    expect(
      refusalOf("SPLIT", data)
        .slice(1)
        .map((fault) => fault.split(" ")[0]),
    ).toEqual([
      "bizData.bizOrderNo",
      "bizData.payerInfo.accountNo",
      "bizData.amount",
      "bizData.more",
    ]);
  });
});

describe("a batch", () => {
  const receiver = (n: number, amount: unknown = "1") => ({
    accountNo: `ACC${String(n).padStart(6, "0")}`,
    amount,
  });
  const of = (receivers: readonly object[], amount: unknown) => ({
    ...batch,
    receiverInfo: { receivers },
    amount,
  });
  const many = (count: number) => Array.from({ length: count }, (_, n) => receiver(n));

  test("T-14 K40: has one to five hundred receivers", () => {
    expect(instruction("BATCH_PAY", of(many(500), "500")).receivers).toHaveLength(500);
    expect(refusalOf("BATCH_PAY", of(many(501), "501"))).toEqual([
      "PARAM_INVALID",
      "bizData.receiverInfo.receivers must not name more than 500 receivers",
    ]);
    expect(refusalOf("BATCH_PAY", { ...batch, receiverInfo: [] })).toEqual([
      "PARAM_INVALID",
      "bizData.receiverInfo must name at least one receiver",
    ]);
  });

  test("T-14 K40: adds up to its amount, to the fen", () => {
    const fault = ["PARAM_INVALID", "bizData.amount must be the sum of the receivers' amounts"];

    expect(refusalOf("BATCH_PAY", { ...batch, amount: "0.31" })).toEqual(fault);
    expect(refusalOf("BATCH_PAY", { ...batch, amount: "0.29" })).toEqual(fault);
    const large = many(500).map((one) => ({ ...one, amount: "9999999999999.99" }));
    expect(refusalOf("BATCH_PAY", of(large, "9999999999999.99"))).toEqual(fault);
  });

  test("T-14 K40: adds up whatever its parts are", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1e12 }), { minLength: 1, maxLength: 20 }),
        (parts) => {
          const yuan = (fen: number) =>
            `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, "0")}`;
          const total = parts.reduce((sum, fen) => sum + fen, 0);
          const data = of(
            parts.map((fen, n) => receiver(n, yuan(fen))),
            yuan(total),
          );

          const read = instruction("BATCH_PAY", data);

          expect(read.amountFen).toBe(total);
          expect(read.receivers.map(({ amountFen }) => amountFen)).toEqual(parts);
        },
      ),
    );
  });

  test("T-14 K40: pays nobody twice and never the payer", () => {
    const twice = of([receiver(1), receiver(2), receiver(1)], "3");

    expect(refusalOf("BATCH_PAY", twice)).toEqual([
      "PARAM_INVALID",
      "bizData.receiverInfo.receivers.2.accountNo receives twice; send one amount for it",
    ]);
    expect(refusalOf("BATCH_PAY", { ...twice, receiverInfo: [receiver(100_001, "3")] })).toEqual([
      "PARAM_INVALID",
      "bizData.receiverInfo.0.accountNo must differ from bizData.payerInfo.accountNo",
    ]);
  });
});

describe("an operator's decision about a parked order", () => {
  const retry = { type: "retry", operator: "li.ming", reason: "CAUSE_MENDED", ticket: "OPS-7" };
  const executed = { ...retry, type: "closeExecuted", clearingOrderNo: "CO-1" };

  test("K39: is to retry it, or to close it as executed or as failed", () => {
    for (const resolution of [retry, executed, { ...retry, type: "closeFailed" }])
      expect(readResolution(resolution)).toEqual(resolution);
  });

  test.each([
    [{ ...retry, type: "forget" }, "type must be one of retry, closeExecuted, closeFailed"],
    [changed(executed, "clearingOrderNo", undefined), "clearingOrderNo is required"],
    [changed(retry, "ticket", undefined), "ticket is required"],
    [{ ...retry, operator: "李 明" }, "operator must be a code without blanks"],
    [{ ...retry, note: "张三 called" }, "note is not a known field"],
    [{ ...retry, clearingOrderNo: "CO-1" }, "clearingOrderNo is not a known field"],
  ])("K39: %j is refused: %s", (body, fault) => {
    expect(refusal(() => readResolution(body)).slice(1)).toEqual([fault]);
  });
});
