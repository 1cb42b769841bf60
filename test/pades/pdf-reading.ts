import { inflateSync } from "node:zlib";

/** Reads signed PDFs for tests with nothing of what wrote them: plain searches in the bytes. */

/** The value of a field's newest signature dictionary: what it covers, and its CMS or token. */
export function signatureOf(bytes: Uint8Array, field: string) {
  const file = Buffer.from(bytes);
  const text = file.toString("latin1");
  const name = Buffer.from(`\uFEFF${field}`, "utf16le").swap16().toString("hex");
  const widgets = [...text.matchAll(/\d+ 0 obj\n<< \/Type \/Annot [^\n]*/g)].map(
    ([widget]) => widget,
  );
  const newest = widgets.filter((widget) => widget.includes(`/T <${name}>`)).at(-1) ?? "";
  const [, value] = /\/V (\d+) 0 R/.exec(newest) ?? [];
  if (value === undefined) throw new Error(`field ${field} has no value`);
  const at = text.lastIndexOf(`\n${value} 0 obj\n`);
  const [, numbers = ""] = /\/ByteRange \[([\d ]+)\]/.exec(text.slice(at)) ?? [];
  const range = numbers.trim().split(/\s+/).map(Number);
  const [first = 0, length = 0, second = 0, rest = 0] = range;
  const hole = text.slice(first + length + 1, second - 1);
  const content = Buffer.concat([
    file.subarray(first, first + length),
    file.subarray(second, second + rest),
  ]);
  return { range, content, cms: unpadded(Buffer.from(hole, "hex")) };
}

/** DER says its own length; the zeros behind it are the rest of the hole. */
function unpadded(padded: Buffer): Buffer {
  const lengthBytes = (padded[1] ?? 0) & 0x7f;
  return padded.subarray(0, 2 + lengthBytes + padded.readUIntBE(2, lengthBytes));
}

/** Objects of `before` that the bytes added in `after` define again, by their type or field name. */
export function changedObjects(before: Uint8Array, after: Uint8Array): string[] {
  const numbersIn = (text: string) =>
    [...text.matchAll(/(?:^|\n)(\d+) 0 obj\n/g)].map(([, number]) => Number(number));
  const old = new Set(numbersIn(Buffer.from(before).toString("latin1")));
  const added = Buffer.from(after.subarray(before.length)).toString("latin1");
  return numbersIn(added)
    .filter((number) => old.has(number))
    .map((number) => {
      const at = added.search(new RegExp(`(?:^|\\n)${number} 0 obj\\n`));
      const body = added.slice(at, added.indexOf("endobj", at));
      const [, name] = /\/T <([0-9a-f]+)>/.exec(body) ?? [];
      return name === undefined
        ? (/\/Type \/\w+/.exec(body)?.[0] ?? body)
        : `field ${Buffer.from(name, "hex").swap16().toString("utf16le").slice(1)}`;
    });
}

/** What the visible signatures show, in drawing order: glyphs of their own fonts, read back by their maps. */
export function shownText(bytes: Uint8Array): string {
  const file = Buffer.from(bytes);
  const text = file.toString("latin1");
  const content = (number: string): string => {
    const at = text.lastIndexOf(`\n${number} 0 obj\n`);
    const begin = text.indexOf("stream\n", at) + "stream\n".length;
    return inflateSync(file.subarray(begin, text.indexOf("\nendstream", begin))).toString("latin1");
  };
  const mapOf = (font: string): Map<string, string> => {
    const at = text.lastIndexOf(`\n${font} 0 obj\n`);
    const [, map = ""] = /\/ToUnicode (\d+) 0 R/.exec(text.slice(at, at + 400)) ?? [];
    return new Map(
      Array.from(content(map).matchAll(/^<([0-9a-f]{4})> <([0-9a-f]+)>$/gm), ([, code, units]) => [
        code ?? "",
        Buffer.from(units ?? "", "hex")
          .swap16()
          .toString("utf16le"),
      ]),
    );
  };
  const forms = text.matchAll(/\n(\d+) 0 obj\n<< \/Type \/XObject[^\n]*\/Font << ([^>]*) >>/g);
  return Array.from(forms, ([, form = "", fonts = ""]) => {
    const maps = new Map(
      Array.from(fonts.matchAll(/\/(F\d) (\d+) 0 R/g), ([, name, number]) => [
        name,
        mapOf(number ?? ""),
      ]),
    );
    const shown = content(form).matchAll(/\/(F\d) [\d.]+ Tf <([0-9a-f]+)> Tj|ET/g);
    return Array.from(shown, ([, font, codes]) =>
      font === undefined
        ? "\n"
        : (codes?.match(/.{4}/g) ?? []).map((code) => maps.get(font)?.get(code)).join(""),
    ).join("");
  }).join("");
}
