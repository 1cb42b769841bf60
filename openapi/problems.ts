import * as z from "zod";
import { Problem, type ProblemCode, problemCodes } from "../functions/domain/problem.ts";
import type { Dialect } from "./description.ts";

/** What each problem means to the caller; docs/api.md adds what to do. */
export const meanings = {
  BODY_REFUSED: "the body is no unambiguous JSON",
  BODY_TOO_LARGE: "the body is larger than 65,536 bytes",
  MEDIA_TYPE: "the body is not declared as application/json",
  PARAM_MISSING: "a required field is missing; `errors` names each",
  PARAM_INVALID: "a field is missing or malformed; `errors` names each",
  SCENE_UNSUPPORTED: "there is no such scene",
  AGREEMENT_UNSUPPORTED: "the agreement does not fit the scene",
  BIZ_TYPE_UNSUPPORTED: "there is no such kind of transaction",
  TEMPLATE_UNAVAILABLE: "no template fits",
  SIGNATURE_INVALID: "the request does not prove who sent it",
  CLIENT_UNKNOWN: "nobody has this id",
  TIMESTAMP_INVALID: "the time of the request is malformed or too far from ours",
  FORBIDDEN: "this client may not do this",
  NOT_FOUND: "there is nothing of yours under this id",
  DUPLICATE: "the request was sent before; `data` tells what came of it",
  IDEMPOTENCY_CONFLICT: "the id was used with another body; `errors` names what differs",
  REQUEST_PROCESSING: "the first request with this id is still under way",
  STATE_CONFLICT: "its state does not allow this",
  FLOW_EXPIRED: "its time is over",
  LINK_EXPIRED: "the link is not valid or has expired",
  LINK_USED: "the link has been used",
  CONSENT_MISSING: "nobody has agreed yet",
  NOT_READY: "it is not there yet",
  RATE_LIMITED: "too many; `Retry-After` says when again",
  TOO_MANY_TRIES: "all tries are used",
  VERIFICATION_UNKNOWN: "we asked for no such verification",
  AUTHORIZATION_REQUIRED: "no live contract allows this payer and payee",
  AUTHORIZATION_EXCEEDED: "more than the contract allows",
  SMS_FAILED: "the message could not be sent",
  VERIFIER_DOWN: "the verification system is away",
  CLEARING_FAILED: "clearing refused it, or is away",
  INTERNAL: "a fault of ours; repeat the same request, then name `traceId`",
} as const satisfies Record<ProblemCode, string>;

/** The body of every refusal of a dialect, with all the codes that its table has. */
export const problemSchema = (word: Dialect["word"]) =>
  z.strictObject({
    code: z.literal([
      ...new Set(problemCodes.map((code) => word(new Problem(code, ""), "").body.code)),
    ]),
    message: z.string(),
    errors: z.array(z.strictObject({ field: z.string(), message: z.string() })).optional(),
    data: z.record(z.string(), z.unknown()).optional(),
    traceId: z.string(),
  });
