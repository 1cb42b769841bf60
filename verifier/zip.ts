import { type Bytes, latin1 } from "./bytes.ts";
import { refuse } from "./claim.ts";

/** A bundle of two pages has 400 KB. These keep a bomb within a second and 256 MB. */
export const limits = {
  archiveBytes: 8 * 1024 * 1024,
  unpackedBytes: 16 * 1024 * 1024,
  /** Reading one that consists of dictionaries alone takes a second for 8 MB. */
  pdfBytes: 4 * 1024 * 1024,
  files: 600,
} as const;

const endSignature = 0x06054b50;
const centralSignature = 0x02014b50;
const localSignature = 0x04034b50;
const endLength = 22;
const centralLength = 46;
const localLength = 30;
const stored = 0;
/** MS-DOS has no zone and no year before this: 1980-01-01, 00:00. */
const fixedDate = 0x21;
const zipVersion = 20;

const safeName = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;
const longestName = 64;

type Listed = {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly at: number;
};

/**
 * The files of a zip, in order. Takes the one form that bundles are written in, in which no byte is
 * without meaning: no gaps, comments, extra fields, times or attributes to hide something in, both
 * headers of a file agreeing. Throws Broken.
 */
export function readZip(archive: Bytes): ReadonlyMap<string, Bytes> {
  refuse(archive.length > limits.archiveBytes, "zip", "tooLarge", { limit: limits.archiveBytes });
  const view = new DataView(archive.buffer, archive.byteOffset, archive.length);
  const listed = readDirectory(view, archive);
  const total = (what: (file: Listed) => number) =>
    listed.reduce((sum, file) => sum + what(file), 0);
  refuse(total(({ size }) => size) > limits.unpackedBytes, "zip", "tooLarge", {
    limit: limits.unpackedBytes,
  });
  const files = new Map<string, Bytes>();
  for (const file of listed) {
    refuse(files.has(file.name), file.name, "twiceInZip");
    files.set(file.name, unpack(archive, view, file));
  }
  return files;
}

function readDirectory(view: DataView, archive: Bytes): Listed[] {
  const endAt = archive.length - endLength;
  refuse(endAt < 0 || view.getUint32(endAt, true) !== endSignature, "zip", "notZip");
  const count = view.getUint16(endAt + 10, true);
  const begin = view.getUint32(endAt + 16, true);
  const isPlain =
    view.getUint32(endAt + 4, true) === 0 &&
    view.getUint16(endAt + 8, true) === count &&
    view.getUint32(endAt + 12, true) === endAt - begin &&
    view.getUint16(endAt + 20, true) === 0;
  refuse(!isPlain, "zip", "zipForm", { what: "end of the directory" });
  refuse(count > limits.files, "zip", "tooManyFiles", { limit: limits.files });

  const listed: Listed[] = [];
  let at = begin;
  let expected = 0;
  for (let index = 0; index < count; index++) {
    refuse(at + centralLength > endAt, "zip", "zipForm", { what: "directory" });
    const file = readEntry(view, archive, at, endAt);
    refuse(file.at !== expected, file.name, "zipForm", { what: "place in the file" });
    expected += localLength + file.name.length + file.packedSize;
    at += centralLength + file.name.length;
    listed.push(file);
  }
  refuse(at !== endAt || expected !== begin, "zip", "zipForm", { what: "bytes between files" });
  return listed;
}

function readEntry(view: DataView, archive: Bytes, at: number, end: number): Listed {
  const nameLength = view.getUint16(at + 28, true);
  const nameEnd = at + centralLength + nameLength;
  refuse(nameLength > longestName || nameEnd > end, "zip", "zipForm", { what: "name" });
  const name = latin1(archive.subarray(at + centralLength, nameEnd));
  refuse(!safeName.test(name), "zip", "zipForm", { what: `name ${JSON.stringify(name)}` });
  const file = {
    name,
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packedSize: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    at: view.getUint32(at + 42, true),
  };
  const isPlain =
    view.getUint32(at, true) === centralSignature &&
    view.getUint16(at + 4, true) === zipVersion &&
    hasPlainFields(view, at + 6, file) &&
    // Extra field, comment, disk number and both kinds of attributes.
    [30, 32, 34, 36, 38, 40].every((field) => view.getUint16(at + field, true) === 0);
  refuse(!isPlain, name, "zipForm", { what: "directory entry" });
  return file;
}

/** Version, flags, method, time, checksum, both sizes and length of the name: alike in both headers. */
const hasPlainFields = (view: DataView, at: number, file: Listed): boolean =>
  view.getUint16(at, true) === zipVersion &&
  view.getUint16(at + 2, true) === 0 &&
  view.getUint16(at + 4, true) === file.method &&
  view.getUint16(at + 6, true) === 0 &&
  view.getUint16(at + 8, true) === fixedDate &&
  view.getUint32(at + 10, true) === file.crc &&
  view.getUint32(at + 14, true) === file.packedSize &&
  view.getUint32(at + 18, true) === file.size &&
  view.getUint16(at + 22, true) === file.name.length;

function unpack(archive: Bytes, view: DataView, file: Listed): Bytes {
  const { name, at, size, packedSize } = file;
  const begin = at + localLength + name.length;
  const isPlain =
    view.getUint32(at, true) === localSignature &&
    hasPlainFields(view, at + 4, file) &&
    view.getUint16(at + 28, true) === 0 &&
    latin1(archive.subarray(at + localLength, begin)) === name;
  refuse(!isPlain, name, "zipForm", { what: "header" });
  const packed = archive.subarray(begin, begin + packedSize);
  // A deflated file has many spellings; one that is stored has one.
  refuse(file.method !== stored || packed.length !== size, name, "zipForm", { what: "method" });
  refuse(crc32(packed) !== file.crc, name, "checksum");
  return packed;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(bytes: Bytes): number {
  let value = 0xffffffff;
  for (let at = 0; at < bytes.length; at++)
    value = (crcTable[(value ^ (bytes[at] as number)) & 0xff] as number) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
