import { PDF } from "@libpdf/core";
import type { Sequence } from "asn1js";
import { ContentInfo, SignedData, TSTInfo } from "pkijs";
import { expect, test } from "vitest";
import { timestampAuthority } from "../../functions/adapters/timestamp-authority.ts";
import { lambdaWorld } from "../../functions/world.ts";
import { timestampSimulator } from "../../lib/local/simulators/timestamp.ts";
import { openssl, signingFolder } from "../adapters/openssl.ts";
import { changedObjects, signatureOf } from "../pades/pdf-reading.ts";
import { sampleSigned } from "../pades/signed-sample.ts";
import { useStage } from "./simulator-stage.ts";

const stage = useStage();

/** The sample agreement, signed with tokens of an embedded authority under the stage's clock. */
async function stamped() {
  const authority = await stage.start(timestampSimulator);
  const now = () => new Date(stage.clock.now()).toISOString();
  const world = { ...lambdaWorld, now };
  const timestamp = timestampAuthority(world, { urls: [authority.url], roots: authority.rootPem });
  return { ...(await sampleSigned(timestamp, now())), authority };
}

test("the document time-stamp comes last and covers the whole file; openssl accepts it", async () => {
  const { signed, authority } = await stamped();

  const { range, content, cms } = signatureOf(signed.bytes, "DocumentTimestamp");

  expect(signed.timestamped).toBe(true);
  expect(signed.revisions.at(-1)?.name).toBe("DocumentTimestamp");
  expect((range[2] ?? 0) + (range[3] ?? 0)).toBe(signed.bytes.length);
  const folder = signingFolder({ content, "token.tst": cms, "root.pem": authority.rootPem });
  const verify = "ts -verify -data content -in token.tst -token_in -CAfile root.pem";
  expect(openssl(folder, verify)).toMatch(/Verification: OK/);
  const before = signed.revisions.at(-2)?.length ?? 0;
  expect(changedObjects(signed.bytes.subarray(0, before), signed.bytes)).toEqual([
    "field DocumentTimestamp",
  ]);
});

test.each(["Certification", "Signer1", "Signer2", "PartyA"])(
  "the signature of %s carries a token over its own value; pkijs and openssl accept both",
  async (field) => {
    const { signed, root, authority } = await stamped();

    const { content, cms } = signatureOf(signed.bytes, field);
    const data = new SignedData({ schema: ContentInfo.fromBER(Uint8Array.from(cms)).content });
    const [info] = data.signerInfos;
    const [attribute] = info?.unsignedAttrs?.attributes ?? [];
    const [value] = attribute?.values ?? [];
    const token = Buffer.from((value as Sequence).toBER());

    expect(await data.verify({ signer: 0, data: Uint8Array.from(content).buffer })).toBe(true);
    const folder = signingFolder({
      content,
      "cms.der": cms,
      value: new Uint8Array(info?.signature.getValue() ?? []),
      "token.tst": token,
      "root.pem": root,
      "tsa.pem": authority.rootPem,
    });
    expect(
      openssl(
        folder,
        "cms -verify -cades -binary -inform DER -in cms.der -content content -CAfile root.pem -out /dev/null",
      ),
    ).toMatch(/CAdES Verification successful/);
    expect(
      openssl(folder, "ts -verify -data value -in token.tst -token_in -CAfile tsa.pem"),
    ).toMatch(/Verification: OK/);
  },
);

test("the tokens tell the time of the stack's clock", async () => {
  stage.clock.advance(36 * 3_600_000);

  const { signed } = await stamped();

  const { cms } = signatureOf(signed.bytes, "DocumentTimestamp");
  const token = new SignedData({ schema: ContentInfo.fromBER(Uint8Array.from(cms)).content });
  const { genTime } = TSTInfo.fromBER(
    token.encapContentInfo.eContent?.getValue() ?? new ArrayBuffer(),
  );
  expect(Math.abs(genTime.getTime() - stage.clock.now())).toBeLessThan(60_000);
});

test("validation data holds every certificate of signers and authorities, and a revocation list", async () => {
  const { signed } = await stamped();

  const text = Buffer.from(signed.bytes).toString("latin1");
  const [, certificates = "", lists = ""] =
    /\/DSS \/Certs \[(.*?)\] \/CRLs \[(.*?)\]/.exec(text) ?? [];

  // Platform, its authority, three for one signature each, and the time-stamp authority's own.
  expect(certificates.match(/ R/g)?.length).toBe(6);
  expect(lists.match(/ R/g)?.length).toBe(1);
});

test("a byte changed anywhere after signing breaks the document time-stamp", async () => {
  const { signed, authority } = await stamped();
  const verdicts = [100, 50_000, signed.revisions[2]?.length ?? 0].map((at) => {
    const bytes = Buffer.from(signed.bytes);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    const { content, cms } = signatureOf(bytes, "DocumentTimestamp");
    const folder = signingFolder({ content, "token.tst": cms, "root.pem": authority.rootPem });
    return openssl(folder, "ts -verify -data content -in token.tst -token_in -CAfile root.pem");
  });

  for (const verdict of verdicts) expect(verdict).toMatch(/message imprint mismatch/);
});

test("libpdf, which wrote none of it, finds five signed fields in one document", async () => {
  const { signed } = await stamped();

  const pdf = await PDF.load(signed.bytes);

  const fields = pdf.getForm()?.getSignatureFields() ?? [];
  expect(fields.filter((field) => field.isSigned()).map(({ name }) => name)).toEqual([
    "Certification",
    "PartyA",
    "Signer1",
    "Signer2",
    "DocumentTimestamp",
  ]);
});
