import * as z from "zod";
import { figures } from "../domain/figures.ts";
import type { IdentityCheck } from "../domain/identity-numbers.ts";
import type { FieldProblem } from "../domain/problem.ts";
import { signerLimit } from "../domain/signer.ts";
import { signMethods } from "../domain/template.ts";
import { callbackHeaders } from "./callback-headers.ts";
import { fieldProblems, invalid, mobile, residentId, text, words } from "./fields.ts";

/** The requests of document C on `/api/v1/contract` (C-05, C-06, C-09); lengths are those of its columns. */

export const bizTypes = ["RELATIONSHIP_AGREEMENT", "PAYER_AUTHORIZATION_AGREEMENT"] as const;
export const partyTypes = ["RECEIVER", "PAYER"] as const;
const notifyTypes = ["SMS", "H5_LINK"] as const;
const archiveWords = ["TSA", "BLOCKCHAIN"] as const;

/** C-05's default, and what a partner may ask for: the evidence outlives any of it. */
const { agreementFlowDays: expireDays, longestAgreementFlowDays: longestExpireDays } = figures;
/** Of the pairs in `variables`, and of one value: as many as a template may define (C-12). */
const mostVariables = 100;
const longestValue = 512;

const code = z
  .string()
  .regex(/^[A-Za-z0-9_.:#-]{1,64}$/, "must have 1 to 64 letters, digits or _ . : # -");

const signer = (check: IdentityCheck) =>
  z.strictObject({
    partyId: code,
    partyType: words(partyTypes),
    name: text(128),
    idCardNo: residentId(check),
    mobile,
    signMethod: words(signMethods),
    notifyType: words(notifyTypes).default("SMS"),
    sequence: z
      .int("must be a whole number")
      .min(1, "must be 1 or more")
      .max(signerLimit, `must be at most ${signerLimit}`),
    /** An addition: when this party's time is over, where that is before the contract's. */
    deadline: z.iso
      .datetime({ error: "must be a time in UTC, such as 2027-11-21T00:00:00Z" })
      .optional(),
  });

const initiateSchema = (check: IdentityCheck) =>
  z
    .strictObject({
      bizId: code,
      bizType: words(bizTypes),
      templateId: code,
      title: text(256),
      variables: z
        .record(z.string().regex(/^\w{1,64}$/), text(longestValue))
        .refine(
          (given) => Object.keys(given).length <= mostVariables,
          `must not hold more than ${mostVariables} variables`,
        ),
      signers: z
        .array(signer(check))
        .min(1, "must name somebody")
        .max(signerLimit, `must not name more than ${signerLimit}`),
      callbackUrl: z
        .string()
        .max(1024, "must not be longer than 1024 characters")
        .refine((value) => URL.canParse(value), "must be an absolute URL")
        .meta({ format: "uri" }),
      webhookConfig: z.strictObject({ headers: callbackHeaders.optional() }).optional(),
      expireDays: z
        .int("must be a whole number")
        .min(1, "must be at least 1")
        .max(longestExpireDays, `must be at most ${longestExpireDays}`)
        .default(expireDays),
      archiveConfig: z
        .strictObject({
          needArchive: z.boolean(),
          archiveProvider: words(archiveWords).default("TSA"),
        })
        .optional(),
      /** An addition (K52): the face check this contract belongs to, where its bizId is another one. */
      relatedVerificationId: code.optional(),
    })
    .superRefine(
      ({ signers }, context) => {
        for (const { field, message } of repeated(signers))
          context.addIssue({ code: "custom", path: field.split("."), message });
      },
      // By default zod is silent about this while any other field is wrong; a partner wants to hear of all at once.
      { when: ({ value }) => hasSigners(value) },
    );

export type AgreementRequest = z.infer<ReturnType<typeof initiateSchema>>;

export const initiateSchemas = {
  strict: initiateSchema("strict"),
  format: initiateSchema("format"),
};

/** Reads the request of `POST /api/v1/contract/initiate`. Throws a Problem that names every faulty field (C-65). */
export const readInitiateRequest = (body: unknown, check: IdentityCheck): AgreementRequest =>
  parse(initiateSchemas[check], body);

/** C-24: a party has one place in a contract. The elements may be of any type here. */
function* repeated(signers: AgreementRequest["signers"]): Generator<FieldProblem> {
  const ids = signers.map((one) => one?.partyId);
  for (const [index, id] of ids.entries())
    if (id !== undefined && ids.indexOf(id) !== index)
      yield { field: `signers.${index}.partyId`, message: "names the same party a second time" };
}

const hasSigners = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "signers" in value && Array.isArray(value.signers);

export const revokeSchema = z.strictObject({
  reason: z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(512, "must not be longer than 512 characters"),
  operator: text(64),
});

/** Reads `{reason, operator}` (C-09). */
export const readRevocation = (body: unknown): z.infer<typeof revokeSchema> =>
  parse(revokeSchema, body);

export const renewSchema = z.strictObject({ partyId: code });

/** Reads whose link is to be issued anew (K28). */
export const readRenewal = (body: unknown): z.infer<typeof renewSchema> => parse(renewSchema, body);

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalid("PARAM_INVALID", fieldProblems(parsed.error));
}
