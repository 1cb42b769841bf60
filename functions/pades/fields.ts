import type { SignatureField } from "../pages/signature-places.ts";
import type { Box } from "./appearance.ts";
import {
  body,
  dateString,
  dictionary,
  extended,
  type GrowingPdf,
  pageNumbers,
  signatureHoles,
  stream,
  textString,
} from "./growing-pdf.ts";
import type { Lettering } from "./lettering.ts";

export type Field = SignatureField & {
  readonly number: number;
  /** Object number of its page. */
  readonly pageNumber: number;
};

/** Fields nobody sees: the platform's certification and the document time-stamp. */
export const certificationField = "Certification";
export const timestampField = "DocumentTimestamp";

/**
 * Numbers for every field of the file. All of them are laid out by the first revision: the later ones
 * then change their own field and nothing else, which is what makes a foreign change recognisable.
 */
export function numberFields(pdf: GrowingPdf, places: readonly SignatureField[]): Field[] {
  const pages = pageNumbers(pdf);
  const unseen = { page: pages.length - 1, rect: [0, 0, 0, 0] } as const;
  const all = [
    { name: certificationField, ...unseen },
    ...places,
    { name: timestampField, ...unseen },
  ];
  return all.map((place, index) => {
    const pageNumber = pages[place.page];
    if (pageNumber === undefined)
      throw new Error(`field ${place.name} lies on page ${place.page} of ${pages.length}`);
    return { ...place, number: pdf.size + index, pageNumber };
  });
}

/** The first revision: form, fields, and the permission to sign but to change nothing else (DocMDP 2). */
export function certificationObjects(
  pdf: GrowingPdf,
  fields: readonly Field[],
  signature: { readonly contractId: string; readonly at: string; readonly capacity: number },
): Map<number, Buffer> {
  const free = pdf.size + fields.length;
  const [signatureNumber, formNumber, blankNumber] = [free, free + 1, free + 2];
  const objects = new Map<number, Buffer>();
  for (const field of fields) {
    const isSigned = field.name === certificationField;
    objects.set(
      field.number,
      fieldBody(field, blankNumber, isSigned ? signatureNumber : undefined),
    );
  }
  objects.set(
    signatureNumber,
    signatureBody({
      ...signature,
      reason: `${signature.contractId}: certified by the platform; only signatures may follow`,
      more:
        "/Reference [<< /Type /SigRef /TransformMethod /DocMDP " +
        "/TransformParams << /Type /TransformParams /P 2 /V /1.2 >> >>]",
    }),
  );
  const references = fields.map(({ number }) => `${number} 0 R`).join(" ");
  objects.set(formNumber, body(`<< /Fields [${references}] /SigFlags 3 >>`));
  objects.set(blankNumber, stream("/Type /XObject /Subtype /Form /BBox [0 0 1 1]", ""));
  objects.set(
    pdf.root,
    body(
      extended(dictionary(pdf, pdf.root), {
        AcroForm: `${formNumber} 0 R`,
        Perms: `<< /DocMDP ${signatureNumber} 0 R >>`,
      }),
    ),
  );
  for (const [page, annotations] of Map.groupBy(fields, ({ pageNumber }) => pageNumber)) {
    const list = annotations.map(({ number }) => `${number} 0 R`).join(" ");
    objects.set(page, body(extended(dictionary(pdf, page), { Annots: `[${list}]` })));
  }
  return objects;
}

/** Field and widget in one, as readers expect of a signature that was placed before it was made. */
const fieldBody = (
  { name, rect, pageNumber }: Field,
  appearance: number,
  signature?: number,
): Buffer =>
  body(
    `<< /Type /Annot /Subtype /Widget /FT /Sig /T ${textString(name)} /TU ${textString(name)} ` +
      `/Rect [${rect.join(" ")}] /P ${pageNumber} 0 R /F 132 /AP << /N ${appearance} 0 R >>` +
      `${signature === undefined ? "" : ` /V ${signature} 0 R`} >>`,
  );

export type SignatureEntries = {
  readonly at: string;
  /** Bytes that the CMS may take. */
  readonly capacity: number;
  readonly name?: string;
  readonly reason: string;
  readonly more?: string;
};

const signatureBody = ({ at, capacity, name, reason, more }: SignatureEntries): Buffer =>
  body(
    "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached\n" +
      `${signatureHoles(capacity)}\n/M ${dateString(at)} /Reason ${textString(reason)}` +
      `${name === undefined ? "" : ` /Name ${textString(name)}`} ${more ?? ""} >>`,
  );

/** The field's box as its appearance sees it: from 0 0, in hundredths of a point. */
export function boxOf({ rect: [left, bottom, right, top] }: Field): Box {
  const rounded = (value: number): number => Math.round(value * 100) / 100;
  return { width: rounded(right - left), height: rounded(top - bottom) };
}

/** A revision that signs one visible field: field, signature, appearance and its letters. */
export function visibleObjects(
  pdf: GrowingPdf,
  field: Field,
  signature: SignatureEntries,
  letters: Lettering,
  drawing: string,
): Map<number, Buffer> {
  const [signatureNumber, appearanceNumber, fontNumber] = [pdf.size, pdf.size + 1, pdf.size + 2];
  const { width, height } = boxOf(field);
  const fonts = letters.embed(fontNumber);
  const entries =
    `/Type /XObject /Subtype /Form /BBox [0 0 ${width} ${height}] ` +
    `/Resources << /Font << ${fonts.resources} >> >>`;
  return new Map([
    [field.number, fieldBody(field, appearanceNumber, signatureNumber)],
    [signatureNumber, signatureBody(signature)],
    [appearanceNumber, stream(entries, drawing)],
    ...fonts.objects,
  ]);
}

/** The document time-stamp (ISO 32000-2, 12.8.5): the last revision, over the whole file. */
export function timestampObjects(
  pdf: GrowingPdf,
  field: Field,
  capacity: number,
): Map<number, Buffer> {
  const blank = pdf.size + 1;
  return new Map([
    [field.number, fieldBody(field, blank, pdf.size)],
    [
      pdf.size,
      body(
        "<< /Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161\n" +
          `${signatureHoles(capacity)} >>`,
      ),
    ],
    [blank, stream("/Type /XObject /Subtype /Form /BBox [0 0 1 1]", "")],
  ]);
}

/** Certificates and revocation lists for readers in ten years (ISO 32000-2, 12.8.4.3). */
export function validationObjects(
  pdf: GrowingPdf,
  data: { readonly certificates: readonly Uint8Array[]; readonly lists: readonly Uint8Array[] },
): Map<number, Buffer> {
  const first = pdf.size + 1;
  const streams = [...data.certificates, ...data.lists].map((der) => stream("", der));
  const references = streams.map((_, index) => `${first + index} 0 R`);
  const certificates = references.slice(0, data.certificates.length).join(" ");
  const lists = references.slice(data.certificates.length).join(" ");
  return new Map([
    [pdf.root, body(extended(dictionary(pdf, pdf.root), { DSS: `${pdf.size} 0 R` }))],
    [pdf.size, body(`<< /Type /DSS /Certs [${certificates}] /CRLs [${lists}] >>`)],
    ...streams.map((content, index): [number, Buffer] => [first + index, content]),
  ]);
}
