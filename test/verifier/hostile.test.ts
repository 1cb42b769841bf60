import { randomBytes } from "node:crypto";
import { deflateSync } from "node:zlib";
import { unzipSync, zipSync } from "fflate";
import { beforeAll, describe, expect, test } from "vitest";
import type { Bytes } from "../../verifier/bytes.ts";
import { verify } from "../../verifier/verify.ts";
import { type Fixture, sealedBundle, turned, withFiles } from "./bundle-fixture.ts";

let good: Fixture;
beforeAll(async () => {
  good = await sealedBundle();
});

const answerLimitMs = 1000;
const mtime = new Date(1980, 0, 1);
const bytes = (text: string): Bytes => new TextEncoder().encode(text);

/** What the verifier answers, and that it did in time. */
async function answerTo(input: Uint8Array): Promise<string[]> {
  const began = performance.now();
  const { verdict, claims } = await verify(
    new Uint8Array(input),
    { roots: good.roots },
    "2026-11-22T00:00:00.000Z",
  );
  expect(performance.now() - began).toBeLessThan(answerLimitMs);
  expect(verdict).toBe("fails");
  return claims
    .filter(({ status }) => status === "fails")
    .map(({ says, culprit }) => `${says.message}: ${culprit}`);
}

describe("a zip that is not written as bundles are", () => {
  const container = async (input: Uint8Array) => (await answerTo(input))[0];

  test("every 97th byte of a bundle, changed, is noticed and named", async () => {
    const { zip } = good;
    for (let at = 0; at < zip.length; at += 97) {
      const { verdict, claims } = await verify(
        turned(zip, at),
        { roots: good.roots },
        "2026-11-22T00:00:00.000Z",
      );
      expect({ at, verdict }).toEqual({ at, verdict: "fails" });
      expect(claims.find(({ status }) => status === "fails")?.culprit).toMatch(/^[\w./-]+$/);
    }
  }, 60_000);

  test("every byte of seal and token, changed under a right checksum, is noticed", async () => {
    for (const name of ["META-INF/signature001.p7s", "META-INF/timestamp002.tst"]) {
      const file = unzipSync(good.zip)[name] ?? new Uint8Array();
      for (let at = 0; at < file.length; at += 13) {
        const changed = withFiles(good.zip, { [name]: turned(file, at) });
        const { verdict } = await verify(
          changed,
          { roots: good.roots },
          "2026-11-22T00:00:00.000Z",
        );
        expect({ name, at, verdict }).toEqual({ name, at, verdict: "fails" });
      }
    }
  }, 60_000);

  test("bytes before, behind or between the files", async () => {
    const { zip } = good;
    const between = new Uint8Array([...zip.subarray(0, 69), 0, ...zip.subarray(69)]);

    expect(await container(Buffer.concat([bytes("PK\u0003\u0004"), zip]))).toMatch(
      /^zipForm|notZip/,
    );
    expect(await container(Buffer.concat([zip, bytes("x")]))).toBe("notZip: zip");
    expect(await container(between)).toMatch(/^zipForm/);
  });

  test("two files of one name", async () => {
    const twin = Buffer.from(
      zipSync({ mimetype: bytes("a"), mimetypf: bytes("b") }, { level: 0, mtime }),
    );
    const name = Buffer.from("mimetype");
    for (const at of [twin.indexOf("mimetypf"), twin.lastIndexOf("mimetypf")]) name.copy(twin, at);

    expect(await container(twin)).toBe("twiceInZip: mimetype");
  });

  test.each(["../etc/passwd", "/etc/passwd", "a//b", "a\\b", "é", "a".repeat(65), ".hidden"])(
    "the name %s",
    async (name) => {
      expect(await container(zipSync({ [name]: bytes("x") }, { level: 0, mtime }))).toMatch(
        /^zipForm/,
      );
    },
  );

  test("another time, a comment, an attribute, an extra field", async () => {
    const plain = { level: 0, mtime } as const;
    const file = bytes("x");
    for (const options of [
      { ...plain, mtime: new Date(2020, 0, 1) },
      { ...plain, comment: "c" },
      { ...plain, attrs: 1 },
      { ...plain, os: 3 },
      { ...plain, extra: { 1: bytes("e") } },
    ])
      expect(await container(zipSync({ mimetype: [file, options] }))).toBe("zipForm: mimetype");
  });

  test("a type that is missing, second or another", async () => {
    const files = unzipSync(good.zip);
    const { mimetype, ...rest } = files;

    expect(await container(withFiles(good.zip, { mimetype: undefined }))).toBe(
      "mimetype: mimetype",
    );
    expect(await container(withFiles(good.zip, { mimetype: bytes("text/plain") }))).toBe(
      "mimetype: mimetype",
    );
    expect(await container(zipSync({ ...rest, mimetype: mimetype! }, { level: 0, mtime }))).toBe(
      "mimetype: mimetype",
    );
  });
});

describe("bombs end in a clear answer", () => {
  test("a gigabyte of zeros", async () => {
    // fflate would need the gigabyte to pack it: a small bomb whose sizes lie.
    const bomb = Buffer.from(zipSync({ mimetype: new Uint8Array(1 << 20) }, { mtime }));
    const directory = bomb.lastIndexOf("PK\u0001\u0002");
    for (const at of [22, directory + 24]) bomb.writeUInt32LE(1 << 30, at);

    expect(await answerTo(bomb)).toEqual(["tooLarge: zip"]);
  });

  test("deflated files, which could spell the same content in other bytes", async () => {
    const deflated = zipSync({ mimetype: bytes("a".repeat(500)) }, { level: 9, mtime });

    expect(await answerTo(deflated)).toEqual(["zipForm: mimetype"]);
  });

  test("many files, and a file of files", async () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [`f${at}`, bytes("")]));

    expect(await answerTo(zipSync(many, { level: 0, mtime }))).toEqual(["tooManyFiles: zip"]);
    expect((await answerTo(zipSync({ mimetype: good.zip }, { level: 0, mtime })))[0]).toBe(
      "mimetype: mimetype",
    );
  });

  test("a file larger than any bundle", async () => {
    const large = new Uint8Array(9 << 20);
    large.set(good.zip);

    expect(await answerTo(large)).toEqual(["tooLarge: file"]);
  });

  test("JSON that nests without end", async () => {
    const deep = bytes("[".repeat(15_000));

    expect(await answerTo(withFiles(good.zip, { "entries/0003.json": deep }))).toContain(
      "notJson: entries/0003.json",
    );
    expect(
      await answerTo(withFiles(good.zip, { "disclosures.json": bytes("[".repeat(1 << 20)) })),
    ).toContain("notJson: disclosures.json");
  });

  test("signatures that nest without end", async () => {
    const nested = Buffer.alloc(60_000, Buffer.from([0x30, 0x80]));
    const answers = await answerTo(withFiles(good.zip, { "META-INF/signature001.p7s": nested }));

    expect(answers).toContain("unreadable: META-INF/signature001.p7s");
  });

  test("a list of files that is a bomb of its own", async () => {
    const entity = '<!DOCTYPE a [<!ENTITY b "cccc">]>';
    for (const xml of [
      `${entity}<a>&b;</a>`,
      "<a".repeat(200_000),
      "<a>".repeat(150_000),
      " ".repeat(500_000),
    ])
      expect(
        await answerTo(withFiles(good.zip, { "META-INF/ASiCManifest001.xml": bytes(xml) })),
      ).toContain("manifestForm: META-INF/ASiCManifest001.xml");
  });
});

describe("a hostile PDF is never unpacked, and in a bundle not even read", () => {
  const end = (at: number): string => `startxref\n${at}\n%%EOF\n`;
  const twice = deflateSync(deflateSync(new Uint8Array(1 << 22)));
  const bomb = `%PDF-1.7\n1 0 obj\n<< /Type /XRef /Filter [/FlateDecode /FlateDecode] /Length ${twice.length} >>\nstream\n${twice.toString("latin1")}\nendstream\nendobj\n${end(9)}`;

  test.each([
    ["a few bytes that unpack twice to megabytes", bomb],
    [
      "dictionaries that nest without end",
      `%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer\n${"<< /A ".repeat(600_000)}${end(9)}`,
    ],
    [
      "arrays that nest without end",
      `%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer\n<< /A ${"[".repeat(4_000_000)}${end(9)}`,
    ],
    [
      "strings that nest without end",
      `%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer\n<< /A ${"(".repeat(4_000_000)}${end(9)}`,
    ],
    [
      "comments without end",
      `%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer\n<< ${"%\n".repeat(2_000_000)}${end(9)}`,
    ],
    ["more objects than bytes", `%PDF-1.7\nxref\n0 4000000000\n${end(9)}`],
    [
      "a table that names itself as the one before",
      `%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer\n<< /Prev 9 /Size 1 >>\n${end(9)}`,
    ],
    ["a table behind the end", `%PDF-1.7\n${end(999_999_999)}`],
    ["no table", "%PDF-1.7\n"],
    ["megabytes of marks", `%PDF-1.7\n${"startxref\n9\n%%EOF\n".repeat(200_000)}`],
  ])("%s", async (_, text) => {
    const pdf = new Uint8Array(Buffer.from(text, "latin1"));

    expect((await answerTo(pdf))[0]).toMatch(/^(pdfForm|pdfTail|unreadable|tooLarge): PDF$/);
    expect(await answerTo(withFiles(good.zip, { "signed.pdf": pdf }))).toContain(
      "pdfUnknown: signed.pdf",
    );
  });

  test("noise of every kind", async () => {
    for (const head of ["", "%PDF-1.7\n", "PK\u0003\u0004", "\u0000", "{}"])
      for (const size of [0, 1, 22, 500, 100_000])
        expect(await answerTo(Buffer.concat([bytes(head), randomBytes(size)]))).toHaveLength(1);
  });
});
