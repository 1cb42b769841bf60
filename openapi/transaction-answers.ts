import * as z from "zod";
import sandbox from "../config/sandbox.json" with { type: "json" };
import { envelopeSchema, schemasOf } from "../functions/dialects/transaction-request.ts";
import { number, time } from "./native-answers.ts";

/** What `/api/v1/transaction` reads, answers and tells, field by field. */

const bizData = schemasOf(new RegExp(sandbox.intake.accountCode));

const instruction = (bizType: string, data: z.ZodType) =>
  envelopeSchema.extend({ bizType: z.literal(bizType), bizData: data });

export const processTransaction = z.union([
  instruction("SPLIT", bizData.SPLIT.shape.bizData),
  instruction("COLLECTION", bizData.COLLECTION.shape.bizData),
  instruction("BATCH_PAY", bizData.batchOfList.shape.bizData),
  instruction("BATCH_PAY", bizData.batchOfObject.shape.bizData),
]);

const status = z.enum(["PROCESSING", "SUCCESS", "FAILED"]);
const fault = z.strictObject({ field: z.string(), message: z.string() });

const item = z.strictObject({
  part: number,
  accountNo: z.string(),
  amount: z.string(),
  status,
  clearingOrderNo: z.string().optional(),
  errorCode: z.string().optional(),
});

const order = z.strictObject({
  requestId: z.string(),
  transactionOrderNo: z.string(),
  status,
  clearingOrderNo: z.string().optional(),
  errorCode: z.string().optional(),
  errorMessage: z.string().optional(),
  items: z.array(item).optional(),
});

export const processedTransaction = z.strictObject({
  code: z.literal("SUCCESS"),
  message: z.string(),
  data: order,
});

/** A failed order answers with its error for ever, under that error's status (T-10, K09). */
export const failedTransaction = z.strictObject({
  code: z.string(),
  message: z.string(),
  data: order,
  errors: z.array(fault).optional(),
});

export const transaction = z.strictObject({
  code: z.literal("SUCCESS"),
  message: z.string(),
  data: order.extend({
    bizType: z.string(),
    outcomeUnknown: z.literal(true).optional(),
    createdTime: time,
    updatedTime: time,
  }),
});

export const transactionEnded = z.strictObject({
  type: z.string(),
  timestamp: time,
  data: z.strictObject({
    eventId: z.string(),
    requestId: z.string(),
    transactionOrderNo: z.string(),
    sequence: number,
    status: z.string(),
    clearingOrderNo: z.string().optional(),
    errorCode: z.string().optional(),
  }),
});
