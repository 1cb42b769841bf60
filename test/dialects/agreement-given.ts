import type { AgreementRequest } from "../../functions/dialects/agreement-request.ts";

/** Document C's literal payload of a start. Typed as it was sent: what is left out has its default. */
export const literal = {
  bizId: "REL_202310270001",
  bizType: "RELATIONSHIP_AGREEMENT",
  templateId: "TEMPLATE_COLLECTION_V1",
  title: "天财分账资金归集授权协议",
  variables: {
    payerName: "XX品牌总部",
    payerAccountNo: "PAY_ACC_001",
    receiverName: "上海浦东店",
    receiverAccountNo: "RCV_ACC_001",
    effectiveDate: "2023-10-27",
  },
  signers: [
    {
      partyId: "RECEIVER_001",
      partyType: "RECEIVER",
      name: "张三",
      idCardNo: "310101199001011234",
      mobile: "13800138000",
      signMethod: "FACE_AND_SMS",
      notifyType: "SMS",
      sequence: 1,
    },
  ],
  callbackUrl: "https://auth-system/callback/e-sign",
  webhookConfig: { headers: { Authorization: "Bearer ..." } },
  expireDays: 7,
  archiveConfig: { needArchive: true, archiveProvider: "TSA" },
} as const satisfies Omit<AgreementRequest, "signers"> & { readonly signers: readonly object[] };
