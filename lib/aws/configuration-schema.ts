import * as z from "zod";

/**
 * What a stage's file may say, key by key; docs/configuration.md tells what each figure means. A range ends where
 * a service, the workflow or the meaning of an id would break; configuration.ts holds the figures against each other.
 */

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

const whole = (least: number, most: number) => z.int().min(least).max(most);
const seconds = whole;

/** Each pause is at least as long as the one before. */
const pauses = (least: number, most: number, count: { least: number; most: number }) =>
  z
    .array(whole(least, most))
    .min(count.least)
    .max(count.most)
    .refine((all) => all.every((pause, at) => pause >= (all[at - 1] ?? 0)), {
      error: "must ascend",
    });

const bizScene = z.enum(["RELATION_BIND", "OPEN_PAYMENT", "POOLING_AUTH"]);
const methods = ["MICRO_DEPOSIT", "FACE"] as const;
const perMethod = (least: number, most: number) =>
  z.strictObject({ MICRO_DEPOSIT: seconds(least, most), FACE: seconds(least, most) });

/** API functions end after 15 s and steps after 30: one call, with a cold start and the writes around it. */
const longestCallMs = 10_000;
/** Hidden no longer than this may a message be that SQS has handed out. */
const longestHideSeconds = 12 * hour;

const identity = z.strictObject({ check: z.enum(["strict", "format"]) });

const expiry = z.strictObject({
  flowSeconds: seconds(hour, 90 * day),
  walletFlowSeconds: seconds(hour, 90 * day),
  agreementFlowDays: whole(1, 90),
  longestAgreementFlowDays: whole(1, 90),
  linkSeconds: seconds(5 * minute, 90 * day),
  shownLinkSeconds: seconds(minute, day),
  linkIssues: whole(1, 50),
  authorizationDays: whole(1, 3650),
  restartAfterDeclineSeconds: seconds(0, 30 * day),
});

const sms = z.strictObject({
  smsTimeoutMs: whole(500, longestCallMs),
  // The state InviteSigner retries Sms.Unavailable three times.
  smsRetries: whole(0, 3),
  walletSmsRetries: whole(0, 3),
  resends: whole(0, 20),
  resendWindowSeconds: seconds(minute, 30 * day),
  resendIntervalSeconds: seconds(1, day),
});

const otp = z.strictObject({
  otpSeconds: seconds(minute, hour).multipleOf(minute, "must be whole minutes: the SMS says them"),
  otpTries: whole(1, 10),
  otpIntervalSeconds: seconds(10, hour),
  otpCodes: whole(1, 5),
  otpGraceSeconds: seconds(minute, day),
});

const verification = z.strictObject({
  verificationTimeoutMs: whole(500, longestCallMs),
  verificationCallRetries: whole(0, 3),
  forcedMethods: z.partialRecord(bizScene, z.enum(methods)),
  fallbackAllowed: z.boolean(),
  // Twenty signers' credentials are numbered with two digits (K27).
  challenges: whole(1, 4),
  triesPerChallenge: whole(1, 5),
  submissions: whole(1, 100),
  ignoredResults: whole(0, 10),
  challengeSeconds: perMethod(minute, 7 * day),
  credentialSeconds: perMethod(minute, 365 * day),
});

const face = z.strictObject({
  expireMinutes: whole(1, 1440),
  shortestExpireMinutes: whole(1, 1440),
  longestExpireMinutes: whole(1, 1440),
  tries: whole(1, 5),
  scoreThreshold: z.number().min(0.5).max(1),
  // Two vendors within an API function's time; the queue asks whoever else there is.
  vendorTimeoutMs: whole(500, 5_000),
  vendorRetrySeconds: pauses(1, hour, { least: 0, most: 10 }),
  vendorCalls: whole(1, 100),
  pollSeconds: seconds(10, hour),
  lastPolls: whole(0, 20),
  lastPollSeconds: seconds(10, hour),
  ignoredResults: whole(0, 10),
});

const accountCode = z
  .string()
  .max(200)
  .regex(/^\^.*\$$/, "must describe the whole code, from ^ to $")
  .refine(isExpression, "must be a regular expression");

const intake = z.strictObject({
  accountCode,
  timestampWindowMs: whole(30_000, 900_000),
  // An API function ends after 15 s; the last answer must still be written.
  inlineMs: whole(1_000, 12_000),
  executeMs: whole(200, longestCallMs),
  queryMs: whole(200, longestCallMs),
  inlineBackoffMs: pauses(0, 10_000, { least: 0, most: 10 }),
  duplicateWaitMs: whole(0, 12_000),
  duplicatePollMs: whole(50, 5_000),
  queueBackoffSeconds: pauses(1, longestHideSeconds, { least: 1, most: 20 }),
  clearingDelaySeconds: seconds(0, 7 * day),
  sends: whole(1, 20),
  // SQS keeps the order's message for 14 days.
  parkAfterSeconds: seconds(minute, 13 * day),
  partsAtOnce: whole(1, 50),
  batchParts: whole(1, 500),
  rejectedDays: whole(1, 3650),
});

const webhooks = z.strictObject({
  // A batch goes out together, and its function ends after 60 s.
  webhookTimeoutMs: whole(1_000, 30_000),
  delaysSeconds: pauses(1, 7 * day, { least: 2, most: 30 }),
  longestWaitSeconds: seconds(15 * minute, 7 * day),
});

const requests = z.strictObject({
  requestWindowMs: whole(30_000, 900_000),
  waitMs: whole(0, 12_000),
  // An API function ends after 15 s.
  longestWaitMs: whole(0, 12_000),
  // What WAF can count in five minutes.
  perAddress: whole(10, 2_000_000_000),
});

export const stageSchema = z.strictObject({
  identity,
  expiry,
  sms,
  otp,
  verification,
  workflow: z.strictObject({ recoveries: whole(0, 5) }),
  face,
  intake,
  webhooks,
  requests,
  retention: z.strictObject({ evidenceYears: whole(1, 100) }),
});

/** Every figure of one stage: what `#stage` is to the functions, and what the stack needs itself. */
export type Stage = z.infer<typeof stageSchema>;

function isExpression(text: string): boolean {
  try {
    return new RegExp(text) !== undefined;
  } catch {
    return false;
  }
}
