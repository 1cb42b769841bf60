import { basename } from "node:path";
import { merchantTypes, processTypes } from "../functions/dialects/wallet-processes.ts";
import { readInitiateRequest } from "../functions/dialects/wallet-request.ts";
import { walletStart } from "../functions/dialects/wallet-start.ts";
import { legalAgreementTypes } from "../functions/domain/agreement-types.ts";
import { figures } from "../functions/domain/figures.ts";
import { Problem } from "../functions/domain/problem.ts";
import { linkSecondsOf, profiles } from "../functions/domain/profile.ts";
import { seededTemplates } from "../functions/domain/seeded-templates.ts";
import { chooseTemplate, templateKinds } from "../functions/domain/template.ts";
import {
  challengeSeconds,
  credentialSeconds,
  fallbackMethod,
  triesPerChallenge,
  verificationRules,
} from "../functions/domain/verification-rules.ts";
import { bizScenes, fundScenes, userTypes } from "../functions/domain/words.ts";
import { askedSigners } from "../functions/start/contract-signers.ts";
import { printTable } from "./print-table.ts";

/** Prints what the rules decide for every combination there is, by asking the functions that decide it (K15 to K18). */

const combinations = bizScenes.flatMap((bizScene) =>
  userTypes.map((userType) => ({ bizScene, userType })),
);
const names = [
  "native",
  "agreement",
  "wallet",
] as const satisfies readonly (keyof typeof profiles)[];

console.log(`Rules with the figures of config/${basename(import.meta.resolve("#stage"))}`);
printVerification();
printSignatories();
printTexts();
printProfiles();
printChallenges();

function printVerification(): void {
  const sources = new Map(verificationRules.map(({ name, source }) => [name, source]));
  const rows = combinations.map(({ bizScene, userType }) => {
    const { terms, rule } = verifiedBy(bizScene, userType);
    const fallbacks = names.map((name) =>
      profiles[name].fallbackAllowed ? fallbackMethod(terms.method) : "fails",
    );
    return [bizScene, userType, terms.method, ...fallbacks, `${rule} (${sources.get(rule)})`];
  });
  const inCase = names.map((name) => `away: ${name}`);
  printTable(
    "How a signer is verified, and by what instead when that system is away (K15, K47)",
    ["Scene", "Signer", "Method", ...inCase, "Rule"],
    rows,
  );
  const forced = Object.entries(figures.forcedMethods).map((pair) => pair.join(" to "));
  console.log(`\nForced by operations (A-22): ${forced.join(", ") || "no scene"}`);
}

function verifiedBy(bizScene: (typeof bizScenes)[number], userType: (typeof userTypes)[number]) {
  const [signer] = askedSigners(
    { requestId: "", bizScene, userType, userInfo: { name: "", mobile: "" } },
    [],
  );
  if (signer === undefined) throw new Error(`nobody signs ${bizScene}/${userType}`);
  return signer;
}

/** K16, K17: each request of document D that its reader lets through, and why it refuses the others. */
function printSignatories(): void {
  const requests = processTypes.flatMap((processType) =>
    fundScenes.flatMap((scene) =>
      merchantTypes.flatMap((payer) =>
        merchantTypes.map((payee) => walletSample({ processType, scene, payer, payee })),
      ),
    ),
  );
  const refusals = new Set<string>();
  const rows = requests.flatMap((sample) => {
    try {
      const request = readInitiateRequest(sample, "format");
      const { facts, request: asked } = walletStart(request);
      const { processType, scene, payerInfo, payeeInfo } = request;
      const { contactInfo: _absent, ...silentPayer } = payerInfo;
      const silent = walletStart({ ...request, payerInfo: silentPayer });
      const { method } = verifiedBy(asked.bizScene, asked.userType ?? "PERSONAL").terms;
      return [
        [
          processType,
          scene,
          payerInfo.merchantType,
          payeeInfo.merchantType,
          `${facts.signatory} (${asked.userInfo?.role})`,
          method,
          String(facts.contactRule),
          String(silent.facts.contactRule),
        ],
      ];
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause;
      for (const { field, message } of cause.fields) refusals.add(`${field} ${message}`);
      return [];
    }
  });
  printTable(
    "Who signs in the wallet's processes, and whose phone gets the message (K16, K17)",
    [
      "Process",
      "Scene",
      "Payer",
      "Payee",
      "Signs",
      "Verified by",
      "Message to",
      "If the payer names none",
    ],
    rows,
  );
  console.log(
    `\nThe other ${requests.length - rows.length} combinations are refused (D-35 to D-39):`,
  );
  for (const refusal of refusals) console.log(`  ${refusal}`);
}

function walletSample(of: {
  readonly processType: string;
  readonly scene: string;
  readonly payer: string;
  readonly payee: string;
}) {
  const party = (number: string, merchantType: string) => ({
    merchantNo: number,
    merchantName: number,
    merchantType,
    accountNo: `ACC${number}`,
    accountType: "TIANCAI_RECEIVE_ACCOUNT",
  });
  const contactInfo = { name: "张三", idCardNo: "310101199001011234", mobile: "13800138000" };
  return {
    requestId: "REQ-1",
    businessType: "TIANCAI_SPLIT_ACCOUNT",
    scene: of.scene,
    processType: of.processType,
    payerInfo: { ...party("M100001", of.payer), contactInfo },
    payeeInfo: { ...party("M100002", of.payee), contactInfo },
    initiatorInfo: { merchantNo: "M100001", merchantName: "M100001" },
    fundPurpose: "分账",
    callbackUrl: "https://wallet.example.com/callback",
  };
}

/** D-23, D-46: the seeded set; `npm run templates -- list --stack …` shows what operations made of it. */
function printTexts(): void {
  const rows = combinations.flatMap(({ bizScene, userType }) =>
    legalAgreementTypes[bizScene].map(({ agreementType }) => {
      const wanted = { bizScene, userType, agreementType };
      const chosen = templateKinds.map((kind) => {
        const template = chooseTemplate(kind, wanted, seededTemplates);
        return "missing" in template ? "none" : `${template.templateId} ${template.version}`;
      });
      return [bizScene, userType, agreementType, ...chosen];
    }),
  );
  printTable(
    "Which texts a contract gets, with their version (D-23, D-46)",
    ["Scene", "Signer", "Agreement asked for", "Agreement", "Message", "Page"],
    rows,
  );
}

function printProfiles(): void {
  const row = (what: string, tell: (name: (typeof names)[number]) => string) => [
    what,
    ...names.map(tell),
  ];
  const { agreementFlowDays, longestAgreementFlowDays } = figures;
  printTable(
    "What each dialect narrows (K05, K18, K23)",
    ["", ...names],
    [
      row("Gates", (name) => profiles[name].gateOrder),
      row("Messages tried", (name) => String(1 + profiles[name].smsRetries)),
      row("Other method when away", (name) => (profiles[name].fallbackAllowed ? "yes" : "never")),
      row("Flow ends after", (name) => length(profiles[name].flowSeconds)),
      row("Link sent opens for", (name) => length(linkSecondsOf(profiles[name], {}))),
      row("Link shown opens for", (name) =>
        length(linkSecondsOf(profiles[name], { notifyType: "H5_LINK" })),
      ),
      row("Link in the message", (name) => (profiles[name].shortLinks ? "short" : "long")),
    ],
  );
  console.log(
    `\nA request in document C's words may ask for 1 to ${longestAgreementFlowDays} days instead of ${agreementFlowDays}.`,
  );
}

function printChallenges(): void {
  const rows = (["MICRO_DEPOSIT", "FACE"] as const).map((method) => [
    method,
    length(challengeSeconds[method]),
    String(triesPerChallenge),
    String(figures.challenges),
    length(credentialSeconds[method]),
  ]);
  printTable(
    "How long a challenge waits, and what it is good for (3.2, 3.4)",
    ["Method", "Waits", "Tries", "Challenges", "May be relied on for"],
    rows,
  );
}

/** In the largest unit that it is a whole number of. */
function length(seconds: number): string {
  const units = [
    [24 * 3600, "d"],
    [3600, "h"],
    [60, "min"],
  ] as const;
  const [size, unit] = units.find(([size]) => seconds % size === 0) ?? [1, "s"];
  return `${seconds / size} ${unit}`;
}
