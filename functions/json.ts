/** Deeper bodies serve no partner and can overflow a recursive reader. */
export const depthLimit = 16;

/** Why a body is not one JSON document; the position counts UTF-16 units from 0. */
export class JsonRefused extends Error {
  override readonly name = "JsonRefused";
}

/**
 * Parses a request body strictly: valid UTF-8, no byte-order mark, no duplicate or `__proto__` keys, no
 * half of a surrogate pair, at most 16 levels, no number that a double would round. JSON.parse alone would
 * let the last duplicate win silently, and two parties could then read one signed body differently. Throws
 * JsonRefused, whose message never quotes a value: values are personal.
 */
export function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new JsonRefused("the body is not valid UTF-8", { cause });
  }
  refuseAmbiguity(text);
  try {
    return JSON.parse(text);
  } catch (cause) {
    // V8 quotes the text around the fault; only the place is ours to repeat.
    const [place = ""] = / at position \d+/.exec((cause as Error).message) ?? [];
    throw new JsonRefused(`the body is not valid JSON${place}`, { cause });
  }
}

/**
 * One linear pass over the tokens that matter: brackets, strings, the colon that makes a string a key, numbers.
 * A string may lack its end: it is then one token up to the end of the text, instead of one more attempt
 * at every quote inside it. JSON.parse refuses it afterwards.
 */
function refuseAmbiguity(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"?(\s*:)?|[[\]{}]|-?\d[\d.eE+-]*/gsu;
  for (const match of text.matchAll(token)) {
    const [found, colon] = match;
    if (found === "{" || found === "[") {
      open.push(found === "{" ? new Set() : undefined);
      if (open.length > depthLimit)
        throw new JsonRefused(`the body nests deeper than ${depthLimit} levels`);
    } else if (found === "}" || found === "]") open.pop();
    else if (colon !== undefined) addKey(open.at(-1), found.slice(0, -colon.length), match.index);
    else if (found.startsWith('"')) {
      if (escapedSurrogate.test(found)) readString(found, match.index);
    } else if (found.length > alwaysExact || /[eE]/.test(found)) refuseRounding(found, match.index);
  }
}

function addKey(keys: Set<string> | undefined, quoted: string, position: number): void {
  const key = readString(quoted, position);
  if (key === "__proto__") throw new JsonRefused("the key __proto__ is not allowed");
  if (keys?.has(key))
    throw new JsonRefused(
      `the key ${JSON.stringify(key.slice(0, 64))} appears twice in one object`,
    );
  keys?.add(key);
}

/** Escapes are resolved: "\u0061" and "a" are the same key, and half a pair has no UTF-8 to be hashed. */
function readString(quoted: string, position: number): string {
  let value: string;
  try {
    value = JSON.parse(quoted) as string;
  } catch (cause) {
    throw new JsonRefused(`the string at position ${position} is not a JSON string`, { cause });
  }
  if (!value.isWellFormed())
    throw new JsonRefused(`the string at position ${position} holds half of a surrogate pair`);
  return value;
}

const escapedSurrogate = /\\u[dD][89a-fA-F]/;

/** A double keeps every decimal of 15 digits; a point and a sign only make fewer. */
const alwaysExact = 15;

/**
 * Signatures over canonical JSON (RFC 8785) cover the double, written shortest. A literal that means another
 * number would leave what was signed and what was sent apart: 9007199254740993 is signed as …992.
 */
function refuseRounding(literal: string, position: number): void {
  const sent = decimal(literal);
  const kept = decimal(String(Number(literal)));
  // What is no JSON number at all is left to JSON.parse.
  if (sent === undefined || (sent.digits === kept?.digits && sent.exponent === kept.exponent))
    return;
  throw new JsonRefused(
    `the number at position ${position} cannot be kept exactly; write fewer digits, or send a string`,
  );
}

/**
 * The digits without zeros at either end, and the power of ten they are multiplied by: 1.50 and 15e-1 are the
 * same. The sign is left out, for rounding never changes it. An exponent too large to be exact here belongs to
 * no double's own form, so it still compares as different.
 */
function decimal(literal: string): { digits: string; exponent: number } | undefined {
  const match = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal);
  if (match === null) return undefined;
  const [, whole = "", fraction = "", power = "0"] = match;
  const written = (whole + fraction).replace(/^0+/, "");
  if (written === "") return { digits: "", exponent: 0 };
  // Counted by hand: /0+$/ would try again at every zero of a long literal.
  let end = written.length;
  while (written[end - 1] === "0") end -= 1;
  return {
    digits: written.slice(0, end),
    exponent: Number(power) - fraction.length + written.length - end,
  };
}
