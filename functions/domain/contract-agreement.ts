import { type Agreement, composeAgreement, type Variables } from "./agreement.ts";
import { variablePrefix, withSigners } from "./agreement-signers.ts";
import { type AgreementSubject, agreementVariables } from "./agreement-variables.ts";
import type { AuthorizationTerms } from "./authorization-terms.ts";
import type { SignerTerms } from "./signer.ts";
import { agreementContent, type Template } from "./template.ts";

/** What a request brings to the text beside what every contract has (C-05). */
export type OwnWords = { readonly title: string; readonly variables: Variables };

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
    readonly ownWords?: OwnWords;
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
  const { title, variables = {} } = details.ownWords ?? {};
  const content = { ...agreementContent(template), ...(title === undefined ? {} : { title }) };
  return composeAgreement(withSigners(content, signers), {
    ...agreementVariables({ ...facts, subject: details.subject }),
    ...Object.assign(
      {},
      ...(details.others ?? []).map(({ subject }, index) =>
        variablesOf(index + 2, agreementVariables({ ...facts, subject })),
      ),
    ),
    // A template that is asked for by its id may bring its own meaning of a name (C-12).
    ...variables,
  });
}

const variablesOf = (signer: number, variables: Variables): Variables =>
  Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [variablePrefix(signer) + name, value]),
  );
