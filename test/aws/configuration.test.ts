import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { faceFigures } from "../../functions/domain/face-verification.ts";
import { figures, requestFigures, webhookFigures } from "../../functions/domain/figures.ts";
import { signerLimit } from "../../functions/domain/signer.ts";
import { intakeFigures } from "../../functions/domain/transaction.ts";
import { bizScenes } from "../../functions/domain/words.ts";
import { qianyueApp } from "../../lib/aws/app.ts";
import {
  challengeRetries,
  parseStage,
  readStage,
  stages,
  verificationRetries,
} from "../../lib/aws/configuration.ts";
import definition from "../../statemachines/signing.asl.json" with { type: "json" };

const root = join(import.meta.dirname, "../..");
const file = "config/prod.json";
const prod = JSON.parse(readFileSync(join(root, file), "utf8")) as Tree;

type Tree = { readonly [key: string]: Tree | number | string | boolean | number[] };

const isGroup = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Every group and every figure in it, as messages name them. */
const pathsOf = (tree: Tree, at = ""): string[] =>
  Object.entries(tree).flatMap(([key, value]) => [
    at + key,
    ...(isGroup(value) ? pathsOf(value, `${at}${key}.`) : []),
  ]);
const groupsOf = (tree: Tree): string[] =>
  pathsOf(tree).filter((path) => isGroup(path.split(".").reduce<unknown>(below, tree)));
const below = (tree: unknown, key: string): unknown => (isGroup(tree) ? tree[key] : undefined);

/** `tree` with another value at `path`; without one, without the key. */
function withValue(tree: Tree, path: string, value: unknown): Tree {
  const [key = "", ...rest] = path.split(".");
  const { [key]: old, ...others } = tree;
  if (rest.length > 0)
    return { ...tree, [key]: withValue(isGroup(old) ? old : {}, rest.join("."), value) };
  return value === undefined ? others : { ...others, [key]: value as number };
}

const parse = (changes: Readonly<Record<string, unknown>>) => () =>
  parseStage(
    JSON.stringify(
      Object.entries(changes).reduce((tree, [path, value]) => withValue(tree, path, value), prod),
    ),
    file,
  );

describe("D-62: the configuration of a stage", () => {
  test("production and the sandbox are configured, and both can be deployed", () => {
    expect(stages(root)).toEqual(["prod", "sandbox"]);

    for (const stage of stages(root)) expect(() => readStage(root, stage)).not.toThrow();
  });

  test.each(["staging", "../package", ""])("a stage %j that has no file is refused", (stage) => {
    expect(() => readStage(root, stage)).toThrow(
      `context stage is ${stage}: give one that config/ has (prod, sandbox)`,
    );
  });

  test("C-50: a link lives thirty minutes where it is shown and a day where it is sent", () => {
    const { shownLinkSeconds, linkSeconds } = readStage(root, "prod").expiry;

    expect([shownLinkSeconds, linkSeconds]).toEqual([1800, 86_400]);
    expect(parse({ "expiry.shownLinkSeconds": 600 })().expiry.shownLinkSeconds).toBe(600);
  });

  test("K24: production recomputes check digits, and the sandbox accepts the documents' samples", () => {
    expect(readStage(root, "prod").identity.check).toBe("strict");
    expect(readStage(root, "sandbox").identity.check).toBe("format");
  });

  test.each(pathsOf(prod).filter((path) => !path.startsWith("verification.forcedMethods.")))(
    "without %s it is refused, and the message says which file and which figure",
    (path) => {
      expect(parse({ [path]: undefined })).toThrow(
        new Error(`${file} cannot be used:\n  ${path} is missing`),
      );
    },
  );

  test.each(["", ...groupsOf(prod)].map((group) => [group === "" ? "" : `${group}.`]))(
    "an unknown key is refused: %ssurprise",
    (at) => {
      expect(parse({ [`${at}surprise`]: 1 })).toThrow(`\n  ${at}surprise is unknown`);
    },
  );

  test("every fault is named at once", () => {
    const broken = parse({ "sms.smsRetries": 4, "expiry.linkSeconds": "a day", "face.tries": 0 });

    expect(broken).toThrow(/expiry\.linkSeconds: .*\n {2}sms\.smsRetries: .*\n {2}face\.tries: /);
  });

  test("a file that is no JSON is refused by name", () => {
    expect(() => parseStage("{", file)).toThrow("config/prod.json is not JSON");
  });
});

describe("figures are held against what they would break", () => {
  test.each([
    ["sms.smsRetries", 4],
    ["sms.smsTimeoutMs", 30_000],
    ["otp.otpSeconds", 90],
    ["verification.challenges", 5],
    ["verification.forcedMethods.RELATION_BIND", "PALM"],
    ["intake.accountCode", "[A-Z]+"],
    ["intake.accountCode", "^[A-Z$"],
    ["intake.queueBackoffSeconds", [30, 50_000]],
    ["intake.queueBackoffSeconds", [600, 30]],
    ["intake.batchParts", 501],
    ["webhooks.delaysSeconds", [1]],
    ["webhooks.delaysSeconds", [1, 5, 2]],
    ["retention.evidenceYears", 0],
    ["retention.evidenceYears", 2.5],
    ["identity.check", "none"],
  ])("%s may not be %j", (path, value) => {
    expect(parse({ [path]: value })).toThrow(`${file} cannot be used:\n  ${path}`);
  });

  test.each([
    ["expiry.linkSeconds", { "expiry.linkSeconds": 86_401 }],
    ["expiry.shownLinkSeconds", { "expiry.shownLinkSeconds": 7200, "expiry.linkSeconds": 3600 }],
    [
      "expiry.agreementFlowDays",
      { "expiry.agreementFlowDays": 91 - 1, "expiry.longestAgreementFlowDays": 89 },
    ],
    [
      "sms.resendIntervalSeconds",
      { "sms.resendIntervalSeconds": 120, "sms.resendWindowSeconds": 60 },
    ],
    ["otp.otpIntervalSeconds", { "otp.otpIntervalSeconds": 301 }],
    ["verification.challengeSeconds", { "expiry.flowSeconds": 86_400 }],
    ["verification.challengeSeconds", { "verification.challengeSeconds.FACE": 1200 }],
    [
      "verification.verificationCallRetries",
      { "verification.challenges": 4, "verification.challengeSeconds.FACE": 3600 },
    ],
    ["verification.submissions", { "verification.submissions": 3 }],
    ["face.expireMinutes", { "face.shortestExpireMinutes": 31 }],
    ["face.vendorCalls", { "face.vendorCalls": 11 }],
    ["intake.executeMs", { "intake.executeMs": 8000 }],
    ["intake.inlineBackoffMs", { "intake.inlineBackoffMs": [2000, 4000] }],
    ["intake.duplicateWaitMs", { "intake.duplicateWaitMs": 9000 }],
    ["intake.sends", { "intake.sends": 3 }],
    ["intake.parkAfterSeconds", { "intake.clearingDelaySeconds": 86_400 }],
    ["webhooks.delaysSeconds", { "webhooks.longestWaitSeconds": 72_000 }],
    ["requests.waitMs", { "requests.longestWaitMs": 200 }],
  ])("%s is refused beside %j", (path, changes) => {
    expect(parse(changes)).toThrow(
      new RegExp(`cannot be used:\\n {2}${path.replace(".", "\\.")} must `),
    );
  });

  test("A-22: operations may force the method of a scene, for every scene that there is", () => {
    const forced = Object.fromEntries(
      bizScenes.map((scene) => [`verification.forcedMethods.${scene}`, "MICRO_DEPOSIT"]),
    );

    expect(parse(forced)().verification.forcedMethods).toEqual(
      Object.fromEntries(bizScenes.map((scene) => [scene, "MICRO_DEPOSIT"])),
    );
  });
});

describe("the schema knows what it protects", () => {
  test("docs/configuration.md explains every figure, in its group and once", () => {
    const [, ...sections] = readFileSync(join(root, "docs/configuration.md"), "utf8").split(
      "\n## ",
    );

    const explained = sections.map((section) => [
      section.split("\n")[0],
      [...section.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell = ""]) =>
        cell.split(", ").map((name) => name.replaceAll("`", "")),
      ),
    ]);

    expect(explained).toEqual(
      Object.entries(prod).map(([group, figure]) => [group, Object.keys(figure)]),
    );
  });

  test("functions read the same file, figure by figure", () => {
    const sandbox = readStage(root, "sandbox");
    const { expiry, sms, otp, verification, workflow } = sandbox;

    expect(figures).toEqual({ ...expiry, ...sms, ...otp, ...verification, ...workflow });
    expect({ faceFigures, intakeFigures, webhookFigures, requestFigures }).toEqual({
      faceFigures: sandbox.face,
      intakeFigures: sandbox.intake,
      webhookFigures: sandbox.webhooks,
      requestFigures: sandbox.requests,
    });
  });

  test("no two groups of a contract's figures share a name", () => {
    const { expiry, sms, otp, verification, workflow } = readStage(root, "prod");
    const names = [expiry, sms, otp, verification, workflow].flatMap((group) => Object.keys(group));

    expect(new Set(names).size).toBe(names.length);
  });

  test("the workflow retries as often as the rules assume", () => {
    const { Signers } = definition.States.Groups.ItemProcessor.States;
    const { InviteSigner, VerifyIdentity } = Signers.ItemProcessor.States;
    const retriesOf = (retriers: { ErrorEquals: string[]; MaxAttempts: number }[], error: string) =>
      retriers.find(({ ErrorEquals }) => ErrorEquals.includes(error))?.MaxAttempts;

    expect(retriesOf(VerifyIdentity.Retry, "Verification.Unavailable")).toBe(verificationRetries);
    expect(retriesOf(VerifyIdentity.Retry, "States.Timeout")).toBe(challengeRetries);
    expect(retriesOf(InviteSigner.Retry, "Sms.Unavailable")).toBe(3);
    expect(parse({ "sms.smsRetries": 3 })).not.toThrow();
  });

  test("K27: credentials of twenty signers are numbered with two digits at the most challenges", () => {
    const most = parse({
      "verification.challenges": 4,
      "verification.verificationCallRetries": 2,
      "verification.challengeSeconds.FACE": 3600,
    });

    expect(most().verification.challenges * signerLimit).toBeLessThan(100);
  });

  test("a faulty file stops the synthesis before a function is bundled", () => {
    const copy = mkdtempSync(join(tmpdir(), "qianyue-stage-"));
    try {
      mkdirSync(join(copy, "config"));
      writeFileSync(join(copy, file), JSON.stringify(withValue(prod, "otp.otpTries", undefined)));

      expect(() => qianyueApp(copy)).toThrow(`${file} cannot be used:\n  otp.otpTries is missing`);
    } finally {
      rmSync(copy, { recursive: true });
    }
  });
});
