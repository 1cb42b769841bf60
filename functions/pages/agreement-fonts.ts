import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { create, type Font } from "fontkit";

/** A font as pdfkit wants it, which also tells the layout how wide a character is. */
export type PlainFont = Font & {
  /** Width of a code point in em. */
  readonly advance: (codePoint: number) => number;
};

/** A third face for characters outside these two, such as 𠮷, will join here. */
export type AgreementFonts = { readonly regular: PlainFont; readonly bold: PlainFont };

let fonts: Promise<AgreementFonts> | undefined;

/** Both faces of Noto Sans SC, parsed once per container: parsing costs more than drawing an agreement. */
export function agreementFonts(): Promise<AgreementFonts> {
  fonts ??= Promise.all([openFont("Regular", "400"), openFont("Bold", "700")]).then(
    ([regular, bold]) => ({ regular, bold }),
  );
  return fonts;
}

async function openFont(face: string, weight: string): Promise<PlainFont> {
  const beside = new URL(`./fonts/NotoSansSC-${face}.ttf`, import.meta.url);
  // Run as source there is no asset folder; the font package is then two folders up.
  const packaged = new URL(
    `../../node_modules/@expo-google-fonts/noto-sans-sc/${weight}${face}/NotoSansSC_${weight}${face}.ttf`,
    import.meta.url,
  );
  const path = fileURLToPath(existsSync(beside) ? beside : packaged);
  return plainFont(create(await readFile(path)));
}

type PlainGlyph = { id: number; advanceWidth: number; codePoints: number[] };

/**
 * Replaces shaping by one glyph per code point. Chinese needs no shaping; without it widths add up
 * exactly, text drawn is text extracted, and a document does not depend on the ones drawn before it
 * (fontkit remembers for a glyph the first code point that ever asked for it).
 */
function plainFont(font: Font): PlainFont {
  const glyphs = new Map<number, PlainGlyph>();
  const glyph = (codePoint: number): PlainGlyph => {
    const known = glyphs.get(codePoint);
    if (known !== undefined) return known;
    const { id, advanceWidth } = font.glyphForCodePoint(codePoint);
    const made = { id, advanceWidth, codePoints: [codePoint] };
    glyphs.set(codePoint, made);
    return made;
  };
  const layout = (text: string) => {
    const run = Array.from(text, (letter) => glyph(letter.codePointAt(0) ?? 0));
    return {
      glyphs: run,
      // pdfkit scales these objects in place, so every call needs its own.
      positions: run.map(({ advanceWidth }) => ({
        xAdvance: advanceWidth,
        yAdvance: 0,
        xOffset: 0,
        yOffset: 0,
      })),
      advanceWidth: run.reduce((sum, { advanceWidth }) => sum + advanceWidth, 0),
    };
  };
  const advance = (codePoint: number): number => glyph(codePoint).advanceWidth / font.unitsPerEm;
  return Object.assign(Object.create(font), { layout, advance }) as PlainFont;
}
