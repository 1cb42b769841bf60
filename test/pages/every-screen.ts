import type { Agreement } from "../../functions/domain/agreement.ts";
import type { PageModel, Screen } from "../../functions/pages/signing-page.ts";

const agreement: Agreement = {
  templateId: "fund-split-personal",
  templateVersion: "1",
  title: "资金分账授权协议",
  blocks: [
    { kind: "notice", text: "签署前请仔细阅读本协议全部条款。" },
    {
      kind: "parties",
      parties: [
        { role: "甲方", name: "李小明", facts: [{ label: "身份证号", value: "110***1234" }] },
        { role: "乙方", name: "杭州云启科技有限公司", facts: [] },
      ],
    },
    ...["授权事项", "资金划付", "争议解决"].flatMap((text, index) => [
      { kind: "heading" as const, number: `第${"一二三"[index]}条`, text },
      {
        kind: "clause" as const,
        number: `${index + 1}.1`,
        text: "甲方授权乙方按照约定的比例，将交易资金划付至甲方指定的结算账户。".repeat(4),
      },
    ]),
    {
      kind: "signatures",
      places: [{ role: "甲方", name: "李小明", facts: [], note: "电子签名" }],
    },
  ],
};

const expiresAt = "2026-11-24T06:30:00.000Z";
const returnUrl = "https://shop.example/orders/1";
const signing = { name: "sign", agreement, signerName: "李*明", expiresAt } as const;
const otp = { name: "otp", mobileTail: "8000" } as const;
const deposit = { name: "microDeposit", expiresAt } as const;

/** Every state of the page, and the variants that look different, by a speaking name. */
export const everyScreen = {
  preparing: { name: "preparing" },
  reading: { ...signing, consented: false },
  consented: { ...signing, consented: true },
  certificate: { ...signing, consented: true, byCertificate: true },
  otp: { ...otp, triesLeft: 5, code: "none" },
  otpSent: { ...otp, triesLeft: 5, code: "sent", expiresAt },
  otpWrong: { ...otp, triesLeft: 4, code: "wrong", expiresAt },
  otpOver: { ...otp, triesLeft: 0, code: "over" },
  microDeposit: {
    ...deposit,
    triesLeft: 3,
    accountTail: "6789",
    lastTryWrong: false,
    needsRemark: true,
  },
  microDepositAgain: { ...deposit, triesLeft: 2, lastTryWrong: true, needsRemark: false },
  face: { name: "face", handOffUrl: "https://verify.example/f/1", expiresAt, triesLeft: 3 },
  verifying: { name: "verifying" },
  othersFirst: { name: "othersFirst" },
  othersLeft: { name: "othersLeft" },
  sealing: { name: "sealing" },
  completed: { name: "completed", completedAt: expiresAt, returnUrl },
  declined: { name: "declined", reason: "金额与约定不符" },
  revoked: { name: "revoked", restartAllowed: true, returnUrl },
  expired: { name: "expired", restartAllowed: true },
  linkExpired: { name: "linkExpired" },
  notFound: { name: "notFound" },
  tooManyTries: { name: "tooManyTries", restartAllowed: false },
  failed: { name: "failed", reason: "身份核验未通过" },
  systemError: { name: "systemError" },
} as const satisfies Readonly<Record<string, Screen>>;

export type ScreenName = keyof typeof everyScreen;
export const screenNames = Object.keys(everyScreen) as ScreenName[];
export const languages = ["zh-CN", "en"] as const;

/** The reader signs second of three. */
export const threeSigners = [
  { name: "张**", isReader: false, state: "done" },
  { name: "李**", isReader: true, state: "now" },
  { name: "王*", isReader: false, state: "later" },
] as const satisfies PageModel["signers"];

export function pageModel(screen: Screen, language: PageModel["language"] = "zh-CN"): PageModel {
  const isShared = screen.name === "othersFirst" || screen.name === "othersLeft";
  return {
    ...(isShared ? { signers: threeSigners } : {}),
    language,
    contractId: "CT20261121K7M2QX9RBD",
    title: agreement.title,
    partnerName: "杭州云启科技有限公司",
    screen,
  };
}
