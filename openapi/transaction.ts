import { wordTransactionProblem } from "../functions/dialects/transaction.ts";
import { type Dialect, idempotencyKey } from "./description.ts";
import { problemSchema } from "./problems.ts";
import * as answers from "./transaction-answers.ts";

const problem = problemSchema(wordTransactionProblem);

const schemas = {
  ProcessTransaction: answers.processTransaction,
  ProcessedTransaction: answers.processedTransaction,
  FailedTransaction: answers.failedTransaction,
  RefusedTransaction: answers.failedTransaction.or(problem),
  Transaction: answers.transaction,
  TransactionEnded: answers.transactionEnded,
  TransactionProblem: problem,
};

/** Who sends it, and when; the sandbox's key signed none of these. */
const envelope = (requestId: string) => ({
  requestId,
  appId: "sandbox-tiancai",
  timestamp: 1_795_000_000_000,
  signature: "0".repeat(64),
});

const split = {
  ...envelope("split-1"),
  bizType: "SPLIT",
  bizData: {
    bizOrderNo: "B-1",
    payerInfo: { accountNo: "ACC100001" },
    receiverInfo: { accountNo: "ACC100002" },
    amount: "12.30",
  },
};

const collection = {
  ...envelope("collection-1"),
  bizType: "COLLECTION",
  bizData: {
    bizOrderNo: "B-2",
    payerInfo: { accountNo: "ACC100002" },
    receiverInfo: { accountNo: "ACC100001" },
    amount: "500.00",
    extInfo: { sourceOrderNo: "ORDER-1", sourceOrderAmount: "1000.00" },
  },
};

const batchPay = {
  ...envelope("batch-1"),
  bizType: "BATCH_PAY",
  bizData: {
    bizOrderNo: "B-3",
    payerInfo: { accountNo: "ACC100001" },
    receiverInfo: { receivers: [{ accountNo: "ACC100003", amount: "1.00" }] },
    amount: "1.00",
  },
};

/** The words of document T. */
export const transaction: Dialect = {
  name: "transaction",
  title: "Qianyue: transactions",
  description:
    "Send an instruction to move money; it is taken in once a `requestId`, held against a live authorisation, and executed once. An unknown outcome is never `FAILED`: it stays `PROCESSING` until clearing has said what happened. A failed order answers with its error for ever.",
  schemas,
  problem,
  word: wordTransactionProblem,
  operations: {
    "process-transaction": {
      summary: "Takes an instruction in and waits up to eight seconds for its outcome",
      description:
        "The signature is in the body: lowercase hex HMAC (`signType`) under your secret over five lines: `appId`, `requestId`, `timestamp`, `bizType`, and the hex SHA-256 of `bizData` in canonical form (RFC 8785).",
      access: "carried",
      parameters: [idempotencyKey],
      request: {
        schema: schemas.ProcessTransaction,
        examples: { split, collection, batchPay },
      },
      answer: {
        description: "Executed, or still under way",
        schema: schemas.ProcessedTransaction,
        replays: true,
      },
      refusal: schemas.RefusedTransaction,
      problems: [
        "PARAM_MISSING",
        "BIZ_TYPE_UNSUPPORTED",
        "SIGNATURE_INVALID",
        "CLIENT_UNKNOWN",
        "TIMESTAMP_INVALID",
        "AUTHORIZATION_REQUIRED",
        "AUTHORIZATION_EXCEEDED",
        "IDEMPOTENCY_CONFLICT",
        "REQUEST_PROCESSING",
        "CLEARING_FAILED",
      ],
    },
    "query-transaction": {
      summary: "What became of an instruction",
      access: "partner",
      parameters: [
        {
          in: "path",
          name: "requestId",
          description: "The instruction's, as you sent it",
          example: "split-1",
        },
      ],
      answer: { description: "The order", schema: schemas.Transaction },
      problems: ["NOT_FOUND"],
    },
  },
  webhooks: {
    transactionEnded: {
      summary: "An order has ended, told to the `transactionUrl` that you registered",
      schema: schemas.TransactionEnded,
    },
  },
  fields: {
    requestId: "Yours; names this instruction for ever",
    appId: "Your client id",
    signature: "Lowercase hex HMAC over five lines",
    timestamp: "Milliseconds since 1970, within 5 minutes of ours",
    "TransactionEnded.timestamp": "When it ended",
    signType: "What the HMAC is made with",
    bizType: "What is asked for",
    bizData: "The instruction",
    bizOrderNo: "Your order",
    payerInfo: "Who pays",
    receiverInfo: "Who receives; of a batch each with an amount, adding up to the whole",
    receivers: "1 to 500, no account twice",
    accountNo: "A code and no person's number",
    accountName: "For your own records",
    amount: "Yuan above 0 with at most two decimals, best as text; nothing is ever rounded",
    extInfo: "Up to 16 fields of your own",
    sourceOrderNo: "The order that is collected of; needed where a ratio was agreed",
    sourceOrderAmount: "How large that order is",
    transactionOrderNo: "Ours: `TO` and 26 characters",
    clearingOrderNo: "Clearing's, of an executed order",
    errorCode: "Why it failed",
    errorMessage: "The same for a person",
    items: "The payments of a batch that were begun",
    outcomeUnknown: "Clearing has yet to say whether it moved the money",
    errors: "Each faulty field, by its path",
    data: "The order as far as it is known",
    traceId: "The number to name when something is to be looked up",
  },
};
