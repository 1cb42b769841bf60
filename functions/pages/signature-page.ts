import { encode } from "uqr";
import type { SignaturePlace } from "../domain/agreement.ts";
import { drawCentred, drawTitle } from "./agreement-drawing.ts";
import {
  type Column,
  colors,
  decoration,
  drawLine,
  drawLines,
  full,
  group,
  margin,
  page,
  type Sheet,
  type Style,
  setText,
  styles,
  tagged,
} from "./pdf-sheet.ts";
import { type Card, cardsPerPage, signatureCard } from "./signature-places.ts";

type SignaturePage = {
  readonly title: string;
  readonly contractId: string;
  readonly verifyUrl: string;
};

/**
 * The last page, or the last pages where many sign: who signs, a place for each to sign in, and where to check
 * the file (issue 3). They look alike in every agreement, whatever it holds: `signaturePlaces` counts on that.
 */
export function drawSignaturePages(
  sheet: Sheet,
  places: readonly SignaturePlace[],
  about: SignaturePage,
): void {
  for (let from = 0; from < places.length; from += cardsPerPage)
    drawSignaturePage(sheet, places.slice(from, from + cardsPerPage), about);
}

function drawSignaturePage(
  sheet: Sheet,
  places: readonly SignaturePlace[],
  { title, contractId, verifyUrl }: SignaturePage,
): void {
  sheet.doc.addPage();
  sheet.y = margin.top;
  drawTitle(sheet, "签署页", "H2", styles.subtitle);
  drawCentred(sheet, `本页为《${title}》（${contractId}）的签署页`, styles.label);
  for (const [index, place] of places.entries()) drawCard(sheet, place, signatureCard(index));
  drawVerification(sheet, verifyUrl);
}

const padding = 14;

function drawCard(sheet: Sheet, place: SignaturePlace, card: Card): void {
  const { free } = card;
  decoration(sheet, (doc) => {
    doc.roundedRect(card.x, card.y, card.width, card.height, 3);
    doc.lineWidth(0.6).strokeColor(colors.hairline).stroke();
    doc.roundedRect(free.x, free.y, free.width, free.height, 2).fill(colors.wash);
  });
  const x = card.x + padding;
  const column = { x, width: free.x - x - 16 };
  const section = group(sheet, "Sect");
  sheet.y = card.y + padding - 3;
  drawParty(sheet, place, column, card.height - 2 * padding - styles.footer.leading, section);
  const foot = (text: string, at: number): void => {
    const line = [{ text, x: 0, spacing: 0 }];
    const y = card.y + card.height - padding - 8;
    tagged(sheet, "P", () => drawLine(sheet, line, styles.footer, at, y), section);
  };
  foot(place.note, x);
  foot("签名或签章、时间（北京时间，UTC+08:00）", free.x);
  section.end();
}

/** Long names get smaller letters, because a card never grows. */
function drawParty(
  sheet: Sheet,
  { role, name, facts }: SignaturePlace,
  column: Column,
  height: number,
  section: PDFKit.PDFStructureElement,
): void {
  const texts: readonly (readonly [string, Style])[] = [
    [`${role}（签署）`, styles.label],
    [name, styles.name],
    ...facts.map(({ label, value }) => [`${label}　${value}`, styles.fact] as const),
  ];
  const setAt = (scale: number) =>
    texts.map(([text, style]) => {
      const scaled = { ...style, size: style.size * scale, leading: style.leading * scale };
      const lines = setText(sheet, text, scaled, column);
      return { lines, style: scaled, height: lines.length * scaled.leading };
    });
  const fits = (scale: number): boolean =>
    setAt(scale).reduce((sum, text) => sum + text.height, 0) <= height;
  for (const { lines, style } of setAt(scales.find(fits) ?? smallestScale))
    tagged(sheet, "P", () => drawLines(sheet, lines, style, column.x), section);
}

/** At the last one the longest values that a contract may hold still fit. */
const smallestScale = 0.4;
const scales = [1, 0.9, 0.8, 0.7, 0.6, 0.5];

const codeSize = 76;
const codeGap = 18;

/** Where to check the file: a QR code and the same address in letters, at the foot of the page. */
function drawVerification(sheet: Sheet, url: string): void {
  const top = page.height - margin.bottom - codeSize;
  const alt = `二维码，内容为核验网址 ${url}`;
  const code = sheet.doc.struct("Figure", { alt }, [() => drawCode(sheet.doc, url, full.x, top)]);
  sheet.root.add(code);
  const x = full.x + codeSize + codeGap;
  const column = { x, width: full.x + full.width - x };
  const write = (text: string, style: Style): void => {
    const lines = setText(sheet, text, style, column);
    tagged(sheet, "P", () => drawLines(sheet, lines, style, x));
  };
  sheet.y = top + 4;
  write("核验本文件", styles.heading);
  write("扫描二维码或者打开下列网址，可以核对手中的文件与存证是否一致。", styles.label);
  write(url, styles.fact);
}

/** Error correction M: a scan survives a fold or a stamp over a seventh of the code (ISO/IEC 18004). */
function drawCode(doc: PDFKit.PDFDocument, url: string, left: number, top: number): void {
  const { data, size } = encode(url, { ecc: "M", border: 0 });
  const module = codeSize / size;
  for (const [row, modules] of data.entries()) {
    // Neighbours become one bar: hairlines between squares would disturb a scanner.
    for (let from = 0; from < size; from++) {
      if (!modules[from]) continue;
      let to = from;
      while (modules[to]) to++;
      doc.rect(left + from * module, top + row * module, (to - from) * module, module);
      from = to;
    }
  }
  doc.fill(colors.ink);
}
