import { generateKeyPairSync } from "node:crypto";
import { unzipSync } from "fflate";
import { beforeAll, describe, expect, test } from "vitest";
import type { Claim, Report } from "../../verifier/claim.ts";
import { wordsOf } from "../../verifier/messages.ts";
import { type Trust, verify } from "../../verifier/verify.ts";
import { decline, generate, invite, sent } from "../story.ts";
import {
  type Commands,
  type Fixture,
  type Forgery,
  type Options,
  sealedBundle,
  turned,
  withFiles,
} from "./bundle-fixture.ts";

const now = "2026-11-22T00:00:00.000Z";
const encoder = new TextEncoder();

let good: Fixture;
let files: Record<string, Uint8Array>;
beforeAll(async () => {
  good = await sealedBundle();
  files = unzipSync(good.zip);
});

const check = (zip: Fixture["zip"], trust: Trust = { roots: good.roots }): Promise<Report> =>
  verify(zip, trust, now);

const failing = ({ claims }: Report): string[] =>
  claims
    .filter(({ status }) => status === "fails")
    .map(({ title, culprit }) => `${title}: ${culprit}`);

const statusOf = ({ claims }: Report, title: Claim["title"]) =>
  claims.find((claim) => claim.title === title)?.status;

describe("A-26: a bundle is verified claim by claim", () => {
  test("all of a completed contract's hold for who brings the roots", async () => {
    const report = await check(good.zip);

    expect(report.claims.filter(({ status }) => status !== "holds")).toEqual([]);
    expect(report.verdict).toBe("holds");
    expect(report.claims.map(({ title }) => title)).toEqual([
      ...["outcome", "agreement", "signer", "verified", "signer", "disclosures"],
      ...["pdfKnown", "pdfUnchanged", "pdfSignature", "pdfSignature", "pdfSignature", "pdfWhole"],
      ...[
        "pdfOrder",
        "container",
        "files",
        "steps",
        "covers",
        "sealed",
        "trusted",
        "stamped",
        "logged",
      ],
    ]);
  });

  test("D-67: it tells who signed when, how the person was verified, and by whose clock", async () => {
    const { claims } = await check(good.zip);

    const told = claims.map(({ says }) => wordsOf(says, "en")).join("\n");
    expect(told).toContain("signer 1, 2026-11-21T08:05:00.000Z by the platform's clock");
    expect(told).toContain("signer 1 by FACE, 2026-11-21T08:08:00.000Z (VR1)");
    expect(told).toContain("2026-11-21T08:09:00.000Z by the clock of Qianyue Timestamp Authority");
    expect(told).toContain("Signer1: 张**, certificate by Qianyue CA");
  });

  test("without roots nothing is called trusted, however well it holds together", async () => {
    const report = await check(good.zip, {});

    expect(report.verdict).toBe("unchecked");
    for (const title of ["trusted", "stamped", "pdfWhole", "logged"] as const)
      expect(statusOf(report, title)).toBe("unchecked");
    expect(failing(report)).toEqual([]);
  });

  test("under other roots every signature fails by name", async () => {
    const { roots } = await sealedBundle([generate]);
    const [ours, tsa] = roots.split(/(?<=-----END CERTIFICATE-----\n)/);

    const report = await check(good.zip, { roots: `${ours}${tsa}` });

    expect(failing(report)).toContain("trusted: META-INF/signature001.p7s");
    expect(failing(report)).toContain("pdfSignature: signed.pdf, signature Signer1");
  });

  test("the log counts as the one you know by its key, not by the one inside", async () => {
    const { logKey } = await sealedBundle([generate]);

    const own = await check(good.zip, { roots: good.roots, logKey: good.logKey });
    const foreign = await check(good.zip, { roots: good.roots, logKey });

    expect(statusOf(own, "logged")).toBe("holds");
    expect(failing(foreign)).toEqual(["logged: pki/log-key.pem"]);
  });

  test("a witness of the log confirms the leaf, contradicts it, or is too old to know", async () => {
    const { leafHash } = JSON.parse(Buffer.from(files["log/proof.json"] ?? []).toString());
    const witnessed = (leaves: string[]) =>
      check(good.zip, { roots: good.roots, witness: { leaves } });

    expect(statusOf(await witnessed(["a", "b", leafHash]), "logged")).toBe("holds");
    expect(failing(await witnessed(["a", "b", "c"]))).toEqual(["logged: log/proof.json"]);
    expect(statusOf(await witnessed(["a", "b"]), "logged")).toBe("unchecked");
  });
});

describe("other ends than completion", () => {
  test.each([
    ["FAILED", [generate, invite, sent, { type: "fail", reason: "VERIFIER_DOWN", detail: "x" }]],
    ["DECLINED", [generate, invite, sent, decline]],
    ["REVOKED", [generate, { type: "revoke", owner: "sandai", reason: "r", operator: "o" }]],
    ["FAILED", [{ type: "fail", reason: "TEMPLATE_UNAVAILABLE", detail: "x" }]],
  ] as [string, Commands][])(
    "%s is told as such, and its evidence holds",
    async (step, commands) => {
      const { zip, roots } = await sealedBundle(commands);

      const report = await check(zip, { roots });

      expect(report.verdict).toBe("holds");
      expect(report.claims[0]).toMatchObject({ title: "outcome", says: { values: { step } } });
    },
  );

  test("C-73: without a time-stamp authority it says whose clock is left", async () => {
    const { zip, roots } = await sealedBundle(undefined, { timestamp: "down" });

    const report = await check(zip, { roots });

    expect(failing(report)).toEqual([]);
    expect(report.verdict).toBe("unchecked");
    expect(statusOf(report, "stamped")).toBe("unchecked");
    expect(statusOf(report, "pdfWhole")).toBe("unchecked");
  });
});

describe("erasure", () => {
  test("personal files are gone, and everything else still holds", async () => {
    const { zip, roots } = await sealedBundle(undefined, { erased: true });

    const report = await check(zip, { roots });

    const erased = report.claims.filter(({ status }) => status === "erased");
    expect(erased.map(({ title }) => title)).toEqual(["agreement", "disclosures", "pdfKnown"]);
    expect(report.verdict).toBe("holds");
  });

  test("one field may be erased alone; what is left is still compared", async () => {
    const lists = JSON.parse(Buffer.from(files["disclosures.json"] ?? []).toString());
    lists[0] = lists[0].filter(({ name }: { name: string }) => name !== "idNumber");
    const text = JSON.stringify(lists, null, 2);

    const fewer = await check(withFiles(good.zip, { "disclosures.json": encoder.encode(text) }));
    const spaced = await check(
      withFiles(good.zip, { "disclosures.json": encoder.encode(`${text} `) }),
    );

    expect(statusOf(fewer, "disclosures")).toBe("erased");
    expect(fewer.verdict).toBe("holds");
    expect(failing(spaced)).toEqual(["disclosures: disclosures.json"]);
  });
});

const anotherKey = (): Uint8Array => {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return Buffer.from(publicKey.export({ format: "pem", type: "spki" }));
};

describe("one planted fault in a file fails with its culprit", () => {
  const text = (name: string) => Buffer.from(files[name] ?? []).toString();
  const edited = (name: string, from: string | RegExp, to: string) => ({
    [name]: encoder.encode(text(name).replace(from, to)),
  });
  const flipped = (name: string, at: number) => ({
    [name]: turned(files[name] ?? new Uint8Array(), at),
  });

  test.each<[string, () => Record<string, Uint8Array | undefined>, string]>([
    ["a file nobody listed", () => ({ "extra.txt": encoder.encode("x") }), "files: extra.txt"],
    ["a listed file less", () => ({ "VERIFY.md": undefined }), "files: VERIFY.md"],
    ["other instructions", () => edited("VERIFY.md", "openssl", "opensSl"), "files: VERIFY.md"],
    [
      "a stranger's certificate",
      () => flipped("pki/authority.pem", 300),
      "files: pki/authority.pem",
    ],
    [
      "another list",
      () => edited("META-INF/ASiCManifest001.xml", ">", " >"),
      "files: META-INF/ASiCManifest001.xml",
    ],
    [
      "a comment in the list",
      () => edited("META-INF/ASiCManifest001.xml", "</asic", "<!-- --></asic"),
      "files: META-INF/ASiCManifest001.xml",
    ],
    [
      "another seal",
      () => flipped("META-INF/signature001.p7s", 1400),
      "sealed: META-INF/signature001.p7s",
    ],
    [
      "no seal",
      () => ({ "META-INF/signature001.p7s": undefined }),
      "sealed: META-INF/signature001.p7s",
    ],
    [
      "another token",
      () => flipped("META-INF/timestamp002.tst", 900),
      "stamped: META-INF/timestamp002.tst",
    ],
    [
      "no token",
      () => ({ "META-INF/timestamp002.tst": undefined }),
      "files: META-INF/timestamp002.tst",
    ],
    [
      "a changed step",
      () => edited("entries/0003.json", "simulator", "simulat0r"),
      "steps: entries/0004.json",
    ],
    [
      "a step that is not canonical",
      () => edited("entries/0003.json", ",", ", "),
      "steps: entries/0003.json",
    ],
    [
      "a key twice",
      () => edited("entries/0003.json", '"v":1', '"v":1,"v":1'),
      "steps: entries/0003.json",
    ],
    ["a step less", () => ({ "entries/0003.json": undefined }), "steps: entries/0003.json"],
    [
      "the last step less",
      () => ({ "entries/0010.json": undefined }),
      "covers: seal/statement.json",
    ],
    [
      "a step that is no JSON",
      () => ({ "entries/0003.json": encoder.encode("{") }),
      "steps: entries/0003.json",
    ],
    [
      "another statement",
      () => edited("seal/statement.json", '"treeSize":11', '"treeSize":12'),
      "covers: seal/statement.json",
    ],
    [
      "another value",
      () => edited("disclosures.json", "13800138000", "13800138001"),
      "disclosures: disclosures.json",
    ],
    [
      "a value nobody committed to",
      () => edited("disclosures.json", '"name": "mobile"', '"name": "phone"'),
      "disclosures: disclosures.json",
    ],
    ["another agreement", () => flipped("agreement.pdf", 5000), "agreement: agreement.pdf"],
    ["another signed document", () => flipped("signed.pdf", 5000), "pdfKnown: signed.pdf"],
    [
      "another leaf",
      () => edited("log/proof.json", /"leafHash":"./, '"leafHash":"g'),
      "logged: log/proof.json",
    ],
    [
      "another index",
      () => edited("log/proof.json", '"index":2', '"index":1'),
      "logged: log/proof.json",
    ],
    [
      "another path",
      () => edited("log/proof.json", /"hashes":\["../, '"hashes":["zz'),
      "logged: log/proof.json",
    ],
    [
      "another size of the log",
      () => edited("log/checkpoint", "\n3\n", "\n4\n"),
      "logged: log/checkpoint",
    ],
    ["another root of the log", () => flipped("log/checkpoint", 25), "logged: log/checkpoint"],
    [
      "another signature of the log",
      () => flipped("log/checkpoint", 120),
      "logged: log/checkpoint",
    ],
    [
      "another key of the log",
      () => ({ "pki/log-key.pem": anotherKey() }),
      "logged: log/checkpoint",
    ],
  ])("%s", async (_, change, culprit) => {
    const report = await check(withFiles(good.zip, change()));

    expect(report.verdict).toBe("fails");
    expect(failing(report)).toContain(culprit);
  });
});

describe("whoever holds the platform's keys still cannot seal a story that does not add up", () => {
  const without =
    (step: string): Forgery =>
    (entries) =>
      entries.filter((entry) => entry.step !== step);
  const altered =
    (step: string, change: Record<string, unknown>): Forgery =>
    (entries) =>
      entries.map((entry) =>
        entry.step === step
          ? ({
              ...entry,
              ...change,
              facts: { ...entry.facts, ...(change.facts ?? {}) },
            } as typeof entry)
          : entry,
      );
  const twice: Forgery = (entries) =>
    entries.flatMap((entry) =>
      entry.step === "SIGNED" ? [entry, { ...entry, step: "EXPIRED", facts: {} }] : [entry],
    );

  test.each<[string, Forgery, string]>([
    ["completed without a verification", without("AUTH_RESULT"), "verified: entries/"],
    ["completed without a verification has no end", without("AUTH_RESULT"), "outcome: entries/"],
    ["signed by nobody", without("SIGNED"), "outcome: entries/"],
    [
      "a second signer who never signed",
      altered("FLOW_CREATED", {
        facts: { signer1: "1 PERSONAL FACE", signer2: "1 PERSONAL FACE" },
      }),
      "outcome: entries/",
    ],
    ["expired and completed", twice, "outcome: entries/0006.json"],
    [
      "another document than the one read",
      altered("SIGNED", { facts: { documentHash: "d" } }),
      "agreement: entries/0005.json",
    ],
    [
      "a version the steps do not know",
      altered("DOCUMENT_SIGNED", { facts: { revision2: "Signer1 1 ab" } }),
      "pdfKnown: signed.pdf",
    ],
    [
      "another verification than the certificate's",
      altered("AUTH_RESULT", { facts: { verificationId: "VR2" } }),
      "pdfSignature: signed.pdf, signature Signer1",
    ],
    [
      "another mandate than the seal's",
      altered("AUTO_SIGN", { facts: { mandate: "none" } }),
      "pdfSignature: signed.pdf, signature PartyA",
    ],
    [
      "another certificate than recorded",
      altered("DOCUMENT_SIGNED", { facts: { signerCertificate: "00" } }),
      "pdfSignature: signed.pdf, signature Signer1",
    ],
    [
      "signed after it was time-stamped",
      altered("SIGNED", { at: "2026-11-21T09:30:00.000Z" }),
      "pdfSignature: signed.pdf, signature Signer1",
    ],
    [
      "another signer than the PDF's",
      altered("SIGNED", { facts: { signer: 2 } }),
      "pdfOrder: entries/0005.json",
    ],
  ])("%s", async (_, forge, culprit) => {
    const { zip, roots } = await sealedBundle(undefined, { forge } satisfies Options);

    const report = await check(zip, { roots });

    expect(failing(report)).toContain(culprit);
  });
});
