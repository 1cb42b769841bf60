import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type * as z from "zod";
import { type Stage, stageSchema } from "./configuration-schema.ts";

/** The file of a stage of the repository at `root`. */
export const stageFile = (root: string, stage: string): string =>
  join(root, "config", `${stage}.json`);

export const stages = (root: string): string[] =>
  readdirSync(join(root, "config"))
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .sort();

/**
 * The figures of a stage (requirements section 3, D-62). Throws one message with the file and every path in it that
 * is missing, unknown, out of its range or at odds with another: such a stage is neither deployed nor started.
 */
export function readStage(root: string, stage: string): Stage {
  const known = stages(root);
  if (!known.includes(stage))
    throw new Error(`context stage is ${stage}: give one that config/ has (${known.join(", ")})`);
  return parseStage(readFileSync(stageFile(root, stage), "utf8"), `config/${stage}.json`);
}

/** The same of a text; `file` is what messages call it. */
export function parseStage(text: string, file: string): Stage {
  const given = fromJson(text, file);
  const { data, error } = stageSchema.safeParse(given);
  const faults = error
    ? error.issues.flatMap((issue) => faultsOf(issue, given))
    : rules.filter(({ holds }) => !holds(data)).map(({ path, must }) => `${path} must ${must}`);
  if (data !== undefined && faults.length === 0) return data;
  throw new Error(`${file} cannot be used:\n  ${faults.join("\n  ")}`);
}

function fromJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${file} is not JSON: ${cause}`, { cause });
  }
}

function faultsOf(issue: z.core.$ZodIssue, given: unknown): string[] {
  const path = issue.path.join(".");
  const below = (key: string) => (path === "" ? key : `${path}.${key}`);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => `${below(key)} is unknown`);
  if (issue.code === "invalid_key") return [`${path} is unknown`];
  if (at(given, issue.path) === undefined) return [`${path} is missing`];
  return [`${path}: ${issue.message}`];
}

const at = (given: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => Object(value)[key], given);

type Rule = {
  readonly path: string;
  readonly must: string;
  readonly holds: (stage: Stage) => boolean;
};

const day = 24 * 3600;
const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

/** The states of the workflow retry this often before they give up (statemachines/signing.asl.json). */
export const verificationRetries = 25;
export const challengeRetries = 450;

/** The longest a contract of any dialect may run. */
const longestFlow = ({ expiry }: Stage): number =>
  Math.max(expiry.flowSeconds, expiry.walletFlowSeconds, expiry.longestAgreementFlowDays * day);

/**
 * How often VerifyIdentity may time out for one signer. Its wait is as short as the shortest challenge, also when
 * the fallback opened a longer one; challenges and flow bound it from two sides.
 */
function timeouts(stage: Stage): number {
  const { challenges, challengeSeconds } = stage.verification;
  const lengths = Object.values(challengeSeconds);
  const shortest = Math.min(...lengths);
  return Math.ceil(
    Math.min(longestFlow(stage) / shortest, (challenges * Math.max(...lengths)) / shortest),
  );
}

/** What no range can say, because it takes two figures. */
const rules: readonly Rule[] = [
  {
    path: "expiry.linkSeconds",
    must: "not be longer than flowSeconds and walletFlowSeconds (K23)",
    holds: ({ expiry: { linkSeconds, flowSeconds, walletFlowSeconds } }) =>
      linkSeconds <= Math.min(flowSeconds, walletFlowSeconds),
  },
  {
    path: "expiry.shownLinkSeconds",
    must: "not be longer than linkSeconds (C-50)",
    holds: ({ expiry }) => expiry.shownLinkSeconds <= expiry.linkSeconds,
  },
  {
    path: "expiry.agreementFlowDays",
    must: "not be more than longestAgreementFlowDays (C-05)",
    holds: ({ expiry }) => expiry.agreementFlowDays <= expiry.longestAgreementFlowDays,
  },
  {
    path: "sms.resendIntervalSeconds",
    must: "not be longer than resendWindowSeconds (B-34)",
    holds: ({ sms }) => sms.resendIntervalSeconds <= sms.resendWindowSeconds,
  },
  {
    path: "otp.otpIntervalSeconds",
    must: "not be longer than otpSeconds: a code must be replaceable while it is asked for",
    holds: ({ otp }) => otp.otpIntervalSeconds <= otp.otpSeconds,
  },
  {
    path: "verification.challengeSeconds",
    must: "not be longer than expiry.flowSeconds (K23)",
    holds: ({ verification, expiry }) =>
      Math.max(...Object.values(verification.challengeSeconds)) <= expiry.flowSeconds,
  },
  {
    path: "verification.challengeSeconds",
    must: `not let a wait time out more than ${challengeRetries} times, as often as VerifyIdentity is retried`,
    holds: (stage) => timeouts(stage) <= challengeRetries,
  },
  {
    path: "verification.verificationCallRetries",
    must: `not lead to more than ${verificationRetries} failed calls, as often as VerifyIdentity is retried`,
    holds: ({ verification: { challenges, verificationCallRetries } }) =>
      2 * challenges * (1 + verificationCallRetries) <= verificationRetries,
  },
  {
    path: "verification.submissions",
    must: "leave room for triesPerChallenge (K53)",
    holds: ({ verification }) => verification.submissions > verification.triesPerChallenge,
  },
  {
    path: "face.expireMinutes",
    must: "lie between shortestExpireMinutes and longestExpireMinutes (C-02)",
    holds: ({ face }) =>
      face.shortestExpireMinutes <= face.expireMinutes &&
      face.expireMinutes <= face.longestExpireMinutes,
  },
  {
    path: "face.vendorCalls",
    must: "be enough for every try and every retry (C-71)",
    holds: ({ face }) => face.vendorCalls >= face.tries * (1 + face.vendorRetrySeconds.length),
  },
  {
    path: "intake.executeMs",
    must: "be shorter than inlineMs, as must queryMs (K38)",
    holds: ({ intake }) => Math.max(intake.executeMs, intake.queryMs) < intake.inlineMs,
  },
  {
    path: "intake.inlineBackoffMs",
    must: "fit into inlineMs together with one call (K38)",
    holds: ({ intake }) => sum(intake.inlineBackoffMs) + intake.executeMs <= intake.inlineMs,
  },
  {
    path: "intake.duplicateWaitMs",
    must: "not be longer than inlineMs, nor shorter than duplicatePollMs (T-24)",
    holds: ({ intake }) =>
      intake.duplicatePollMs <= intake.duplicateWaitMs && intake.duplicateWaitMs <= intake.inlineMs,
  },
  {
    path: "intake.sends",
    must: "be more than the retries of inlineBackoffMs (T-21)",
    holds: ({ intake }) => intake.sends > intake.inlineBackoffMs.length,
  },
  {
    path: "intake.parkAfterSeconds",
    must: 'be longer than clearingDelaySeconds, before which "not found" proves nothing (K39)',
    holds: ({ intake }) => intake.parkAfterSeconds > intake.clearingDelaySeconds,
  },
  {
    path: "webhooks.delaysSeconds",
    must: "not name a pause longer than longestWaitSeconds (K19)",
    holds: ({ webhooks }) => Math.max(...webhooks.delaysSeconds) <= webhooks.longestWaitSeconds,
  },
  {
    path: "requests.waitMs",
    must: "not be longer than longestWaitMs (K54)",
    holds: ({ requests }) => requests.waitMs <= requests.longestWaitMs,
  },
];
