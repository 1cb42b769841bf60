import type { Claim, Report } from "./claim.ts";
import { type Language, titles, wordsOf } from "./messages.ts";

const marks = { holds: "✓", fails: "✗", erased: "○", unchecked: "?" } as const;
const colors = { holds: 32, fails: 31, erased: 2, unchecked: 33 } as const;

const verdicts = {
  holds: { en: "Everything holds.", "zh-CN": "全部成立。" },
  fails: { en: "This evidence does not hold.", "zh-CN": "此证据不成立。" },
  unchecked: {
    en: "Nothing is wrong, but something could not be checked.",
    "zh-CN": "未发现错误，但有内容无法检查。",
  },
} as const;

export const verdictWords = (report: Report, language: Language): string =>
  verdicts[report.verdict][language];

/** What a claim says, with the culprit in front. */
const detailOf = ({ says, culprit }: Claim, language: Language): string =>
  `${culprit === undefined ? "" : `${culprit}: `}${wordsOf(says, language)}`;

/** The claims as lines of text, one each, and the verdict under them. */
export function tableOf(report: Report, language: Language, isColored: boolean): string {
  const painted = (status: Claim["status"], text: string): string =>
    isColored ? `\u001b[${colors[status]}m${text}\u001b[0m` : text;
  const widest = Math.max(...report.claims.map(({ title }) => widthOf(titles[title][language])));
  const lines = report.claims.map((claim) => {
    const title = titles[claim.title][language];
    const gap = " ".repeat(widest - widthOf(title) + 2);
    return `${painted(claim.status, marks[claim.status])} ${title}${gap}${detailOf(claim, language)}`;
  });
  return [...lines, "", painted(report.verdict, verdictWords(report, language))].join("\n");
}

/** Terminals draw Chinese letters two columns wide. */
const widthOf = (text: string): number =>
  Array.from(text).reduce((width, letter) => width + (letter > "\u2e7f" ? 2 : 1), 0);
