import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { create, type Font } from "fontkit";

/** A font as pdfkit wants it, which also tells the layout how wide a character is. */
export type PlainFont = Font & {
  /** Width of a code point in em. */
  readonly advance: (codePoint: number) => number;
};

/**
 * Two weights, each with a face for the characters that Noto Sans SC lacks, such as 𠮷: Noto Sans JP
 * knows 368 more.
 */
export type AgreementFonts = Readonly<Record<Face, PlainFont>>;

export type Weight = "regular" | "bold";
export type Face = Weight | "rareRegular" | "rareBold";

const rareFace = { regular: "rareRegular", bold: "rareBold" } as const satisfies Record<
  Weight,
  Face
>;

/** The face that draws a code point in this weight; undefined when none has it. */
export function faceOf(fonts: AgreementFonts, weight: Weight, codePoint: number): Face | undefined {
  const faces = [weight, rareFace[weight]];
  return faces.find((face) => fonts[face].hasGlyphForCodePoint(codePoint));
}

let fonts: Promise<AgreementFonts> | undefined;

/** All faces, parsed once per container: parsing costs more than drawing an agreement. */
export function agreementFonts(): Promise<AgreementFonts> {
  fonts ??= openFonts();
  return fonts;
}

async function openFonts(): Promise<AgreementFonts> {
  const [regular, bold, rareRegular, rareBold] = await Promise.all([
    openFont("SC", "400Regular"),
    openFont("SC", "700Bold"),
    openFont("JP", "400Regular"),
    openFont("JP", "700Bold"),
  ]);
  return { regular, bold, rareRegular, rareBold };
}

async function openFont(script: "SC" | "JP", style: string): Promise<PlainFont> {
  const file = `NotoSans${script}_${style}.ttf`;
  const beside = new URL(`./fonts/${file}`, import.meta.url);
  // Run as source there is no asset folder; the font packages are then two folders up.
  const packaged = new URL(
    `../../node_modules/@expo-google-fonts/noto-sans-${script.toLowerCase()}/${style}/${file}`,
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
