import type { Language } from "./signing-words.ts";

/** Everything the verify page says, side by side; a missing translation does not compile. */
export const verifyWords = {
  title: { "zh-CN": "核对合同文件", en: "Check a contract file" },
  otherLanguage: { "zh-CN": "English", en: "中文" },
  intro: {
    "zh-CN": "选择您手中的合同 PDF，即可知道它与封存时是否一字不差。",
    en: "Choose the contract PDF you hold to learn whether it is byte for byte what was sealed.",
  },
  privacy: {
    "zh-CN": "文件不会离开您的设备：指纹（SHA-256）在浏览器中计算，只有指纹会发送给我们查询。",
    en: "The file never leaves your device: your browser computes its fingerprint (SHA-256), and only the fingerprint is sent to us.",
  },
  about: { "zh-CN": "要核对的合同", en: "Contract" },
  choose: { "zh-CN": "选择文件", en: "Choose a file" },
  drop: { "zh-CN": "或将文件拖放到这里", en: "or drop it here" },
  reading: { "zh-CN": "正在本机计算指纹……", en: "Computing the fingerprint on this device…" },
  asking: { "zh-CN": "正在查询……", en: "Looking it up…" },
  another: { "zh-CN": "核对另一份文件", en: "Check another file" },

  signedTitle: { "zh-CN": "文件真实，未被改动", en: "Genuine and unchanged" },
  signedText: {
    "zh-CN": "这就是各方签署并封存的合同文件。",
    en: "This is the contract as signed by the parties and sealed.",
  },
  agreementTitle: { "zh-CN": "协议原文真实，未被改动", en: "Genuine text, unchanged" },
  agreementText: {
    "zh-CN": "这是签署人阅读并同意的协议原文。带有各方签名的是另一份文件。",
    en: "This is the text that the signer read and agreed to. The copy that carries the signatures is another file.",
  },
  unsignedTitle: { "zh-CN": "原文真实，但合同未生效", en: "Genuine text, but no contract" },
  unsignedText: {
    "zh-CN": "这份协议曾提交签署，但未完成签署或核验，合同没有生效。",
    en: "This agreement was offered for signing, but was never completed. No contract came of it.",
  },
  otherTitle: { "zh-CN": "文件属于另一份合同", en: "This file belongs to another contract" },
  otherText: {
    "zh-CN": "文件真实，但不属于您扫码打开的合同。",
    en: "The file is genuine, but not of the contract whose code you opened.",
  },
  unknownTitle: { "zh-CN": "没有封存过这份文件", en: "No such file was sealed" },
  unknownText: {
    "zh-CN":
      "文件可能被改动过、被重新保存或打印过，或者合同尚未封存。请使用收到的原始 PDF 再试一次。",
    en: "It may have been changed, saved again or printed, or its contract is not sealed yet. Try the original PDF as you received it.",
  },
  bundleTitle: { "zh-CN": "这是证据包，不是合同", en: "This is an evidence bundle" },
  bundleText: {
    "zh-CN": "证据包（ZIP）可以脱离本网站核验：请使用下方的离线核验页，或按包内 VERIFY.md 操作。",
    en: "A bundle (ZIP) is checked without this website: use the offline verifier below, or follow the VERIFY.md inside it.",
  },
  tooLargeTitle: { "zh-CN": "文件太大", en: "The file is too large" },
  tooLargeText: {
    "zh-CN": "这里封存的合同都小于 64 MB，这不是其中之一。",
    en: "Every contract sealed here is smaller than 64 MB; this is none of them.",
  },
  failedTitle: { "zh-CN": "未能完成查询", en: "The check did not finish" },
  failedText: {
    "zh-CN": "没有得到答复，因此文件真伪还不能判断。请检查网络，稍后再试。",
    en: "No answer came, so nothing is known about the file yet. Check your connection and try again in a moment.",
  },
  oldBrowserTitle: { "zh-CN": "浏览器不支持", en: "This browser cannot do it" },
  oldBrowserText: {
    "zh-CN": "计算指纹需要较新的浏览器和安全连接（HTTPS）。请更换浏览器后重试。",
    en: "Computing the fingerprint takes a recent browser and a secure connection (HTTPS). Please use another browser.",
  },

  contract: { "zh-CN": "合同编号", en: "Contract" },
  sealedAt: { "zh-CN": "封存时间", en: "Sealed" },
  timestamp: { "zh-CN": "可信时间戳", en: "Time-stamp" },
  stamped: { "zh-CN": "时间戳机构已签发", en: "by a time-stamp authority" },
  notStamped: { "zh-CN": "等待签发", en: "still to come" },
  logIndex: { "zh-CN": "公开日志", en: "Public log" },
  entry: { "zh-CN": "第 {index} 条", en: "entry {index}" },
  root: { "zh-CN": "证据根哈希", en: "Root of the evidence" },
  fingerprint: { "zh-CN": "文件指纹（SHA-256）", en: "Fingerprint (SHA-256)" },

  independent: {
    "zh-CN": "不必相信本网站：合同的证据包可由任何人离线核验。",
    en: "You need not believe this website: anybody can check a contract’s evidence bundle offline.",
  },
  offline: { "zh-CN": "下载离线核验页", en: "Download the offline verifier" },
  noScript: {
    "zh-CN": "核对文件需要启用 JavaScript，文件才能留在您的设备上。",
    en: "Checking needs JavaScript, so that the file can stay on your device.",
  },
} as const satisfies Record<string, Record<Language, string>>;

/** Those that the script shows or fills in. */
export const verifyBrowserWords = ["reading", "asking", "stamped", "notStamped", "entry"] as const;

/** What a check can end with; each has a title and a text. */
export const verifyOutcomes = [
  "signed",
  "agreement",
  "unsigned",
  "other",
  "unknown",
  "bundle",
  "tooLarge",
  "failed",
  "oldBrowser",
] as const;
export type VerifyOutcome = (typeof verifyOutcomes)[number];
