import { unzipSync } from "fflate";
import { beforeAll, describe, expect, test } from "vitest";
import { append, body, type GrowingPdf, type Objects } from "../../functions/pades/growing-pdf.ts";
import type { Bytes } from "../../verifier/bytes.ts";
import type { Report } from "../../verifier/claim.ts";
import { verify } from "../../verifier/verify.ts";
import { sealedBundle, turned } from "./bundle-fixture.ts";

let pdf: Bytes;
let roots: string;
beforeAll(async () => {
  const good = await sealedBundle();
  roots = good.roots;
  pdf = new Uint8Array(unzipSync(good.zip)["signed.pdf"] ?? []);
});

const check = (bytes: Uint8Array): Promise<Report> =>
  verify(new Uint8Array(bytes), { roots }, "2026-11-22T00:00:00.000Z");

const failing = ({ claims }: Report): string[] =>
  claims
    .filter(({ status }) => status === "fails")
    .map(({ title, says, culprit }) => `${title} ${says.message}: ${culprit}`);

/** The file as the next save would find it. */
function reopened(bytes: Uint8Array): GrowingPdf {
  const file = Buffer.from(bytes);
  const tail = file.toString("latin1", file.length - 1024);
  const number = (pattern: RegExp): number => Number(pattern.exec(tail)?.[1]);
  return {
    bytes: file,
    offsets: new Map(),
    size: number(/\/Size (\d+)/),
    tableAt: number(/startxref\s+(\d+)/),
    root: number(/\/Root (\d+)/),
    info: number(/\/Info (\d+)/),
    id: /\/ID \[<([0-9a-f]+)>/.exec(tail)?.[1] ?? "",
  };
}

const saved = (bytes: Uint8Array, objects: Objects): Buffer =>
  append(reopened(bytes), objects).bytes;

/** Where each save of the file ends. */
const ends = (): number[] =>
  Array.from(
    Buffer.from(pdf)
      .toString("latin1")
      .matchAll(/%%EOF\n/g),
    ({ index }) => index + 6,
  );

/** The newest text of the first object of a type. */
function objectOf(type: string): { number: number; text: string } {
  const found = Buffer.from(pdf)
    .toString("latin1")
    .match(
      new RegExp(
        `(\\d+) 0 obj\\n(<<(?:(?!endobj)[^])*/Type /${type}\\b(?:(?!endobj)[^])*>>)\\s*endobj`,
      ),
    );
  return { number: Number(found?.[1]), text: found?.[2] ?? "" };
}

const replaced = (from: string, to: string): Buffer => {
  const text = Buffer.from(pdf).toString("latin1");
  expect(text).toContain(from);
  return Buffer.from(text.replace(from, to), "latin1");
};

describe("a signed PDF alone", () => {
  test("holds: certification, signer, party A, a time-stamp over the whole file", async () => {
    const report = await check(pdf);

    expect(report.verdict).toBe("holds");
    expect(report.claims.map(({ title }) => title)).toEqual([
      ...["pdfUnchanged", "pdfSignature", "pdfSignature", "pdfSignature", "pdfWhole", "trusted"],
    ]);
  });

  test("an agreement that nobody signed proves nothing", async () => {
    expect(failing(await check(pdf.subarray(0, ends()[0])))).toEqual([
      "pdfUnchanged noSignature: PDF",
    ]);
  });

  test("one changed byte in what was read breaks every signature by name", async () => {
    expect(failing(await check(turned(pdf, 3000)))).toEqual([
      "pdfSignature cmsOtherContent: PDF, signature Certification",
      "pdfSignature cmsOtherContent: PDF, signature Signer1",
      "pdfSignature cmsOtherContent: PDF, signature PartyA",
      "pdfWhole tokenImprint: PDF, signature DocumentTimestamp",
    ]);
  });
});

describe("shadow content is refused", () => {
  test("a page that shows something else", async () => {
    const page = objectOf("Page");
    const changed = page.text.replace(/\/Contents \d+ 0 R/, "/Contents 1 0 R");

    const report = await check(saved(pdf, new Map([[page.number, body(changed)]])));

    expect(failing(report)).toEqual(["pdfUnchanged shadowContent: PDF, revision 6"]);
  });

  test("a note on the page, a script in the catalog, a field that says more", async () => {
    const page = objectOf("Page");
    const catalog = objectOf("Catalog");
    const noted = page.text.replace(/>>$/, "/Annots [9 0 R] >>");
    const scripted = catalog.text.replace(/>>$/, "/OpenAction << /S /JavaScript >> >>");

    for (const [number, text] of [
      [page.number, noted],
      [catalog.number, scripted],
    ] as const)
      expect(failing(await check(saved(pdf, new Map([[number, body(text)]]))))).toEqual([
        "pdfUnchanged shadowContent: PDF, revision 6",
      ]);
  });

  test("slipped in before the other signatures", async () => {
    const { number, text } = objectOf("Page");
    const certified = pdf.subarray(0, ends()[1]);
    const changed = text.replace(/\/Contents \d+ 0 R/, "/Contents 1 0 R");

    const report = await check(saved(certified, new Map([[number, body(changed)]])));

    expect(failing(report)).toEqual(["pdfUnchanged shadowContent: PDF, revision 2"]);
  });

  test("an object that only looks new", async () => {
    const late = saved(pdf, new Map([[reopened(pdf).size - 1, body("<< /Type /Any >>")]]));

    expect(failing(await check(late))).toEqual(["pdfUnchanged shadowContent: PDF, revision 6"]);
  });

  test("another catalog, or encryption", async () => {
    const addition = saved(pdf, new Map([[reopened(pdf).size, body("<< /Type /Any >>")]]));
    const own = Buffer.from(
      addition.toString("latin1").replace(/\/Prev (\d+)\n(?!.*\/Prev)/, "/Prev $1\n"),
      "latin1",
    );
    const at = own.lastIndexOf("/Info");
    own.write("/Encr", at, "latin1");

    expect(failing(await check(own))).toEqual(["pdfUnchanged shadowContent: PDF, revision 6"]);
  });

  test("bytes between objects, where a reader that repairs files would find them", async () => {
    const addition = saved(pdf, new Map([[reopened(pdf).size, body("<< /Type /Any >>")]]));
    const hidden = "9 0 obj\n<< >>\nendobj\n";
    const [before, after] = [addition.subarray(0, pdf.length), addition.subarray(pdf.length)];
    const shifted = after
      .toString("latin1")
      .replace(
        /(\d{10}) 00000 n/,
        (_, at) => `${String(Number(at) + hidden.length).padStart(10, "0")} 00000 n`,
      )
      .replace(/startxref\n(\d+)/, (_, at) => `startxref\n${Number(at) + hidden.length}`);
    const whole = Buffer.concat([before, Buffer.from(hidden + shifted, "latin1")]);

    expect(failing(await check(whole))).toEqual(["pdfUnchanged pdfGap: PDF, revision 6"]);
  });

  test("bytes after the end", async () => {
    expect(failing(await check(Buffer.concat([pdf, Buffer.from("\n%%EOF\n")])))).toHaveLength(1);
    expect(failing(await check(Buffer.concat([pdf, Buffer.from("% more")])))).toHaveLength(1);
  });

  test("a last time-stamp that does not cover the whole file", async () => {
    const more = new Map([[reopened(pdf).size, body("<< /Type /Any >>")]]);

    expect(failing(await check(saved(pdf, more)))).toEqual(["pdfWhole notWhole: PDF"]);
  });
});

describe("a signature is over all of the file and nothing stands beside it", () => {
  test("a range that leaves something out", async () => {
    const text = Buffer.from(pdf).toString("latin1");
    const [range = "", length = ""] = /\/ByteRange \[0 \d+ \d+ (\d+)/.exec(text) ?? [];
    const shorter = range.replace(length, String(Number(length) - 1).padStart(length.length));

    expect(failing(await check(replaced(range, shorter)))).toContain(
      "pdfSignature pdfRange: PDF, signature Certification",
    );
  });

  test("something in the hole behind the signature", async () => {
    const text = Buffer.from(pdf).toString("latin1");
    const at = text.indexOf("0000>", text.indexOf("/Contents <"));
    const filled = Buffer.from(pdf);
    filled[at] = "7".charCodeAt(0);

    expect(failing(await check(filled))).toContain(
      "pdfSignature pdfHole: PDF, signature Certification",
    );
  });

  test("a certification that would allow more than signatures", async () => {
    expect(failing(await check(replaced("/P 2 /V /1.2", "/P 3 /V /1.2")))).toContain(
      "pdfUnchanged notCertified: PDF",
    );
  });
});
