import { describe, expect, test } from "vitest";
import { seededTemplates } from "../../functions/domain/seeded-templates.ts";
import { chooseTemplate, type Template } from "../../functions/domain/template.ts";
import { lintTemplates } from "../../functions/domain/template-lint.ts";

const seed = (templateId: string): Template => {
  const found = seededTemplates.find(
    (one) => one.templateId === templateId && one.state === "ACTIVE",
  );
  if (found === undefined) throw new Error(`there is no ${templateId}`);
  return found;
};
const without = (...gone: readonly Template[]) =>
  seededTemplates.filter((one) => !gone.includes(one));

const binding = seed("RELATION_BINDING_AGREEMENT.PERSONAL");
const message = seed("SMS.OPEN_PAYMENT.PERSONAL");
const wanted = {
  bizScene: "OPEN_PAYMENT",
  userType: "PERSONAL",
  agreementType: "PAYOUT_AUTHORIZATION_AGREEMENT",
} as const;

describe("the lint of templates", () => {
  test("K29, D-46: the seeded set has exactly one sound template of each kind for each legal combination", () => {
    expect(lintTemplates(seededTemplates)).toEqual([]);
  });

  test("K29, B-32, B-49: a combination without template is named, and one with two", () => {
    expect(lintTemplates(without(binding))).toEqual([
      "AGREEMENT RELATION_BIND/PERSONAL/RELATION_BINDING_AGREEMENT has 0 active templates",
    ]);
    expect(lintTemplates(without(message))).toEqual([
      "SMS OPEN_PAYMENT/PERSONAL/PAYOUT_AUTHORIZATION_AGREEMENT has 0 active templates",
      "SMS OPEN_PAYMENT/PERSONAL/PAYOUT_AUTHORIZATION_LETTER has 0 active templates",
    ]);
    const twice = { ...binding, templateId: "OTHER" };
    expect(lintTemplates([...seededTemplates, twice])[0]).toBe(
      "AGREEMENT RELATION_BIND/PERSONAL/RELATION_BINDING_AGREEMENT has 2 active templates",
    );
  });

  test("C-67: a draft or retired template is none", () => {
    const draft = { ...binding, state: "DRAFT" } as const;
    expect(lintTemplates([...without(binding), draft])).toHaveLength(1);
  });

  test.each<[string, Partial<Template>, string]>([
    [
      "an illegal combination",
      { selector: { ...binding.selector!, bizScene: "POOLING_AUTH" } },
      "selector.agreementType is RELATION_BINDING_AGREEMENT, which is not legal for POOLING_AUTH",
    ],
    [
      "an unknown variable",
      { content: { ...binding.content, title: "{{nobody}}" } as Template["content"] },
      "content.title at character 1: {{nobody}} is no variable here",
    ],
    [
      "a character that no font draws",
      { content: { ...binding.content, title: "协议\u{1F600}" } as Template["content"] },
      "content.title at character 3: U+1F600 is in none of our fonts",
    ],
    [
      "an agreement without places to sign",
      {
        content: { kind: "AGREEMENT", title: "协议", blocks: [{ kind: "paragraph", text: "好" }] },
      },
      "content.components must end with its one block of signatures",
    ],
    [
      "a variable that chosen templates are not given",
      { variableDefinitions: [{ key: "mine", name: "我", required: true, sample: "一" }] },
      "variableDefinitions.0.key mine is nothing a chosen template is given",
    ],
  ])("%s is a fault", (_what, change, fault) => {
    expect(lintTemplates([...without(binding), { ...binding, ...change }]).join("\n")).toContain(
      fault,
    );
  });

  test.each([
    ["a message without its link", "请签署《{{agreement}}》", "holds {{link}} 0 times"],
    ["a message of three segments", `${"长".repeat(60)}{{link}}`, "takes 3 segments"],
    [
      "a message beyond the 512 characters of D-19",
      `${"长".repeat(510)}{{link}}`,
      "is longer than 512",
    ],
    [
      "a message with a variable of agreements",
      "{{fundPurpose}}{{link}}",
      "{{fundPurpose}} is no variable",
    ],
  ])("B-31: %s is a fault", (_what, text, fault) => {
    const content = { kind: "SMS", text, h5TemplateName: "H5" } as const;
    expect(lintTemplates([...without(message), { ...message, content }]).join("\n")).toContain(
      fault,
    );
  });
});

describe("choosing a template", () => {
  test("A-18, D-23: scene, kind of signer and agreement choose the active version", () => {
    expect(chooseTemplate("AGREEMENT", wanted, seededTemplates)).toMatchObject({
      templateId: "PAYOUT_AUTHORIZATION_AGREEMENT.PERSONAL",
      version: "2",
    });
    expect(chooseTemplate("H5", wanted, seededTemplates)).toMatchObject({
      templateId: "H5.OPEN_PAYMENT.PERSONAL",
    });
  });

  test("D-23, B-31: a text for one purpose or one agreement wins over the general one, for that alone", () => {
    const selector = { ...message.selector!, scene: "BATCH_PAYMENT" } as const;
    const precise = { ...message, templateId: "BATCH", selector };
    const set = [...seededTemplates, precise];

    const chosen = (scene?: "BATCH_PAYMENT" | "MEMBER_SETTLEMENT") =>
      chooseTemplate("SMS", { ...wanted, scene }, set);
    expect(lintTemplates(set)).toEqual([]);
    expect(chosen("BATCH_PAYMENT")).toMatchObject({ templateId: "BATCH" });
    expect(chosen("MEMBER_SETTLEMENT")).toMatchObject({ templateId: message.templateId });
    expect(chosen()).toMatchObject({ templateId: message.templateId });
  });

  test("B-32: a combination without template is named", () => {
    expect(chooseTemplate("SMS", wanted, [])).toEqual({
      missing: "SMS OPEN_PAYMENT/PERSONAL/PAYOUT_AUTHORIZATION_AGREEMENT",
    });
  });
});
