import { letterFault, type TextFault } from "./plain-text.ts";

/** Characters of one paragraph or cell; beyond it an author has forgotten to close something. */
const longestText = 4000;

const placeholder = /\{\{\s*(\w+)\s*\}\}|\$\{(\w+)\}/g;

/**
 * What the engines that document D names would read as more than a name (D-32): Thymeleaf's `*{ #{ @{ ~{ [[ [(`,
 * Velocity's `$x $!x #if`, and any brace of others. Left in a text they would stand in an agreement.
 */
const expression =
  /\$?[{}]|[*#@~]\{|\[\[|\]\]|\[\(|\)\]|\$!?[A-Za-z_]|#(?:if|else|elseif|end|set|foreach|include|parse|macro)\b/;

/** `${key}` and `{{ key }}` written as `{{key}}`, which is all that an agreement is filled by. */
export const withPlainPlaceholders = (text: string): string =>
  text.replace(
    placeholder,
    (_whole, braces?: string, dollar?: string) => `{{${braces ?? dollar}}}`,
  );

/** What a template's text may not hold, and where: expressions, variables that nobody fills, unreadable characters. */
export function templateTextFault(text: string, known: readonly string[]): TextFault | undefined {
  if (text.length > longestText)
    return { at: longestText, message: `the text is longer than ${longestText} characters` };
  for (const { 0: whole, 1: braces, 2: dollar, index } of text.matchAll(placeholder)) {
    const name = braces ?? dollar ?? "";
    if (!known.includes(name))
      return { at: index, message: `${whole} is no variable here; there are ${known.join(", ")}` };
  }
  // Of equal length, so that positions stay; the letter is any that hides nothing.
  const rest = text.replace(placeholder, (whole) => "x".repeat(whole.length));
  const found = expression.exec(rest);
  if (found !== null) {
    const message = `"${found[0]}" is no plain text; only {{key}} and \${key} are filled in`;
    return { at: found.index, message };
  }
  return letterFault(rest);
}
