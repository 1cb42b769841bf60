/** A request that cannot be served as asked; `code` is ours, each dialect has its own words for it. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  readonly fields: readonly FieldProblem[];
  /** What the caller may use: the existing contract, seconds to wait, tries left. */
  readonly data: Readonly<Record<string, unknown>>;
  constructor(
    code: ProblemCode,
    message: string,
    more: {
      readonly fields?: readonly FieldProblem[];
      readonly data?: Readonly<Record<string, unknown>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: more.cause });
    this.code = code;
    this.fields = more.fields ?? [];
    this.data = more.data ?? {};
  }
}

export type FieldProblem = { readonly field: string; readonly message: string };

/** The taxonomy of requirements 2.3, as far as an HTTP answer can carry it. */
export const problemCodes = [
  "BODY_REFUSED",
  "BODY_TOO_LARGE",
  "MEDIA_TYPE",
  "PARAM_MISSING",
  "PARAM_INVALID",
  "SCENE_UNSUPPORTED",
  "AGREEMENT_UNSUPPORTED",
  "BIZ_TYPE_UNSUPPORTED",
  "TEMPLATE_UNAVAILABLE",
  "SIGNATURE_INVALID",
  "CLIENT_UNKNOWN",
  "TIMESTAMP_INVALID",
  "FORBIDDEN",
  "NOT_FOUND",
  "DUPLICATE",
  "IDEMPOTENCY_CONFLICT",
  "REQUEST_PROCESSING",
  "STATE_CONFLICT",
  "FLOW_EXPIRED",
  "LINK_EXPIRED",
  "LINK_USED",
  "CONSENT_MISSING",
  "NOT_READY",
  "RATE_LIMITED",
  "TOO_MANY_TRIES",
  "VERIFICATION_UNKNOWN",
  "AUTHORIZATION_REQUIRED",
  "AUTHORIZATION_EXCEEDED",
  "SMS_FAILED",
  "VERIFIER_DOWN",
  "CLEARING_FAILED",
  "INTERNAL",
] as const;
export type ProblemCode = (typeof problemCodes)[number];
