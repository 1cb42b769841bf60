import PDFDocument from "pdfkit";
import { type Agreement, agreementLines, contentHash } from "../domain/agreement.ts";
import { codePointName } from "../domain/plain-text.ts";
import { drawBlock, drawFooters, drawTitle } from "./agreement-drawing.ts";
import { type AgreementFonts, faceOf } from "./agreement-fonts.ts";
import { margin, type Sheet, styles } from "./pdf-sheet.ts";
import { drawSignaturePages } from "./signature-page.ts";

type AgreementPdfOptions = {
  readonly fonts: AgreementFonts;
  /** ISO 8601; the only date in the file. */
  readonly createdAt: string;
  readonly contractId: string;
  /** Where anybody may check the signed file; printed and as QR code. */
  readonly verifyUrl: string;
};

/** A character our fonts cannot draw, or draw like another one: the paper would differ from the text. */
export class UnsupportedCharacter extends Error {
  override readonly name = "UnsupportedCharacter";
}

/**
 * The agreement on A4 as PDF/A-3a (A-18, D-34): tagged, fonts embedded, the same bytes for the same
 * input. Every page carries the contract's id and the hash of the agreement's text; the last one holds
 * the places to sign (signature-places.ts). Throws UnsupportedCharacter, which names code point and field.
 */
export async function agreementPdf(
  agreement: Agreement,
  { fonts, createdAt, contractId, verifyUrl }: AgreementPdfOptions,
): Promise<Uint8Array> {
  refuseUnsupported(agreement, fonts);
  const doc = new PDFDocument({
    size: "A4",
    margin: 0,
    bufferPages: true,
    subset: "PDF/A-3a",
    pdfVersion: "1.7",
    tagged: true,
    lang: "zh-CN",
    displayTitle: true,
    // pdfkit applies a default font again at every page break, in the middle of bold text.
    font: null as unknown as string,
    info: {
      Title: `${agreement.title} ${contractId}`,
      Author: "Qianyue",
      Subject: `${agreement.templateId} v${agreement.templateVersion}`,
      CreationDate: new Date(createdAt),
    },
  });
  const bytes = collected(doc);
  // The types know file names and bytes; an opened font is accepted too and spares the parsing.
  for (const [face, font] of Object.entries(fonts))
    doc.registerFont(face, font as unknown as string);

  const root = doc.struct("Document");
  doc.addStructure(root);
  const sheet: Sheet = { doc, root, fonts, y: margin.top };
  drawTitle(sheet, agreement.title, "H1", styles.title);
  for (const [index, block] of agreement.blocks.entries()) {
    if (block.kind !== "signatures") drawBlock(sheet, block, agreement.blocks[index + 1]);
    else drawSignaturePages(sheet, block.places, { title: agreement.title, contractId, verifyUrl });
  }
  root.end();
  drawFooters(sheet, contractId, contentHash(agreement));
  doc.end();
  return bytes;
}

/** Requests are refused by the same rule (drawable.ts); what stands in a template is found here. */
function refuseUnsupported(agreement: Agreement, fonts: AgreementFonts): void {
  const letterOf = new Map<string, string>();
  for (const { field, text } of agreementLines(agreement)) {
    for (const letter of text) {
      const codePoint = letter.codePointAt(0) ?? 0;
      const where = `${codePointName(letter)} in "${field}"`;
      const face = faceOf(fonts, "regular", codePoint);
      if (face === undefined)
        throw new UnsupportedCharacter(`${where} is missing from the embedded fonts`);
      const glyph = `${face} ${fonts[face].glyphForCodePoint(codePoint).id}`;
      const twin = letterOf.get(glyph) ?? letter;
      // Text read back from the file could then be either of the two.
      if (twin !== letter)
        throw new UnsupportedCharacter(`${where} is drawn exactly like ${codePointName(twin)}`);
      letterOf.set(glyph, letter);
    }
  }
}

function collected(doc: PDFKit.PDFDocument): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    doc.on("data", (chunk: Buffer) => chunks.push(chunk));
    doc.on("end", () => resolve(Buffer.concat(chunks)));
    doc.on("error", reject);
  });
}
