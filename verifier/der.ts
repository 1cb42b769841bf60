import type { Bytes } from "./bytes.ts";

/** One ASN.1 value in DER (X.690): its tag, its content, and the whole of it. */
export type Der = { readonly tag: number; readonly content: Bytes; readonly whole: Bytes };

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  octetStringInParts: 0x24,
  null: 0x05,
  oid: 0x06,
  generalizedTime: 0x18,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
  /** [n], constructed. */
  context: (number: number): number => 0xa0 | number,
} as const;

/** Not DER, or not the structure expected there. */
export class BadDer extends Error {
  override readonly name = "BadDer";
}

/** More values than this stand in no certificate or signature. */
const mostChildren = 512;

/** The one value that `bytes` are. */
export function readDer(bytes: Bytes): Der {
  const value = first(bytes);
  if (value.whole.length !== bytes.length) throw new BadDer("bytes follow the value");
  return value;
}

/** The value that `bytes` begin with. Only definite, shortest lengths; no tags above 30. */
export function first(bytes: Bytes): Der {
  const [tag, short] = bytes;
  if (tag === undefined || short === undefined || (tag & 0x1f) === 0x1f)
    throw new BadDer("no value, or a long tag");
  let begin = 2;
  let length = short;
  if (short & 0x80) {
    const count = short & 0x7f;
    if (count < 1 || count > 3) throw new BadDer("a length no document has");
    length = 0;
    for (const byte of bytes.subarray(2, 2 + count)) length = length * 256 + byte;
    if (length < 0x80 || length < 256 ** (count - 1)) throw new BadDer("a length not in DER");
    begin += count;
  }
  const end = begin + length;
  if (end > bytes.length) throw new BadDer("a value longer than its surroundings");
  return { tag, content: bytes.subarray(begin, end), whole: bytes.subarray(0, end) };
}

/** What a constructed value holds. Reads one level: nesting costs nothing until somebody asks for it. */
export function children(value: Der, tag: number = tags.sequence): Der[] {
  if (value.tag !== tag) throw new BadDer(`tag ${value.tag} instead of ${tag}`);
  const found: Der[] = [];
  for (let rest = value.content; rest.length > 0; ) {
    const child = first(rest);
    found.push(child);
    rest = rest.subarray(child.whole.length);
    if (found.length > mostChildren) throw new BadDer("too many values");
  }
  return found;
}

/** Takes the values of a structure one after the other, none of them twice or never. */
export function fieldsOf(value: Der, tag?: number) {
  const all = children(value, tag);
  let next = 0;
  return {
    take(wanted: number): Der {
      const field = all[next++];
      if (field?.tag !== wanted) throw new BadDer(`tag ${field?.tag} instead of ${wanted}`);
      return field;
    },
    takeIf(wanted: number): Der | undefined {
      return all[next]?.tag === wanted ? all[next++] : undefined;
    },
    takeAny(): Der {
      const field = all[next++];
      if (field === undefined) throw new BadDer("a field is missing");
      return field;
    },
    rest: (): Der[] => all.slice(next),
    end(): void {
      if (next !== all.length) throw new BadDer("more fields than expected");
    },
  };
}

/** Dotted numbers. */
export function oidOf(value: Der | undefined): string {
  if (value?.tag !== tags.oid) throw new BadDer("no object identifier");
  const numbers: number[] = [];
  let number = 0;
  for (const byte of value.content) {
    number = number * 128 + (byte & 0x7f);
    if (number > Number.MAX_SAFE_INTEGER / 128) throw new BadDer("an identifier too long");
    if (byte & 0x80) continue;
    numbers.push(number);
    number = 0;
  }
  const [head = 0, ...tail] = numbers;
  const root = Math.min(2, Math.floor(head / 40));
  return [root, head - 40 * root, ...tail].join(".");
}

/** Whole numbers of one byte, as versions are. */
export function smallInteger(value: Der): number {
  const [byte = 0x80, ...more] = value.content;
  if (value.tag !== tags.integer || more.length > 0 || byte > 0x7f)
    throw new BadDer("no small number");
  return byte;
}

/** The bits of a BIT STRING that fills whole bytes. */
export function bitsOf(value: Der): Bytes {
  if (value.tag !== tags.bitString || value.content[0] !== 0) throw new BadDer("no bytes of bits");
  return value.content.subarray(1);
}

/** ISO 8601 in UTC, milliseconds, from UTCTime or GeneralizedTime. */
export function timeOf({ tag, content }: Der): string {
  const text = String.fromCharCode(...content.subarray(0, 32));
  const short = /^(\d\d)(\d{10})Z$/.exec(text);
  const century = Number(short?.[1]) < 50 ? "20" : "19";
  const full = tag === tags.utcTime && short ? `${century}${text}` : text;
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{1,9})?Z$/.exec(full);
  if (!parts || (tag !== tags.utcTime && tag !== tags.generalizedTime))
    throw new BadDer("no time in UTC");
  const [, year, month, day, hour, minute, second, fraction = "."] = parts;
  const milliseconds = fraction.slice(1, 4).padEnd(3, "0");
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}Z`;
  const parsed = new Date(iso);
  if (Number.isNaN(parsed.getTime()) || parsed.toISOString() !== iso)
    throw new BadDer("no time in UTC");
  return iso;
}

/** An AlgorithmIdentifier whose parameters are absent or NULL, as those of hashes and signatures are. */
export function plainAlgorithm(value: Der): string {
  const fields = fieldsOf(value);
  const id = oidOf(fields.take(tags.oid));
  const parameters = fields.takeIf(tags.null);
  if (parameters && parameters.content.length > 0) throw new BadDer("NULL with content");
  fields.end();
  return id;
}
