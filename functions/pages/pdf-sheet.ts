import { type AgreementFonts, type Face, faceOf, type Weight } from "./agreement-fonts.ts";
import { breakLines, type Line, type Run } from "./line-breaking.ts";

/** A document being drawn and where the next thing goes. Lengths in points, `y` from the page's top. */
export type Sheet = {
  readonly doc: PDFKit.PDFDocument;
  /** Root of the structure tree: what a screen reader walks. */
  readonly root: PDFKit.PDFStructureElement;
  readonly fonts: AgreementFonts;
  y: number;
};

export type Style = {
  readonly weight: Weight;
  readonly size: number;
  readonly leading: number;
  readonly color: string;
};

/** The column a text is set in. */
export type Column = { readonly x: number; readonly width: number; readonly indent?: number };

/** A4. */
export const page = { width: 595.28, height: 841.89 };
export const margin = { side: 74, top: 66, bottom: 78 };
export const full: Column = { x: margin.side, width: page.width - 2 * margin.side };

export const colors = {
  ink: "#1c1f26",
  quiet: "#6d7480",
  hairline: "#d5d9e0",
  wash: "#f6f7f9",
  accent: "#a8322d",
};

const ink = colors.ink;
export const styles = {
  title: { weight: "bold", size: 20, leading: 30, color: ink },
  heading: { weight: "bold", size: 10.5, leading: 17, color: ink },
  body: { weight: "regular", size: 10, leading: 16, color: ink },
  subtitle: { weight: "bold", size: 15, leading: 23, color: ink },
  name: { weight: "bold", size: 11.5, leading: 18, color: ink },
  fact: { weight: "regular", size: 9, leading: 14, color: ink },
  label: { weight: "regular", size: 9, leading: 14, color: colors.quiet },
  footer: { weight: "regular", size: 7, leading: 11, color: colors.quiet },
} as const satisfies Record<string, Style>;

/** Adds an element to the structure tree and draws its content. */
export function tagged(
  sheet: Sheet,
  type: string,
  draw: () => void,
  parent: PDFKit.PDFStructureElement = sheet.root,
): void {
  parent.add(sheet.doc.struct(type, {}, [draw]));
}

/** An element that holds others; the caller adds them and ends it. */
export function group(
  sheet: Sheet,
  type: string,
  parent: PDFKit.PDFStructureElement = sheet.root,
): PDFKit.PDFStructureElement {
  const element = sheet.doc.struct(type);
  parent.add(element);
  return element;
}

/** Makes sure of `height` on this page, else turns to the next. */
export function room(sheet: Sheet, height: number): void {
  if (sheet.y + height <= page.height - margin.bottom) return;
  sheet.doc.addPage();
  sheet.y = margin.top;
}

export function setText(sheet: Sheet, text: string, style: Style, column: Column): Line[] {
  const { width, indent = 0 } = column;
  const advance = (codePoint: number): number => drawnBy(sheet, style, codePoint).advance;
  return breakLines(text, { width, indent, fontSize: style.size, advance });
}

/** Width in points of a text on one line. */
export const widthOf = (sheet: Sheet, text: string, style: Style): number =>
  Array.from(text, (letter) => letter.codePointAt(0) ?? 0).reduce(
    (sum, codePoint) => sum + drawnBy(sheet, style, codePoint).advance * style.size,
    0,
  );

/** Which face draws a code point, and how wide in em. What no face has was refused before drawing. */
function drawnBy({ fonts }: Sheet, { weight }: Style, codePoint: number) {
  const face = faceOf(fonts, weight, codePoint) ?? weight;
  return { face, advance: fonts[face].advance(codePoint) };
}

/** Draws lines from `sheet.y` down and leaves `y` below the last; never leaves a single line behind. */
export function drawLines(sheet: Sheet, lines: readonly Line[], style: Style, x: number): void {
  for (const [index, line] of lines.entries()) {
    const opensPair = index === 0 || index === lines.length - 2;
    room(sheet, opensPair && lines.length > 1 ? 2 * style.leading : style.leading);
    drawLine(sheet, line, style, x, sheet.y);
    sheet.y += style.leading;
  }
}

export function drawLine(sheet: Sheet, line: Line, style: Style, x: number, y: number): void {
  const { doc } = sheet;
  doc.fontSize(style.size).fillColor(style.color);
  for (const run of line) {
    for (const { face, text, offset } of stretches(sheet, run, style)) {
      doc.font(face);
      doc.text(text, x + run.x + offset, y, { lineBreak: false, characterSpacing: run.spacing });
    }
  }
}

/** Cuts a run where the face changes; `offset` from the run's start, in points. */
function stretches(sheet: Sheet, { text, spacing }: Run, style: Style) {
  const found: { face: Face; text: string; offset: number }[] = [];
  let offset = 0;
  for (const letter of text) {
    const { face, advance } = drawnBy(sheet, style, letter.codePointAt(0) ?? 0);
    const last = found.at(-1);
    if (last?.face === face) last.text += letter;
    else found.push({ face, text: letter, offset });
    offset += advance * style.size + spacing;
  }
  return found;
}

/** What is drawn for the eye only: rules, boxes, page furniture. */
export function decoration(sheet: Sheet, draw: (doc: PDFKit.PDFDocument) => void): void {
  sheet.doc.markContent("Artifact", { type: "Layout" });
  draw(sheet.doc);
  sheet.doc.endMarkedContent();
}

export function rule(sheet: Sheet, { x, width }: Column, y: number): void {
  decoration(sheet, (doc) => {
    doc
      .moveTo(x, y)
      .lineTo(x + width, y)
      .lineWidth(0.5)
      .strokeColor(colors.hairline)
      .stroke();
  });
}
