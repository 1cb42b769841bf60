import { part, queryOf, type Repeat, repeatHeaders } from "./parts.ts";
import { type Reply, replyOf } from "./reply.ts";
import type { partnerClient } from "./signed-call.ts";
import type {
  ActivateTemplate,
  Agreement,
  AgreementProblem,
  Face,
  InitiateAgreement,
  InitiatedAgreement,
  InitiatedFace,
  InitiateFace,
  RenewSignUrl,
  RevokeAgreement,
  RevokedAgreement,
  SaveTemplate,
  SignTask,
  Template,
  TemplateSummary,
  Templates,
  TemplateWithVersions,
  VerifiedContract,
  VerifyContract,
} from "./types.ts";

type Call = ReturnType<typeof partnerClient>;
type ListQuery = { readonly category?: string; readonly active?: "true" | "false" };

/** Document C: agreements of several parties, face checks, templates. */
export function agreementCalls(call: Call) {
  const ask = <Body>(...request: Parameters<Call>): Promise<Reply<Body, AgreementProblem>> =>
    replyOf(call(...request));
  const contract = (id: string) => `/api/v1/contract/${part(id)}`;
  const template = (id: string) => `/api/v1/template/${part(id)}`;
  const faces = "/api/v1/verification/face";
  return {
    initiateAgreement: (request: InitiateAgreement, repeat: Repeat = {}) =>
      ask<InitiatedAgreement>("POST", contract("initiate"), request, repeatHeaders(repeat)),
    getAgreement: (contractId: string) => ask<Agreement>("GET", contract(contractId)),
    revokeAgreement: (contractId: string, request: RevokeAgreement) =>
      ask<RevokedAgreement>("POST", `${contract(contractId)}/revoke`, request),
    renewSignUrl: (contractId: string, request: RenewSignUrl) =>
      ask<SignTask>("POST", `${contract(contractId)}/sign-url`, request),
    verifyContract: (request: VerifyContract) =>
      ask<VerifiedContract>("POST", contract("verify"), request),
    initiateFace: (request: InitiateFace, repeat: Repeat = {}) =>
      ask<InitiatedFace>("POST", `${faces}/initiate`, request, repeatHeaders(repeat)),
    getFace: (verificationId: string) => ask<Face>("GET", `${faces}/${part(verificationId)}`),
    saveTemplate: (request: SaveTemplate) => ask<Template>("POST", "/api/v1/template", request),
    listTemplates: (query: ListQuery = {}) =>
      ask<Templates>("GET", `/api/v1/template${queryOf(query)}`),
    getTemplate: (templateId: string, query: { readonly version?: string } = {}) =>
      ask<TemplateWithVersions>("GET", `${template(templateId)}${queryOf(query)}`),
    activateTemplate: (templateId: string, request: ActivateTemplate) =>
      ask<TemplateSummary>("POST", `${template(templateId)}/activate`, request),
  };
}
