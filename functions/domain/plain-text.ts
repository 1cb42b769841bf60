import { drawnAs, isDrawable } from "./drawable.ts";

/** Characters of one value; a longer name or purpose is a mistake or an attack. */
const longestValue = 200;

/**
 * Says why a value must not stand in a legal text, or nothing when it may. The reader has to see
 * what is hashed, so nothing invisible, nothing that reorders the line (Unicode bidirectional
 * controls), no second code for the same look (compatibility forms, radicals, ・ for ·) and nothing
 * that our fonts cannot draw is let in. The message names the code point, never the value: values
 * are personal.
 */
export function textFault(value: string): string | undefined {
  if (value.length > longestValue) return `it is longer than ${longestValue} characters`;
  if (value.trim() === "") return "it is empty";
  return letterFault(value)?.message;
}

/** The first character that must not stand in a legal text, and where; `at` counts UTF-16 units from 0. */
export function letterFault(text: string): TextFault | undefined {
  let at = 0;
  for (const letter of text) {
    const fault = codeFault(letter) ?? drawingFault(letter);
    if (fault !== undefined) return { at, message: `${codePointName(letter)} ${fault}` };
    at += letter.length;
  }
  return undefined;
}

export type TextFault = { readonly at: number; readonly message: string };

/** What is wrong with a character in itself, whatever the font. */
export function codeFault(letter: string): string | undefined {
  if (!letter.isWellFormed()) return "is half of a surrogate pair";
  if (unseen.test(letter)) return "is a control, format or unassigned character";
  if (oddSpace.test(letter)) return "is a space other than U+0020 and U+3000";
  if (radical.test(letter) || letter.normalize("NFC") !== letter)
    return looksLike(letter.normalize("NFKC"));
  return undefined;
}

function drawingFault(letter: string): string | undefined {
  const other = drawnAs(letter);
  if (other !== undefined) return looksLike(other);
  return isDrawable(letter.codePointAt(0) ?? 0) ? undefined : "is in none of our fonts";
}

const looksLike = (other: string): string =>
  `looks like another character; use ${codePointName(other)}`;

/** `U+9F98` of 龘; of the first character when there are several. */
export const codePointName = (text: string): string =>
  `U+${(text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

// Cf holds the bidirectional and zero-width characters; a variation selector would not change our glyph.
const unseen = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Zl}\p{Zp}\p{Variation_Selector}]/u;
const oddSpace = /[^\P{Zs} \u3000]/u;
const radical = /[\u2E80-\u2FDF]/u;
