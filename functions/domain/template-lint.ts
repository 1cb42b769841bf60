import { legalAgreementTypes } from "./agreement-types.ts";
import { bestMatches, type Template, templateKinds, type Wanted, wordsOf } from "./template.ts";
import { templateFaults } from "./template-faults.ts";
import { bizScenes, fundScenes, userTypes } from "./words.ts";

/**
 * What is wrong with a set of templates, one sentence a fault: each legal combination of scene, kind of signer,
 * agreement and purpose has exactly one active template of each kind (K29, D-46), and each is sound in itself.
 */
export const lintTemplates = (templates: readonly Template[]): string[] => [
  ...combinationFaults(templates),
  ...templates.flatMap(soundnessFaults),
];

export function combinationFaults(templates: readonly Template[]): string[] {
  return templateKinds.flatMap((kind) =>
    legalCombinations().flatMap((wanted) => {
      const count = bestMatches(kind, wanted, templates).length;
      // A purpose of its own needs no template of its own, so only too many are its fault.
      const wrong = wanted.scene === undefined ? count !== 1 : count > 1;
      return wrong ? [`${kind} ${wordsOf(wanted)} has ${count} active templates`] : [];
    }),
  );
}

export const soundnessFaults = (template: Template): string[] =>
  templateFaults(template).map(
    ({ field, message }) =>
      `${template.templateId} version ${template.version}: ${field} ${message}`,
  );

const legalCombinations = (): Wanted[] =>
  bizScenes.flatMap((bizScene) =>
    userTypes.flatMap((userType) =>
      legalAgreementTypes[bizScene].flatMap(({ agreementType }) =>
        [undefined, ...fundScenes].map((scene) => ({ bizScene, userType, agreementType, scene })),
      ),
    ),
  );
