import { describe, expect, test } from "vitest";
import {
  errorCodeOf,
  type OrderView,
  orderAnswer,
  orderView,
  parkedView,
  processAnswer,
  queryAnswer,
  statusWord,
  wordTransactionProblem,
} from "../../functions/dialects/transaction.ts";
import type { Fen } from "../../functions/domain/money.ts";
import { Problem, type ProblemCode } from "../../functions/domain/problem.ts";
import type { Order } from "../../functions/domain/transaction.ts";

const order: OrderView = {
  requestId: "REQ-1",
  transactionOrderNo: "TO0123456789ABCDEFGHJKMNPQRS",
  bizType: "SPLIT",
  status: "FORWARDED",
  createdTime: "2026-11-21T08:00:00.000Z",
  updatedTime: "2026-11-21T08:00:01.000Z",
};
const succeeded = { ...order, status: "SUCCESS", clearingOrderNo: "CO-1" } as const;
const failed = {
  ...order,
  status: "FAILED",
  errorCode: "DOWNSTREAM_SERVICE_ERROR",
  errorMessage: "clearing refused: INSUFFICIENT_BALANCE",
} as const;

describe("an order's state outside", () => {
  test.each([
    ["RECEIVED", "PROCESSING"],
    ["VALIDATED", "PROCESSING"],
    ["FORWARDED", "PROCESSING"],
    ["SUCCESS", "SUCCESS"],
    ["FAILED", "FAILED"],
  ] as const)("K41: %s is %s", (status, word) => {
    expect(statusWord[status]).toBe(word);
    expect(orderAnswer({ ...order, status }).data.status).toBe(word);
    expect(queryAnswer({ ...order, status }).data.status).toBe(word);
  });
});

describe("the answer to an instruction", () => {
  test("T-03: a success carries the clearing order's number", () => {
    expect(orderAnswer(succeeded)).toEqual({
      code: "SUCCESS",
      message: "the transaction has succeeded",
      data: {
        requestId: "REQ-1",
        transactionOrderNo: "TO0123456789ABCDEFGHJKMNPQRS",
        status: "SUCCESS",
        clearingOrderNo: "CO-1",
      },
    });
  });

  test("T-03: what is under way says so and carries no number, even if one is known", () => {
    expect(orderAnswer({ ...order, clearingOrderNo: "CO-1" })).toEqual({
      code: "SUCCESS",
      message: "the transaction is being processed; query it later",
      data: {
        requestId: "REQ-1",
        transactionOrderNo: "TO0123456789ABCDEFGHJKMNPQRS",
        status: "PROCESSING",
      },
    });
  });

  test("T-03: a failure says why", () => {
    expect(orderAnswer(failed).data).toEqual({
      requestId: "REQ-1",
      transactionOrderNo: "TO0123456789ABCDEFGHJKMNPQRS",
      status: "FAILED",
      errorCode: "DOWNSTREAM_SERVICE_ERROR",
      errorMessage: "clearing refused: INSUFFICIENT_BALANCE",
    });
  });

  test("K40 K41: a batch shows each part with its own clearing order", () => {
    const batch: OrderView = {
      ...order,
      bizType: "BATCH_PAY",
      status: "FAILED",
      errorCode: "PARTIAL_FAILURE",
      items: [
        {
          part: 1,
          accountNo: "ACC100003",
          amount: "0.10",
          status: "SUCCESS",
          clearingOrderNo: "CO-2",
        },
        {
          part: 2,
          accountNo: "ACC100004",
          amount: "0.20",
          status: "FAILED",
          errorCode: "ACCOUNT_FROZEN",
        },
        { part: 3, accountNo: "ACC100005", amount: "0.30", status: "VALIDATED" },
      ],
    };

    expect(orderAnswer(batch).data).toMatchObject({
      status: "FAILED",
      errorCode: "PARTIAL_FAILURE",
      items: [
        {
          part: 1,
          accountNo: "ACC100003",
          amount: "0.10",
          status: "SUCCESS",
          clearingOrderNo: "CO-2",
        },
        {
          part: 2,
          accountNo: "ACC100004",
          amount: "0.20",
          status: "FAILED",
          errorCode: "ACCOUNT_FROZEN",
        },
        { part: 3, accountNo: "ACC100005", amount: "0.30", status: "PROCESSING" },
      ],
    });
  });
});

describe("the whole answer, first time and every time after", () => {
  test("T-03: a success or what is under way is 200", () => {
    expect(processAnswer(succeeded)).toEqual({ status: 200, body: orderAnswer(succeeded) });
    expect(processAnswer(order)).toEqual({ status: 200, body: orderAnswer(order) });
  });

  test.each([
    ["T-33", "INVALID_PARAMETER", 400],
    ["T-32", "MISSING_PARAMETER", 400],
    ["T-34", "UNSUPPORTED_BIZ_TYPE", 400],
    ["T-37", "DOWNSTREAM_SERVICE_ERROR", 502],
    ["K42", "AUTHORIZATION_REQUIRED", 403],
    ["K40", "PARTIAL_FAILURE", 502],
  ])("%s: a failure by %s is %d and keeps its order", (_, errorCode, status) => {
    const errors = [{ field: "bizData.amount", message: "is required" }];

    expect(processAnswer({ ...failed, errorCode, errors })).toEqual({
      status,
      body: {
        code: errorCode,
        message: failed.errorMessage,
        errors,
        data: { ...orderAnswer(failed).data, errorCode },
      },
    });
  });
});

describe("an order, as it is stored,", () => {
  const stored: Order = {
    orderNo: order.transactionOrderNo,
    part: 0,
    owner: "tiancai",
    requestId: "REQ-1",
    bizType: "SPLIT",
    bizOrderNo: "ORDER-1",
    amountFen: 1234 as Fen,
    payerAccountNo: "ACC100001",
    receiverAccountNo: "ACC100003",
    mandates: [],
    fingerprint: "f".repeat(64),
    createdAt: order.createdTime,
    updatedAt: order.updatedTime,
    sends: 2,
    lastSentAt: order.updatedTime,
    state: { status: "FORWARDED", last: "UNKNOWN" },
    length: 2,
    head: "0".repeat(64),
  };

  test("K39 K41: is shown as PROCESSING while its outcome is unknown", () => {
    expect(orderView(stored)).toEqual({ ...order, outcomeUnknown: true });
    expect(orderView({ ...stored, state: { status: "FORWARDED", last: "SENT" } })).toEqual(order);
  });

  test("T-03: is shown with its clearing order once it succeeded, with its error once it failed", () => {
    const success = { status: "SUCCESS", clearingOrderNo: "CO-1" } as const;
    const { errorCode, errorMessage } = failed;

    expect(orderView({ ...stored, state: success })).toEqual(succeeded);
    expect(orderView({ ...stored, state: { status: "FAILED", errorCode, errorMessage } })).toEqual(
      failed,
    );
  });

  test("K40 K43: shows the parts of a batch, amounts as decimal strings", () => {
    const batch: Order = { ...stored, bizType: "BATCH_PAY" };
    const part: Order = {
      ...batch,
      part: 1,
      amountFen: 5 as Fen,
      state: { status: "SUCCESS", clearingOrderNo: "CO-2" },
    };

    expect(orderView(batch, [part]).items).toEqual([
      {
        part: 1,
        accountNo: "ACC100003",
        amount: "0.05",
        status: "SUCCESS",
        clearingOrderNo: "CO-2",
      },
    ]);
    expect(orderView(part)).not.toHaveProperty("items");
    expect(orderView(part).transactionOrderNo).toBe(`${order.transactionOrderNo}-1`);
  });

  test("K39 K43: tells an operator what was asked for and when it was last sent", () => {
    expect(parkedView(stored)).toMatchObject({
      transactionOrderNo: order.transactionOrderNo,
      appId: "tiancai",
      amount: "12.34",
      status: "FORWARDED",
      sends: 2,
      lastSentAt: order.updatedTime,
    });
  });
});

describe("the query's answer", () => {
  test("T-04 K44: adds the kind and the times, ISO 8601 in UTC", () => {
    expect(queryAnswer(succeeded)).toEqual({
      code: "SUCCESS",
      message: "the transaction has succeeded",
      data: {
        requestId: "REQ-1",
        transactionOrderNo: "TO0123456789ABCDEFGHJKMNPQRS",
        bizType: "SPLIT",
        status: "SUCCESS",
        clearingOrderNo: "CO-1",
        createdTime: "2026-11-21T08:00:00.000Z",
        updatedTime: "2026-11-21T08:00:01.000Z",
      },
    });
  });

  test("T-04 K41: an unknown outcome is said aloud and is still PROCESSING", () => {
    expect(queryAnswer({ ...order, outcomeUnknown: true }).data).toMatchObject({
      status: "PROCESSING",
      outcomeUnknown: true,
    });
    expect(queryAnswer(order).data).not.toHaveProperty("outcomeUnknown");
  });
});

describe("what went wrong, in the words of document T", () => {
  test.each([
    ["T-29", "SIGNATURE_INVALID", 401, "INVALID_SIGNATURE"],
    ["T-30", "TIMESTAMP_INVALID", 400, "INVALID_TIMESTAMP"],
    ["T-31", "CLIENT_UNKNOWN", 401, "INVALID_APPID"],
    ["T-32", "PARAM_MISSING", 400, "MISSING_PARAMETER"],
    ["T-33", "PARAM_INVALID", 400, "INVALID_PARAMETER"],
    ["T-33", "BODY_REFUSED", 400, "INVALID_PARAMETER"],
    ["T-33", "BODY_TOO_LARGE", 413, "INVALID_PARAMETER"],
    ["T-33", "MEDIA_TYPE", 415, "INVALID_PARAMETER"],
    ["T-34", "BIZ_TYPE_UNSUPPORTED", 400, "UNSUPPORTED_BIZ_TYPE"],
    ["T-35", "IDEMPOTENCY_CONFLICT", 409, "DUPLICATE_REQUEST"],
    ["T-35", "DUPLICATE", 409, "DUPLICATE_REQUEST"],
    ["T-36", "REQUEST_PROCESSING", 409, "REQUEST_PROCESSING"],
    ["T-37", "CLEARING_FAILED", 502, "DOWNSTREAM_SERVICE_ERROR"],
    ["T-38", "INTERNAL", 500, "SYSTEM_ERROR"],
    ["T-38", "SMS_FAILED", 500, "SYSTEM_ERROR"],
    ["addition", "FORBIDDEN", 403, "FORBIDDEN"],
    ["addition", "AUTHORIZATION_REQUIRED", 403, "AUTHORIZATION_REQUIRED"],
    ["addition", "AUTHORIZATION_EXCEEDED", 403, "AUTHORIZATION_EXCEEDED"],
    ["addition", "NOT_FOUND", 404, "ORDER_NOT_FOUND"],
    ["addition", "STATE_CONFLICT", 409, "STATE_CONFLICT"],
    ["addition", "RATE_LIMITED", 429, "RATE_LIMITED"],
  ] as const)("%s: %s is %d %s", (_, code, status, word) => {
    const answer = wordTransactionProblem(new Problem(code, "what to do"), "trace-1");

    expect(answer).toEqual({
      status,
      headers: {},
      body: { code: word, message: "what to do", traceId: "trace-1" },
    });
    expect(errorCodeOf(code satisfies ProblemCode)).toBe(word);
  });

  test("T-33: fields are named, and what the caller may use is handed over", () => {
    const fields = [{ field: "bizData.amount", message: "must be more than 0" }];
    const data = { transactionOrderNo: "TO1", retryAfterSeconds: 3 };

    const answer = wordTransactionProblem(
      new Problem("PARAM_INVALID", "bizData.amount must be more than 0", { fields, data }),
      "trace-1",
    );

    expect(answer).toMatchObject({
      headers: { "retry-after": "3" },
      body: { errors: fields, data },
    });
  });
});
