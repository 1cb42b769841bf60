import agreementExample from "../examples/agreement.json" with { type: "json" };
import faceExample from "../examples/face.json" with { type: "json" };
import { verifySchema, wordProblem } from "../functions/dialects/agreement.ts";
import {
  initiateSchemas,
  renewSchema,
  revokeSchema,
} from "../functions/dialects/agreement-request.ts";
import { initiateSchemas as faceSchemas } from "../functions/dialects/face-verification.ts";
import { activation, templateSchema } from "../functions/dialects/template.ts";
import * as answers from "./agreement-answers.ts";
import { agreementFields } from "./agreement-fields.ts";
import { contractIdIn, type Dialect, idempotencyKey, type Parameter } from "./description.ts";
import { problemSchema } from "./problems.ts";

const schemas = {
  InitiateAgreement: initiateSchemas.strict,
  InitiatedAgreement: answers.initiatedAgreement,
  Agreement: answers.agreement,
  RevokeAgreement: revokeSchema,
  RevokedAgreement: answers.revokedAgreement,
  RenewSignUrl: renewSchema,
  SignTask: answers.signTask,
  VerifyContract: verifySchema,
  VerifiedContract: answers.verifiedContract,
  ContractStatusChanged: answers.contractStatusChanged,
  InitiateFace: faceSchemas.strict,
  InitiatedFace: answers.initiatedFace,
  Face: answers.face,
  FaceChecked: answers.faceChecked,
  SaveTemplate: templateSchema,
  ActivateTemplate: activation,
  TemplateSummary: answers.templateSummary,
  Template: answers.template,
  TemplateWithVersions: answers.templateWithVersions,
  Templates: answers.templates,
  AgreementProblem: problemSchema(wordProblem),
};

const contractId = contractIdIn("The contract, whichever dialect began it");

const templateId: Parameter = {
  in: "path",
  name: "templateId",
  description: "The template",
  example: "TEMPLATE_DEMO",
};

const demoTemplate = {
  templateId: "TEMPLATE_DEMO",
  version: "1",
  name: "示例授权书",
  category: "PAYER_AUTHORIZATION_AGREEMENT",
  content: "<h1>示例授权书</h1><p>{{partyBName}} 授权 {{partyAName}} 办理 {{purpose}}。</p>",
  variableDefinitions: [{ key: "purpose", name: "用途", required: true, sample: "结算" }],
  active: false,
};

const byContractId = { method: "CONTRACT_ID", contractId: contractId.example };
const byFileHash = { method: "FILE_HASH", fileHash: `sha256:${"0".repeat(64)}` };

/** Refused by document C with what exists; a replay for whoever says so in a header (K07). */
const starts = ["FORBIDDEN", "DUPLICATE", "IDEMPOTENCY_CONFLICT"] as const;

/** The words of document C: agreements of several parties, face checks, templates. */
export const agreement: Dialect = {
  name: "agreement",
  title: "Qianyue: agreements, face checks and templates",
  description:
    "Agreements of several parties by template, face checks, and the templates themselves. `bizId` with `bizType` names an agreement or a check for ever; a repeat is `40002` with what exists in `data`. The first three digits of a code are its HTTP status. Unknown fields are refused; answers have all their fields always, null where there is nothing.",
  schemas,
  problem: schemas.AgreementProblem,
  word: wordProblem,
  operations: {
    "initiate-agreement": {
      summary: "Starts an agreement by template",
      access: "partner",
      parameters: [idempotencyKey],
      request: {
        schema: schemas.InitiateAgreement,
        examples: { agreement: agreementExample },
      },
      answer: {
        description: "Begun, with the links of all parties",
        schema: schemas.InitiatedAgreement,
        replays: true,
      },
      problems: [...starts, "TEMPLATE_UNAVAILABLE", "NOT_FOUND"],
    },
    "get-agreement": {
      summary: "The agreement and what each party did",
      access: "partner",
      parameters: [contractId],
      answer: { description: "The agreement", schema: schemas.Agreement },
      problems: ["NOT_FOUND"],
    },
    "revoke-agreement": {
      summary: "Withdraws an agreement while somebody has still to sign",
      access: "partner",
      parameters: [contractId],
      request: {
        schema: schemas.RevokeAgreement,
        examples: { byOperator: { reason: "用户要求取消", operator: "system_admin" } },
      },
      answer: { description: "Revoked", schema: schemas.RevokedAgreement },
      problems: ["NOT_FOUND", "STATE_CONFLICT", "FLOW_EXPIRED"],
    },
    "renew-sign-url": {
      summary: "Opens a party's link again",
      access: "partner",
      parameters: [contractId],
      request: {
        schema: schemas.RenewSignUrl,
        examples: { receiver: { partyId: "RECEIVER_001" } },
      },
      answer: { description: "The link, open again", schema: schemas.SignTask },
      problems: ["NOT_FOUND", "STATE_CONFLICT", "FLOW_EXPIRED"],
    },
    "verify-contract": {
      summary: "Checks a sealed contract anew, by id or by file",
      access: "partner",
      request: { schema: schemas.VerifyContract, examples: { byContractId, byFileHash } },
      answer: { description: "Whether every proof holds", schema: schemas.VerifiedContract },
      problems: ["NOT_FOUND"],
    },
    "initiate-face": {
      summary: "Starts a face check",
      access: "partner",
      parameters: [idempotencyKey],
      request: { schema: schemas.InitiateFace, examples: { face: faceExample } },
      answer: { description: "Begun", schema: schemas.InitiatedFace, replays: true },
      problems: [...starts, "STATE_CONFLICT", "VERIFIER_DOWN"],
    },
    "get-face": {
      summary: "What came of a face check",
      access: "partner",
      parameters: [
        {
          in: "path",
          name: "verificationId",
          description: "The check",
          example: "VR0123456789ABCDEFGHJKMNPQRS",
        },
      ],
      answer: { description: "The check, its person masked", schema: schemas.Face },
      problems: ["NOT_FOUND"],
    },
    "save-template": {
      summary: "Adds a version of an agreement, a message or a page; scope `templates`",
      access: "partner",
      request: { schema: schemas.SaveTemplate, examples: { demoTemplate } },
      answer: { description: "The version as it is kept", schema: schemas.Template },
      problems: ["FORBIDDEN", "IDEMPOTENCY_CONFLICT", "STATE_CONFLICT"],
    },
    "list-templates": {
      summary: "All versions without their texts; scope `templates`",
      access: "partner",
      parameters: [
        { in: "query", name: "category", description: "Only these", example: "SMS" },
        { in: "query", name: "active", description: "`true` or `false`", example: "true" },
      ],
      answer: { description: "The versions", schema: schemas.Templates },
      problems: ["PARAM_INVALID", "FORBIDDEN"],
    },
    "get-template": {
      summary: "One version with its text; scope `templates`",
      access: "partner",
      parameters: [
        templateId,
        { in: "query", name: "version", description: "Else the active one", example: "1" },
      ],
      answer: {
        description: "The version, and the names of all",
        schema: schemas.TemplateWithVersions,
      },
      problems: ["FORBIDDEN", "NOT_FOUND"],
    },
    "activate-template": {
      summary: "From now on this version; scope `templates`",
      access: "partner",
      parameters: [templateId],
      request: { schema: schemas.ActivateTemplate, examples: { first: { version: "1" } } },
      answer: { description: "The active version", schema: schemas.TemplateSummary },
      problems: ["FORBIDDEN", "NOT_FOUND", "STATE_CONFLICT"],
    },
  },
  webhooks: {
    contractStatusChanged: {
      summary: "The status of an agreement has changed",
      schema: schemas.ContractStatusChanged,
    },
    faceChecked: { summary: "A face check has ended", schema: schemas.FaceChecked },
  },
  fields: agreementFields,
};
