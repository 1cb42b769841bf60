import { type Agreement, composeAgreement, type Variables } from "./agreement.ts";
import { variablePrefix, withSigners } from "./agreement-signers.ts";
import { type AgreementSubject, agreementVariables } from "./agreement-variables.ts";
import type { AuthorizationTerms } from "./authorization-terms.ts";
import type { SignerTerms } from "./signer.ts";
import { agreementContent, type Template } from "./template.ts";

/** The agreement of one contract, composed anew wherever it is shown: page, PDF and seal share its hash. */
export function contractAgreement(
  template: Template,
  contract: {
    readonly id: string;
    readonly createdAt: string;
    readonly authorization?: AuthorizationTerms;
    readonly signers?: readonly Pick<SignerTerms, "number" | "userType">[];
  },
  details: {
    readonly subject: AgreementSubject;
    readonly others?: readonly { readonly subject: AgreementSubject }[];
    readonly fundPurpose?: string;
    readonly headquartersName?: string;
  },
): Agreement {
  const facts = {
    contractId: contract.id,
    createdAt: contract.createdAt,
    fundPurpose: details.fundPurpose,
    headquartersName: details.headquartersName,
    authorization: contract.authorization,
  };
  const { signers = [] } = contract;
  return composeAgreement(withSigners(agreementContent(template), signers), {
    ...agreementVariables({ ...facts, subject: details.subject }),
    ...Object.assign(
      {},
      ...(details.others ?? []).map(({ subject }, index) =>
        variablesOf(index + 2, agreementVariables({ ...facts, subject })),
      ),
    ),
  });
}

const variablesOf = (signer: number, variables: Variables): Variables =>
  Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [variablePrefix(signer) + name, value]),
  );
