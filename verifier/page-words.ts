import type { Language } from "./messages.ts";

type Text = Readonly<Record<Language, string>>;

/** What the page says around the claims. */
export const pageWords = {
  title: { en: "Check electronic evidence", "zh-CN": "电子证据验证" },
  lead: {
    en: "Everything is computed in this browser. No file leaves this machine, and no network is needed.",
    "zh-CN": "全部计算在本浏览器内完成：文件不会离开这台设备，也不需要网络。",
  },
  evidence: { en: "Evidence bundle or signed PDF", "zh-CN": "证据包或签署文件" },
  drop: { en: "Drop the file here, or choose it", "zh-CN": "将文件拖放到此处，或选择文件" },
  roots: { en: "Authorities you trust (PEM, optional)", "zh-CN": "你信任的根证书（PEM，可选）" },
  rootsHint: {
    en: "Get them from the platform or the authority itself: what comes with the evidence cannot vouch for it.",
    "zh-CN": "请向平台或认证机构索取：证据自带的证书不能为自己作证。",
  },
  choose: { en: "Choose file", "zh-CN": "选择文件" },
  working: { en: "Checking…", "zh-CN": "正在验证……" },
  badRoots: {
    en: "The file of authorities holds no certificate in PEM: choose another one.",
    "zh-CN": "该文件中没有 PEM 证书，请重新选择。",
  },
  claims: { en: "What the evidence bears out", "zh-CN": "验证结果" },
  claim: { en: "Claim", "zh-CN": "事项" },
  result: { en: "Result", "zh-CN": "结果" },
  detail: { en: "Details", "zh-CN": "详情" },
  holds: { en: "holds", "zh-CN": "成立" },
  fails: { en: "fails", "zh-CN": "不成立" },
  erased: { en: "erased", "zh-CN": "已删除" },
  unchecked: { en: "not checked", "zh-CN": "未检查" },
  otherLanguage: { en: "中文", "zh-CN": "English" },
} as const satisfies Record<string, Text>;

export type Word = keyof typeof pageWords;
