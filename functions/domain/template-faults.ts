import type { Fact, TemplateBlock } from "./agreement.ts";
import { type AgreementType, agreementTypes, isLegalAgreementType } from "./agreement-types.ts";
import { agreementVariableNames } from "./agreement-variables.ts";
import { h5VariableNames } from "./h5-templates.ts";
import type { FieldProblem } from "./problem.ts";
import { fillSms, longestLink, smsSegments, smsVariableNames } from "./sms-templates.ts";
import { kindOf, type TemplateContent, type TemplateDraft } from "./template.ts";
import { templateTextFault } from "./template-text.ts";

/** D-19 gives the text of a message as many characters. */
const longestSms = 512;
/** What an operator bills for one invitation; a third segment is a text that says too much. */
const mostSegments = 2;
/** Articles are numbered in words up to here (agreement.ts). */
const mostArticles = 99;

/** What is wrong with one template, by the field of its request; none may be stored with a fault. */
export function templateFaults(template: TemplateDraft): FieldProblem[] {
  const { category, content } = template;
  if (kindOf[category] !== content.kind)
    return [{ field: "category", message: `is ${category}, but the content is ${content.kind}` }];
  return [
    ...selectorFaults(template),
    ...definitionFaults(template),
    ...textFaults(template),
    ...shapeFaults(template),
  ];
}

function selectorFaults({ category, selector }: TemplateDraft): FieldProblem[] {
  if (selector === undefined)
    return kindOf[category] === "AGREEMENT"
      ? []
      : [{ field: "selector", message: `is required: no contract asks for ${category} by its id` }];
  const { bizScene, agreementType } = selector;
  const field = "selector.agreementType";
  if (agreementType === undefined)
    return kindOf[category] === "AGREEMENT" ? [{ field, message: "is required" }] : [];
  if (isLegalAgreementType(bizScene, agreementType)) return [];
  return [{ field, message: `is ${agreementType}, which is not legal for ${bizScene}` }];
}

/** A contract that a template is chosen for brings our variables and no others. */
function definitionFaults({ selector, variableDefinitions, content }: TemplateDraft) {
  const keys = variableDefinitions.map(({ key }) => key);
  const ours = builtInVariables(content);
  return keys.flatMap((key, index): FieldProblem[] => {
    const field = `variableDefinitions.${index}.key`;
    if (keys.indexOf(key) !== index) return [{ field, message: `${key} is defined twice` }];
    if (selector !== undefined && !ours.includes(key))
      return [
        { field, message: `${key} is nothing a chosen template is given: ${ours.join(", ")}` },
      ];
    return [];
  });
}

/** Names that a template may use: what every contract has, and what its own requests bring (C-56). */
const knownVariables = (
  template: Pick<TemplateDraft, "content" | "variableDefinitions">,
): readonly string[] => [
  ...new Set([
    ...builtInVariables(template.content),
    ...template.variableDefinitions.map(({ key }) => key),
  ]),
];

export const builtInVariables = ({ kind }: Pick<TemplateContent, "kind">): readonly string[] =>
  ({ AGREEMENT: agreementVariableNames, SMS: smsVariableNames, H5: h5VariableNames })[kind];

function textFaults(template: TemplateDraft): FieldProblem[] {
  const known = knownVariables(template);
  return textsOf(template.content).flatMap(({ field, text }) => {
    if (text.trim() === "") return [{ field, message: "is empty" }];
    const fault = templateTextFault(text, known);
    return fault ? [{ field, message: `at character ${fault.at + 1}: ${fault.message}` }] : [];
  });
}

function shapeFaults({ content, selector }: TemplateDraft): FieldProblem[] {
  switch (content.kind) {
    case "SMS":
      return smsFaults(content.text, selector?.agreementType ? [selector.agreementType] : []);
    case "H5":
      return [];
    case "AGREEMENT":
      return agreementFaults(content.blocks);
    default:
      return content satisfies never;
  }
}

/** Judged with the longest link and title that can come, so that no contract finds the text too long. */
function smsFaults(text: string, types: readonly AgreementType[]): FieldProblem[] {
  const field = "content";
  const links = text.split("{{link}}").length - 1;
  if (links !== 1) return [{ field, message: `holds {{link}} ${links} times; once is right` }];
  if (text.length > longestSms)
    return [{ field, message: `is longer than ${longestSms} characters (D-19)` }];
  const known = text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) =>
    (smsVariableNames as readonly string[]).includes(name) ? whole : "",
  );
  const longest = Math.max(
    ...(types.length > 0 ? types : agreementTypes).map((agreementType) => {
      const link = "x".repeat(longestLink);
      return smsSegments(fillSms(known, { agreementType, link, linkSeconds: 99 * 3600 }));
    }),
  );
  if (longest <= mostSegments) return [];
  return [
    { field, message: `takes ${longest} segments with its link; ${mostSegments} are allowed` },
  ];
}

/** The last page belongs to the signatures: the PDF has its fields nowhere else (signature-places.ts). */
function agreementFaults(blocks: readonly TemplateBlock[]): FieldProblem[] {
  const field = "content.components";
  const places = blocks.flatMap(({ kind }, index) => (kind === "signatures" ? [index] : []));
  if (places.length !== 1 || places[0] !== blocks.length - 1)
    return [{ field, message: "must end with its one block of signatures" }];
  if (blocks.filter(({ kind }) => kind === "heading").length > mostArticles)
    return [{ field, message: `has more than ${mostArticles} headings` }];
  return [];
}

/** Every text of a template under the path that its request has it at. */
function textsOf(content: TemplateContent): readonly FieldText[] {
  switch (content.kind) {
    case "SMS":
      return [{ field: "content", text: content.text }];
    case "H5":
      return [
        { field: "content.title", text: content.title },
        ...content.guidance.map((text, index) => ({
          field: `content.components.${index}.text`,
          text,
        })),
      ];
    case "AGREEMENT":
      return [
        { field: "content.title", text: content.title },
        ...content.blocks.flatMap((block, index) =>
          blockTexts(block, `content.components.${index}`),
        ),
      ];
    default:
      return content satisfies never;
  }
}

type FieldText = { readonly field: string; readonly text: string };

function blockTexts(block: TemplateBlock, at: string): FieldText[] {
  switch (block.kind) {
    case "facts":
      return factTexts(block.facts, at);
    case "parties":
      return block.parties.flatMap((party, index) => partyTexts(party, `${at}.parties.${index}`));
    case "signatures":
      return block.places.flatMap((place, index) => [
        ...partyTexts(place, `${at}.places.${index}`),
        { field: `${at}.places.${index}.note`, text: place.note },
      ]);
    default:
      return [{ field: `${at}.text`, text: block.text }];
  }
}

const partyTexts = (
  { role, name, facts }: { role: string; name: string; facts: readonly Fact[] },
  at: string,
): FieldText[] => [
  { field: `${at}.role`, text: role },
  { field: `${at}.name`, text: name },
  ...factTexts(facts, at),
];

const factTexts = (facts: readonly Fact[], at: string): FieldText[] =>
  facts.flatMap(({ label, value }, index) => [
    { field: `${at}.facts.${index}.label`, text: label },
    { field: `${at}.facts.${index}.value`, text: value },
  ]);
