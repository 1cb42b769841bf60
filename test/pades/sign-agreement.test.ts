import { createHash } from "node:crypto";
import { PDF } from "@libpdf/core";
import { describe, expect, test } from "vitest";
import { TimestampUnavailable } from "../../functions/adapters/timestamp-authority.ts";
import { openPdf } from "../../functions/pades/growing-pdf.ts";
import { openssl, signingFolder } from "../adapters/openssl.ts";
import { changedObjects, shownText, signatureOf } from "./pdf-reading.ts";
import { sampleSigned, signedAt } from "./signed-sample.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const { base, signed, root } = await sampleSigned();
const names = ["agreement", "Certification", "Signer1", "Signer2", "PartyA", "ValidationData"];
const fields = ["Certification", "Signer1", "Signer2", "PartyA"];
const attime = `-attime ${Date.parse(signedAt) / 1000}`;

const verify = (bytes: Uint8Array, field: string): string => {
  const { content, cms } = signatureOf(bytes, field);
  const folder = signingFolder({ content, "cms.der": cms, "root.pem": root });
  return openssl(
    folder,
    `cms -verify -cades -binary -inform DER -in cms.der -content content -CAfile root.pem ${attime} -out /dev/null`,
  );
};

describe("a signed agreement", () => {
  test("begins with the agreement that the signer read, byte for byte", () => {
    expect(Buffer.compare(signed.bytes.subarray(0, base.length), base)).toBe(0);
    expect(signed.revisions[0]).toEqual({
      name: "agreement",
      length: base.length,
      sha256: sha256(base),
    });
  });

  test("names every revision by the length and hash of the file up to there", () => {
    expect(signed.revisions.map(({ name }) => name)).toEqual(names);
    for (const { length, sha256: hash } of signed.revisions)
      expect(sha256(signed.bytes.subarray(0, length))).toBe(hash);
    expect(signed.revisions.at(-1)?.length).toBe(signed.bytes.length);
  });

  test.each(fields)("openssl accepts the CAdES signature of %s", (field) => {
    expect(verify(signed.bytes, field)).toMatch(/CAdES Verification successful/);
  });

  test.each(fields)("one changed byte under %s is noticed by openssl", (field) => {
    const bytes = Buffer.from(signed.bytes);
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;

    expect(verify(bytes, field)).toMatch(/verification failure/i);
  });

  test("every signature covers its whole revision but its own hole", () => {
    for (const field of fields) {
      const { range } = signatureOf(signed.bytes, field);
      const { length } = signed.revisions.find(({ name }) => name === field) ?? { length: 0 };
      expect(range[0]).toBe(0);
      expect((range[2] ?? 0) + (range[3] ?? 0)).toBe(length);
    }
  });

  test("a revision changes its own field and adds objects; nothing else changes", () => {
    const revisions = signed.revisions.map(({ name, length }) => ({
      name,
      bytes: signed.bytes.subarray(0, length),
    }));

    const changed = revisions.slice(1).map(({ name, bytes }, index) => ({
      name,
      changed: changedObjects(revisions[index]?.bytes ?? base, bytes),
    }));

    expect(changed).toEqual([
      { name: "Certification", changed: [expect.stringMatching(/Catalog/), "/Type /Page"] },
      { name: "Signer1", changed: ["field Signer1"] },
      { name: "Signer2", changed: ["field Signer2"] },
      { name: "PartyA", changed: ["field PartyA"] },
      { name: "ValidationData", changed: [expect.stringMatching(/Catalog/)] },
    ]);
  });

  test("an independent reader finds the fields merged with their widgets, printed and locked", async () => {
    const pdf = await PDF.load(signed.bytes);

    const found = pdf.getForm()?.getSignatureFields() ?? [];

    expect(found.map((field) => field.name)).toEqual([
      "Certification",
      "PartyA",
      "Signer1",
      "Signer2",
      "DocumentTimestamp",
    ]);
    expect(Buffer.from(signed.bytes).includes("/Kids []")).toBe(false);
    expect(
      Buffer.from(signed.bytes)
        .toString("latin1")
        .match(/\/F 132/g)?.length,
    ).toBe(8);
  });

  test("the platform certifies that only signatures may follow (DocMDP 2)", () => {
    const text = Buffer.from(signed.bytes).toString("latin1");

    expect(text).toMatch(/\/TransformMethod \/DocMDP .*\/P 2 /);
    expect(text).toMatch(/\/Perms << \/DocMDP \d+ 0 R >>/);
  });

  test("what a signature shows can be read back: name, masked number, time with zone", () => {
    const text = shownText(signed.bytes);

    expect(text).toContain("张晓雨　310***********1234");
    expect(text).toContain("2026-11-21 13:58:31 UTC+08:00");
    expect(text).toContain("欧阳㛃𠮷\n");
    expect(text).toContain("《平台代签授权书》\nPM-2026-01");
  });

  test("C-73: without a time-stamp authority the file is signed all the same", async () => {
    let asked = 0;
    const dead = async (): Promise<Uint8Array> => {
      asked += 1;
      throw new TimestampUnavailable("nobody answers");
    };

    const { signed: plain } = await sampleSigned(dead);

    expect(plain.timestamped).toBe(false);
    expect(plain.revisions.map(({ name }) => name)).toEqual(names);
    expect(asked).toBe(1);
  });

  test("a file that is no agreement as we make them is refused", () => {
    expect(() => openPdf(signed.bytes)).toThrow(/changed or encrypted after it was made/);
    expect(() => openPdf(Buffer.from("%PDF-1.7"))).toThrow(/startxref at the end is not where/);
  });
});
