import * as z from "zod";
import { contractStatus } from "../functions/dialects/agreement-contract.ts";
import { bizTypes } from "../functions/dialects/agreement-request.ts";
import { signMethods, templateCategories } from "../functions/domain/template.ts";
import { bizScenes, fundScenes, userTypes } from "../functions/domain/words.ts";
import { number, time } from "./native-answers.ts";

/** What `/api/v1/contract`, `/api/v1/verification` and `/api/v1/template` answer and tell, field by field. */

const status = z.enum(Object.values(contractStatus));
const text = z.string().nullable();

const archiveInfo = z
  .strictObject({
    archiveId: z.string(),
    status: z.enum(["PENDING", "SUCCESS", "FAILED", "CANCELLED"]),
    provider: z.enum(["TSA", "BLOCKCHAIN", "LOCAL_CA"]),
    archiveTime: time.nullable(),
    certificateUrl: z.url().nullable(),
  })
  .nullable();

export const signTask = z.strictObject({
  partyId: text,
  signUrl: z.url(),
  shortUrl: z.url(),
  qrCode: z.string().startsWith("data:image/svg+xml;base64,"),
  expiresAt: time,
});

export const initiatedAgreement = z.strictObject({
  contractId: z.string(),
  status,
  signTasks: z.array(signTask),
  archiveInfo,
});

export const agreement = z.strictObject({
  contractId: z.string(),
  bizId: z.string(),
  title: z.string(),
  status,
  signers: z.array(
    z.strictObject({
      partyId: text,
      name: text,
      signMethod: z.enum(signMethods).nullable(),
      signStatus: z.enum(["PENDING", "SIGNED", "REJECTED"]),
      signedAt: time.nullable(),
      transactionNo: text,
      ipAddress: text,
      deviceInfo: text,
    }),
  ),
  documentUrl: z.url().nullable(),
  archiveInfo,
  createdAt: time,
  expiresAt: time,
});

export const revokedAgreement = z.strictObject({ contractId: z.string(), status });

export const verifiedContract = z.strictObject({
  valid: z.boolean(),
  contractId: z.string(),
  signatureInfo: z.array(
    z.strictObject({
      signer: z.string(),
      signTime: time,
      certificateIssuer: text,
      validFrom: time.nullable(),
      validTo: time.nullable(),
    }),
  ),
  archiveInfo: z.strictObject({
    archived: z.boolean(),
    archiveTime: time.nullable(),
    timestampAuthority: text,
  }),
});

export const contractStatusChanged = z.strictObject({
  eventType: z.literal("ContractStatusChangedEvent"),
  eventId: z.string(),
  sequence: number,
  contractId: z.string(),
  bizId: z.string(),
  bizType: z.enum(bizTypes),
  status,
  reason: z.string().optional(),
  occurredAt: time,
});

const faceStatus = z.enum(["PENDING", "PROCESSING", "SUCCESS", "FAILED", "EXPIRED"]);

export const initiatedFace = z.strictObject({
  verificationId: z.string(),
  status: faceStatus,
  verificationUrl: z.url(),
  expiresAt: time,
  sdkConfig: z
    .strictObject({ appId: z.string(), nonce: z.string(), signature: z.string() })
    .optional(),
});

const finding = {
  score: z.number().min(0).max(1).nullable(),
  transactionNo: text,
  verifiedAt: time.nullable(),
  failReason: text,
};

export const face = z.strictObject({
  verificationId: z.string(),
  bizId: z.string(),
  status: faceStatus,
  userInfo: z.strictObject({ name: z.string(), idCardNo: z.string() }).nullable(),
  ...finding,
});

export const faceChecked = z.strictObject({
  eventId: z.string(),
  sequence: number,
  verificationId: z.string(),
  bizId: z.string(),
  status: faceStatus,
  ...finding,
});

export const templateSummary = z.strictObject({
  templateId: z.string(),
  name: z.string(),
  version: z.string(),
  category: z.enum(templateCategories),
  variableDefinitions: z.array(
    z.strictObject({
      key: z.string(),
      name: z.string(),
      required: z.boolean(),
      sample: z.string(),
    }),
  ),
  signerConfig: z.strictObject({
    minSigners: number,
    maxSigners: number,
    defaultSignMethods: z.array(z.enum(signMethods)),
  }),
  active: z.boolean(),
  state: z.enum(["DRAFT", "ACTIVE", "RETIRED"]),
  selector: z
    .strictObject({
      bizScene: z.enum(bizScenes),
      userType: z.enum(userTypes),
      agreementType: z.string().optional(),
      scene: z.enum(fundScenes).optional(),
    })
    .optional(),
  createdBy: z.string(),
  createdAt: time,
  updatedBy: z.string(),
  updatedAt: time,
});

export const template = templateSummary.extend({
  contentType: z.enum(["HTML", "COMPONENT_JSON", "TEXT"]),
  content: z.string(),
  h5TemplateName: z.string().optional(),
});

export const templateWithVersions = template.extend({ versions: z.array(z.string()) });

export const templates = z.strictObject({ templates: z.array(templateSummary) });
