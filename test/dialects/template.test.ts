import { describe, expect, test } from "vitest";
import { readTemplate } from "../../functions/dialects/template.ts";
import { seededTemplates } from "../../functions/domain/seeded-templates.ts";
import { problemOf } from "../dialects/given.ts";

/** The request of document C, 2.1.3, with components in place of its three dots. */
const documented = {
  templateId: "TEMPLATE_COLLECTION_V1",
  name: "资金归集授权协议模板",
  version: "1.0",
  category: "RELATIONSHIP_AGREEMENT",
  content: '{"components": [{"kind": "paragraph", "text": "{{payerName}}同意归集。"}]}',
  variableDefinitions: [
    { key: "payerName", name: "付款方名称", required: true, sample: "XX科技有限公司" },
  ],
  signerConfig: { minSigners: 1, maxSigners: 2, defaultSignMethods: ["FACE_AND_SMS"] },
  active: true,
};

const fields = (body: unknown): string[] =>
  problemOf(() => readTemplate(body)).fields.map(({ field, message }) => `${field} ${message}`);

describe("the request that saves a template", () => {
  test("C-12: the documented request is read, and an agreement without places to sign gets them", () => {
    const { draft, active } = readTemplate(documented);

    expect(active).toBe(true);
    expect(draft).toMatchObject({
      templateId: "TEMPLATE_COLLECTION_V1",
      version: "1.0",
      source: { contentType: "COMPONENT_JSON", content: documented.content },
      variableDefinitions: documented.variableDefinitions,
      signerConfig: documented.signerConfig,
    });
    expect(draft.content).toMatchObject({
      kind: "AGREEMENT",
      title: "资金归集授权协议模板",
      blocks: [{ kind: "paragraph" }, { kind: "signatures" }],
    });
  });

  test("C-12: components may come as JSON instead of text that holds JSON", () => {
    const { content, ...rest } = documented;
    const asObject = readTemplate({ ...rest, content: JSON.parse(content) });

    expect(asObject.draft.content).toEqual(readTemplate(documented).draft.content);
  });

  test("C-12, D-32: content that begins with a tag is the HTML subset", () => {
    const content = "<h1>授权书</h1><p>${payerName}同意。</p>";
    const { draft } = readTemplate({ ...documented, content });

    expect(draft.source).toEqual({ contentType: "HTML", content });
    expect(draft.content).toMatchObject({
      title: "授权书",
      blocks: [{ kind: "paragraph", text: "{{payerName}}同意。" }, { kind: "signatures" }],
    });
  });

  test.each([
    ["an unknown field", { more: 1 }, "more is not a known field"],
    ["an id with a hash sign", { templateId: "A#B" }, "templateId must have 1 to 64 letters"],
    ["no version", { version: undefined }, "version is required"],
    ["another category", { category: "OTHER" }, "category must be one of RELATIONSHIP_AGREEMENT"],
    ["an empty content", { content: " " }, "content must not be empty"],
    ["a content beyond the limit", { content: "长".repeat(40_001) }, "content must not be longer"],
    ["half a JSON", { content: '{"components": [' }, "content is not valid JSON"],
    [
      "an unknown component",
      { content: '{"components":[{"kind":"image","url":"x"}]}' },
      "content.components.0.kind must be one of notice",
    ],
    [
      "an unknown variable in the second component",
      {
        content:
          '{"components":[{"kind":"paragraph","text":"好"},{"kind":"clause","text":"由{{x}}付"}]}',
      },
      "content.components.1.text at character 2: {{x}} is no variable here",
    ],
    [
      "a script",
      { content: "<p>好</p>\n<script>x</script>" },
      "content line 2, column 1: <script> is not in the subset",
    ],
    [
      "an expression",
      { content: "<p>${payerName == '' ? 1 : 2}</p>" },
      'content line 1, column 4: "${" is no plain text',
    ],
    [
      "fewer signers allowed than required",
      { signerConfig: { minSigners: 3, maxSigners: 2, defaultSignMethods: ["CA_CERT"] } },
      "signerConfig.minSigners must not exceed maxSigners",
    ],
    [
      "two definitions of one variable",
      {
        variableDefinitions: [documented.variableDefinitions[0], documented.variableDefinitions[0]],
      },
      "variableDefinitions.1.key payerName is defined twice",
    ],
    [
      "a message without selector",
      { category: "SMS", content: "{{link}}" },
      "selector is required: no contract asks for SMS by its id",
    ],
    [
      "an illegal selector",
      {
        selector: {
          bizScene: "POOLING_AUTH",
          userType: "PERSONAL",
          agreementType: "RELATION_BINDING_AGREEMENT",
        },
        variableDefinitions: [],
        content: "<p>好</p>",
      },
      "selector.agreementType is RELATION_BINDING_AGREEMENT, which is not legal for POOLING_AUTH",
    ],
    [
      "clauses on the signing page",
      {
        category: "H5",
        content: "<ol><li>好</li></ol>",
        selector: { bizScene: "POOLING_AUTH", userType: "PERSONAL" },
        variableDefinitions: [],
      },
      "content of a page holds a title and paragraphs only",
    ],
  ])("C-65: %s is refused by field and place", (_what, change, message) => {
    expect(fields({ ...documented, ...change }).join("\n")).toContain(message);
  });

  test("D-19: a message names the page it leads to; by default the one of its scene and signer", () => {
    const sms = {
      ...documented,
      category: "SMS",
      variableDefinitions: [],
      content: "请签署《${agreement}》：${link}",
      selector: { bizScene: "POOLING_AUTH", userType: "ENTERPRISE" },
    };

    expect(readTemplate(sms).draft).toMatchObject({
      source: { contentType: "TEXT" },
      content: {
        kind: "SMS",
        text: "请签署《{{agreement}}》：{{link}}",
        h5TemplateName: "H5.POOLING_AUTH.ENTERPRISE",
      },
    });
  });

  test.each(seededTemplates.map((seed) => [seed.templateId, seed] as const))(
    "what %s shows as its content can be sent as the next version",
    (_id, seed) => {
      const { draft } = readTemplate({
        templateId: seed.templateId,
        version: "next",
        name: seed.name,
        category: seed.category,
        selector: seed.selector,
        variableDefinitions: seed.variableDefinitions,
        content: seed.source.content,
      });

      expect(draft.content).toEqual(seed.content);
    },
  );
});
