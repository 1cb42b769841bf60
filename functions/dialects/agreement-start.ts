import type { Facts } from "../domain/evidence.ts";
import type { FieldProblem } from "../domain/problem.ts";
import type { SignerTerms } from "../domain/signer.ts";
import type { Template } from "../domain/template.ts";
import { roleOf, sceneOf } from "./agreement-contract.ts";
import type { AgreementRequest } from "./agreement-request.ts";
import type { CreateRequest } from "./native-request.ts";

/** What a request of document C asks of the core. */
export type AgreementStart = {
  readonly request: CreateRequest;
  /** Ids and words only. */
  readonly facts: Facts;
  readonly ownWords: {
    readonly title: string;
    readonly variables: Readonly<Record<string, string>>;
  };
  readonly ways: readonly Pick<SignerTerms, "method" | "signMethod" | "notifyType">[];
  readonly flowSeconds: number;
};

/** What bizId names one of, among everything a partner starts (C-22). */
export const agreementOperation = (bizType: string): string => `agreement ${bizType}`;

/** What struck-out blanks of a paper form say: this was left out on purpose. */
const leftOut = "/";

const daySeconds = 24 * 3600;

/** Maps a request that readInitiateRequest accepted onto the template that it names. */
export function agreementStart(request: AgreementRequest, template: Template): AgreementStart {
  const { bizId, bizType, callbackUrl, signers, relatedVerificationId } = request;
  const { selector, variableDefinitions } = template;
  const optional = variableDefinitions.map(({ key }) => [key, leftOut]);
  return {
    request: {
      requestId: bizId,
      bizScene: selector?.bizScene ?? sceneOf[bizType],
      ...(selector?.agreementType ? { agreementType: selector.agreementType } : {}),
      ...(selector?.scene ? { scene: selector.scene } : {}),
      callbackUrl,
      signers: signers.map((signer) => ({
        userType: "PERSONAL",
        name: signer.name,
        idCardNo: signer.idCardNo,
        mobile: signer.mobile,
        role: roleOf[signer.partyType],
        partyId: signer.partyId,
        sequence: signer.sequence,
        ...(signer.deadline === undefined ? {} : { deadline: signer.deadline }),
      })),
    },
    facts: { bizType, ...(relatedVerificationId === undefined ? {} : { relatedVerificationId }) },
    ownWords: {
      title: request.title,
      variables: { ...Object.fromEntries(optional), ...request.variables },
    },
    // Both methods begin with the face (C-39); no party of document C has an account to send money to.
    ways: signers.map(({ signMethod, notifyType }) => ({
      method: "FACE",
      signMethod,
      ...(notifyType === "H5_LINK" ? { notifyType } : {}),
    })),
    flowSeconds: request.expireDays * daySeconds,
  };
}

/** What does not fit the template that the request names (C-35, C-56). */
export function* templateFaults(
  { variables, signers }: Pick<AgreementRequest, "variables" | "signers">,
  { templateId, variableDefinitions, signerConfig }: Template,
): Generator<FieldProblem> {
  for (const { key, required } of variableDefinitions)
    if (required && variables[key] === undefined)
      yield { field: `variables.${key}`, message: `is required by ${templateId}` };
  const known = variableDefinitions.map(({ key }) => key);
  for (const key of Object.keys(variables))
    if (!known.includes(key))
      yield { field: `variables.${key}`, message: `is no variable of ${templateId}` };
  const { minSigners, maxSigners } = signerConfig;
  if (signers.length < minSigners || signers.length > maxSigners) {
    const range = minSigners === maxSigners ? minSigners : `${minSigners} to ${maxSigners}`;
    yield { field: "signers", message: `must be ${range} for ${templateId}` };
  }
}
