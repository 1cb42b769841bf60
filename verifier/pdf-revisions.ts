import { Broken } from "./claim.ts";
import { readDictionary, type Value } from "./pdf-syntax.ts";

export type PdfObject = {
  readonly number: number;
  readonly at: number;
  readonly dictionary: ReadonlyMap<string, Value>;
  readonly isStream: boolean;
};

/** One save of the file. */
export type Revision = {
  /** Where it ends, which is how long the file was then. */
  readonly end: number;
  readonly tableAt: number;
  readonly trailer: ReadonlyMap<string, Value>;
  /** The first object number that was free after it. */
  readonly size: number;
};

/** What a later save appended: these objects and nothing else. */
export type Addition = Revision & { readonly objects: ReadonlyMap<number, PdfObject> };

export type PdfFile = {
  readonly base: Revision & { readonly find: (number: number) => PdfObject | undefined };
  readonly added: readonly Addition[];
};

/** Certification, signers, party A, validation data, time-stamp; and as many again for later years. */
const mostRevisions = 24;
const mostObjects = 100_000;
const entryLength = 20;

type Table = {
  readonly at: number;
  readonly offsets: ReadonlyMap<number, number>;
  readonly trailer: ReadonlyMap<string, Value>;
  readonly end: number;
};

/**
 * Takes a PDF apart into its base and what was appended later (ISO 32000-1, 7.5.6). Appended parts must
 * consist of objects and their table without a byte between them: hidden things need room. `text` holds
 * one character a byte. Throws Broken.
 */
export function readRevisions(text: string, file: string): PdfFile {
  const tables: Table[] = [];
  const tail = text.slice(-64);
  let at = Number(/startxref\s+(\d{1,10})\s+%%EOF\s*$/.exec(tail)?.[1] ?? Number.NaN);
  for (let above = text.length; ; ) {
    if (!(at < above) || tables.length >= mostRevisions)
      throw new Broken(file, "pdfForm", { what: "startxref or /Prev" });
    const table = readTable(text, at, file);
    tables.unshift(table);
    const previous = table.trailer.get("Prev")?.raw;
    if (previous === undefined) break;
    above = at;
    at = /^\d{1,10}$/.test(previous) ? Number(previous) : Number.NaN;
  }
  const [first, ...rest] = tables;
  if (first === undefined) throw new Broken(file, "pdfForm", { what: "no revision" });
  // The base may hold what it likes: the signers read it. Its objects are read when asked for.
  const find = (number: number): PdfObject | undefined => {
    const offset = first.offsets.get(number);
    return offset === undefined ? undefined : readObject(text, number, offset, file);
  };
  let begin = first.end;
  const added = rest.map((table, index) => {
    const where = `${file}, revision ${index + 1}`;
    const objects = tiledObjects(text, begin, table, where);
    begin = table.end;
    return { ...revisionOf(table), objects };
  });
  if (begin !== text.length) throw new Broken(file, "pdfTail", { bytes: text.length - begin });
  return { base: { ...revisionOf(first), find }, added };
}

const revisionOf = ({ at, end, trailer }: Table): Revision => ({
  end,
  tableAt: at,
  trailer,
  size: Number(trailer.get("Size")?.raw),
});

/** Classic cross-reference table, trailer, and the marks that end a revision. */
function readTable(text: string, at: number, file: string): Table {
  const bad = (what: string) => new Broken(file, "pdfForm", { what: `${what} at ${at}` });
  if (!text.startsWith("xref\n", at)) throw bad("no cross-reference table");
  const offsets = new Map<number, number>();
  let place = at + 5;
  const head = /(\d{1,10}) (\d{1,10}) ?\r?\n/y;
  for (;;) {
    head.lastIndex = place;
    const found = head.exec(text);
    if (found === null) break;
    place += found[0].length;
    const [first, count] = [Number(found[1]), Number(found[2])];
    if (count > mostObjects || offsets.size + count > mostObjects) throw bad("too many objects");
    for (let index = 0; index < count; index++, place += entryLength) {
      const entry = text.slice(place, place + entryLength);
      const [, offset, generation, kind] =
        /^(\d{10}) (\d{5}) ([nf])(?: \n| \r|\r\n)$/.exec(entry) ?? [];
      const number = first + index;
      if (kind === undefined || offsets.has(number)) throw bad("bad entry");
      if (number === 0 ? kind !== "f" : kind !== "n" || generation !== "00000")
        throw bad(`object ${number} deleted or replaced`);
      offsets.set(number, Number(offset));
    }
  }
  offsets.delete(0);
  const trailerAt = /\s*trailer\s*/y;
  trailerAt.lastIndex = place;
  const word = trailerAt.exec(text);
  const trailer = word && readDictionary(text, place + word[0].length);
  if (!trailer) throw bad("no trailer");
  const end = new RegExp(`\\s*startxref\\s+${at}\\s+%%EOF(?:\\r?\\n)?`, "y");
  end.lastIndex = trailer.end;
  const marks = end.exec(text);
  if (marks === null) throw bad("no end");
  return { at, offsets, trailer: trailer.entries, end: trailer.end + marks[0].length };
}

/** Objects of an appended revision, which fill it from its begin to its table. */
function tiledObjects(
  text: string,
  begin: number,
  table: Table,
  where: string,
): ReadonlyMap<number, PdfObject> {
  const found = new Map<number, PdfObject>();
  let at = begin;
  const inOrder = [...table.offsets].sort(([, one], [, other]) => one - other);
  for (const [number, offset] of inOrder) {
    if (offset !== at) throw new Broken(where, "pdfGap", { number });
    const object = readObject(text, number, at, where);
    at = object.end;
    found.set(number, object);
  }
  if (at !== table.at) throw new Broken(where, "pdfGap", { number: "xref" });
  return found;
}

function readObject(text: string, number: number, at: number, where: string) {
  const bad = () => new Broken(where, "pdfObject", { number });
  const head = `${number} 0 obj\n`;
  if (!text.startsWith(head, at)) throw bad();
  const value = readDictionary(text, at + head.length);
  if (value === undefined) throw bad();
  const dictionary = value.entries;
  const afterStream = streamEnd(text, value.end, dictionary);
  const close = /\s*endobj\n+/y;
  close.lastIndex = afterStream ?? value.end;
  const closed = close.exec(text);
  if (closed === null) throw bad();
  const end = close.lastIndex;
  return { number, at, dictionary, isStream: afterStream !== undefined, end };
}

/** Where a stream ends; undefined when the dictionary has none. Its length must be written in place. */
function streamEnd(
  text: string,
  from: number,
  dictionary: ReadonlyMap<string, Value>,
): number | undefined {
  const open = /\s*stream\r?\n/y;
  open.lastIndex = from;
  const length = dictionary.get("Length")?.raw ?? "";
  if (open.exec(text) === null || !/^\d{1,10}$/.test(length)) return undefined;
  const close = /\s*endstream/y;
  close.lastIndex = open.lastIndex + Number(length);
  return close.exec(text) === null ? undefined : close.lastIndex;
}

/** The newest version of an object after so many additions. */
export const objectsAfter =
  ({ base, added }: PdfFile, additions: number) =>
  (number: number): PdfObject | undefined => {
    for (let index = additions - 1; index >= 0; index--) {
      const object = added[index]?.objects.get(number);
      if (object) return object;
    }
    return base.find(number);
  };
