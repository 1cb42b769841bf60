import { Broken } from "./claim.ts";
import {
  type Addition,
  objectsAfter,
  type PdfFile,
  type PdfObject,
  type Revision,
} from "./pdf-revisions.ts";
import { nested, referenceOf, referencesOf, textStringOf, type Value } from "./pdf-syntax.ts";

/** A field that an addition signed. */
export type SignedField = {
  readonly name: string;
  /** Number of the addition, from 1. */
  readonly addition: number;
  readonly dictionary: ReadonlyMap<string, Value>;
  readonly isCertification: boolean;
};

type Entries = ReadonlyMap<string, Value>;

const fieldKeys = ["Type", "Subtype", "FT", "T", "TU", "Rect", "P", "F", "AP", "V"];
const catalogAdditions = ["AcroForm", "Perms", "DSS"];

/**
 * Goes through the file save by save and lets pass what signing changes, and nothing else: the first
 * one adds the form, its fields and the permission for signatures only; each later one signs one
 * field (its value and appearance) or adds validation data. Whatever else changes is content that
 * nobody who signed before it has seen. Throws Broken.
 */
export function readSignedFields(file: PdfFile, name: string): readonly SignedField[] {
  const signed: SignedField[] = [];
  const root = referenceOf(file.base.trailer.get("Root"));
  let fields: ReadonlySet<number> = new Set();
  let before: Revision = file.base;
  for (const [index, addition] of file.added.entries()) {
    const where = `${name}, revision ${index + 1}`;
    checkTrailer(addition, before, where);
    const was = objectsAfter(file, index);
    const touched = Array.from(addition.objects.values()).filter(
      ({ number }) => number < before.size,
    );
    if (index === 0) {
      fields = layOut(addition, touched, was, root, where);
    } else {
      for (const object of touched)
        checkTouched(object, was(object.number), { root, fields }, where);
    }
    const own = signedIn(addition, was, fields, where);
    if (own) signed.push({ ...own, addition: index + 1 });
    else if (touched.some(({ number }) => number !== root))
      throw shadow(where, "a revision that signs nothing");
    before = addition;
  }
  return signed;
}

/** One document from the first save to the last: same catalog, same identity, never encrypted. */
function checkTrailer({ trailer, size }: Addition, before: Revision, where: string): void {
  const isSame = ["Root", "Info"].every(
    (key) => trailer.get(key)?.raw === before.trailer.get(key)?.raw,
  );
  const known = ["Size", "Root", "Info", "Prev", "ID"];
  const isPlain = [...trailer.keys()].every((key) => known.includes(key));
  const isGrowing = Number.isSafeInteger(size) && size >= before.size;
  if (!isSame || !isPlain || !isGrowing || trailer.get("Prev")?.raw !== String(before.tableAt))
    throw shadow(where, "trailer");
}

/** The first addition: its fields are new, the catalog gains the form, pages gain the fields. */
function layOut(
  addition: Addition,
  touched: readonly PdfObject[],
  was: (number: number) => PdfObject | undefined,
  root: number | undefined,
  where: string,
): ReadonlySet<number> {
  const catalog = root === undefined ? undefined : addition.objects.get(root);
  const form = addition.objects.get(referenceOf(catalog?.dictionary.get("AcroForm")) ?? -1);
  const listed = referencesOf(form?.dictionary.get("Fields"));
  if (form === undefined || listed === undefined) throw shadow(where, "no form");
  if ([...form.dictionary.keys()].some((key) => key !== "Fields" && key !== "SigFlags"))
    throw shadow(where, `object ${form.number}: form`);
  const fields = new Set(listed);
  for (const number of fields) {
    const field = addition.objects.get(number);
    if (!field || !isSignatureField(field.dictionary))
      throw shadow(where, `object ${number}: field`);
  }
  for (const { number, dictionary } of touched) {
    const old = was(number)?.dictionary ?? new Map();
    const isPage = old.get("Type")?.raw === "/Page";
    const added = number === root ? catalogAdditions : isPage ? ["Annots"] : [];
    if (
      added.length === 0 ||
      !differsOnlyBy(added, old, dictionary) ||
      added.some((key) => old.has(key))
    )
      throw shadow(where, `object ${number}`);
    const widgets = isPage ? referencesOf(dictionary.get("Annots")) : [];
    if (!widgets?.every((widget) => fields.has(widget)))
      throw shadow(where, `object ${number}: annotations`);
  }
  return fields;
}

const isSignatureField = (field: Entries): boolean =>
  field.get("FT")?.raw === "/Sig" &&
  field.get("Subtype")?.raw === "/Widget" &&
  textStringOf(field.get("T")) !== undefined &&
  [...field.keys()].every((key) => fieldKeys.includes(key));

/** A later addition: the catalog may gain validation data, a field its value and appearance. */
function checkTouched(
  { number, dictionary }: PdfObject,
  was: PdfObject | undefined,
  { root, fields }: { readonly root: number | undefined; readonly fields: ReadonlySet<number> },
  where: string,
): void {
  const old = was?.dictionary ?? new Map();
  const isField = fields.has(number);
  const allowed = number === root ? ["DSS"] : isField ? ["V", "AP"] : [];
  const isOnce = number === root ? !old.has("DSS") : !old.has("V");
  if (allowed.length === 0 || !isOnce || !differsOnlyBy(allowed, old, dictionary))
    throw shadow(where, `object ${number}`);
}

function differsOnlyBy(allowed: readonly string[], old: Entries, now: Entries): boolean {
  const keys = new Set([...old.keys(), ...now.keys()]);
  return [...keys].every((key) => allowed.includes(key) || old.get(key)?.raw === now.get(key)?.raw);
}

/** The one field that an addition gave a value to, and its signature. */
function signedIn(
  addition: Addition,
  was: (number: number) => PdfObject | undefined,
  fields: ReadonlySet<number>,
  where: string,
): Omit<SignedField, "addition"> | undefined {
  const changed = Array.from(fields).flatMap((number) => addition.objects.get(number) ?? []);
  const [field, ...others] = changed.filter(({ dictionary }) => dictionary.has("V"));
  if (field === undefined) return undefined;
  const number = referenceOf(field.dictionary.get("V")) ?? -1;
  const signature = addition.objects.get(number);
  if (others.length > 0 || signature === undefined || isOld(field, was))
    throw shadow(where, `object ${field.number}: signature`);
  const appearance = nested(field.dictionary.get("AP"));
  const picture = referenceOf(appearance.get("N"));
  if (appearance.size !== 1 || picture === undefined || !addition.objects.has(picture))
    throw shadow(where, `object ${field.number}: appearance`);
  return {
    name: textStringOf(field.dictionary.get("T")) ?? "",
    dictionary: signature.dictionary,
    isCertification: isCertification(addition, number, signature.dictionary),
  };
}

const isOld = ({ number }: PdfObject, was: (number: number) => PdfObject | undefined): boolean =>
  was(number)?.dictionary.has("V") ?? false;

/** ISO 32000-1, 12.8.2.2: permission 2 lets signatures follow and nothing else; the catalog points to it. */
function isCertification(addition: Addition, number: number, signature: Entries): boolean {
  const reference = signature.get("Reference")?.raw.replace(/^\[\s*|\s*\]$/g, "");
  if (reference === undefined) return false;
  const transform = nested({ raw: reference, at: 0 });
  const permission = nested(transform.get("TransformParams")).get("P")?.raw;
  const pointed = Array.from(addition.objects.values()).some(
    ({ dictionary }) => referenceOf(nested(dictionary.get("Perms")).get("DocMDP")) === number,
  );
  return transform.get("TransformMethod")?.raw === "/DocMDP" && permission === "2" && pointed;
}

const shadow = (where: string, what: string): Broken =>
  new Broken(where, "shadowContent", { what });
