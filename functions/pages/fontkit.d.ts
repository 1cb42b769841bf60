/** fontkit ships no types; this is the part of version 2.0.4 that we and pdfkit's subsetting touch. */
declare module "fontkit" {
  export type Glyph = { readonly id: number; readonly advanceWidth: number };
  export type Font = {
    readonly unitsPerEm: number;
    hasGlyphForCodePoint(codePoint: number): boolean;
    glyphForCodePoint(codePoint: number): Glyph;
  };
  export function create(bytes: Uint8Array): Font;
}
