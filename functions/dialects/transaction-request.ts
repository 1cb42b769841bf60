import * as z from "zod";
import { closingReasons, type Resolution } from "../domain/decide-transaction.ts";
import { hashJson } from "../domain/evidence.ts";
import { readAmount, sumFen } from "../domain/money.ts";
import type { FieldProblem, Problem, ProblemCode } from "../domain/problem.ts";
import { type BizType, bizTypes, type Instruction, intakeFigures } from "../domain/transaction.ts";
import { fieldProblems, invalid, text } from "./fields.ts";

/** The request of `POST /api/v1/transaction/process` (T-02): an envelope that is signed, and what it asks for. */

const signTypes = ["HMAC-SHA256", "HMAC-SM3"] as const;

export const envelopeSchema = z.strictObject({
  requestId: z
    .string()
    .regex(/^[A-Za-z0-9_.:-]{1,64}$/, "must have 1 to 64 letters, digits or _ . : -"),
  appId: z.string().regex(/^[!-~]{1,64}$/, "must have 1 to 64 printable ASCII characters"),
  signature: z.string().regex(/^[0-9a-f]{64}$/, "must be 64 lowercase hex digits"),
  timestamp: z.int().nonnegative("must be milliseconds since 1970"),
  signType: z.enum(signTypes, `must be one of ${signTypes.join(", ")}`).default("HMAC-SHA256"),
  bizType: z.unknown().optional(),
  bizData: z.unknown().optional(),
});

/** Who asks, and for what; the last two are unread until the signature passed. */
export type Envelope = z.infer<typeof envelopeSchema>;

/** T-29 to T-31 speak of form as well ("expired or malformed"), when nothing else is at fault. */
const codeOfLoneFault: ReadonlyMap<string, ProblemCode> = new Map([
  ["appId", "CLIENT_UNKNOWN"],
  ["signature", "SIGNATURE_INVALID"],
  ["timestamp", "TIMESTAMP_INVALID"],
]);

/**
 * Reads what has to be known before the signature can be verified (T-11). Nobody has proven anything yet,
 * so what is refused here must not claim the requestId (K36). Throws a Problem that names every faulty field.
 */
export function readEnvelope(body: unknown): Envelope {
  const parsed = envelopeSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  const fields = fieldProblems(parsed.error);
  const [first, ...others] = fields;
  const alone = others.length === 0 ? codeOfLoneFault.get(first?.field ?? "") : undefined;
  throw refused(fields, alone);
}

/**
 * What the signature covers (requirements 3.3). Only bizType may hold a line feed, and what stands around it
 * holds none, so no two requests share a text. An absent bizType or bizData counts as empty: the request is
 * refused by name, but only after its sender is known.
 */
export const signedText = (envelope: Envelope): string =>
  [
    envelope.appId,
    envelope.requestId,
    envelope.timestamp,
    typeof envelope.bizType === "string" ? envelope.bizType : "",
    hashJson(envelope.bizData),
  ].join("\n");

/**
 * Reads what a verified envelope asks for (T-12 to T-14, T-17 to T-19). `accountCode` is the form of an account
 * number. Throws a Problem that names every faulty field: BIZ_TYPE_UNSUPPORTED, PARAM_MISSING if any field is
 * missing, else PARAM_INVALID.
 */
export function readInstruction(
  { bizType, bizData }: Pick<Envelope, "bizType" | "bizData">,
  accountCode: RegExp,
): Instruction {
  const absent = Object.entries({ bizType, bizData })
    .filter(([, value]) => value === undefined)
    .map(([field]) => ({ field, message: isRequired }));
  if (absent.length > 0) throw refused(absent);
  if (!isBizType(bizType)) {
    const message = `must be one of ${bizTypes.join(", ")}`;
    throw invalid("BIZ_TYPE_UNSUPPORTED", [{ field: "bizType", message }]);
  }
  const { instruction, place } =
    bizType === "BATCH_PAY"
      ? readBatch(bizData, accountCode)
      : readSingle(bizType, bizData, accountCode);
  const faults = [...contradictions(instruction, place)];
  if (faults.length > 0) throw refused(faults);
  return instruction;
}

const isBizType = (value: unknown): value is BizType =>
  (bizTypes as readonly unknown[]).includes(value);

/** `place` says by number where a receiver stands, for the one who has to mend it. */
type Reading = { readonly instruction: Instruction; readonly place: (index: number) => string };

function readSingle(bizType: "SPLIT" | "COLLECTION", data: unknown, accountCode: RegExp): Reading {
  const schema = schemasOf(accountCode)[bizType];
  const { bizOrderNo, payerInfo, receiverInfo, amount, extInfo: sourceOrder } = read(schema, data);
  return {
    instruction: {
      bizType,
      bizOrderNo,
      payerAccountNo: payerInfo.accountNo,
      amountFen: amount,
      receivers: [{ accountNo: receiverInfo.accountNo, amountFen: amount }],
      ...(sourceOrder ? { sourceOrder } : {}),
    },
    place: () => "bizData.receiverInfo",
  };
}

/** K40: document T calls receiverInfo an object and speaks of a list; both are read. */
function readBatch(data: unknown, accountCode: RegExp): Reading {
  const schemas = schemasOf(accountCode);
  const isList = Array.isArray((data as { receiverInfo?: unknown } | null)?.receiverInfo);
  const { bizOrderNo, payerInfo, receiverInfo, amount } = isList
    ? read(schemas.batchOfList, data)
    : read(schemas.batchOfObject, data);
  const [receivers, where] = Array.isArray(receiverInfo)
    ? [receiverInfo, "bizData.receiverInfo"]
    : [receiverInfo.receivers, "bizData.receiverInfo.receivers"];
  return {
    instruction: {
      bizType: "BATCH_PAY",
      bizOrderNo,
      payerAccountNo: payerInfo.accountNo,
      amountFen: amount,
      receivers: receivers.map((receiver) => ({
        accountNo: receiver.accountNo,
        amountFen: receiver.amount,
      })),
    },
    place: (index) => `${where}.${index}`,
  };
}

/** What no field shows alone: money that stays where it is, is paid twice, or does not add up (K40). */
function* contradictions(
  { payerAccountNo, amountFen, receivers }: Instruction,
  place: Reading["place"],
): Generator<FieldProblem> {
  const seen = new Set<string>();
  for (const [index, { accountNo }] of receivers.entries()) {
    const field = `${place(index)}.accountNo`;
    if (accountNo === payerAccountNo)
      yield { field, message: "must differ from bizData.payerInfo.accountNo" };
    if (seen.has(accountNo)) yield { field, message: "receives twice; send one amount for it" };
    seen.add(accountNo);
  }
  if (sumFen(receivers.map((receiver) => receiver.amountFen)) !== amountFen)
    yield { field: "bizData.amount", message: "must be the sum of the receivers' amounts" };
}

const code = (longest: number) =>
  z.string().regex(new RegExp(`^[A-Za-z0-9._#:-]{1,${longest}}$`), "must be a code without blanks");

/** Free text is not asked for: it would name people, and histories hold codes only. */
const closing = {
  operator: code(64),
  reason: z.enum(closingReasons, `must be one of ${closingReasons.join(", ")}`),
  ticket: code(64),
};

const resolutionSchema = z.discriminatedUnion(
  "type",
  [
    z.strictObject({ type: z.literal("retry"), ...closing }),
    z.strictObject({ type: z.literal("closeExecuted"), ...closing, clearingOrderNo: code(64) }),
    z.strictObject({ type: z.literal("closeFailed"), ...closing }),
  ],
  "must be one of retry, closeExecuted, closeFailed",
);

/** Reads an operator's decision about a parked order. Throws a Problem that names every faulty field. */
export function readResolution(body: unknown): Resolution {
  const parsed = resolutionSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw refused(fieldProblems(parsed.error));
}

const isRequired = "is required";

const amount = z
  .unknown()
  .transform((value, context) => {
    const reading = readAmount(value);
    if ("fen" in reading) return reading.fen;
    context.addIssue({ code: "custom", message: value === undefined ? isRequired : reading.fault });
    return z.NEVER;
  })
  .meta({ type: ["string", "number"], pattern: "^(0|[1-9][0-9]{0,12})(\\.[0-9]{1,2})?$" });

const scalar = z.union(
  [z.string().max(256, "must not be longer than 256 characters"), z.number(), z.boolean()],
  { error: "must be a text, a number, true or false" },
);

const infoWith = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z
    .object(shape)
    .catchall(scalar)
    .refine((info) => Object.keys(info).length <= 16, "must not have more than 16 fields")
    .refine(
      (info) => Object.keys(info).every((name) => name.length <= 64),
      "must not have a field whose name is longer than 64 characters",
    )
    .optional();

/** Kept with the request and otherwise the partner's own business. */
const extInfo = infoWith({}).transform(() => undefined);

/** An authorisation with a ratio limits what may be collected of one order, so it has to know which and how large. */
const collectionExtInfo = infoWith({
  sourceOrderNo: text(64).optional(),
  sourceOrderAmount: amount.optional(),
}).transform(({ sourceOrderNo: orderNo, sourceOrderAmount: amountFen } = {}, context) => {
  if (orderNo !== undefined && amountFen !== undefined) return { orderNo, amountFen };
  if (orderNo === undefined && amountFen === undefined) return undefined;
  const [lacking, given] =
    orderNo === undefined
      ? ["sourceOrderNo", "sourceOrderAmount"]
      : ["sourceOrderAmount", "sourceOrderNo"];
  context.addIssue({ code: "custom", path: [lacking], message: `${isRequired} with ${given}` });
  return z.NEVER;
});

function buildSchemas(accountCode: RegExp) {
  const account = {
    accountNo: z
      .string()
      .max(64, "must not be longer than 64 characters")
      .regex(accountCode, `must match ${accountCode.source}`),
    accountName: text(128).optional(),
  };
  const receivers = z
    .array(z.strictObject({ ...account, amount }))
    .min(1, "must name at least one receiver")
    .max(intakeFigures.batchParts, `must not name more than ${intakeFigures.batchParts} receivers`);
  const dataWith = <Shape extends z.ZodRawShape>(shape: Shape) =>
    z.object({
      bizData: z.strictObject({
        bizOrderNo: text(64),
        payerInfo: z.strictObject(account),
        amount,
        ...shape,
      }),
    });
  return {
    SPLIT: dataWith({ receiverInfo: z.strictObject(account), extInfo }),
    COLLECTION: dataWith({ receiverInfo: z.strictObject(account), extInfo: collectionExtInfo }),
    batchOfList: dataWith({ receiverInfo: receivers, extInfo }),
    batchOfObject: dataWith({
      receiverInfo: z.strictObject({ receivers }),
      extInfo,
    }),
  };
}

/** Building schemas takes longer than reading with them, and a deployment has one account code. */
const built = new WeakMap<RegExp, ReturnType<typeof buildSchemas>>();

export function schemasOf(accountCode: RegExp): ReturnType<typeof buildSchemas> {
  const schemas = built.get(accountCode) ?? buildSchemas(accountCode);
  built.set(accountCode, schemas);
  return schemas;
}

function read<Data>(schema: z.ZodType<{ bizData: Data }>, bizData: unknown): Data {
  const parsed = schema.safeParse({ bizData });
  if (parsed.success) return parsed.data.bizData;
  throw refused(fieldProblems(parsed.error));
}

function refused(fields: readonly FieldProblem[], alone: ProblemCode = "PARAM_INVALID"): Problem {
  const missing = fields.some(({ message }) => message.startsWith(isRequired));
  return invalid(missing ? "PARAM_MISSING" : alone, fields);
}
