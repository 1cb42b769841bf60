import type { PlainFont } from "../pages/agreement-fonts.ts";
import { body, stream } from "./growing-pdf.ts";

/** The letters one drawing needs, as a font of its own inside the file: readable and extractable. */
export type Lettering = {
  /** Glyph codes of a text, as an operand of Tj. */
  readonly encode: (text: string) => string;
  /** Width in points. */
  readonly width: (text: string, size: number) => number;
  /** The font's objects under consecutive numbers; the first is the font itself. */
  readonly objects: (first: number) => Map<number, Buffer>;
};

type Subset = {
  includeGlyph(glyph: number): number;
  encode(): Uint8Array;
};

type Metrics = Record<"ascent" | "descent" | "capHeight" | "unitsPerEm", number> & {
  readonly postscriptName: string;
  readonly bbox: { minX: number; minY: number; maxX: number; maxY: number };
  createSubset(): Subset;
};

export function lettering(font: PlainFont): Lettering {
  const { createSubset, unitsPerEm, postscriptName, bbox, ascent, descent, capHeight } =
    font as unknown as Metrics;
  const subset = createSubset.call(font);
  const letters: { codePoint: number; width: number }[] = [];
  const codes = new Map<number, number>();

  function code(letter: string): number {
    const codePoint = letter.codePointAt(0) ?? 0;
    const known = codes.get(codePoint);
    if (known !== undefined) return known;
    const made = subset.includeGlyph(font.glyphForCodePoint(codePoint).id);
    codes.set(codePoint, made);
    letters[made] = { codePoint, width: Math.round(font.advance(codePoint) * 1000) };
    return made;
  }

  return {
    encode: (text) => `<${Array.from(text, (letter) => hex4(code(letter))).join("")}>`,
    width: (text, size) =>
      Array.from(text).reduce((sum, letter) => sum + font.advance(letter.codePointAt(0) ?? 0), 0) *
      size,
    objects(first) {
      const em = (value: number): number => Math.round((value * 1000) / unitsPerEm);
      const name = `SIGNED+${postscriptName}`;
      const box = [bbox.minX, bbox.minY, bbox.maxX, bbox.maxY].map(em).join(" ");
      const widths = Array.from(letters, (letter) => letter?.width ?? 1000).join(" ");
      const program = subset.encode();
      return new Map([
        [
          first,
          body(
            `<< /Type /Font /Subtype /Type0 /BaseFont /${name} /Encoding /Identity-H ` +
              `/DescendantFonts [${first + 1} 0 R] /ToUnicode ${first + 4} 0 R >>`,
          ),
        ],
        [
          first + 1,
          body(
            `<< /Type /Font /Subtype /CIDFontType2 /BaseFont /${name} /CIDToGIDMap /Identity ` +
              "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> " +
              `/FontDescriptor ${first + 2} 0 R /DW 1000 /W [0 [${widths}]] >>`,
          ),
        ],
        [
          first + 2,
          body(
            `<< /Type /FontDescriptor /FontName /${name} /Flags 4 /FontBBox [${box}] ` +
              `/ItalicAngle 0 /Ascent ${em(ascent)} /Descent ${em(descent)} ` +
              `/CapHeight ${em(capHeight)} /StemV 80 /FontFile2 ${first + 3} 0 R >>`,
          ),
        ],
        [first + 3, stream(`/Length1 ${program.length}`, program)],
        [first + 4, stream("", toUnicode(codes))],
      ]);
    },
  };
}

/** How many object numbers a lettering takes. */
export const letteringObjects = 5;

const hex4 = (value: number): string => value.toString(16).padStart(4, "0");

/** Maps glyphs back to characters, so that text drawn is text extracted (ISO 32000-1, 9.10.3). */
function toUnicode(codes: ReadonlyMap<number, number>): string {
  const lines = Array.from(codes, ([codePoint, code]) => {
    const utf16 = Buffer.from(String.fromCodePoint(codePoint), "utf16le").swap16();
    return `<${hex4(code)}> <${utf16.toString("hex")}>`;
  });
  const blocks: string[] = [];
  for (let at = 0; at < lines.length; at += mostInBlock) {
    const block = lines.slice(at, at + mostInBlock);
    blocks.push(`${block.length} beginbfchar\n${block.join("\n")}\nendbfchar`);
  }
  return `/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <ffff>
endcodespacerange
${blocks.join("\n")}
endcmap
CMapName currentdict /CMap defineresource pop
end
end`;
}

/** A CMap block holds at most 100 entries. */
const mostInBlock = 100;
