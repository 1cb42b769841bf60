import { documentStore } from "../adapters/document-store.ts";
import { advance } from "../advance.ts";
import { assembleContracts, assembleTemplates } from "../assemble.ts";
import { contentHash, UnsafeValue } from "../domain/agreement.ts";
import { isTerminal } from "../domain/contract.ts";
import { contractAgreement } from "../domain/contract-agreement.ts";
import { hashBytes } from "../domain/evidence.ts";
import { readEnvironment } from "../environment.ts";
import { storeAgreement } from "../evidence/agreement-file.ts";
import { agreementFonts } from "../pages/agreement-fonts.ts";
import { agreementPdf, UnsupportedCharacter } from "../pages/agreement-pdf.ts";
import { WorkflowFailure } from "../workflow-failure.ts";
import { lambda, type World } from "../world.ts";

/**
 * State GenerateAgreement: the agreement as PDF, its two hashes in the evidence. The same
 * contract always gives the same bytes, so a second run finds its own work and changes nothing.
 */
export function build(world: World) {
  const env = readEnvironment(world, "DOCUMENT_BUCKET", "PUBLIC_BASE_URL");
  const contracts = assembleContracts(world);
  const documents = documentStore(world, env.DOCUMENT_BUCKET);
  const templates = assembleTemplates(world);

  return async ({ contractId }: { readonly contractId: string }): Promise<void> => {
    const contract = await contracts.read(contractId);
    if (contract === undefined) throw new Error(`contract ${contractId} does not exist`);
    if (contract.agreement !== undefined || isTerminal(contract)) return;

    const { details, key } = await contracts.readDetails(contractId);
    const template = await templates.pinned(details.templateId, details.templateVersion);
    try {
      const agreement = contractAgreement(template, contract, details);
      const fonts = await agreementFonts();
      const pdf = await agreementPdf(agreement, {
        fonts,
        contractId,
        createdAt: contract.createdAt,
        verifyUrl: `${env.PUBLIC_BASE_URL}/verify/${contractId}`,
      });
      const documentHash = hashBytes(pdf);
      await storeAgreement(documents, key, contractId, documentHash, pdf);
      await advance(contracts, contractId, {
        type: "generate",
        at: world.now(),
        templateId: details.templateId,
        templateVersion: details.templateVersion,
        contentHash: contentHash(agreement),
        documentHash,
      });
    } catch (cause) {
      if (!(cause instanceof UnsupportedCharacter) && !(cause instanceof UnsafeValue)) throw cause;
      const reason = "UNSUPPORTED_CHARACTER";
      // The message names a code point and a field of the agreement, never the value around it.
      await advance(contracts, contractId, {
        type: "fail",
        at: world.now(),
        reason,
        detail: cause.message,
      });
      throw new WorkflowFailure("Contract.Failed", reason, cause);
    }
  };
}

export const handler = lambda(build);
