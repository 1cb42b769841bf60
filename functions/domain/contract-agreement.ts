import { type Agreement, composeAgreement } from "./agreement.ts";
import { type AgreementSubject, agreementVariables } from "./agreement-variables.ts";
import type { AuthorizationTerms } from "./authorization-terms.ts";
import { agreementContent, type Template } from "./template.ts";

/** The agreement of one contract, composed anew wherever it is shown: page, PDF and seal share its hash. */
export function contractAgreement(
  template: Template,
  contract: {
    readonly id: string;
    readonly createdAt: string;
    readonly authorization?: AuthorizationTerms;
  },
  details: { readonly subject: AgreementSubject; readonly fundPurpose?: string },
): Agreement {
  return composeAgreement(
    agreementContent(template),
    agreementVariables({
      contractId: contract.id,
      createdAt: contract.createdAt,
      subject: details.subject,
      fundPurpose: details.fundPurpose,
      authorization: contract.authorization,
    }),
  );
}
