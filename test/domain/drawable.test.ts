import { describe, expect, test } from "vitest";
import { drawnAs, isDrawable } from "../../functions/domain/drawable.ts";
import { codeFault, textFault } from "../../functions/domain/plain-text.ts";
import {
  agreementFonts,
  faceOf,
  type PlainFont,
  type Weight,
} from "../../functions/pages/agreement-fonts.ts";

const fonts = await agreementFonts();

const codePointsOf = (font: PlainFont): readonly number[] =>
  (font as unknown as { characterSet: number[] }).characterSet;
const lettersIn = (weight: Weight): string[] =>
  [...new Set(Object.values(fonts).flatMap(codePointsOf))]
    .filter((codePoint) => faceOf(fonts, weight, codePoint) !== undefined)
    .map((codePoint) => String.fromCodePoint(codePoint))
    .filter((letter) => codeFault(letter) === undefined)
    .sort((one, other) => codePoint(one) - codePoint(other));
const codePoint = (letter: string): number => letter.codePointAt(0) ?? 0;

const chinese = new TextDecoder("gb18030");
/** Characters of two bytes in GB 18030, which Chinese keyboards write. */
const keyboard = new Set(
  Array.from({ length: 126 * 192 }, (_, index) =>
    chinese.decode(Uint8Array.of(0x81 + Math.floor(index / 192), 0x40 + (index % 192))),
  ),
);

/** Of the characters that share a glyph: the full-width one, else the one on Chinese keyboards, else the first. */
const preferred = (alike: readonly string[]): string =>
  alike.find((letter) => /[\uFF01-\uFF5E]/.test(letter)) ??
  alike.find((letter) => keyboard.has(letter)) ??
  (alike[0] as string);

function drawn(): { ranges: string[]; pairs: string[] } {
  const byGlyph = Map.groupBy(lettersIn("regular"), (letter) => {
    const face = faceOf(fonts, "regular", codePoint(letter)) ?? "regular";
    return `${face} ${fonts[face].glyphForCodePoint(codePoint(letter)).id}`;
  });
  const pairs = [...byGlyph.values()].flatMap((alike) =>
    alike
      // A name keeps the ideographs of its identity card: 㬵 is no 胶, though drawn like it.
      .filter((letter) => letter !== preferred(alike) && !/\p{Script=Han}/u.test(letter))
      .map((odd) => odd + preferred(alike)),
  );
  const refused = new Set(pairs.map((pair) => Array.from(pair)[0]));
  const kept = lettersIn("regular").filter((letter) => !refused.has(letter));
  const ranges: string[] = [];
  let next = 0;
  for (const [first, length] of stretches(kept.map(codePoint))) {
    ranges.push((first - next).toString(36) + (length === 1 ? "" : `+${length.toString(36)}`));
    next = first + length;
  }
  return { ranges, pairs };
}

function stretches(sorted: readonly number[]): [first: number, length: number][] {
  const found: [number, number][] = [];
  for (const value of sorted) {
    const last = found.at(-1);
    if (last !== undefined && last[0] + last[1] === value) last[1] += 1;
    else found.push([value, 1]);
  }
  return found;
}

/** The module as it stands in the repository: lines of at most 100 columns. */
function moduleText({ ranges, pairs }: ReturnType<typeof drawn>): string {
  const wrapped = (words: readonly string[]): string => {
    const lines = [""];
    for (const word of words) {
      if (`${lines.at(-1)} ${word}`.length > 94) lines.push("");
      lines[lines.length - 1] = `${lines.at(-1)} ${word}`.trim();
    }
    return `[\n${lines.map((line) => `  "${line}",\n`).join("")}].join(" ")`;
  };
  return `/** Made from the fonts by \`npx vitest run test/domain/drawable.test.ts --update\`; read by drawable.ts. */

/** Every stretch of code points that the agreement's fonts draw. */
export const drawnRanges = ${wrapped(ranges)};

/** Pairs of characters with one glyph: one that is refused and one to use instead. */
export const drawnAlike = ${wrapped(pairs)};
`;
}

describe("characters that an agreement can hold", () => {
  test("the table says exactly what the fonts draw", async () => {
    await expect(moduleText(drawn())).toMatchFileSnapshot(
      "../../functions/domain/drawable-characters.ts",
    );
  });

  test("bold draws what regular draws, so that one table is enough", () => {
    expect(lettersIn("bold")).toEqual(lettersIn("regular"));
  });

  test.each(["㛃", "䶮", "𠮷", "堃", "龘", "喆", "·", "～", "／", "–", "A", "é"])(
    "%s is drawn",
    (letter) => {
      expect(textFault(letter)).toBeUndefined();
    },
  );

  test.each([
    ["𠀀", "U+20000 is in none of our fonts"],
    ["🖋", "U+1F58B is in none of our fonts"],
    ["ب", "U+0628 is in none of our fonts"],
  ])("%s is refused by its code point", (letter, says) => {
    expect(isDrawable(codePoint(letter))).toBe(false);
    expect(textFault(`张${letter}`)).toBe(says);
  });

  test.each(["㬵", "胶", "壿", "墫"])(
    "%s is let in, though another ideograph looks the same",
    (letter) => {
      expect(textFault(letter)).toBeUndefined();
    },
  );

  test.each(["•", "‧", "・"])(
    "%s is refused in favour of the dot of names, which looks the same",
    (dot) => {
      expect(drawnAs(dot)).toBe("·");
      expect(textFault(`阿卜杜拉${dot}买买提`)).toMatch(
        /looks like another character; use U\+00B7$/,
      );
    },
  );
});
