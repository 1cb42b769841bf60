import type { Block, Fact, Party, SignaturePlace } from "../domain/agreement.ts";
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
  room,
  rule,
  type Sheet,
  type Style,
  setText,
  styles,
  tagged,
} from "./pdf-sheet.ts";

/** Title with a short rule in the colour of a seal, the only colour on the page. */
export function drawTitle(sheet: Sheet, title: string): void {
  const { size, face, leading, color } = styles.title;
  const spacing = size / 5;
  const advances = Array.from(title, (letter) => advanceOf(sheet, letter) * size + spacing);
  const width = advances.reduce((sum, advance) => sum + advance, -spacing);
  tagged(sheet, "H1", () => {
    sheet.doc.font(face).fontSize(size).fillColor(color);
    const x = (page.width - width) / 2;
    sheet.doc.text(title, x, sheet.y, { lineBreak: false, characterSpacing: spacing });
  });
  sheet.y += leading + 8;
  decoration(sheet, (doc) => {
    doc.rect(page.width / 2 - 14, sheet.y, 28, 1.6).fill(colors.accent);
  });
  sheet.y += 12;
}

const advanceOf = (sheet: Sheet, letter: string): number =>
  sheet.fonts[styles.title.face].advance(letter.codePointAt(0) ?? 0);

/** Draws one block; `next` tells a heading what must stay with it. */
export function drawBlock(sheet: Sheet, block: Block, next: Block | undefined): void {
  switch (block.kind) {
    case "notice":
      drawNotice(sheet, block.text);
      break;
    case "facts":
      drawFacts(sheet, block.facts);
      break;
    case "parties":
      drawParties(sheet, block.parties);
      break;
    case "paragraph":
      drawParagraph(sheet, block.text);
      break;
    case "heading":
      drawHeading(sheet, `${block.number}　${block.text}`, next);
      break;
    case "clause":
      drawClause(sheet, block.number, block.text);
      break;
    case "signatures":
      drawSignatures(sheet, block.places);
      break;
    default:
      block satisfies never;
  }
}

function drawNotice(sheet: Sheet, text: string): void {
  const [line = []] = setText(sheet, text, styles.label, full);
  const last = line.at(-1);
  const letters = Array.from(last?.text ?? "").length;
  const width = (last?.x ?? 0) + letters * styles.label.size;
  tagged(sheet, "P", () => {
    drawLine(sheet, line, styles.label, (page.width - width) / 2, sheet.y);
  });
  sheet.y += styles.label.leading + 14;
}

const labelWidth = 84;

function drawFacts(sheet: Sheet, facts: readonly Fact[]): void {
  const table = group(sheet, "Table");
  rule(sheet, full, sheet.y);
  for (const fact of facts) {
    sheet.y += 4;
    drawFact(sheet, fact, full, labelWidth, table);
    sheet.y += 4;
    rule(sheet, full, sheet.y);
  }
  table.end();
  sheet.y += 20;
}

/** A row of a table: label, then the value in its own column, over as many lines as it needs. */
function drawFact(
  sheet: Sheet,
  { label, value }: Fact,
  { x, width }: Column,
  valueAt: number,
  table: PDFKit.PDFStructureElement,
): void {
  const valueColumn = { x: x + valueAt, width: width - valueAt };
  const labelLines = setText(sheet, label, styles.label, { x, width: valueAt - 8 });
  const valueLines = setText(sheet, value, styles.fact, valueColumn);
  room(sheet, Math.max(labelLines.length, valueLines.length) * styles.fact.leading);
  const { y } = sheet;
  const row = group(sheet, "TR", table);
  tagged(sheet, "TH", () => drawLines(sheet, labelLines, styles.label, x), row);
  const belowLabel = sheet.y;
  sheet.y = y;
  tagged(sheet, "TD", () => drawLines(sheet, valueLines, styles.fact, valueColumn.x), row);
  row.end();
  sheet.y = Math.max(sheet.y, belowLabel);
}

const columnGap = 28;

/** The parties stand side by side, as equals. */
function drawParties(sheet: Sheet, parties: readonly Party[]): void {
  const { y } = sheet;
  const width = (full.width - columnGap * (parties.length - 1)) / parties.length;
  let lowest = y;
  for (const [index, party] of parties.entries()) {
    sheet.y = y;
    drawParty(sheet, party, { x: full.x + index * (width + columnGap), width });
    lowest = Math.max(lowest, sheet.y);
  }
  sheet.y = lowest + 16;
}

function drawParty(sheet: Sheet, { role, name, facts }: Party, column: Column): void {
  const section = group(sheet, "Sect");
  const draw = (text: string, style: typeof styles.name | typeof styles.label): void => {
    const lines = setText(sheet, text, style, column);
    tagged(sheet, "P", () => drawLines(sheet, lines, style, column.x), section);
  };
  draw(role, styles.label);
  draw(name, styles.name);
  sheet.y += 3;
  const table = group(sheet, "Table", section);
  const widest = Math.max(...facts.map(({ label }) => Array.from(label).length));
  for (const fact of facts) drawFact(sheet, fact, column, widest * styles.label.size + 12, table);
  table.end();
  section.end();
}

function drawParagraph(sheet: Sheet, text: string): void {
  const style = styles.body;
  const lines = setText(sheet, text, style, { ...full, indent: 2 * style.size });
  tagged(sheet, "P", () => drawLines(sheet, lines, style, full.x));
  sheet.y += 4;
}

function drawHeading(sheet: Sheet, text: string, next: Block | undefined): void {
  const style = styles.heading;
  const lines = setText(sheet, text, style, full);
  sheet.y += 9;
  // A heading at the foot of a page would stand alone; two lines of its clause stay with it.
  const company = next === undefined ? 0 : 2 * styles.body.leading;
  room(sheet, lines.length * style.leading + company);
  tagged(sheet, "H2", () => drawLines(sheet, lines, style, full.x));
  sheet.y += 1;
}

const numberWidth = 28;

/** The number hangs in the margin of its clause. */
function drawClause(sheet: Sheet, number: string, text: string): void {
  const style = styles.body;
  const column = { x: full.x + numberWidth, width: full.width - numberWidth };
  const lines = setText(sheet, text, style, column);
  room(sheet, Math.min(lines.length, 2) * style.leading);
  tagged(sheet, "P", () => {
    const numberStyle = { ...style, color: colors.quiet };
    drawLine(sheet, [{ text: number, x: 0, spacing: 0 }], numberStyle, full.x, sheet.y);
    drawLines(sheet, lines, style, column.x);
  });
  sheet.y += 3;
}

const lowestBox = 96;

/** Boxes of equal size; the visible signatures of a later version find their place in them. */
function drawSignatures(sheet: Sheet, places: readonly SignaturePlace[]): void {
  const width = (full.width - columnGap * (places.length - 1)) / places.length;
  const boxes = places.map(({ role, name, note }, index) => {
    const column = { x: full.x + index * (width + columnGap) + 12, width: width - 24 };
    const lines = (text: string, style: Style) => setText(sheet, text, style, column);
    return {
      x: column.x,
      role: lines(`${role}（签署）`, styles.label),
      name: lines(name, styles.heading),
      note: lines(note, styles.footer),
    };
  });
  const longest = Math.max(...boxes.map(({ name }) => name.length));
  const height = lowestBox + (longest - 1) * styles.heading.leading;
  sheet.y += 18;
  room(sheet, height);
  const { y } = sheet;
  for (const { x, role, name, note } of boxes) {
    decoration(sheet, (doc) => {
      doc.roundedRect(x - 12, y, width, height, 3);
      doc.lineWidth(0.6).strokeColor(colors.hairline).stroke();
    });
    sheet.y = y + 10;
    tagged(sheet, "P", () => {
      drawLines(sheet, role, styles.label, x);
      drawLines(sheet, name, styles.heading, x);
    });
    sheet.y = y + height - styles.footer.leading - 12;
    tagged(sheet, "P", () => drawLines(sheet, note, styles.footer, x));
  }
  sheet.y = y + height;
}

/** Contract, hash of the text and page number at the foot of every page; drawn last, when the count is known. */
export function drawFooters(sheet: Sheet, contractId: string, hash: string): void {
  const { doc } = sheet;
  const { start, count } = doc.bufferedPageRange();
  const { size, leading } = styles.footer;
  const y = page.height - margin.bottom + 30;
  for (let index = start; index < start + count; index++) {
    doc.switchToPage(index);
    rule(sheet, full, y - 8);
    doc.markContent("Artifact", { type: "Pagination", attached: ["Bottom"] });
    const write = (text: string, x: number, row: number): void =>
      drawLine(sheet, [{ text, x: 0, spacing: 0 }], styles.footer, x, y + row * leading);
    write(`合同编号 ${contractId}`, full.x, 0);
    write(`正文摘要 SHA-256 ${hash}`, full.x, 1);
    const number = `第 ${index + 1} 页，共 ${count} 页`;
    const advance = (letter: string) => sheet.fonts.regular.advance(letter.codePointAt(0) ?? 0);
    const width = Array.from(number).reduce((sum, letter) => sum + advance(letter) * size, 0);
    write(number, full.x + full.width - width, 0);
    doc.endMarkedContent();
  }
}
