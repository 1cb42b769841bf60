import type { Facts } from "../domain/evidence.ts";
import type { CreateRequest } from "./native-request.ts";
import { type Process, processOf } from "./wallet-processes.ts";
import { signatoryOf, type WalletRequest } from "./wallet-request.ts";

/** What a request of document D asks of the core, and what of it the chain tells beside that. */
export type WalletStart = {
  readonly request: CreateRequest;
  /** Ids and words only: what the events of D-14 say. */
  readonly facts: Facts;
  /** Whom the agreement names as headquarters (D-33, D-43). */
  readonly headquartersName: string;
  /** The numbers by which everybody in the request is found again. */
  readonly alsoNames: readonly string[];
};

/** Maps a request that readInitiateRequest accepted. */
export function walletStart(request: WalletRequest): WalletStart {
  const { scene, processType, payerInfo, payeeInfo, initiatorInfo } = request;
  const process = processOf(processType, scene);
  if (process === undefined) throw new Error(`${processType} with ${scene} was let through`);
  const headquarters = process.headquarters === "payer" ? payerInfo : payeeInfo;
  const { info, contactRule } = signatoryOf(request, process);
  return {
    request: {
      requestId: request.requestId,
      bizScene: process.bizScene,
      userType: info.merchantType === "ENTERPRISE" ? "ENTERPRISE" : "PERSONAL",
      userInfo: userInfo(request, process),
      callbackUrl: request.callbackUrl,
      scene,
      fundPurpose: request.fundPurpose,
      authorization: authorization(request, process),
    },
    facts: {
      businessType: request.businessType,
      processType,
      payerMerchantNo: payerInfo.merchantNo,
      payeeMerchantNo: payeeInfo.merchantNo,
      initiatorMerchantNo: initiatorInfo.merchantNo,
      signatory: process.signatory,
      contactRule,
    },
    headquartersName: headquarters.merchantName,
    alsoNames: [payerInfo.contactInfo, payeeInfo.contactInfo]
      .filter((contact) => contact !== undefined)
      .map(({ idCardNo, mobile }) => idCardNo ?? mobile),
  };
}

/** K16, K17. An individual business signs as the person who runs it: whose face and number can be checked. */
function userInfo(
  request: WalletRequest,
  process: Process,
): NonNullable<CreateRequest["userInfo"]> {
  const { info, contact } = signatoryOf(request, process);
  const { idCardNo, mobile, name } = contact;
  const card = info.bankCardInfo;
  const number = idCardNo === undefined ? {} : { idCardNo };
  const legalRep = {
    legalRepName: name,
    ...(idCardNo === undefined ? {} : { legalRepIdCardNo: idCardNo }),
  };
  return {
    ...(info.merchantType === "ENTERPRISE"
      ? { name: info.merchantName, ...legalRep }
      : { name, ...number }),
    mobile,
    ...(card === undefined
      ? {}
      : {
          bankAccountNo: card.cardNo,
          bankAccountName: card.accountName,
          bankCode: card.bankCode,
        }),
    role: process.role,
    partyId: info.merchantNo,
  };
}

/** K42: a pooling signed here lets a COLLECTION through. Elsewhere D's literal sample names a ratio that means nothing. */
function authorization(request: WalletRequest, { bizScene }: Process) {
  const maxRatio = request.extInfo?.orderAggregationMaxRatio;
  const isPooling = bizScene === "POOLING_AUTH" && maxRatio !== undefined;
  return {
    payerAccountNo: request.payerInfo.accountNo,
    ...(bizScene === "OPEN_PAYMENT" ? {} : { payeeAccountNo: request.payeeInfo.accountNo }),
    ...(isPooling ? { maxRatio } : {}),
  };
}
