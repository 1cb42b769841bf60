import { type AgreementContent, variablesIn } from "./agreement.ts";
import { agreementBody, agreementVersions } from "./agreement-bodies.ts";
import {
  type AgreementType,
  agreementTitle,
  defaultAgreementType,
  legalAgreementTypes,
} from "./agreement-types.ts";
import { agreementVariableNames } from "./agreement-variables.ts";
import { type BizScene, bizScenes, type UserType, userTypes } from "./words.ts";

/** A released version stays as it is for ever; a new wording is a new row, and the old one retires. */
export type AgreementTemplate = AgreementContent & {
  readonly bizScene: BizScene;
  readonly userType: UserType;
  readonly agreementType: AgreementType;
  readonly state: "ACTIVE" | "RETIRED";
};

type AgreementSelector = {
  readonly bizScene: BizScene;
  readonly userType: UserType;
  readonly agreementType?: AgreementType | undefined;
};

const activeVersion = 2;

/** Every template of the native dialect: one active for each legal combination, and what older contracts hold. */
export const agreementTemplates: readonly AgreementTemplate[] = bizScenes.flatMap((bizScene) =>
  legalAgreementTypes[bizScene].flatMap(({ agreementType }) =>
    userTypes.flatMap((userType) =>
      agreementVersions.toReversed().map((version) => ({
        templateId: `${agreementType}.${userType}`,
        version,
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

/**
 * The template for a request: by scene and kind of signer, and by the type of agreement when
 * the request names one. `missing` says which combination has none (B-32); the caller blocks or fails.
 */
export function chooseAgreementTemplate(
  { bizScene, userType, agreementType = defaultAgreementType(bizScene) }: AgreementSelector,
  templates: readonly AgreementTemplate[] = agreementTemplates,
): AgreementTemplate | { readonly missing: string } {
  const [template] = matching({ bizScene, userType, agreementType }, templates);
  return template ?? { missing: `${bizScene}/${userType}/${agreementType}` };
}

/**
 * What is wrong with a set of templates, one sentence a fault: each legal combination has exactly
 * one active template (K29), none is illegal, and every variable is one that a contract has.
 */
export function lintTemplates(
  templates: readonly AgreementTemplate[] = agreementTemplates,
): string[] {
  const faults: string[] = [];
  for (const bizScene of bizScenes) {
    for (const userType of userTypes) {
      for (const { agreementType } of legalAgreementTypes[bizScene]) {
        const count = matching({ bizScene, userType, agreementType }, templates).length;
        if (count !== 1)
          faults.push(`${bizScene}/${userType}/${agreementType} has ${count} active templates`);
      }
    }
  }
  for (const { templateId, bizScene, agreementType, ...rest } of templates) {
    if (!legalAgreementTypes[bizScene].some((legal) => legal.agreementType === agreementType))
      faults.push(`${templateId} is ${agreementType}, which is not legal for ${bizScene}`);
    const unknown = variablesIn(JSON.stringify(rest)).filter(
      (name) => !(agreementVariableNames as readonly string[]).includes(name),
    );
    for (const name of unknown) faults.push(`${templateId} asks for {{${name}}}, which is unknown`);
  }
  return faults;
}

const matching = (
  wanted: Required<AgreementSelector>,
  templates: readonly AgreementTemplate[],
): AgreementTemplate[] =>
  templates.filter(
    ({ bizScene, userType, agreementType, state }) =>
      state === "ACTIVE" &&
      bizScene === wanted.bizScene &&
      userType === wanted.userType &&
      agreementType === wanted.agreementType,
  );
