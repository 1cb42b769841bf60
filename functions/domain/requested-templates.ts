import type { TemplateBlock } from "./agreement.ts";
import {
  capacity,
  clause,
  electronicEvidence,
  heading,
  liabilityAndDisputes,
  paragraph,
  personalInformation,
  sampleNotice,
  signatures,
  termAndRevocation,
} from "./agreement-wording.ts";
import type { SignerConfig, TemplateCategory, TemplateDraft } from "./template.ts";

/**
 * Agreements that partners of document C ask for by their id, with variables of their own (C-05, C-12). Our own
 * wording, a sample like the others; the id and the variables are those of document C's payload.
 */
export type RequestedTemplate = {
  readonly templateId: string;
  readonly version: string;
  readonly name: string;
  readonly category: TemplateCategory;
  readonly title: string;
  readonly blocks: readonly TemplateBlock[];
  readonly variableDefinitions: TemplateDraft["variableDefinitions"];
  readonly signerConfig: SignerConfig;
};

const collection: readonly TemplateBlock[] = [
  { kind: "notice", text: sampleNotice },
  {
    kind: "facts",
    facts: [
      { label: "合同编号", value: "{{contractId}}" },
      { label: "付款方", value: "{{payerName}}（{{payerAccountNo}}）" },
      { label: "收款方", value: "{{receiverName}}（{{receiverAccountNo}}）" },
      { label: "生效日期", value: "{{effectiveDate}}" },
      { label: "订立日期", value: "{{agreedOn}}" },
    ],
  },
  {
    kind: "parties",
    parties: [
      {
        role: "甲方",
        name: "{{partyAName}}",
        facts: [{ label: "身份", value: "支付服务提供方" }],
      },
      {
        role: "乙方",
        name: "{{partyBName}}",
        facts: [
          { label: "身份证件号码", value: "{{idNumberMasked}}" },
          { label: "手机号码", value: "{{mobileMasked}}" },
        ],
      },
    ],
  },
  paragraph(
    "付款方与收款方存在业务合作，拟通过甲方的支付服务归集并划付资金。为明确各方权利义务，签署各方在平等自愿的基础上订立本协议。",
  ),
  heading("授权的内容"),
  clause(
    "签署各方确认：付款方为{{payerName}}，账户编号{{payerAccountNo}}；收款方为{{receiverName}}，账户编号{{receiverAccountNo}}。甲方仅可在前述账户之间，依据付款方有效的指令划付资金。",
  ),
  clause("本授权自{{effectiveDate}}起生效；此前发生的交易不适用本协议。"),
  capacity.PERSONAL,
  ...personalInformation.PERSONAL,
  ...electronicEvidence,
  ...termAndRevocation("本授权"),
  ...liabilityAndDisputes,
  signatures("PERSONAL"),
];

const variable = (key: string, name: string, sample: string) => ({
  key,
  name,
  required: true,
  sample,
});

export const requestedTemplates: readonly RequestedTemplate[] = [
  {
    templateId: "TEMPLATE_COLLECTION_V1",
    version: "1.0",
    name: "资金归集授权协议模板",
    category: "RELATIONSHIP_AGREEMENT",
    title: "资金归集授权协议",
    blocks: collection,
    variableDefinitions: [
      variable("payerName", "付款方名称", "XX品牌总部"),
      variable("payerAccountNo", "付款方账户编号", "PAY_ACC_001"),
      variable("receiverName", "收款方名称", "上海浦东店"),
      variable("receiverAccountNo", "收款方账户编号", "RCV_ACC_001"),
      variable("effectiveDate", "生效日期", "2023-10-27"),
    ],
    signerConfig: {
      minSigners: 1,
      maxSigners: 2,
      defaultSignMethods: ["FACE_AND_SMS"],
    },
  },
];
