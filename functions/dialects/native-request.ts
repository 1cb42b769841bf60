import * as z from "zod";
import { agreementTypes, legalAgreementTypes } from "../domain/agreement-types.ts";
import {
  type IdentityCheck,
  isBankCard,
  isCreditCode,
  isMainlandMobile,
  isResidentId,
} from "../domain/identity-numbers.ts";
import { textFault } from "../domain/plain-text.ts";
import { type FieldProblem, Problem, type ProblemCode } from "../domain/problem.ts";
import { bizScenes, fundScenes, subjectRoles, userTypes } from "../domain/words.ts";

/** The request of `POST /v1/contracts` (A-03, B-18) and the two small bodies beside it. */

const text = (longest: number) =>
  z
    .string()
    .min(1, "must not be empty")
    .max(longest, `must not be longer than ${longest} characters`)
    .superRefine((value, context) => {
      const fault = textFault(value);
      if (fault !== undefined) context.addIssue({ code: "custom", message: fault });
    });

const words = <const Words extends readonly [string, ...string[]]>(allowed: Words) =>
  z.enum(allowed, { error: () => `must be one of ${allowed.join(", ")}` });

const link = z
  .string()
  .max(1024, "must not be longer than 1024 characters")
  .refine((value) => URL.canParse(value), "must be an absolute URL");

const userInfo = z.strictObject({
  name: text(128),
  mobile: z.string().refine(isMainlandMobile, "must be a mainland mobile number of 11 digits"),
  idCardNo: z.string().max(18).optional(),
  creditCode: z.string().max(18).optional(),
  legalRepName: text(64).optional(),
  legalRepIdCardNo: z.string().max(18).optional(),
  bankAccountNo: z
    .string()
    .regex(/^[0-9]{8,32}$/, "must have 8 to 32 digits")
    .optional(),
  role: words(subjectRoles).optional(),
  partyId: text(64).optional(),
});

/** The process names of document D agree with the scene, or the request contradicts itself. */
const processOf = {
  RELATION_BIND: "RELATION_BINDING",
  OPEN_PAYMENT: "OPEN_PAYMENT",
  POOLING_AUTH: "POOLING_AUTH",
} as const;

const createSchema = z.strictObject({
  requestId: z
    .string()
    .regex(/^[A-Za-z0-9_.:-]{1,64}$/, "must have 1 to 64 letters, digits or _ . : -"),
  bizScene: words(bizScenes),
  userType: words(userTypes),
  userInfo,
  callbackUrl: link.optional(),
  scene: words(fundScenes).optional(),
  processType: words(Object.values(processOf) as ["RELATION_BINDING"]).optional(),
  agreementType: words(agreementTypes).optional(),
  fundPurpose: text(64).optional(),
  smsTemplate: text(64).optional(),
  returnUrl: link.optional(),
  allowExternalDelivery: z.boolean().optional(),
});

export type CreateRequest = z.infer<typeof createSchema>;

/** Reads a create request. Throws a Problem that names every faulty field (A-17, A-37, B-46…B-48). */
export function readCreateRequest(body: unknown, check: IdentityCheck): CreateRequest {
  const request = read(createSchema, body);
  const faults = [...subjectFaults(request, check)];
  if (request.processType && request.processType !== processOf[request.bizScene])
    faults.push({ field: "processType", message: `contradicts bizScene ${request.bizScene}` });
  if (faults.length > 0) throw invalid("PARAM_INVALID", faults);
  const legal: readonly string[] = legalAgreementTypes[request.bizScene].map(
    (type) => type.agreementType,
  );
  if (request.agreementType && !legal.includes(request.agreementType)) {
    const message = `${request.bizScene} allows ${legal.join(", ")}`;
    throw invalid("AGREEMENT_UNSUPPORTED", [{ field: "agreementType", message }]);
  }
  return request;
}

/** a person needs an identity number, an enterprise its legal representative. */
function* subjectFaults(
  { userType, userInfo: subject }: CreateRequest,
  check: IdentityCheck,
): Generator<FieldProblem> {
  const fault = (name: string, message: string) => ({ field: `userInfo.${name}`, message });
  if (userType === "PERSONAL" && subject.idCardNo === undefined)
    yield fault("idCardNo", "is required when userType is PERSONAL");
  if (userType === "ENTERPRISE" && subject.legalRepName === undefined)
    yield fault("legalRepName", "is required when userType is ENTERPRISE");
  for (const name of ["idCardNo", "legalRepIdCardNo"] as const) {
    const value = subject[name];
    if (value !== undefined && !isResidentId(value, check))
      yield fault(name, "is not a valid identity number (GB 11643)");
  }
  if (subject.creditCode !== undefined && !isCreditCode(subject.creditCode, check))
    yield fault("creditCode", "is not a valid unified social credit code (GB 32100)");
  const personalCard = userType === "PERSONAL" ? subject.bankAccountNo : undefined;
  if (personalCard !== undefined && !isBankCard(personalCard, check))
    yield fault("bankAccountNo", "is not a valid bank card number");
}

const revokeSchema = z.strictObject({ reason: text(512), operator: text(64) });

/** Reads `{reason, operator}`. */
export const readRevokeRequest = (body: unknown): z.infer<typeof revokeSchema> =>
  read(revokeSchema, body);

const callbackSchema = z.object({
  contractId: z.string().max(64),
  verificationId: z.string().min(1).max(64),
  authResult: words(["SUCCESS", "FAILED"]),
  authMethod: words(["PAYMENT_VERIFY", "FACE_VERIFY"]),
  evidenceData: z.record(
    z.string().max(64),
    z.union([z.string().max(512), z.number(), z.boolean()]),
  ),
  failReason: z.string().max(64).optional(),
});

/** Reads what the verification system tells. */
export const readVerificationCallback = (body: unknown): z.infer<typeof callbackSchema> =>
  read(callbackSchema, body);

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.flatMap(fieldProblems);
  const onlyScene = fields.every(({ field }) => field === "bizScene" || field === "scene");
  const onlyType = fields.every(({ field }) => field === "agreementType");
  throw invalid(
    onlyScene ? "SCENE_UNSUPPORTED" : onlyType ? "AGREEMENT_UNSUPPORTED" : "PARAM_INVALID",
    fields,
  );
}

function fieldProblems(issue: z.core.$ZodIssue): FieldProblem[] {
  const path = issue.path.map(String);
  const at = (...more: string[]) => [...path, ...more].join(".") || "body";
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({ field: at(key), message: "is not a known field" }));
  const missing = issue.code === "invalid_type" && issue.message.endsWith("received undefined");
  return [{ field: at(), message: missing ? "is required" : issue.message }];
}

function invalid(code: ProblemCode, fields: readonly FieldProblem[]): Problem {
  const list = fields.map(({ field, message }) => `${field} ${message}`).join("; ");
  return new Problem(code, list, { fields });
}
