import { type Certificate, certificatesFromPem } from "../adapters/certificate.ts";
import type { Certificates } from "../adapters/certificates.ts";
import type { CmsSigner, Timestamp } from "../adapters/cms.ts";
import type { Details } from "../adapters/contract-items.ts";
import type { DataKey } from "../adapters/data-key.ts";
import type { DocumentStore } from "../adapters/document-store.ts";
import type { SigningKey } from "../adapters/signing-key.ts";
import { agreementVariables, maskedName } from "../domain/agreement-variables.ts";
import type { Contract } from "../domain/contract.ts";
import type { Disclosure, Facts } from "../domain/evidence.ts";
import type { Handwriting } from "../pades/appearance.ts";
import { openPdf, pageNumbers } from "../pades/growing-pdf.ts";
import { signAgreement } from "../pades/sign-agreement.ts";
import { agreementFonts } from "../pages/agreement-fonts.ts";
import { signaturePlaces } from "../pages/signature-places.ts";
import type { World } from "../world.ts";
import { readAgreement, readFiles, signedKey, storeFiles } from "./agreement-file.ts";
import type { OpenChain } from "./seal-contract.ts";

/** The agreement with every signature in it, and who signed. */
export type SignedAgreement = {
  readonly pdf: Uint8Array;
  readonly certificates: Readonly<Record<string, Certificate>>;
};

/** K49: under what the platform seals for party A without anybody acting. */
const mandate = "签约平台常设委托";

/**
 * Makes the signed agreement of a contract whose gates are closed (issue 3): certification by the platform,
 * each signer's visible signature under a certificate made for it, party A's seal, a time-stamp over all.
 */
export function agreementSigner(
  world: World,
  tools: {
    readonly documents: DocumentStore;
    readonly certificates: Certificates;
    readonly platformKey: SigningKey;
    readonly timestamp: Timestamp;
  },
) {
  return {
    /** Signs and stores; the facts name every revision, so that nothing can be slipped between two of them. */
    async sign(open: OpenChain, details: Details): Promise<Facts> {
      const { contract, entries, disclosures, dataKey } = open;
      const { agreement } = contract;
      if (agreement === undefined) throw new Error(`contract ${contract.id} has no agreement`);
      const [base, chain, revocationList, fonts] = await Promise.all([
        readAgreement(tools.documents, dataKey, contract.id, agreement.documentHash),
        tools.certificates.chain(),
        tools.certificates.revocationList(),
        agreementFonts(),
      ]);
      const platform = [chain.platform, ...chain.authority] as const;
      const signed = entries.find((entry) => entry.step === "SIGNED");
      const passed = entries.find(
        (entry) => entry.step === "AUTH_RESULT" && entry.facts.result === "SUCCESS",
      );
      if (signed === undefined || passed === undefined)
        throw new Error(`contract ${contract.id} is sealing without both gates in its chain`);
      const variables = agreementVariables({ ...contract, contractId: contract.id, ...details });
      const person = maskedName(details.subject.legalRepName ?? details.subject.name);
      const signer = await oneTimeSigner(chain.authority, {
        contractId: contract.id,
        signerNumber: 1,
        commonName: person,
        verificationId: String(passed.facts.verificationId),
      });
      const partyA = await oneTimeSigner(chain.authority, {
        contractId: contract.id,
        signerNumber: 0,
        commonName: variables.partyAName ?? "",
        verificationId: mandate,
      });
      const result = await signAgreement(base, {
        contractId: contract.id,
        fonts,
        places: signaturePlaces(pageNumbers(openPdf(base)).length - 1),
        certification: { chain: platform, sign: tools.platformKey.sign },
        signers: [
          {
            field: "Signer1",
            name: details.subject.name,
            maskedId: details.subject.idNumber
              ? (variables.idNumberMasked ?? "")
              : (details.subject.creditCode ?? ""),
            at: signed.at,
            handwriting: handwritingOf(disclosures[signed.index]),
            signer,
          },
        ],
        partyA: {
          field: "PartyA",
          name: variables.partyAName ?? "",
          mandate,
          at: signed.at,
          signer: partyA,
        },
        revocationLists: [revocationList],
        timestamp: tools.timestamp,
        at: world.now(),
      });
      const newest = result.revisions.at(-1);
      if (newest === undefined) throw new Error(`signing ${contract.id} made no revision`);
      await storeFiles(tools.documents, dataKey, signedKey(contract.id, newest.sha256), {
        "signed.pdf": result.bytes,
        "signer-1.pem": Buffer.from(signer.chain[0].pem),
        "party-a.pem": Buffer.from(partyA.chain[0].pem),
      });
      return {
        signedHash: newest.sha256,
        ...Object.fromEntries(
          result.revisions.map(({ name, length, sha256 }, number) => [
            `revision${number}`,
            `${name} ${length} ${sha256}`,
          ]),
        ),
        signerCertificate: signer.chain[0].sha256,
        partyACertificate: partyA.chain[0].sha256,
        mandate,
        timestamped: result.timestamped,
      };
    },

    /** What `sign` stored. */
    async read(contract: Contract, signedHash: string, dataKey: DataKey): Promise<SignedAgreement> {
      const files = await readFiles(tools.documents, dataKey, signedKey(contract.id, signedHash));
      const { "signed.pdf": pdf, ...pems } = files;
      if (pdf === undefined) throw new Error(`contract ${contract.id} has no signed agreement`);
      const certificates = Object.entries(pems).map(([name, pem]) => {
        const [certificate] = certificatesFromPem(Buffer.from(pem).toString());
        if (certificate === undefined) throw new Error(`${name} of ${contract.id} is empty`);
        return [name, certificate] as const;
      });
      return { pdf, certificates: Object.fromEntries(certificates) };
    },
  };

  /** A key for one signature: made, certified, used and forgotten (§13 of the signature law: sole control). */
  async function oneTimeSigner(
    authority: readonly Certificate[],
    request: Omit<Parameters<Certificates["issueSigner"]>[0], "spki">,
  ): Promise<CmsSigner> {
    const pair = world.keyPair();
    const own = await tools.certificates.issueSigner({ ...request, spki: pair.publicKey });
    return { chain: [own, ...authority], sign: async (message) => pair.sign(message) };
  }
}

function handwritingOf(disclosures: readonly Disclosure[] = []): Handwriting {
  const signature = disclosures.find(({ name }) => name === "signature");
  if (signature === undefined) throw new Error("the chain holds no handwriting");
  return JSON.parse(signature.value) as Handwriting;
}
