import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";

/**
 * A PDF that is only ever appended to (ISO 32000-1, 7.5.6): what was signed stays the same bytes.
 * Reads no more of PDF than agreement-pdf.ts writes, and refuses everything else.
 */
export type GrowingPdf = {
  readonly bytes: Buffer;
  /** Where the newest version of each object begins. */
  readonly offsets: ReadonlyMap<number, number>;
  /** The number that the next new object gets. */
  readonly size: number;
  /** Where the newest cross-reference table begins. */
  readonly tableAt: number;
  readonly root: number;
  readonly info: number;
  /** Hex; names the document through all its revisions. */
  readonly id: string;
};

/** Bodies of new or changed objects by number. */
export type Objects = ReadonlyMap<number, Buffer>;

/** More objects than any agreement has; the count comes from the file and must not size our memory. */
const mostObjects = 100_000;
const entryLength = 20;

/** Opens a file that was written in one go, with a classic cross-reference table. */
export function openPdf(bytes: Uint8Array): GrowingPdf {
  const file = Buffer.from(bytes);
  const tail = file.toString("latin1", Math.max(0, file.length - 1024));
  const tableAt = Number(match(tail, /startxref\s+(\d+)\s+%%EOF\s*$/, "startxref at the end"));
  const trailer = tail.slice(tail.lastIndexOf("trailer"));
  if (/\/(Prev|Encrypt)\b/.test(trailer))
    throw new Error(
      "this PDF was changed or encrypted after it was made: sign the agreement itself",
    );
  const head = file.toString("latin1", tableAt, tableAt + 40);
  const size = Number(match(head, /^xref\s+0 (\d+)\s*\n/, "one cross-reference table"));
  if (size > mostObjects) throw new Error(`the PDF claims ${size} objects, at most ${mostObjects}`);
  const first = tableAt + head.indexOf("\n", head.indexOf("0 ")) + 1;
  const offsets = new Map<number, number>();
  for (let number = 1; number < size; number++) {
    const at = first + number * entryLength;
    offsets.set(number, Number(file.toString("latin1", at, at + 10)));
  }
  return {
    bytes: file,
    offsets,
    size,
    tableAt,
    root: Number(match(trailer, /\/Root (\d+) 0 R/, "/Root")),
    info: Number(match(trailer, /\/Info (\d+) 0 R/, "/Info")),
    id: match(trailer, /\/ID \[<([0-9a-fA-F]{32})>/, "/ID"),
  };
}

/** The newest text of a dictionary object, from << to >>. */
export function dictionary(pdf: GrowingPdf, number: number): string {
  const at = pdf.offsets.get(number);
  const text = at === undefined ? "" : pdf.bytes.toString("latin1", at, at + longestDictionary);
  const body = text.slice(0, text.indexOf("endobj"));
  const pattern = new RegExp(`^${number} 0 obj\\s*(<<[\\s\\S]*>>)\\s*$`);
  return match(body, pattern, `object ${number} as a dictionary`);
}

/** Catalogs and pages are a few hundred bytes long. */
const longestDictionary = 64 * 1024;

/** The same dictionary with more entries, none of which it may have already. */
export function extended(text: string, entries: Readonly<Record<string, string>>): string {
  for (const key of Object.keys(entries)) {
    if (new RegExp(`/${key}\\b`).test(text))
      throw new Error(`the PDF has /${key} already: ${text}`);
  }
  const added = Object.entries(entries).map(([key, value]) => `/${key} ${value}`);
  return `${text.slice(0, -2)}${added.join("\n")}\n>>`;
}

/** Object numbers of the pages, in reading order. */
export function pageNumbers(pdf: GrowingPdf): number[] {
  const pages = Number(match(dictionary(pdf, pdf.root), /\/Pages (\d+) 0 R/, "/Pages"));
  const kids = match(dictionary(pdf, pages), /\/Kids \[([^\]]*)\]/, "/Kids");
  return [...kids.matchAll(/(\d+) 0 R/g)].map(([, number]) => Number(number));
}

/** Appends one revision. */
export function append(pdf: GrowingPdf, objects: Objects): GrowingPdf {
  const offsets = new Map(pdf.offsets);
  const parts: Buffer[] = [pdf.bytes];
  let length = pdf.bytes.length;
  const write = (part: Buffer | string): void => {
    const bytes = Buffer.from(part as string, "latin1");
    parts.push(bytes);
    length += bytes.length;
  };
  const numbers = [...objects.keys()].sort((a, b) => a - b);
  for (const number of numbers) {
    offsets.set(number, length);
    write(`${number} 0 obj\n`);
    write(objects.get(number) as Buffer);
    write("\nendobj\n");
  }
  const tableAt = length;
  const size = Math.max(pdf.size, (numbers.at(-1) ?? 0) + 1);
  const entries = numbers.map(
    (number) => `${number} 1\n${String(offsets.get(number)).padStart(10, "0")} 00000 n \n`,
  );
  // The second half of /ID changes with every revision (ISO 32000-1, 14.4).
  const revisionId = createHash("sha256").update(pdf.bytes).digest("hex").slice(0, 32);
  write(`xref\n0 1\n0000000000 65535 f \n${entries.join("")}trailer\n`);
  write(`<< /Size ${size} /Root ${pdf.root} 0 R /Info ${pdf.info} 0 R /Prev ${pdf.tableAt}\n`);
  write(`/ID [<${pdf.id}> <${revisionId}>] >>\nstartxref\n${tableAt}\n%%EOF\n`);
  return { ...pdf, bytes: Buffer.concat(parts, length), offsets, size, tableAt };
}

/** A signature's two holes: what it covers, and itself. */
const byteRangeHole = `[0 ${" ".repeat(32)}]`;
export const signatureHoles = (capacity: number): string =>
  `/ByteRange ${byteRangeHole}\n/Contents <${"0".repeat(2 * capacity)}>`;

/**
 * Appends a revision that holds one signature dictionary made with `signatureHoles`, and fills the
 * holes: `signature` gets every byte of the file but the hole itself (ISO 32000-1, 12.8.1).
 */
export async function appendSigned(
  pdf: GrowingPdf,
  objects: Objects,
  signature: (content: Uint8Array) => Promise<Uint8Array>,
): Promise<GrowingPdf> {
  const grown = append(pdf, objects);
  const { bytes } = grown;
  const rangeAt = bytes.indexOf(byteRangeHole, pdf.bytes.length, "latin1");
  const begin = bytes.indexOf("/Contents <", rangeAt, "latin1") + "/Contents ".length;
  const end = bytes.indexOf(">", begin, "latin1") + 1;
  const range = `[0 ${begin} ${end} ${bytes.length - end}`;
  bytes.write(`${range.padEnd(byteRangeHole.length - 1)}]`, rangeAt, "latin1");
  const made = await signature(Buffer.concat([bytes.subarray(0, begin), bytes.subarray(end)]));
  const capacity = (end - begin - 2) / 2;
  if (made.length > capacity)
    throw new Error(`the signature has ${made.length} bytes, its place in the PDF ${capacity}`);
  bytes.write(Buffer.from(made).toString("hex"), begin + 1, "latin1");
  return grown;
}

export const body = (text: string): Buffer => Buffer.from(text, "latin1");

/** A compressed stream; `entries` are those of its dictionary but length and filter. */
export function stream(entries: string, content: Uint8Array | string): Buffer {
  const packed = deflateSync(content);
  const head = `<< ${entries} /Length ${packed.length} /Filter /FlateDecode >>\nstream\n`;
  return Buffer.concat([body(head), packed, body("\nendstream")]);
}

/** A text string in UTF-16, which every reader understands. */
export function textString(text: string): string {
  const units = Buffer.from(`\uFEFF${text}`, "utf16le").swap16();
  return `<${units.toString("hex")}>`;
}

/** ISO 8601 in UTC as PDF writes it. */
export const dateString = (iso: string): string => `(D:${iso.replace(/\D/g, "").slice(0, 14)}Z)`;

function match(text: string, pattern: RegExp, what: string): string {
  const [, found] = pattern.exec(text) ?? [];
  if (found === undefined) throw new Error(`reading a PDF to sign it: ${what} is not where it was`);
  return found;
}
