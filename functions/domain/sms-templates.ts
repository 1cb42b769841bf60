import { fillText } from "./agreement.ts";
import { type AgreementType, agreementTitle } from "./agreement-types.ts";
import type { Selector, Template } from "./template.ts";
import { type BizScene, bizScenes, type FundScene, type UserType, userTypes } from "./words.ts";

// Neither name nor number of the person: a phone's lock screen shows the text to anybody.
const texts = {
  RELATION_BIND: {
    PERSONAL:
      "【签约】请签署《{{agreement}}》绑定收款关系，{{hours}}小时内有效：{{link}} 非本人请忽略",
    ENTERPRISE:
      "【签约】贵单位的《{{agreement}}》待签署以绑定收款，{{hours}}小时内有效：{{link}} 请勿转发",
  },
  OPEN_PAYMENT: {
    PERSONAL: "【签约】请签署《{{agreement}}》开通付款，{{hours}}小时内有效：{{link}} 非本人请忽略",
    ENTERPRISE:
      "【签约】贵单位的《{{agreement}}》待签署以开通付款，{{hours}}小时内有效：{{link}} 请勿转发",
  },
  POOLING_AUTH: {
    PERSONAL: "【签约】请签署《{{agreement}}》授权归集，{{hours}}小时内有效：{{link}} 非本人请忽略",
    ENTERPRISE:
      "【签约】贵单位的《{{agreement}}》待签署以授权归集，{{hours}}小时内有效：{{link}} 请勿转发",
  },
} as const satisfies Record<BizScene, Record<UserType, string>>;

/** The messages that came with the product (B-31). The agreement's type enters the text through {{agreement}}. */
export const smsTemplates: readonly SmsTemplate[] = bizScenes.flatMap((bizScene) =>
  userTypes.map((userType) => ({
    templateId: `SMS.${bizScene}.${userType}`,
    version: "1",
    bizScene,
    userType,
    text: texts[bizScene][userType],
  })),
);

type SmsTemplate = {
  readonly templateId: string;
  readonly version: string;
  readonly bizScene: BizScene;
  readonly userType: UserType;
  readonly text: string;
};

export const smsVariableNames = ["agreement", "hours", "link"] as const;

/** Longest link that keeps every text within two segments; a longer base URL costs a third. */
export const longestLink = 94;

type Invitation = {
  readonly agreementType: AgreementType;
  readonly link: string;
  /** Rounded down to hours, so that the text never promises too much. */
  readonly linkSeconds: number;
};

/** The words sent to the phone (D-25). Throws when the template is of another kind. */
export function composeSms({ templateId, content }: Template, invitation: Invitation): string {
  if (content.kind !== "SMS") throw new TypeError(`template ${templateId} is no message`);
  return fillSms(content.text, invitation, templateId);
}

/** Fills a text that may still be under judgement. */
export const fillSms = (
  text: string,
  { agreementType, link, linkSeconds }: Invitation,
  source = "of a message",
): string =>
  fillText(
    text,
    {
      agreement: agreementTitle[agreementType],
      hours: String(Math.floor(linkSeconds / 3600)),
      link,
    },
    source,
  );

/** Segments an operator bills: Chinese text is UCS-2, 70 units alone or 67 each when joined (3GPP TS 23.040). */
export const smsSegments = (text: string): number =>
  text.length <= 70 ? 1 : Math.ceil(text.length / 67);

/**
 * What the table of D-19 has beside the text; empty for what is no message. `scene` is `ANY` where one text
 * serves all purposes. The code is unique among active messages, because their place is.
 */
export function smsColumns({ content, selector, state }: Template): Record<string, unknown> {
  if (content.kind !== "SMS" || selector === undefined) return {};
  return {
    template_code: smsCode(selector),
    scene: selector.scene ?? "ANY",
    process_type: processOf[selector.bizScene],
    signatory_type: selector.userType === "ENTERPRISE" ? 1 : 2,
    content_template: content.text,
    h5_template_name: content.h5TemplateName,
    is_active: state === "ACTIVE",
  };
}

/** `POOLING_ENTERPRISE` as in D-19, with the purpose or the agreement where a text is for one alone. */
const smsCode = ({ bizScene, userType, scene, agreementType }: Selector): string =>
  [
    codeOfScene[bizScene],
    ...(scene && bizScene !== "POOLING_AUTH" ? [codeOfPurpose[scene]] : []),
    ...(agreementType ? [codeOfAgreement[agreementType]] : []),
    userType,
  ].join("_");

/** Document D's names of the processes. */
const processOf = {
  RELATION_BIND: "RELATION_BINDING",
  OPEN_PAYMENT: "OPEN_PAYMENT",
  POOLING_AUTH: "POOLING_AUTH",
} as const satisfies Record<BizScene, string>;

// Together at most the 32 characters of D-19.
const codeOfScene = {
  RELATION_BIND: "BINDING",
  OPEN_PAYMENT: "PAYMENT",
  POOLING_AUTH: "POOLING",
} as const satisfies Record<BizScene, string>;
const codeOfPurpose = {
  POOLING: "POOL",
  BATCH_PAYMENT: "BATCH",
  MEMBER_SETTLEMENT: "MEMBER",
} as const satisfies Record<FundScene, string>;
const codeOfAgreement = {
  PAYOUT_AUTHORIZATION_AGREEMENT: "PAA",
  SETTLEMENT_POWER_OF_ATTORNEY: "SPA",
  PAYOUT_AUTHORIZATION_LETTER: "PAL",
  POOLING_AUTHORIZATION_AGREEMENT: "POA",
  RELATION_BINDING_AGREEMENT: "RBA",
} as const satisfies Record<AgreementType, string>;
