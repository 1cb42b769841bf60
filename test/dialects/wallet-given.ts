import type { WalletRequest } from "../../functions/dialects/wallet-request.ts";

/** The literal payload of document D, section 2.1.1; its check digits are wrong (K24). */
export const sample = {
  requestId: "WALLET_REQ_202310120001",
  businessType: "TIANCAI_SPLIT_ACCOUNT",
  scene: "BATCH_PAYMENT",
  processType: "RELATION_BINDING",
  payerInfo: {
    merchantNo: "M100001",
    merchantName: "北京天财餐饮有限公司（总部）",
    merchantType: "ENTERPRISE",
    accountNo: "ACC100001",
    accountType: "TIANCAI_RECEIVE_ACCOUNT",
  },
  payeeInfo: {
    merchantNo: "M100002",
    merchantName: "上海天财门店",
    merchantType: "ENTERPRISE",
    accountNo: "ACC100002",
    accountType: "TIANCAI_RECEIVE_ACCOUNT",
    bankCardInfo: {
      cardNo: "6228480012345678901",
      accountName: "上海天财门店",
      bankCode: "ICBC",
    },
    contactInfo: { name: "张三", idCardNo: "110101199001011234", mobile: "13800138000" },
  },
  initiatorInfo: { merchantNo: "M100001", merchantName: "北京天财餐饮有限公司（总部）" },
  fundPurpose: "股东分红",
  callbackUrl: "https://wallet.example.com/callback/esign",
  extInfo: { orderAggregationMaxRatio: "0.8" },
} as const satisfies WalletRequest;

const { payerInfo, payeeInfo } = sample;

/** A receiver who is a person: valid check digits, so that it passes the strict check as well. */
export const person = {
  ...sample,
  payeeInfo: {
    ...payeeInfo,
    merchantName: "张记面馆",
    merchantType: "INDIVIDUAL",
    accountType: "TIANCAI_RECEIVER_ACCOUNT",
    bankCardInfo: { ...payeeInfo.bankCardInfo, cardNo: "6228480012345678903" },
    contactInfo: { name: "张三", idCardNo: "310101199001011234", mobile: "13800138001" },
  },
} as const satisfies WalletRequest;

/** The store is the payer of a pooling, and it signs. */
export const pooling = {
  ...sample,
  scene: "POOLING",
  processType: "POOLING_AUTH",
  payerInfo: {
    ...payerInfo,
    merchantNo: "M100002",
    merchantName: "上海天财门店",
    merchantType: "INDIVIDUAL",
    accountNo: "ACC100002",
    bankCardInfo: { cardNo: "6228480012345678903", accountName: "李四", bankCode: "ICBC" },
    contactInfo: { name: "李四", idCardNo: "310101199001011234", mobile: "13800138002" },
  },
  payeeInfo: {
    ...payeeInfo,
    merchantNo: "M100001",
    merchantName: "北京天财餐饮有限公司（总部）",
    accountNo: "ACC100001",
    contactInfo: { ...payeeInfo.contactInfo, idCardNo: "310101199001011234" },
  },
} as const satisfies WalletRequest;

export const opening = {
  ...sample,
  processType: "OPEN_PAYMENT",
} as const satisfies WalletRequest;
