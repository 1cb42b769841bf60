import { fromHex } from "./bytes.ts";

/**
 * As much of PDF's syntax (ISO 32000-1, 7.2 and 7.3) as signatures need: dictionaries, level by level.
 * Works on one character a byte, goes forward only and unpacks nothing.
 */
export type Value = {
  /** As it is written in the file. */
  readonly raw: string;
  /** Where it begins in the text. */
  readonly at: number;
};

export type Dictionary = { readonly entries: ReadonlyMap<string, Value>; readonly end: number };

/** Deeper than any dictionary around a signature. */
const deepest = 16;
const mostEntries = 4096;
/** A signature's hole is the longest thing in any of them. */
const longestDictionary = 512 * 1024;

const blank = /(?:[\0\t\n\f\r ]+|%[^\r\n]*)*/y;
const plain =
  /<<|>>|\[|\]|<[0-9A-Fa-f\t\n\f\r ]*>|\/[^\0\t\n\f\r ()<>[\]{}/%]*|[^\0\t\n\f\r ()<>[\]{}/%]+/y;
const closers: Readonly<Record<string, string>> = { "<<": ">>", "[": "]" };

type Token = { readonly text: string; readonly at: number; readonly end: number };

/** The dictionary that begins at or after blanks at `from`; undefined when there is none. */
export function readDictionary(text: string, from: number): Dictionary | undefined {
  const open = tokenAt(text, from);
  if (open?.text !== "<<") return undefined;
  const entries = new Map<string, Value>();
  for (let at = open.end; ; ) {
    const key = tokenAt(text, at);
    if (key?.text === ">>") return { entries, end: key.end };
    // A name with # has a second spelling: two keys would look different and mean the same.
    if (!key?.text.startsWith("/") || key.text.includes("#")) return undefined;
    const value = valueAt(text, key.end);
    if (value === undefined || entries.has(key.text.slice(1))) return undefined;
    if (entries.size >= mostEntries || value.end - from > longestDictionary) return undefined;
    entries.set(key.text.slice(1), { raw: text.slice(value.at, value.end), at: value.at });
    at = value.end;
  }
}

/** The entries of a dictionary that is itself a value; none when it is no dictionary. */
export const nested = (value: Value | undefined): ReadonlyMap<string, Value> =>
  (value && readDictionary(value.raw, 0)?.entries) ?? new Map();

/** Object number of a reference `n 0 R`. */
export function referenceOf(value: Value | undefined): number | undefined {
  const [, number] = /^(\d{1,10}) 0 R$/.exec(value?.raw ?? "") ?? [];
  return number === undefined ? undefined : Number(number);
}

/** Object numbers of an array that holds references and nothing else. */
export function referencesOf(value: Value | undefined): number[] | undefined {
  const inner = /^\[\s*((?:\d{1,10} 0 R\s*)*)\]$/.exec(value?.raw ?? "")?.[1];
  return inner === undefined
    ? undefined
    : Array.from(inner.matchAll(/(\d+) 0 R/g), ([, number]) => Number(number));
}

/** A text string written in hex as UTF-16 with its mark. */
export function textStringOf(value: Value | undefined): string | undefined {
  const [, digits] = /^<([0-9A-Fa-f]*)>$/.exec(value?.raw ?? "") ?? [];
  const bytes = digits === undefined ? undefined : fromHex(digits);
  return bytes?.[0] === 0xfe && bytes[1] === 0xff
    ? new TextDecoder("utf-16be").decode(bytes)
    : undefined;
}

/** A number, name, string, reference, array or dictionary; nothing when brackets do not match. */
function valueAt(text: string, from: number): Token | undefined {
  const head = tokenAt(text, from);
  if (head === undefined) return undefined;
  if (/^\d+$/.test(head.text)) return referenceAt(text, head) ?? head;
  const expected: string[] = [];
  for (let token: Token | undefined = head; token; token = tokenAt(text, token.end)) {
    const closer = closers[token.text];
    if (closer) expected.push(closer);
    else if ((token.text === ">>" || token.text === "]") && expected.pop() !== token.text)
      return undefined;
    if (expected.length > deepest || token.end - from > longestDictionary) return undefined;
    if (expected.length === 0) return { ...head, end: token.end };
  }
  return undefined;
}

function referenceAt(text: string, number: Token): Token | undefined {
  const generation = tokenAt(text, number.end);
  if (generation === undefined || !/^\d+$/.test(generation.text)) return undefined;
  const letter = tokenAt(text, generation.end);
  return letter?.text === "R" ? { ...number, end: letter.end } : undefined;
}

function tokenAt(text: string, from: number): Token | undefined {
  blank.lastIndex = from;
  const at = from + (blank.exec(text)?.[0].length ?? 0);
  if (text[at] === "(") return stringAt(text, at);
  plain.lastIndex = at;
  const found = plain.exec(text)?.[0];
  return found === undefined ? undefined : { text: found, at, end: at + found.length };
}

/** A string in parentheses, which may hold balanced ones (7.3.4.2). */
function stringAt(text: string, at: number): Token | undefined {
  let depth = 0;
  for (let end = at; end < text.length; end++) {
    if (text[end] === "\\") end++;
    else if (text[end] === "(") depth++;
    else if (text[end] === ")" && --depth === 0)
      return { text: text.slice(at, end + 1), at, end: end + 1 };
  }
  return undefined;
}
