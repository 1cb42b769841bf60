import * as z from "zod";
import { agreementTypes, legalAgreementTypes } from "../domain/agreement-types.ts";
import { type IdentityCheck, isBankCard, isCreditCode } from "../domain/identity-numbers.ts";
import type { FieldProblem } from "../domain/problem.ts";
import { signerLimit } from "../domain/signer.ts";
import { bizScenes, fundScenes, subjectRoles, type UserType, userTypes } from "../domain/words.ts";
import { authorizationFaults, authorizationSchema } from "./authorization-request.ts";
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

/** The request of `POST /v1/contracts` (A-03, B-18) and the two small bodies beside it. */

const link = z
  .string()
  .max(1024, "must not be longer than 1024 characters")
  .refine((value) => URL.canParse(value), "must be an absolute URL")
  .meta({ format: "uri" });

const identity = (check: IdentityCheck) =>
  z.strictObject({
    name: text(128),
    mobile,
    idCardNo: residentId(check).optional(),
    creditCode: z
      .string()
      .refine(
        (value) => isCreditCode(value, check),
        "is not a valid unified social credit code (GB 32100)",
      )
      .optional(),
    legalRepName: text(64).optional(),
    legalRepIdCardNo: residentId(check).optional(),
    bankAccountNo: bankAccount.optional(),
    bankAccountName: text(128).optional(),
    bankCode: bankCode.optional(),
    role: words(subjectRoles).optional(),
    partyId: text(64).optional(),
  });

/** One of several signers: who that is, and when its turn comes (C-06, C-48). Without a sequence all sign at once. */
const signer = (check: IdentityCheck) =>
  identity(check).extend({
    userType: words(userTypes),
    sequence: z
      .int("must be a whole number")
      .min(1, "must be 1 or more")
      .max(signerLimit)
      .optional(),
    deadline: z.iso
      .datetime({ error: "must be a time in UTC, such as 2027-11-21T00:00:00Z" })
      .optional(),
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
      userType: words(userTypes).optional(),
      userInfo: identity(check).optional(),
      signers: z
        .array(signer(check))
        .min(1, "must name somebody")
        .max(signerLimit, `must not name more than ${signerLimit}`)
        .optional(),
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
      { when: ({ value }) => isObject(value) && !Array.isArray(value) },
    );

type Sent = z.infer<ReturnType<typeof createSchema>>;
type Identity = NonNullable<Sent["userInfo"]>;

/** A request as it was sent, with one signer in `userInfo` or all of them in `signers` (3.2). */
export type CreateRequest = Omit<Sent, "userType" | "userInfo" | "signers"> &
  (
    | {
        readonly userType: UserType;
        readonly userInfo: Identity;
        readonly signers?: undefined;
      }
    | {
        readonly signers: NonNullable<Sent["signers"]>;
        readonly userType?: undefined;
        readonly userInfo?: undefined;
      }
  );

/** One signer of a request, wherever it stood in it. */
export type SignerRequest = {
  readonly userType: UserType;
  readonly userInfo: Identity;
  readonly sequence: number;
  readonly deadline?: string | undefined;
};

export function signersOf(request: CreateRequest): readonly SignerRequest[] {
  if (request.signers === undefined) {
    const { userType, userInfo } = request;
    return [{ userType, userInfo, sequence: 1 }];
  }
  return request.signers.map(({ userType, sequence = 1, deadline, ...userInfo }) => ({
    userType,
    userInfo,
    sequence,
    deadline,
  }));
}

export const createSchemas = { strict: createSchema("strict"), format: createSchema("format") };

/** Reads a create request. Throws a Problem that names every faulty field (A-17, A-37, B-46…B-48). */
export function readCreateRequest(body: unknown, check: IdentityCheck): CreateRequest {
  const request = read(createSchemas[check], body) as CreateRequest;
  const legal: readonly string[] = legalAgreementTypes[request.bizScene].map(
    (type) => type.agreementType,
  );
  if (request.agreementType && !legal.includes(request.agreementType)) {
    const message = `must be one of ${legal.join(", ")} when bizScene is ${request.bizScene}`;
    throw invalid("AGREEMENT_UNSUPPORTED", [{ field: "agreementType", message }]);
  }
  return request;
}

/** What is wrong between the fields. They may be of any type: it is also asked about requests already refused. */
function* contradictions(request: Sent, check: IdentityCheck): Generator<FieldProblem> {
  const { bizScene, processType, authorization, signers } = request;
  if (signers === undefined) {
    for (const name of ["userType", "userInfo"] as const)
      if (request[name] === undefined)
        yield { field: name, message: name === "userType" ? missingUserType : "is required" };
    yield* identityFaults(request, request.userInfo, "userInfo", check);
  } else {
    for (const name of ["userType", "userInfo"] as const)
      if (request[name] !== undefined)
        yield { field: name, message: "must be left out when signers is given" };
    if (Array.isArray(signers))
      for (const [index, one] of signers.entries())
        if (isObject(one)) yield* identityFaults(one, one, `signers.${index}`, check);
  }
  if (Object.hasOwn(processOf, bizScene) && processType && processType !== processOf[bizScene])
    yield { field: "processType", message: `contradicts bizScene ${bizScene}` };
  if (isObject(authorization)) yield* authorizationFaults(bizScene, authorization);
}

const missingUserType = `is required: one of ${userTypes.join(", ")}`;

/** a person needs an identity number, an enterprise its legal representative. */
function* identityFaults(
  { userType }: { readonly userType?: UserType | undefined },
  subject: Identity | undefined,
  where: string,
  check: IdentityCheck,
): Generator<FieldProblem> {
  if (!isObject(subject)) return;
  const fault = (name: string, message: string) => ({ field: `${where}.${name}`, message });
  if (userType === "PERSONAL" && subject.idCardNo === undefined)
    yield fault("idCardNo", "is required when userType is PERSONAL");
  if (userType === "ENTERPRISE" && subject.legalRepName === undefined)
    yield fault("legalRepName", "is required when userType is ENTERPRISE");
  // Company accounts have no check digit; a person's card has.
  const personalCard = userType === "PERSONAL" ? subject.bankAccountNo : undefined;
  if (typeof personalCard === "string" && !isBankCard(personalCard, check))
    yield fault("bankAccountNo", "is not a valid bank card number");
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** The reason is an operator's free text and stands in no agreement: lines and lengths are theirs. */
export const revokeSchema = z.strictObject({
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
