import { type Agreement, composeAgreement } from "./agreement.ts";
import { agreementTemplates } from "./agreement-templates.ts";
import { type AgreementSubject, agreementVariables } from "./agreement-variables.ts";
import type { AuthorizationTerms } from "./authorization-terms.ts";

/** The agreement of one contract, composed anew wherever it is shown: page, PDF and seal share its hash. */
export function contractAgreement(
  contract: {
    readonly id: string;
    readonly createdAt: string;
    readonly authorization?: AuthorizationTerms;
  },
  details: {
    readonly subject: AgreementSubject;
    readonly templateId: string;
    readonly templateVersion: number;
    readonly fundPurpose?: string;
  },
): Agreement {
  const { templateId, templateVersion } = details;
  const template = agreementTemplates.find(
    (candidate) => candidate.templateId === templateId && candidate.version === templateVersion,
  );
  if (template === undefined)
    throw new Error(`agreement template ${templateId} version ${templateVersion} is gone`);
  return composeAgreement(
    template,
    agreementVariables({
      contractId: contract.id,
      createdAt: contract.createdAt,
      subject: details.subject,
      fundPurpose: details.fundPurpose,
      authorization: contract.authorization,
    }),
  );
}
