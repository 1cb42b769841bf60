import * as z from "zod";
import type { FaceEvent } from "../domain/face-events.ts";
import {
  type FaceVerification,
  faceBizTypes,
  faceFigures,
  faceModes,
} from "../domain/face-verification.ts";
import { type IdentityCheck, isMainlandMobile, isResidentId } from "../domain/identity-numbers.ts";
import { callbackHeaders } from "./callback-headers.ts";
import { fieldProblems, invalid, text } from "./fields.ts";

/** Document C's words on `/api/v1/verification/face` (C-01…C-04); its errors are those of agreement.ts. */

const link = (protocol: RegExp) =>
  z
    .string()
    .max(1024, "must not be longer than 1024 characters")
    .refine((value) => URL.canParse(value) && protocol.test(value), "must be an absolute URL")
    .meta({ format: "uri" });

const code = z.string().regex(/^[A-Za-z0-9_.:#-]{1,64}$/, {
  error: "must have 1 to 64 letters, digits or _ . : # -",
});

const initiateSchema = (check: IdentityCheck) =>
  z.strictObject({
    bizId: code,
    bizType: z.enum(faceBizTypes, { error: `must be one of ${faceBizTypes.join(", ")}` }),
    userInfo: z.strictObject({
      name: text(128),
      idCardNo: z
        .string()
        .refine((value) => isResidentId(value, check), "is not a valid identity number (GB 11643)"),
      mobile: z
        .string()
        .refine(isMainlandMobile, "must be a mainland mobile number of 11 digits")
        .optional(),
    }),
    callbackUrl: link(/^https?:/),
    webhookConfig: z.strictObject({ headers: callbackHeaders.optional() }).optional(),
    expireMinutes: z
      .int()
      .min(
        faceFigures.shortestExpireMinutes,
        `must be at least ${faceFigures.shortestExpireMinutes}`,
      )
      .max(faceFigures.longestExpireMinutes, `must be at most ${faceFigures.longestExpireMinutes}`)
      .default(faceFigures.expireMinutes),
    uiConfig: z
      .strictObject({
        title: text(64).optional(),
        logoUrl: link(/^https:/).optional(),
        themeColor: z
          .string()
          .regex(/^#[0-9a-fA-F]{6}$/, "must be a colour such as #1890ff")
          .optional(),
      })
      .optional(),
    /** An addition: document C describes both modes (C-31) and has no field to choose one. */
    mode: z.enum(faceModes, { error: `must be one of ${faceModes.join(", ")}` }).default("H5"),
    /** An addition: the flow on whose behalf the check is made, for the guard against loops (K03). */
    origin: code.optional(),
  });

export type FaceRequest = z.infer<ReturnType<typeof initiateSchema>>;

export const initiateSchemas = {
  strict: initiateSchema("strict"),
  format: initiateSchema("format"),
};

/** Reads the request of `POST /api/v1/verification/face/initiate`. Throws a Problem that names every faulty field (C-29, C-65). */
export function readFaceRequest(body: unknown, check: IdentityCheck): FaceRequest {
  const parsed = initiateSchemas[check].safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalid("PARAM_INVALID", fieldProblems(parsed.error));
}

const startSchema = z.strictObject({
  consent: z.literal(true, { error: "must be true: a face is checked with the person's consent" }),
});

/** Reads what the person's page sends to begin. Throws a Problem. */
export function readFaceStart(body: unknown): void {
  const parsed = startSchema.safeParse(body);
  if (!parsed.success) throw invalid("PARAM_INVALID", fieldProblems(parsed.error));
}

/** C-03; `sdkConfig` only for a check in SDK mode. */
export const initiateAnswer = (
  face: FaceVerification,
  verificationUrl: string,
  sdkConfig:
    | { readonly appId: string; readonly nonce: string; readonly signature: string }
    | undefined,
) => ({
  verificationId: face.id,
  status: face.state.status,
  verificationUrl,
  expiresAt: face.expiresAt,
  ...(sdkConfig ? { sdkConfig } : {}),
});

/** The fields of C-04, all of them always: what is not there is null. Name and number are masked (3.4). */
export function faceAnswer(
  { id, bizId, state }: FaceVerification,
  person: { readonly name: string; readonly idCardNo: string } | undefined,
) {
  const found = state.status === "SUCCESS" || state.status === "FAILED" ? state : undefined;
  return {
    verificationId: id,
    bizId,
    status: state.status,
    userInfo: person
      ? { name: maskedPerson(person.name), idCardNo: maskedNumber(person.idCardNo) }
      : null,
    score: found?.score === undefined ? null : Number(found.score),
    transactionNo: found?.transactionNo ?? null,
    verifiedAt: found?.at ?? null,
    failReason: state.status === "FAILED" ? state.reason : null,
  };
}

/** What the client's callbackUrl receives (C-33): the same bytes at every attempt, no personal value. */
export const faceCallback = (event: FaceEvent) => ({
  eventId: event.eventId,
  sequence: event.sequence,
  verificationId: event.verificationId,
  bizId: event.bizId,
  status: event.status,
  score: event.score === undefined ? null : Number(event.score),
  transactionNo: event.transactionNo ?? null,
  verifiedAt: event.status === "EXPIRED" ? null : event.at,
  failReason: event.failReason ?? null,
});

/** The first character stays, however many code units it has. */
export const maskedPerson = (name: string): string => {
  const [first = "", ...rest] = [...name];
  return first + "*".repeat(rest.length);
};

const maskedNumber = (number: string): string =>
  `${number.slice(0, 3)}${"*".repeat(Math.max(0, number.length - 7))}${number.slice(-4)}`;
