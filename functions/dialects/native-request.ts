import * as z from "zod";
import { agreementTypes, legalAgreementTypes } from "../domain/agreement-types.ts";
import {
  type IdentityCheck,
  isBankCard,
  isCreditCode,
  isMainlandMobile,
  isResidentId,
} from "../domain/identity-numbers.ts";
import type { FieldProblem } from "../domain/problem.ts";
import { bizScenes, fundScenes, subjectRoles, userTypes } from "../domain/words.ts";
import { authorizationFaults, authorizationSchema } from "./authorization-request.ts";
import { fieldProblems, invalid, text } from "./fields.ts";

/** The request of `POST /v1/contracts` (A-03, B-18) and the two small bodies beside it. */

const words = <const Words extends readonly [string, ...string[]]>(allowed: Words) => {
  const choice = `one of ${allowed.join(", ")}`;
  return z.enum(allowed, {
    error: ({ input }) => (input === undefined ? `is required: ${choice}` : `must be ${choice}`),
  });
};

const link = z
  .string()
  .max(1024, "must not be longer than 1024 characters")
  .refine((value) => URL.canParse(value), "must be an absolute URL");

const residentId = (check: IdentityCheck) =>
  z
    .string()
    .refine((value) => isResidentId(value, check), "is not a valid identity number (GB 11643)")
    .optional();

const userInfo = (check: IdentityCheck) =>
  z.strictObject({
    name: text(128),
    mobile: z.string().refine(isMainlandMobile, "must be a mainland mobile number of 11 digits"),
    idCardNo: residentId(check),
    creditCode: z
      .string()
      .refine(
        (value) => isCreditCode(value, check),
        "is not a valid unified social credit code (GB 32100)",
      )
      .optional(),
    legalRepName: text(64).optional(),
    legalRepIdCardNo: residentId(check),
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

const createSchema = (check: IdentityCheck) =>
  z
    .strictObject({
      requestId: z
        .string()
        .regex(/^[A-Za-z0-9_.:-]{1,64}$/, "must have 1 to 64 letters, digits or _ . : -"),
      bizScene: words(bizScenes),
      userType: words(userTypes),
      userInfo: userInfo(check),
      callbackUrl: link.optional(),
      scene: words(fundScenes).optional(),
      processType: words(Object.values(processOf) as ["RELATION_BINDING"]).optional(),
      agreementType: words(agreementTypes).optional(),
      fundPurpose: text(64).optional(),
      smsTemplate: text(64).optional(),
      returnUrl: link.optional(),
      allowExternalDelivery: z.boolean().optional(),
      authorization: authorizationSchema.optional(),
    })
    .superRefine(
      (request, context) => {
        for (const { field, message } of contradictions(request, check))
          context.addIssue({ code: "custom", path: field.split("."), message });
      },
      // By default zod is silent about these while any other field is wrong; a partner wants to hear of all at once.
      { when: ({ value }) => isObject(value) && isObject(value.userInfo) },
    );

export type CreateRequest = z.infer<ReturnType<typeof createSchema>>;

const createSchemas = { strict: createSchema("strict"), format: createSchema("format") };

/** Reads a create request. Throws a Problem that names every faulty field (A-17, A-37, B-46…B-48). */
export function readCreateRequest(body: unknown, check: IdentityCheck): CreateRequest {
  const request = read(createSchemas[check], body);
  const legal: readonly string[] = legalAgreementTypes[request.bizScene].map(
    (type) => type.agreementType,
  );
  if (request.agreementType && !legal.includes(request.agreementType)) {
    const message = `must be one of ${legal.join(", ")} when bizScene is ${request.bizScene}`;
    throw invalid("AGREEMENT_UNSUPPORTED", [{ field: "agreementType", message }]);
  }
  return request;
}

/**
 * a person needs an identity number, an enterprise its legal representative.
 * The fields may be of any type here, for it is also asked about requests that are already refused.
 */
function* contradictions(
  { userType, userInfo: subject, bizScene, processType, authorization }: CreateRequest,
  check: IdentityCheck,
): Generator<FieldProblem> {
  const fault = (name: string, message: string) => ({ field: `userInfo.${name}`, message });
  if (userType === "PERSONAL" && subject.idCardNo === undefined)
    yield fault("idCardNo", "is required when userType is PERSONAL");
  if (userType === "ENTERPRISE" && subject.legalRepName === undefined)
    yield fault("legalRepName", "is required when userType is ENTERPRISE");
  // Company accounts have no check digit; a person's card has.
  const personalCard = userType === "PERSONAL" ? subject.bankAccountNo : undefined;
  if (typeof personalCard === "string" && !isBankCard(personalCard, check))
    yield fault("bankAccountNo", "is not a valid bank card number");
  if (Object.hasOwn(processOf, bizScene) && processType && processType !== processOf[bizScene])
    yield { field: "processType", message: `contradicts bizScene ${bizScene}` };
  if (isObject(authorization)) yield* authorizationFaults(bizScene, authorization);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** The reason is an operator's free text and stands in no agreement: lines and lengths are theirs. */
const revokeSchema = z.strictObject({
  reason: z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(512, "must not be longer than 512 characters"),
  operator: text(64),
});

/** Reads `{reason, operator}`, of a revocation or a withdrawal. */
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
  const fields = fieldProblems(parsed.error);
  const only = (...names: readonly string[]) =>
    fields.every(
      ({ field, message }) => names.includes(field) && message.startsWith("must be one"),
    );
  throw invalid(
    only("bizScene", "scene")
      ? "SCENE_UNSUPPORTED"
      : only("agreementType")
        ? "AGREEMENT_UNSUPPORTED"
        : "PARAM_INVALID",
    fields,
  );
}
