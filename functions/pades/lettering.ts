import {
  type AgreementFonts,
  type Face,
  faceOf,
  type PlainFont,
} from "../pages/agreement-fonts.ts";
import { body, stream } from "./growing-pdf.ts";

/** The letters one drawing needs, as fonts of its own inside the file: readable and extractable. */
export type Lettering = {
  /** Operators that show a text where the text matrix is. */
  readonly show: (text: string, size: number) => string;
  /** Width in points. */
  readonly width: (text: string, size: number) => number;
  /** The fonts' objects under consecutive numbers, and their entries in a resource dictionary. */
  readonly embed: (first: number) => {
    readonly resources: string;
    readonly objects: ReadonlyMap<number, Buffer>;
  };
};

export function lettering(fonts: AgreementFonts): Lettering {
  const subsets = new Map<Face, Subset>();
  // A typed name may hold what no font of ours draws; it then shows as a box and is whole in the evidence.
  const faceFor = (letter: string): Face =>
    faceOf(fonts, "regular", letter.codePointAt(0) ?? 0) ?? "regular";
  const subsetOf = (face: Face): Subset => {
    const subset = subsets.get(face) ?? subsetFont(fonts[face], `F${subsets.size}`);
    subsets.set(face, subset);
    return subset;
  };

  return {
    show(text, size) {
      const runs: { face: Face; text: string }[] = [];
      for (const letter of text) {
        const face = faceFor(letter);
        const last = runs.at(-1);
        if (last?.face === face) last.text += letter;
        else runs.push({ face, text: letter });
      }
      return runs
        .map((run) => {
          const { name, code } = subsetOf(run.face);
          const codes = Array.from(run.text, (letter) => hex4(code(letter.codePointAt(0) ?? 0)));
          return `/${name} ${Math.round(size * 100) / 100} Tf <${codes.join("")}> Tj`;
        })
        .join(" ");
    },
    width: (text, size) =>
      Array.from(text).reduce(
        (sum, letter) => sum + fonts[faceFor(letter)].advance(letter.codePointAt(0) ?? 0) * size,
        0,
      ),
    embed(first) {
      const objects = new Map<number, Buffer>();
      const resources: string[] = [];
      for (const { name, bodies } of subsets.values()) {
        const number = first + objects.size;
        resources.push(`/${name} ${number} 0 R`);
        for (const [index, one] of bodies(number).entries()) objects.set(number + index, one);
      }
      return { resources: resources.join(" "), objects };
    },
  };
}

type Subset = {
  /** Under which the drawing asks for the font. */
  readonly name: string;
  readonly code: (codePoint: number) => number;
  /** Font, its glyphs, its descriptor, its program and its way back to characters, from number `first`. */
  readonly bodies: (first: number) => Buffer[];
};

/** What fontkit can do beyond its types here. */
type Subsettable = Record<"ascent" | "descent" | "capHeight" | "unitsPerEm", number> & {
  readonly postscriptName: string;
  readonly bbox: Record<"minX" | "minY" | "maxX" | "maxY", number>;
  createSubset(): { includeGlyph(glyph: number): number; encode(): Uint8Array };
};

function subsetFont(font: PlainFont, name: string): Subset {
  const metrics = font as unknown as Subsettable;
  const subset = metrics.createSubset();
  const widths: number[] = [];
  const codes = new Map<number, number>();
  return {
    name,
    code(codePoint) {
      const known = codes.get(codePoint);
      if (known !== undefined) return known;
      const made = subset.includeGlyph(font.glyphForCodePoint(codePoint).id);
      codes.set(codePoint, made);
      widths[made] = Math.round(font.advance(codePoint) * 1000);
      return made;
    },
    bodies(first) {
      const em = (value: number): number => Math.round((value * 1000) / metrics.unitsPerEm);
      const { minX, minY, maxX, maxY } = metrics.bbox;
      const base = `/SIGNED+${metrics.postscriptName}`;
      const program = subset.encode();
      return [
        body(
          `<< /Type /Font /Subtype /Type0 /BaseFont ${base} /Encoding /Identity-H ` +
            `/DescendantFonts [${first + 1} 0 R] /ToUnicode ${first + 4} 0 R >>`,
        ),
        body(
          `<< /Type /Font /Subtype /CIDFontType2 /BaseFont ${base} /CIDToGIDMap /Identity ` +
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> " +
            `/FontDescriptor ${first + 2} 0 R /DW 1000 ` +
            `/W [0 [${Array.from(widths, (width) => width ?? 1000).join(" ")}]] >>`,
        ),
        body(
          `<< /Type /FontDescriptor /FontName ${base} /Flags 4 ` +
            `/FontBBox [${[minX, minY, maxX, maxY].map(em).join(" ")}] /ItalicAngle 0 ` +
            `/Ascent ${em(metrics.ascent)} /Descent ${em(metrics.descent)} ` +
            `/CapHeight ${em(metrics.capHeight)} /StemV 80 /FontFile2 ${first + 3} 0 R >>`,
        ),
        stream(`/Length1 ${program.length}`, program),
        stream("", toUnicode(codes)),
      ];
    },
  };
}

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
