import type { AgreementContent } from "./agreement.ts";
import { agreementBody, agreementVersions } from "./agreement-bodies.ts";
import { type AgreementType, agreementTitle, legalAgreementTypes } from "./agreement-types.ts";
import { type BizScene, bizScenes, type UserType, userTypes } from "./words.ts";

/** A released version stays as it is for ever; a new wording is a new row, and the old one retires. */
export type AgreementTemplate = AgreementContent & {
  readonly bizScene: BizScene;
  readonly userType: UserType;
  readonly agreementType: AgreementType;
  readonly state: "ACTIVE" | "RETIRED";
};

const activeVersion = 2;

/** Every template of the native dialect: one active for each legal combination, and what older contracts hold. */
export const agreementTemplates: readonly AgreementTemplate[] = bizScenes.flatMap((bizScene) =>
  legalAgreementTypes[bizScene].flatMap(({ agreementType }) =>
    userTypes.flatMap((userType) =>
      agreementVersions.toReversed().map((version) => ({
        templateId: `${agreementType}.${userType}`,
        version: String(version),
        state: version === activeVersion ? ("ACTIVE" as const) : ("RETIRED" as const),
        bizScene,
        userType,
        agreementType,
        title: agreementTitle[agreementType],
        blocks: agreementBody(agreementType, userType, version),
      })),
    ),
  ),
);
