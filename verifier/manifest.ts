import { fromBase64, hexOf } from "./bytes.ts";
import { Broken } from "./claim.ts";

export type Manifest = {
  /** What signs or stamps this manifest. */
  readonly reference: string;
  /** Name → hex SHA-256. */
  readonly digests: ReadonlyMap<string, string>;
};

const sha256Method = "http://www.w3.org/2001/04/xmlenc#sha256";
/** Namespaces of ETSI EN 319 162-1 (ASiC) and XML Signature. */
const namespaces: Readonly<Record<string, string>> = {
  ASiCManifest: "http://uri.etsi.org/02918/v1.2.1#",
  DigestMethod: "http://www.w3.org/2000/09/xmldsig#",
};

const declaration =
  /^<\?xml version="1\.0" encoding="(?:UTF-8|utf-8)"(?: standalone="(?:yes|no)")?\?>\s*/;
const tag = /<(\/?)(?:([A-Za-z]+):)?([A-Za-z]+)((?:\s+[A-Za-z:]+="[^"<&]*")*)\s*(\/?)>([^<]*)/y;
const attribute = /([A-Za-z:]+)="([^"]*)"/g;

/**
 * Reads an ASiC manifest: no more XML than that takes. A document type, an entity, a comment, an
 * unknown element or one in an unexpected place is refused, so there is one reading of it. Throws Broken.
 */
export function readManifest(xml: string, culprit: string): Manifest {
  const digests = new Map<string, string>();
  const open: string[] = [];
  let reference: string | undefined;
  let prefixes: Readonly<Record<string, string>> = {};
  let object: { readonly name: string; hasMethod?: boolean; hash?: string } | undefined;

  for (const { name, isEnd, isEmpty, attributes, text } of elements(xml, culprit)) {
    const path = isEnd ? open.join("/") : [...open, name].join("/");
    if (isEnd) {
      if (open.pop() !== name) throw bad(`</${name}>`);
      if (name === "DataObjectReference") keep();
    } else if (path === "ASiCManifest") {
      prefixes = attributes;
    } else if (path === "ASiCManifest/SigReference" && reference === undefined) {
      reference = attributes.URI;
    } else if (path === "ASiCManifest/DataObjectReference" && !isEmpty) {
      object = { name: attributes.URI ?? "" };
    } else if (object && path.endsWith("DataObjectReference/DigestMethod") && !object.hasMethod) {
      if (attributes.Algorithm !== sha256Method) throw bad(attributes.Algorithm ?? "Algorithm");
      object.hasMethod = true;
    } else if (object && path.endsWith("DataObjectReference/DigestValue") && !object.hash) {
      const bytes = fromBase64(text.trim());
      if (bytes?.length !== 32) throw bad("DigestValue");
      object.hash = hexOf(bytes);
    } else throw bad(`<${path}>`);
    if (!isEnd && !isEmpty) open.push(name);
    if (text.trim() !== "" && !(name === "DigestValue" && !isEnd)) throw bad(text.trim());
  }
  const known = Object.values(prefixes);
  if (open.length > 0 || reference === undefined) throw bad("end");
  if (!Object.values(namespaces).every((namespace) => known.includes(namespace)))
    throw bad("namespace");
  return { reference, digests };

  function keep(): void {
    if (!object?.hasMethod || !object.hash || digests.has(object.name))
      throw bad(object?.name ?? "");
    digests.set(object.name, object.hash);
    object = undefined;
  }

  function bad(what: string): Broken {
    return new Broken(culprit, "manifestForm", { what: what.slice(0, 80) });
  }
}

type Element = {
  readonly name: string;
  readonly isEnd: boolean;
  readonly isEmpty: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  /** What follows it, up to the next element. */
  readonly text: string;
};

function* elements(xml: string, culprit: string): Generator<Element> {
  const pattern = new RegExp(tag);
  pattern.lastIndex = declaration.exec(xml)?.[0].length ?? 0;
  while (pattern.lastIndex < xml.length) {
    const at = pattern.lastIndex;
    const found = pattern.exec(xml);
    if (found === null) throw new Broken(culprit, "manifestForm", { what: xml.slice(at, at + 40) });
    const [, end, , name = "", written = "", empty, text = ""] = found;
    const attributes = Object.fromEntries(
      Array.from(written.matchAll(attribute), ([, key, value]) => [key, value]),
    );
    yield { name, isEnd: end === "/", isEmpty: empty === "/", attributes, text };
  }
}
