import { certificates } from "../../functions/adapters/certificates.ts";
import type { CmsSigner, Timestamp } from "../../functions/adapters/cms.ts";
import { documentStore } from "../../functions/adapters/document-store.ts";
import type { SigningKey } from "../../functions/adapters/signing-key.ts";
import { composeAgreement } from "../../functions/domain/agreement.ts";
import { agreementTemplates } from "../../functions/domain/agreement-templates.ts";
import { agreementVariables } from "../../functions/domain/agreement-variables.ts";
import { openPdf, pageNumbers } from "../../functions/pades/growing-pdf.ts";
import { signAgreement } from "../../functions/pades/sign-agreement.ts";
import { agreementFonts } from "../../functions/pages/agreement-fonts.ts";
import { agreementPdf } from "../../functions/pages/agreement-pdf.ts";
import { signaturePlaces } from "../../functions/pages/signature-places.ts";
import { lambdaWorld } from "../../functions/world.ts";
import { testWorld } from "../fakes/world.ts";

const contractId = "CT7K2M9QX4RW8B3NF6HJ5TYD0A";
export const signedAt = "2026-11-21T06:00:07.000Z";
const verifyUrl = `https://sign.example/verify/${contractId}`;

/** A heart-felt signature in three strokes. */
export const strokes = [
  [120, 260, 180, 180, 250, 150, 300, 190, 260, 270, 190, 330, 150, 390, 210, 410, 300, 380],
  [380, 140, 370, 240, 360, 350, 380, 410, 450, 400, 520, 340],
  [420, 230, 500, 220, 590, 200, 560, 280, 540, 380, 600, 400, 700, 330, 820, 250, 900, 240],
];

export const memoryKey = (): SigningKey => {
  const { publicKey, sign } = lambdaWorld.keyPair();
  return { publicKey: async () => publicKey, sign: async (message) => sign(message) };
};

/** An agreement as PDF, the platform's certificates, and everything that signs it. */
export async function sampleParts(now = signedAt) {
  const { world } = testWorld({ now: () => now });
  const keys = { caKey: memoryKey(), platformKey: memoryKey() };
  const pki = certificates(world, { ...keys, store: documentStore(world, "documents") });
  const { platform, authority } = await pki.chain();
  const fonts = await agreementFonts();
  const signer = async (signerNumber: number, commonName: string): Promise<CmsSigner> => {
    const pair = world.keyPair();
    const own = await pki.issueSigner({
      contractId,
      signerNumber,
      commonName,
      verificationId: `VR${signerNumber}`,
      spki: pair.publicKey,
    });
    return { chain: [own, ...authority], sign: async (message) => pair.sign(message) };
  };
  const certification: CmsSigner = { chain: [platform, ...authority], sign: keys.platformKey.sign };
  const revocationLists = [await pki.revocationList()];
  return { world, pki, fonts, authority, signer, certification, revocationLists };
}

export async function sampleAgreement(): Promise<Uint8Array> {
  const [template] = agreementTemplates;
  if (template === undefined) throw new Error("there are no templates");
  const subject = { name: "张晓雨", mobile: "13800138000", idNumber: "310101199001011234" };
  const variables = agreementVariables({ contractId, createdAt: signedAt, subject });
  const fonts = await agreementFonts();
  const agreement = composeAgreement(template, variables);
  return agreementPdf(agreement, { fonts, createdAt: signedAt, contractId, verifyUrl });
}

type Parts = Awaited<ReturnType<typeof sampleParts>>;

/** A drawn and a typed signature and party A's seal. */
export async function sampleOptions(
  { fonts, certification, revocationLists, signer }: Parts,
  base: Uint8Array,
  at: string,
) {
  return {
    contractId,
    fonts,
    places: signaturePlaces(pageNumbers(openPdf(base)).length - 1, 2),
    certification,
    signers: [
      {
        field: "Signer1",
        name: "张晓雨",
        maskedId: "310***********1234",
        at: "2026-11-21T05:58:31.000Z",
        handwriting: { strokes },
        signer: await signer(1, "张*雨"),
      },
      {
        field: "Signer2",
        name: "欧阳㛃𠮷",
        maskedId: "440***********002X",
        at: "2026-11-21T05:59:02.000Z",
        handwriting: { typedName: "欧阳㛃𠮷" },
        signer: await signer(2, "欧***"),
      },
    ],
    seals: [
      {
        field: "PartyA",
        name: "拉卡拉支付股份有限公司",
        mandate: "《平台代签授权书》PM-2026-01",
        at,
        signer: await signer(0, "拉卡拉支付股份有限公司"),
      },
    ],
    revocationLists,
    at,
  };
}

let agreement: Promise<Uint8Array> | undefined;

export async function sampleSigned(timestamp?: Timestamp, now = signedAt) {
  agreement ??= sampleAgreement();
  const base = await agreement;
  const parts = await sampleParts(now);
  const options = await sampleOptions(parts, base, now);
  const signed = await signAgreement(base, { ...options, ...(timestamp && { timestamp }) });
  return { root: parts.authority[0].pem, base, signed };
}
