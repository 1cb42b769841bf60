import type { Bytes } from "./bytes.ts";

/**
 * Inflates a DEFLATE stream (RFC 1951) that must fill `size` bytes exactly and end in zero bits.
 * Undefined when it is anything else. Never holds more than `size` bytes, so that a bomb has no room.
 */
export function inflate(input: Bytes, size: number): Bytes | undefined {
  const out = new Uint8Array(size);
  let written = 0;
  let at = 0;
  let held = 0;
  let count = 0;

  try {
    let isLast = false;
    while (!isLast) {
      isLast = bits(1) === 1;
      const type = bits(2);
      if (type === 0) copyStored();
      else if (type === 1) decode(fixedLengths, fixedDistances);
      else if (type === 2) decode(...readTables());
      else throw malformed;
    }
    return written === size && at === input.length && held === 0 ? out : undefined;
  } catch (cause) {
    if (cause === malformed) return undefined;
    throw cause;
  }

  function bits(wanted: number): number {
    while (count < wanted) {
      if (at >= input.length) throw malformed;
      held |= (input[at++] as number) << count;
      count += 8;
    }
    const value = held & ((1 << wanted) - 1);
    held >>>= wanted;
    count -= wanted;
    return value;
  }

  function copyStored(): void {
    if (held !== 0) throw malformed;
    count = 0;
    const length = bits(16);
    if (bits(16) !== (length ^ 0xffff)) throw malformed;
    if (at + length > input.length || written + length > size) throw malformed;
    out.set(input.subarray(at, at + length), written);
    at += length;
    written += length;
  }

  function symbol({ counts, symbols }: Codes): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= longestCode; length++) {
      code |= bits(1);
      const among = counts[length] as number;
      if (code - among < first) return symbols[index + code - first] as number;
      index += among;
      first = (first + among) << 1;
      code <<= 1;
    }
    throw malformed;
  }

  function decode(lengths: Codes, distances: Codes): void {
    for (;;) {
      const code = symbol(lengths);
      if (code === endOfBlock) return;
      if (code < endOfBlock) {
        if (written >= size) throw malformed;
        out[written++] = code;
        continue;
      }
      const [base, extra] = lengthCodes[code - 257] ?? refused();
      const length = base + bits(extra);
      const [far, farExtra] = distanceCodes[symbol(distances)] ?? refused();
      const distance = far + bits(farExtra);
      if (distance > written || written + length > size) throw malformed;
      for (const end = written + length; written < end; written++)
        out[written] = out[written - distance] as number;
    }
  }

  function readTables(): [Codes, Codes] {
    const [literals, distances, given] = [bits(5) + 257, bits(5) + 1, bits(4) + 4];
    if (literals > 286 || distances > 30) throw malformed;
    const own = new Uint8Array(19);
    for (const place of codeLengthOrder.slice(0, given)) own[place] = bits(3);
    const codes = codesOf(own);
    const lengths = new Uint8Array(literals + distances);
    for (let filled = 0; filled < lengths.length; ) {
      const code = symbol(codes);
      if (code < 16) {
        lengths[filled++] = code;
        continue;
      }
      if (code === 16 && filled === 0) throw malformed;
      const value = code === 16 ? (lengths[filled - 1] as number) : 0;
      const repeat = code === 16 ? 3 + bits(2) : code === 17 ? 3 + bits(3) : 11 + bits(7);
      if (filled + repeat > lengths.length) throw malformed;
      lengths.fill(value, filled, filled + repeat);
      filled += repeat;
    }
    if (lengths[endOfBlock] === 0) throw malformed;
    return [codesOf(lengths.subarray(0, literals)), codesOf(lengths.subarray(literals))];
  }
}

/** A canonical Huffman code: how many codes of each length, and their symbols in order. */
type Codes = { readonly counts: Uint16Array; readonly symbols: Uint16Array };

const malformed = new Error("not a DEFLATE stream of the stated size");
const refused = (): never => {
  throw malformed;
};

const longestCode = 15;
const endOfBlock = 256;
const codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

function codesOf(lengths: Uint8Array): Codes {
  const counts = new Uint16Array(longestCode + 1);
  for (const length of lengths) counts[length] = (counts[length] as number) + 1;
  counts[0] = 0;
  let free = 1;
  for (let length = 1; length <= longestCode; length++) {
    free = 2 * free - (counts[length] as number);
    if (free < 0) throw malformed;
  }
  const places = new Uint16Array(longestCode + 2);
  for (let length = 1; length <= longestCode; length++)
    places[length + 1] = (places[length] as number) + (counts[length] as number);
  const symbols = new Uint16Array(lengths.length);
  for (const [value, length] of lengths.entries()) {
    if (length === 0) continue;
    const place = places[length] as number;
    symbols[place] = value;
    places[length] = place + 1;
  }
  return { counts, symbols };
}

/** Base and extra bits of each code (RFC 1951, 3.2.5). */
type Extra = readonly [base: number, extra: number];
const lengthCodes: readonly Extra[] = [
  ...series(3, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5]),
  [227, 5],
  [258, 0],
];
const distanceCodes: readonly Extra[] = series(
  1,
  [
    0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13,
    13,
  ],
);

function series(from: number, extras: readonly number[]): Extra[] {
  let base = from;
  return extras.map((extra) => {
    const code: Extra = [base, extra];
    base += 1 << extra;
    return code;
  });
}

const fixedLengths = codesOf(
  Uint8Array.from({ length: 288 }, (_, code) =>
    code < 144 ? 8 : code < 256 ? 9 : code < 280 ? 7 : 8,
  ),
);
const fixedDistances = codesOf(new Uint8Array(30).fill(5));
