import { describe, expect, test } from "vitest";
import { composeAgreement } from "../../functions/domain/agreement.ts";
import { withSigners } from "../../functions/domain/agreement-signers.ts";
import { agreementTemplates } from "../../functions/domain/agreement-templates.ts";
import { agreementVariables } from "../../functions/domain/agreement-variables.ts";
import { openPdf, pageNumbers } from "../../functions/pades/growing-pdf.ts";
import { signAgreement } from "../../functions/pades/sign-agreement.ts";
import { agreementPdf } from "../../functions/pages/agreement-pdf.ts";
import { cardsPerPage, signaturePlaces } from "../../functions/pages/signature-places.ts";
import { pdfClaims } from "../../verifier/pdf-claims.ts";
import { sampleOptions, sampleParts, signedAt, strokes } from "./signed-sample.ts";

const contractId = "CT7K2M9QX4RW8B3NF6HJ5TYD0A";
const [template] = agreementTemplates;
if (template === undefined) throw new Error("there are no templates");
const parts = await sampleParts();

async function signedBy(count: number) {
  const signers = Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    userType: "PERSONAL" as const,
  }));
  const subject = { name: "张晓雨", mobile: "13800138000", idNumber: "310101199001011234" };
  const variables = agreementVariables({ contractId, createdAt: signedAt, subject });
  const all = Object.fromEntries(
    signers.flatMap(({ number }) => [
      ...Object.entries(variables).map(([name, value]) => [`signer${number}_${name}`, value]),
    ]),
  );
  const agreement = composeAgreement(withSigners(template!, signers), { ...variables, ...all });
  const about = {
    createdAt: signedAt,
    contractId,
    verifyUrl: `https://sign.example/${contractId}`,
  };
  const base = await agreementPdf(agreement, { fonts: parts.fonts, ...about });
  const options = await sampleOptions(parts, base, signedAt);
  const lastPage = pageNumbers(openPdf(base)).length - 1;
  const people = await Promise.all(
    signers.map(async ({ number }) => ({
      field: `Signer${number}`,
      name: "张晓雨",
      maskedId: "310***********1234",
      at: signedAt,
      handwriting: { strokes },
      signer: await parts.signer(number, "张*雨"),
    })),
  );
  const places = signaturePlaces(lastPage, count);
  const signed = await signAgreement(base, { ...options, places, signers: people });
  return { lastPage, places, signed };
}

describe("an agreement that many sign", () => {
  test.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [20, 7],
  ])(
    "C-48: %i signers and party A find their places on %i pages, three on each",
    (count, pages) => {
      const places = signaturePlaces(9, count);

      expect(new Set(places.map(({ page }) => page)).size).toBe(pages);
      expect(places.at(-1)?.page).toBe(9);
      const rects = places.map(({ page, rect }) => `${page} ${rect}`);
      expect(new Set(rects).size).toBe(count + 1);
      for (const page of new Set(places.map((place) => place.page)))
        expect(places.filter((place) => place.page === page).length).toBeLessThanOrEqual(
          cardsPerPage,
        );
    },
  );

  test("everybody's signature holds in the file of all twenty, in the order of signing", async () => {
    const { signed, places, lastPage } = await signedBy(20);

    expect(places[0]?.page).toBe(lastPage - 6);
    // Parties beside each other in one row would need a page for every few letters of them.
    expect(lastPage).toBeLessThan(13);
    expect(signed.revisions.map(({ name }) => name)).toEqual([
      "agreement",
      "Certification",
      ...Array.from({ length: 20 }, (_, index) => `Signer${index + 1}`),
      "PartyA",
      "ValidationData",
    ]);
    const { claims } = await pdfClaims(
      new Uint8Array(signed.bytes),
      "signed.pdf",
      undefined,
      signedAt,
    );
    expect(claims.filter(({ status }) => status === "fails")).toEqual([]);
    expect(claims.filter(({ title }) => title === "pdfSignature")).toHaveLength(22);
  });
});
