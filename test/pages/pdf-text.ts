import { inflateSync } from "node:zlib";

/**
 * Reads the text of a PDF that pdfkit wrote, as a viewer would: drawn glyph → ToUnicode map of the font.
 * In drawing order and without blanks, because lines and columns are a matter of layout. It knows
 * pdfkit's way of writing only; it is no reader for other people's files.
 */
export function pdfText(bytes: Uint8Array): string {
  const file = Buffer.from(bytes).toString("latin1");
  const streams = new Map<string, string>();
  for (const [, number, dictionary, data] of file.matchAll(
    /(?:^|\n)(\d+) 0 obj\n(<<(?:(?!endobj)[\s\S])*?>>)\nstream\n([\s\S]*?)\nendstream/g,
  )) {
    const raw = Buffer.from(data ?? "", "latin1");
    const text = dictionary?.includes("FlateDecode") ? inflateSync(raw) : raw;
    streams.set(number as string, text.toString("latin1"));
  }
  const maps = new Map<string, string[]>();
  for (const [, font, object] of file.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
    const [, map] =
      new RegExp(`\\n${object} 0 obj\\n[\\s\\S]*?/ToUnicode (\\d+) 0 R`).exec(file) ?? [];
    maps.set(font as string, characters(streams.get(map as string) ?? ""));
  }
  let text = "";
  let map: string[] = [];
  for (const stream of streams.values()) {
    if (!stream.includes("BT\n")) continue;
    for (const [, font, hex] of stream.matchAll(/\/(F\d+) [\d.]+ Tf|<([\da-f]+)>(?= -?[\d.]+)/g)) {
      if (font !== undefined) map = maps.get(font) ?? [];
      else
        for (const code of (hex ?? "").match(/.{4}/g) ?? []) text += map[Number.parseInt(code, 16)];
    }
  }
  return text.replace(/[ \u3000]/g, "");
}

/** Character of each glyph number; pdfkit lists them in order, 256 a range. */
const characters = (map: string): string[] =>
  [...map.matchAll(/<[\da-f]{4}> <[\da-f]{4}> \[(.*?)\]/g)].flatMap(([, list]) =>
    [...(list ?? "").matchAll(/<(.*?)>/g)].map(([, units]) =>
      String.fromCharCode(...(units ?? "").split(" ").map((unit) => Number.parseInt(unit, 16))),
    ),
  );
