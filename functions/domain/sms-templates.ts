import { fillText } from "./agreement.ts";
import { type AgreementType, agreementTitle, defaultAgreementType } from "./agreement-types.ts";
import { type BizScene, bizScenes, type UserType, userTypes } from "./words.ts";

/** One text to a phone (B-31). The agreement's type enters it through {{agreement}}. */
export type SmsTemplate = {
  readonly templateId: string;
  readonly version: number;
  readonly bizScene: BizScene;
  readonly userType: UserType;
  readonly text: string;
};

type SmsSelector = {
  readonly bizScene: BizScene;
  readonly userType: UserType;
  readonly agreementType?: AgreementType | undefined;
};

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

export const smsTemplates: readonly SmsTemplate[] = bizScenes.flatMap((bizScene) =>
  userTypes.map((userType) => ({
    templateId: `SMS.${bizScene}.${userType}`,
    version: 1,
    bizScene,
    userType,
    text: texts[bizScene][userType],
  })),
);

/** The text for a request (B-31); `missing` says which combination has none (B-32, B-49). */
export function chooseSmsTemplate(
  { bizScene, userType }: SmsSelector,
  templates: readonly SmsTemplate[] = smsTemplates,
): SmsTemplate | { readonly missing: string } {
  const template = templates.find(
    (candidate) => candidate.bizScene === bizScene && candidate.userType === userType,
  );
  return template ?? { missing: `${bizScene}/${userType}` };
}

/** Longest link that keeps every text within two segments; a longer base URL costs a third. */
export const longestLink = 94;

/** The words sent to the phone. `linkSeconds` is rounded down to hours, so that it never promises too much. */
export function composeSms(
  template: SmsTemplate,
  {
    agreementType,
    link,
    linkSeconds,
  }: {
    readonly agreementType?: AgreementType | undefined;
    readonly link: string;
    readonly linkSeconds: number;
  },
): string {
  const variables = {
    agreement: agreementTitle[agreementType ?? defaultAgreementType(template.bizScene)],
    hours: String(Math.floor(linkSeconds / 3600)),
    link,
  };
  return fillText(template.text, variables, template.templateId);
}

/** Segments an operator bills: Chinese text is UCS-2, 70 units alone or 67 each when joined (3GPP TS 23.040). */
export const smsSegments = (text: string): number =>
  text.length <= 70 ? 1 : Math.ceil(text.length / 67);
