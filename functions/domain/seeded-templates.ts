import { agreementTemplates } from "./agreement-templates.ts";
import { agreementTitle } from "./agreement-types.ts";
import { h5Templates } from "./h5-templates.ts";
import { requestedTemplates } from "./requested-templates.ts";
import { smsTemplates } from "./sms-templates.ts";
import type { SignerConfig, Template, TemplateCategory, TemplateDraft } from "./template.ts";
import type { BizScene } from "./words.ts";

/** The day the first set was written. */
const released = "2026-11-20T00:00:00.000Z";

/** The native dialect has one signer; the method follows from rules, not from the template (K15). */
export const oneSigner: SignerConfig = {
  minSigners: 1,
  maxSigners: 1,
  defaultSignMethods: ["FACE_AND_SMS"],
};

/** How document C files what is signed in a scene (C-05). */
const categoryOf = {
  RELATION_BIND: "RELATIONSHIP_AGREEMENT",
  OPEN_PAYMENT: "PAYER_AUTHORIZATION_AGREEMENT",
  POOLING_AUTH: "PAYER_AUTHORIZATION_AGREEMENT",
} as const satisfies Record<BizScene, TemplateCategory>;

/**
 * What came with the product: each legal combination has a template before anybody adds one (K29). It lies
 * under what is stored, and stays readable for ever, for contracts were signed by it.
 */
export const seededTemplates: readonly Template[] = [
  ...agreementTemplates.map(({ templateId, version, state, title, blocks, ...selector }) =>
    seeded({
      templateId,
      version,
      state,
      name: agreementTitle[selector.agreementType],
      category: categoryOf[selector.bizScene],
      selector,
      content: { kind: "AGREEMENT", title, blocks },
      source: components(title, blocks),
    }),
  ),
  ...requestedTemplates.map(({ title, blocks, ...template }) =>
    seeded({
      ...template,
      state: "ACTIVE",
      content: { kind: "AGREEMENT", title, blocks },
      source: components(title, blocks),
    }),
  ),
  ...smsTemplates.map(({ templateId, version, text, ...selector }) =>
    seeded({
      templateId,
      version,
      state: "ACTIVE",
      name: "签署邀请",
      category: "SMS",
      selector,
      content: {
        kind: "SMS",
        text,
        h5TemplateName: `H5.${selector.bizScene}.${selector.userType}`,
      },
      source: { contentType: "TEXT", content: text },
    }),
  ),
  ...h5Templates.map(({ templateId, version, title, guidance, ...selector }) =>
    seeded({
      templateId,
      version,
      state: "ACTIVE",
      name: "签署页",
      category: "H5",
      selector,
      content: { kind: "H5", title, guidance },
      source: components(
        title,
        guidance.map((text) => ({ kind: "paragraph", text })),
      ),
    }),
  ),
];

function seeded(
  seed: Omit<TemplateDraft, "variableDefinitions" | "signerConfig"> &
    Partial<Pick<TemplateDraft, "variableDefinitions" | "signerConfig">> &
    Pick<Template, "state">,
): Template {
  return {
    variableDefinitions: [],
    signerConfig: oneSigner,
    ...seed,
    createdBy: "qianyue",
    createdAt: released,
    updatedBy: "qianyue",
    updatedAt: released,
  };
}

function components(title: string, blocks: readonly unknown[]): Template["source"] {
  return { contentType: "COMPONENT_JSON", content: JSON.stringify({ title, components: blocks }) };
}
