import * as z from "zod";
import { processStatus } from "../functions/dialects/wallet.ts";
import { merchantTypes, processTypes } from "../functions/dialects/wallet-processes.ts";
import { businessType } from "../functions/dialects/wallet-request.ts";
import { fundScenes } from "../functions/domain/words.ts";
import { time } from "./native-answers.ts";

/** What `/api/v1/esign` answers and tells, field by field. */

const status = z.enum(Object.values(processStatus).map(({ word }) => word));

export const initiatedProcess = z.strictObject({
  code: z.literal("SUCCESS"),
  message: z.string(),
  data: z.strictObject({
    processId: z.string(),
    status,
    h5PageUrl: z.url(),
    expiredAt: time,
  }),
});

const party = z
  .strictObject({
    merchantNo: z.string(),
    merchantName: z.string(),
    merchantType: z.enum(merchantTypes),
    accountNo: z.string(),
    accountType: z.string(),
    bankCardInfo: z
      .strictObject({ cardNo: z.string(), accountName: z.string(), bankCode: z.string() })
      .optional(),
    contactInfo: z
      .strictObject({ name: z.string(), idCardNo: z.string().optional(), mobile: z.string() })
      .optional(),
  })
  .nullable();

export const process = z.strictObject({
  code: z.literal("SUCCESS"),
  message: z.string(),
  data: z.strictObject({
    processId: z.string(),
    businessType: z.literal(businessType),
    scene: z.enum(fundScenes).nullable(),
    processType: z.enum(processTypes),
    status,
    payerInfo: party,
    payeeInfo: party,
    protocolInfo: z
      .strictObject({
        protocolId: z.string(),
        protocolName: z.string(),
        signedAt: time.nullable(),
        downloadUrl: z.url().nullable(),
      })
      .nullable(),
    verificationInfo: z
      .strictObject({
        verificationId: z.string().nullable(),
        type: z.enum(["REMITTANCE", "FACE"]),
        status: z.enum(["PENDING", "SUCCESS", "FAILED"]),
        dispatch: z.enum(["NOT_SENT", "ACKED"]),
        verifiedAt: time.nullable(),
      })
      .nullable(),
    failureReason: z.string().nullable(),
    createdAt: time,
    updatedAt: time,
  }),
});

export const processEnded = z.strictObject({
  eventId: z.string(),
  type: z.enum(["SIGNING_PROCESS_COMPLETED", "SIGNING_PROCESS_FAILED"]),
  timestamp: time,
  payload: z.strictObject({
    processId: z.string(),
    requestId: z.string(),
    businessType: z.literal(businessType),
    scene: z.enum(fundScenes),
    processType: z.enum(processTypes),
    status: z.enum(["COMPLETED", "FAILED"]),
    processStatus: z.enum(["FAILED", "EXPIRED"]).optional(),
    failureReason: z.string().optional(),
    payerMerchantNo: z.string(),
    payeeMerchantNo: z.string(),
    protocolId: z.string().nullable(),
    verificationId: z.string().nullable(),
    fundPurpose: z.string(),
  }),
});
