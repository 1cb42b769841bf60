import { type Certificate, certificatesFromPem } from "../adapters/certificate.ts";
import type { Certificates } from "../adapters/certificates.ts";
import type { CmsSigner, Timestamp } from "../adapters/cms.ts";
import { type Details, subjectOf } from "../adapters/contract-items.ts";
import type { DataKey } from "../adapters/data-key.ts";
import type { DocumentStore } from "../adapters/document-store.ts";
import type { SigningKey } from "../adapters/signing-key.ts";
import { agreementVariables, maskedName } from "../domain/agreement-variables.ts";
import type { Contract } from "../domain/contract.ts";
import type { Disclosure, Facts } from "../domain/evidence.ts";
import { acts } from "../domain/signer.ts";
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
    async sign(
      open: OpenChain,
      details: Details,
    ): Promise<{ readonly mandate: string; readonly facts: Facts }> {
      const { contract, dataKey } = open;
      const { agreement } = contract;
      if (agreement === undefined) throw new Error(`contract ${contract.id} has no agreement`);
      const [base, chain, revocationList, fonts] = await Promise.all([
        readAgreement(tools.documents, dataKey, contract.id, agreement.documentHash),
        tools.certificates.chain(),
        tools.certificates.revocationList(),
        agreementFonts(),
      ]);
      const platform = [chain.platform, ...chain.authority] as const;
      const at = world.now();
      const signers = await visibleSigners(open, details, chain.authority);
      const seals = await visibleSeals(open, details, { authority: chain.authority, at });
      const result = await signAgreement(base, {
        contractId: contract.id,
        fonts,
        places: signaturePlaces(pageNumbers(openPdf(base)).length - 1, contract.signers.length),
        certification: { chain: platform, sign: tools.platformKey.sign },
        signers,
        seals,
        revocationLists: [revocationList],
        timestamp: tools.timestamp,
        at,
      });
      const newest = result.revisions.at(-1);
      if (newest === undefined) throw new Error(`signing ${contract.id} made no revision`);
      const certificates = [...signers, ...seals].map(
        ({ number, signer }) => [number, signer.chain[0]] as const,
      );
      await storeFiles(tools.documents, dataKey, signedKey(contract.id, newest.sha256), {
        "signed.pdf": result.bytes,
        ...Object.fromEntries(
          certificates.map(([number, { pem }]) => [pemName(number), Buffer.from(pem)]),
        ),
      });
      const facts = {
        signedHash: newest.sha256,
        ...Object.fromEntries(
          result.revisions.map(({ name, length, sha256 }, number) => [
            `revision${number}`,
            `${name} ${length} ${sha256}`,
          ]),
        ),
        ...Object.fromEntries(
          certificates.map(([number, { sha256 }]) => [certificateFact(number), sha256]),
        ),
        timestamped: result.timestamped,
      };
      return { mandate, facts };
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

  /** Everybody who signed, in the order of signing; each after the verification that the certificate names. */
  function visibleSigners(
    { contract, entries, disclosures }: OpenChain,
    details: Details,
    authority: readonly Certificate[],
  ) {
    const signed = entries.filter(({ step }) => step === "SIGNED");
    if (signed.length !== contract.signers.filter(acts).length)
      throw new Error(`contract ${contract.id} is sealing with ${signed.length} signatures`);
    return Promise.all(
      signed.map(async ({ at, index, facts }) => {
        const number = Number(facts.signer);
        const passed = entries.find(
          (entry) =>
            entry.step === "AUTH_RESULT" &&
            entry.facts.signer === number &&
            entry.facts.result === "SUCCESS",
        );
        if (passed === undefined)
          throw new Error(`contract ${contract.id} is sealing before signer ${number} is verified`);
        const subject = subjectOf(details, number);
        const signer = await oneTimeSigner(authority, {
          contractId: contract.id,
          signerNumber: number,
          commonName: maskedName(subject.legalRepName ?? subject.name),
          verificationId: String(passed.facts.verificationId),
        });
        const handwriting = handwritingOf(disclosures[index]);
        return { number, ...partyOf(contract, details, number), at, handwriting, signer };
      }),
    );
  }

  /** Those in whose name the platform seals (K49): signers with a standing mandate, then party A. */
  function visibleSeals(
    { contract }: OpenChain,
    details: Details,
    { authority, at }: { readonly authority: readonly Certificate[]; readonly at: string },
  ) {
    const { partyAName = "" } = agreementVariables({
      ...contract,
      contractId: contract.id,
      ...details,
    });
    const absent = contract.signers.flatMap(({ number, mandate: own }) =>
      own === undefined
        ? []
        : [{ number, ...partyOf(contract, details, number), mandate: `授权合同 ${own}`, own }],
    );
    const partyA = { number: 0, field: "PartyA", name: partyAName, mandate, own: mandate };
    return Promise.all(
      [...absent, partyA].map(async ({ own, ...party }) => {
        const signer = await oneTimeSigner(authority, {
          contractId: contract.id,
          signerNumber: party.number,
          commonName: party.name,
          verificationId: own,
        });
        return { ...party, at, signer };
      }),
    );
  }

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

/** Where a signer signs, and by what a reader knows who that is. */
function partyOf(contract: Contract, details: Details, number: number) {
  const subject = subjectOf(details, number);
  const variables = agreementVariables({ ...contract, contractId: contract.id, subject });
  return {
    field: `Signer${number}`,
    name: subject.name,
    maskedId: subject.idNumber ? (variables.idNumberMasked ?? "") : (subject.creditCode ?? ""),
  };
}

const pemName = (number: number): string => (number === 0 ? "party-a.pem" : `signer-${number}.pem`);

/** The first two names are older than the second signer. */
const certificateFact = (number: number): string =>
  ["partyACertificate", "signerCertificate"][number] ?? `signer${number}Certificate`;

function handwritingOf(disclosures: readonly Disclosure[] = []): Handwriting {
  const signature = disclosures.find(({ name }) => name === "signature");
  if (signature === undefined) throw new Error("the chain holds no handwriting");
  return JSON.parse(signature.value) as Handwriting;
}
