import * as z from "zod";
import { type IdentityCheck, isBankCard } from "../domain/identity-numbers.ts";
import type { FieldProblem } from "../domain/problem.ts";
import { fundScenes } from "../domain/words.ts";
import { account, ratio } from "./authorization-request.ts";
import {
  bankAccount,
  bankCode,
  fieldProblems,
  invalid,
  mobile,
  residentId,
  text,
  words,
} from "./fields.ts";
import {
  merchantTypes,
  type Process,
  processOf,
  processTypes,
  scenesOf,
} from "./wallet-processes.ts";

/** The requests of document D on `/api/v1/esign` (D-01…D-05, D-09): lengths are those of its columns (D-16). */

export const businessType = "TIANCAI_SPLIT_ACCOUNT";

const code = z
  .string()
  .regex(/^[A-Za-z0-9_.:-]{1,32}$/, "must have 1 to 32 letters, digits or _ . : -");

/** The headers of D-01 beside the signature's. */
const headersSchema = z.object({
  "X-Business-Id": z
    .string()
    .regex(/^[A-Za-z0-9_.:-]{1,64}$/, "must have 1 to 64 letters, digits or _ . : -"),
  "X-System-Code": z.literal("WALLET", {
    error: ({ input }) => (input === undefined ? "is required: WALLET" : "must be WALLET"),
  }),
});

/** Reads the wallet's serial number out of the headers. Throws a Problem that names every faulty one. */
export function readBusinessId(headers: Readonly<Record<string, string>>): string {
  const named = {
    "X-Business-Id": headers["x-business-id"],
    "X-System-Code": headers["x-system-code"],
  };
  return parse(headersSchema, named)["X-Business-Id"];
}

const merchant = { merchantNo: code, merchantName: text(128) };

const contactInfo = (check: IdentityCheck) =>
  z.strictObject({ name: text(64), idCardNo: residentId(check).optional(), mobile });

const bankCardInfo = z.strictObject({
  cardNo: bankAccount,
  accountName: text(128),
  bankCode,
});

const party = {
  ...merchant,
  merchantType: words(merchantTypes),
  accountNo: account,
  bankCardInfo: bankCardInfo.optional(),
};

const initiateSchema = (check: IdentityCheck) =>
  z
    .strictObject({
      requestId: code,
      businessType: words([businessType]),
      scene: words(fundScenes),
      processType: words(processTypes),
      payerInfo: z.strictObject({
        ...party,
        accountType: words(["TIANCAI_RECEIVE_ACCOUNT"]),
        // An addition (K16): who signs for the payer, where the payer signs.
        contactInfo: contactInfo(check).optional(),
      }),
      payeeInfo: z.strictObject({
        ...party,
        accountType: words(["TIANCAI_RECEIVE_ACCOUNT", "TIANCAI_RECEIVER_ACCOUNT"]),
        contactInfo: contactInfo(check),
      }),
      initiatorInfo: z.strictObject(merchant),
      fundPurpose: text(64),
      callbackUrl: z
        .string()
        .max(512, "must not be longer than 512 characters")
        .refine((value) => URL.canParse(value), "must be an absolute URL")
        .meta({ format: "uri" }),
      extInfo: z.strictObject({ orderAggregationMaxRatio: ratio.optional() }).optional(),
    })
    .superRefine(
      (request, context) => {
        for (const { field, message } of contradictions(request, check))
          context.addIssue({ code: "custom", path: field.split("."), message });
      },
      // By default zod is silent about these while any other field is wrong; a partner wants to hear of all at once.
      { when: ({ value }) => isComplete(value) },
    );

export type WalletRequest = z.infer<ReturnType<typeof initiateSchema>>;

export const initiateSchemas = {
  strict: initiateSchema("strict"),
  format: initiateSchema("format"),
};

/** Reads the body of an initiation. Throws a Problem that names every faulty field (D-22, D-50). */
export const readInitiateRequest = (body: unknown, check: IdentityCheck): WalletRequest =>
  parse(initiateSchemas[check], body);

/** Who signs for whom, and which rule of K16 found the phone. */
export function signatoryOf(request: WalletRequest, process: Process) {
  const info = process.signatory === "payer" ? request.payerInfo : request.payeeInfo;
  const own = info.contactInfo;
  // The literal samples of document D give the payer no contact, and mean the one that is there.
  return own === undefined
    ? { info, contact: request.payeeInfo.contactInfo, contactRule: "payeeInfo.contactInfo" }
    : { info, contact: own, contactRule: `${process.signatory}Info.contactInfo` };
}

/** What is wrong between the fields (D-35…D-39, A-29). Inside the parties they may still be of any type. */
function* contradictions(request: WalletRequest, check: IdentityCheck): Generator<FieldProblem> {
  const { scene, processType, payerInfo, payeeInfo } = request;
  const process = processOf(processType, scene);
  const is = `when processType is ${processType}`;
  if (process === undefined) {
    yield { field: "scene", message: `must be ${scenesOf(processType).join(" or ")} ${is}` };
    return;
  }
  const parties = { payer: payerInfo, payee: payeeInfo } as const;
  for (const side of ["payer", "payee"] as const)
    if (!process[side].includes(parties[side].merchantType))
      yield { field: `${side}Info.merchantType`, message: `must be ENTERPRISE ${is}` };
  if (process.bizScene !== "OPEN_PAYMENT" && payerInfo.accountNo === payeeInfo.accountNo)
    yield {
      field: "payeeInfo.accountNo",
      message: "must be another account than payerInfo.accountNo",
    };
  yield* personFaults(request, process, check);
}

/** An individual business is its owner: the person needs an identity number, a card of its own a check digit. */
function* personFaults(
  request: WalletRequest,
  process: Process,
  check: IdentityCheck,
): Generator<FieldProblem> {
  const { info, contact, contactRule } = signatoryOf(request, process);
  if (info.merchantType !== "INDIVIDUAL" || !isObject(contact)) return;
  if (contact.idCardNo === undefined)
    yield {
      field: `${contactRule}.idCardNo`,
      message: `is required when ${process.signatory}Info.merchantType is INDIVIDUAL`,
    };
  const card = info.bankCardInfo?.cardNo;
  if (typeof card === "string" && !isBankCard(card, check))
    yield {
      field: `${process.signatory}Info.bankCardInfo.cardNo`,
      message: "is not a valid bank card number",
    };
}

const callbackSchema = z.object({
  processId: z
    .string()
    .min(1, "must not be empty")
    .max(64, "must not be longer than 64 characters"),
  verificationId: z
    .string()
    .min(1, "must not be empty")
    .max(64, "must not be longer than 64 characters"),
  status: words(["SUCCESS", "FAILED"]),
  verifiedAt: z.iso.datetime({ error: "must be a time in UTC" }).optional(),
  failureReason: z.string().max(64, "must not be longer than 64 characters").nullish(),
  evidence: z.record(z.string().max(64), z.string().max(512)).nullish(),
});

/** Reads what the verification system tells in document D's words (D-09). */
export const readProcessCallback = (body: unknown): z.infer<typeof callbackSchema> =>
  parse(callbackSchema, body);

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = fieldProblems(parsed.error);
  const onlyScene = fields.every(({ field }) => field === "scene" || field === "processType");
  throw invalid(onlyScene ? "SCENE_UNSUPPORTED" : "PARAM_INVALID", fields);
}

/** Whether the fields that the others are judged by are there at all. */
const isComplete = (value: unknown): boolean =>
  isObject(value) &&
  processTypes.some((type) => type === value.processType) &&
  fundScenes.some((scene) => scene === value.scene) &&
  isObject(value.payerInfo) &&
  isObject(value.payeeInfo) &&
  isObject(value.payeeInfo.contactInfo);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
