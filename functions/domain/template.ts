import type { AgreementContent, TemplateBlock } from "./agreement.ts";
import type { AgreementType } from "./agreement-types.ts";
import type { BizScene, FundScene, UserType } from "./words.ts";

/** What document C files agreements under (C-12), and the two kinds of text that only we and document D know. */
export const templateCategories = [
  "RELATIONSHIP_AGREEMENT",
  "PAYER_AUTHORIZATION_AGREEMENT",
  "SMS",
  "H5",
] as const;
export type TemplateCategory = (typeof templateCategories)[number];

export const templateKinds = ["AGREEMENT", "SMS", "H5"] as const;
export type TemplateKind = (typeof templateKinds)[number];

export const kindOf = {
  RELATIONSHIP_AGREEMENT: "AGREEMENT",
  PAYER_AUTHORIZATION_AGREEMENT: "AGREEMENT",
  SMS: "SMS",
  H5: "H5",
} as const satisfies Record<TemplateCategory, TemplateKind>;

type TemplateState = "DRAFT" | "ACTIVE" | "RETIRED";

/** The contracts a template is chosen for (D-23, B-31). What is left out fits all of them. */
export type Selector = {
  readonly bizScene: BizScene;
  readonly userType: UserType;
  readonly agreementType?: AgreementType | undefined;
  readonly scene?: FundScene | undefined;
};

export type TemplateContent =
  | {
      readonly kind: "AGREEMENT";
      readonly title: string;
      readonly blocks: readonly TemplateBlock[];
    }
  | { readonly kind: "SMS"; readonly text: string; readonly h5TemplateName: string }
  | { readonly kind: "H5"; readonly title: string; readonly guidance: readonly string[] };

type VariableDefinition = {
  readonly key: string;
  readonly name: string;
  readonly required: boolean;
  readonly sample: string;
};

export const signMethods = ["FACE_AND_SMS", "CA_CERT"] as const;

export type SignerConfig = {
  readonly minSigners: number;
  readonly maxSigners: number;
  readonly defaultSignMethods: readonly (typeof signMethods)[number][];
};

/** What the author of a version decides; the rest of a template is what became of it. */
export type TemplateDraft = {
  readonly templateId: string;
  readonly version: string;
  readonly name: string;
  readonly category: TemplateCategory;
  /** A template without one is asked for by its id (C-05). */
  readonly selector?: Selector | undefined;
  readonly content: TemplateContent;
  /** The content as it was sent: what C-27 keeps. */
  readonly source: TemplateSource;
  readonly variableDefinitions: readonly VariableDefinition[];
  readonly signerConfig: SignerConfig;
};

export type TemplateSource = {
  readonly contentType: "HTML" | "COMPONENT_JSON" | "TEXT";
  readonly content: string;
};

/** One version of a text that operations keep: an agreement, a message, or the signing page (D-32, D-62). */
export type Template = TemplateDraft & {
  readonly state: TemplateState;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedBy: string;
  readonly updatedAt: string;
};

/** The place that one active template holds: what it is chosen for, or its own id. */
export function slotOf({
  templateId,
  category,
  selector,
}: Pick<Template, "templateId" | "category" | "selector">): string {
  if (selector === undefined) return `ID#${templateId}`;
  const { bizScene, userType, agreementType = "*", scene = "*" } = selector;
  return [kindOf[category], bizScene, userType, agreementType, scene].join("#");
}

/** A contract as far as templates are concerned. */
export type Wanted = Required<Pick<Selector, "bizScene" | "userType">> & {
  readonly agreementType: AgreementType;
  readonly scene?: FundScene | undefined;
};

/**
 * The active template of a kind for a contract; the one that names more of it wins (D-23, A-18, B-31).
 * `missing` says for what there is none (B-32, B-49, K29).
 */
export function chooseTemplate(
  kind: TemplateKind,
  wanted: Wanted,
  templates: readonly Template[],
): Template | { readonly missing: string } {
  const [template] = bestMatches(kind, wanted, templates);
  return template ?? { missing: `${kind} ${wordsOf(wanted)}` };
}

/** All that fit a contract equally well; the lint wants exactly one. */
export function bestMatches(
  kind: TemplateKind,
  wanted: Wanted,
  templates: readonly Template[],
): Template[] {
  const fitting = templates.filter(
    ({ category, state, selector }) =>
      kindOf[category] === kind &&
      state === "ACTIVE" &&
      selector !== undefined &&
      selector.bizScene === wanted.bizScene &&
      selector.userType === wanted.userType &&
      (selector.agreementType ?? wanted.agreementType) === wanted.agreementType &&
      (selector.scene === undefined || selector.scene === wanted.scene),
  );
  const best = Math.max(...fitting.map(precision));
  return fitting.filter((template) => precision(template) === best);
}

const precision = ({ selector }: Template): number =>
  (selector?.agreementType ? 2 : 0) + (selector?.scene ? 1 : 0);

export const wordsOf = ({ bizScene, userType, agreementType, scene }: Wanted): string =>
  [bizScene, userType, agreementType, ...(scene ? [scene] : [])].join("/");

/** What an agreement is composed from. Throws when the template is none: a fault of ours. */
export function agreementContent({ templateId, version, content }: Template): AgreementContent {
  if (content.kind !== "AGREEMENT") throw new TypeError(`template ${templateId} is no agreement`);
  return { templateId, version, title: content.title, blocks: content.blocks };
}
