import { drawnAlike, drawnRanges } from "./drawable-characters.ts";

/** Whether the agreement's fonts draw a character. Only the step that makes the PDF can afford to open them. */
export const isDrawable = (codePoint: number): boolean =>
  ranges.some(({ first, last }) => codePoint >= first && codePoint <= last);

/** What to use for a character that the fonts draw exactly like another: · for •. */
export const drawnAs = (letter: string): string | undefined => alike.get(letter);

const ranges = rangesOf(drawnRanges);
const alike = new Map(drawnAlike.split(" ").map((pair) => Array.from(pair) as [string, string]));

/** Reads `gap+length` in base 36, each gap counted from the range before. */
function rangesOf(text: string): { first: number; last: number }[] {
  let next = 0;
  return text.split(" ").map((range) => {
    const [gap = 0, length = 1] = range.split("+").map((digits) => Number.parseInt(digits, 36));
    const first = next + gap;
    next = first + length;
    return { first, last: next - 1 };
  });
}
