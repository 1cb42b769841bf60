import type { Block, Fact, Party } from "../domain/agreement.ts";
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
  widthOf,
} from "./pdf-sheet.ts";

/** Title with a short rule in the colour of a seal, the only colour on the page. */
export function drawTitle(sheet: Sheet, title: string, tag: "H1" | "H2", style: Style): void {
  const spacing = style.size / 5;
  const width = widthOf(sheet, title, style) + (Array.from(title).length - 1) * spacing;
  tagged(sheet, tag, () => {
    const line = [{ text: title, x: 0, spacing }];
    drawLine(sheet, line, style, (page.width - width) / 2, sheet.y);
  });
  sheet.y += style.leading + 8;
  decoration(sheet, (doc) => {
    doc.rect(page.width / 2 - 14, sheet.y, 28, 1.6).fill(colors.accent);
  });
  sheet.y += 12;
}

/** What stands on the pages before the signature page. */
type BodyBlock = Exclude<Block, { kind: "signatures" }>;

/** Draws one block; `next` tells a heading what must stay with it. */
export function drawBlock(sheet: Sheet, block: BodyBlock, next: Block | undefined): void {
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
    default:
      block satisfies never;
  }
}

function drawNotice(sheet: Sheet, text: string): void {
  drawCentred(sheet, text, styles.label);
  sheet.y += 14;
}

/** A paragraph of one line in the middle of the page. */
export function drawCentred(sheet: Sheet, text: string, style: Style): void {
  const x = (page.width - widthOf(sheet, text, style)) / 2;
  tagged(sheet, "P", () => drawLine(sheet, [{ text, x: 0, spacing: 0 }], style, x, sheet.y));
  sheet.y += style.leading;
}

const labelWidth = 84;

function drawFacts(sheet: Sheet, facts: readonly Fact[]): void {
  const table = group(sheet, "Table");
  rule(sheet, full, sheet.y);
  for (const fact of facts) {
    sheet.y += 3.5;
    drawFact(sheet, fact, full, labelWidth, table);
    sheet.y += 3.5;
    rule(sheet, full, sheet.y);
  }
  table.end();
  sheet.y += 16;
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

/** The parties stand side by side, as equals; more than two in rows of two. */
function drawParties(sheet: Sheet, parties: readonly Party[]): void {
  const columns = Math.min(parties.length, 2);
  const width = (full.width - columnGap * (columns - 1)) / columns;
  for (let from = 0; from < parties.length; from += columns) {
    const row = parties.slice(from, from + columns);
    // A row that broke over two pages could not stand side by side.
    room(sheet, Math.max(...row.map((party) => partyHeight(sheet, party, width))));
    const { y } = sheet;
    let lowest = y;
    for (const [index, party] of row.entries()) {
      sheet.y = y;
      drawParty(sheet, party, { x: full.x + index * (width + columnGap), width });
      lowest = Math.max(lowest, sheet.y);
    }
    sheet.y = lowest + 12;
  }
}

function partyHeight(sheet: Sheet, { role, name, facts }: Party, width: number): number {
  const linesOf = (text: string, style: Style, own: number): number =>
    setText(sheet, text, style, { x: full.x, width: own }).length;
  const valueWidth = width - valuesAt(sheet, facts);
  const values = facts.map(({ value }) => linesOf(value, styles.fact, valueWidth));
  return (
    linesOf(role, styles.label, width) * styles.label.leading +
    linesOf(name, styles.name, width) * styles.name.leading +
    values.reduce((sum, lines) => sum + lines * styles.fact.leading, 3)
  );
}

const valuesAt = (sheet: Sheet, facts: readonly Fact[]): number =>
  Math.max(...facts.map(({ label }) => widthOf(sheet, label, styles.label))) + 12;

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
  const valueAt = valuesAt(sheet, facts);
  for (const fact of facts) drawFact(sheet, fact, column, valueAt, table);
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

/** Contract, hash of the text and page number at the foot of every page; drawn last, when the count is known. */
export function drawFooters(sheet: Sheet, contractId: string, hash: string): void {
  const { doc } = sheet;
  const { start, count } = doc.bufferedPageRange();
  const { leading } = styles.footer;
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
    const width = widthOf(sheet, number, styles.footer);
    write(number, full.x + full.width - width, 0);
    doc.endMarkedContent();
  }
}
