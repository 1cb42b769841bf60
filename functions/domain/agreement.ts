import { createHash } from "node:crypto";
import { textFault } from "./plain-text.ts";

export type Fact = { readonly label: string; readonly value: string };

/** One side of the agreement: 甲方 or 乙方, who that is, and what identifies it. */
export type Party = {
  readonly role: string;
  readonly name: string;
  readonly facts: readonly Fact[];
};

/** Where a party signs; `note` says what stands for the signature on paper. */
export type SignaturePlace = Party & { readonly note: string };

type Unnumbered =
  | { readonly kind: "notice"; readonly text: string }
  | { readonly kind: "facts"; readonly facts: readonly Fact[] }
  | { readonly kind: "parties"; readonly parties: readonly Party[] }
  | { readonly kind: "paragraph"; readonly text: string }
  | { readonly kind: "signatures"; readonly places: readonly SignaturePlace[] };

type Numbered<Kind> = { readonly kind: Kind; readonly number: string; readonly text: string };

/** A piece of an agreement, in reading order. The PDF and the signing page draw the same blocks. */
export type Block = Unnumbered | Numbered<"heading"> | Numbered<"clause">;

/** What a template holds in place of a block: {{variables}} to fill, numbers still to be given. */
export type TemplateBlock =
  | Unnumbered
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "clause"; readonly text: string };

export type AgreementContent = {
  readonly templateId: string;
  readonly version: string;
  readonly title: string;
  readonly blocks: readonly TemplateBlock[];
};

/** One contract's agreement, complete and final. */
export type Agreement = {
  readonly templateId: string;
  readonly templateVersion: string;
  readonly title: string;
  readonly blocks: readonly Block[];
};

export type Variables = Readonly<Record<string, string>>;

/** A template asks for a variable that nobody gave. A fault of ours, never of the signer. */
export class MissingVariable extends Error {
  override readonly name = "MissingVariable";
}

/** A value holds characters that would make the reader see something else than what is stored. */
export class UnsafeValue extends Error {
  override readonly name = "UnsafeValue";
}

/**
 * The agreement that `variables` make of a template (A-18, D-33). Values become text and are never
 * looked at again: `{{x}}` or `<b>` inside a value stays exactly that. Headings are numbered 第一条,
 * their clauses 1.1. Throws MissingVariable or UnsafeValue, both naming the variable.
 */
export function composeAgreement(template: AgreementContent, variables: Variables): Agreement {
  const fill = (text: string): string => fillText(text, variables, template.templateId);
  let section = 0;
  let clause = 0;
  const blocks = template.blocks.map((block): Block => {
    switch (block.kind) {
      case "heading":
        section += 1;
        clause = 0;
        return { ...block, number: `第${chineseNumeral(section)}条`, text: fill(block.text) };
      case "clause":
        clause += 1;
        return { ...block, number: `${section}.${clause}`, text: fill(block.text) };
      case "notice":
      case "paragraph":
        return { ...block, text: fill(block.text) };
      case "facts":
        return { ...block, facts: filledFacts(block.facts, fill) };
      case "parties":
        return {
          ...block,
          parties: block.parties.map((party) => filledParty(party, fill)),
        };
      case "signatures":
        return {
          ...block,
          places: block.places.map(({ note, ...party }) => ({
            ...filledParty(party, fill),
            note: fill(note),
          })),
        };
      default:
        return block satisfies never;
    }
  });
  return {
    templateId: template.templateId,
    templateVersion: template.version,
    title: fill(template.title),
    blocks,
  };
}

const filledFacts = (facts: readonly Fact[], fill: (text: string) => string): Fact[] =>
  facts.map(({ label, value }) => ({ label: fill(label), value: fill(value) }));

const filledParty = ({ role, name, facts }: Party, fill: (text: string) => string): Party => ({
  role: fill(role),
  name: fill(name),
  facts: filledFacts(facts, fill),
});

const placeholder = /\{\{(\w+)\}\}/g;

/** Replaces every {{name}}; also the markup of SMS texts. `source` names the template in errors. */
export function fillText(text: string, variables: Variables, source: string): string {
  return text.replace(placeholder, (_whole, name: string) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value === undefined) {
      throw new MissingVariable(`template ${source} needs {{${name}}}, which was not given`);
    }
    const fault = textFault(value);
    if (fault !== undefined) {
      throw new UnsafeValue(`template ${source} refuses the value of {{${name}}}: ${fault}`);
    }
    return value;
  });
}

/** Every text of the agreement with the words that tell a person where it stands, in reading order. */
export function agreementLines(agreement: Agreement): { field: string; text: string }[] {
  return [
    { field: "title", text: agreement.title },
    ...agreement.blocks.flatMap((block) => blockLines(block)),
  ];
}

function blockLines(block: Block): { field: string; text: string }[] {
  switch (block.kind) {
    case "notice":
    case "paragraph":
      return [{ field: block.kind, text: block.text }];
    case "heading":
    case "clause":
      return [{ field: `${block.kind} ${block.number}`, text: `${block.number} ${block.text}` }];
    case "facts":
      return block.facts.map(({ label, value }) => ({ field: label, text: `${label}：${value}` }));
    case "parties":
      return block.parties.flatMap((party) => partyLines(party, party.role, ""));
    case "signatures":
      return block.places.flatMap(({ note, ...party }) => {
        const field = `signature of ${party.role}`;
        return [...partyLines(party, field, "签署"), { field, text: note }];
      });
    default:
      return block satisfies never;
  }
}

const partyLines = ({ role, name, facts }: Party, field: string, does: string) => [
  { field, text: `${role}${does}：${name}` },
  ...facts.map(({ label, value }) => ({ field: `${field} ${label}`, text: `${label}：${value}` })),
];

/** Canonical plain text: one line a text, each ended by a line feed. No value can contain a line feed. */
export const agreementText = (agreement: Agreement): string =>
  agreementLines(agreement)
    .map(({ text }) => `${text}\n`)
    .join("");

/** Hex SHA-256 of the canonical text in UTF-8 (K22 `contentHash`, D-34 `evidence_hash`). */
export const contentHash = (agreement: Agreement): string =>
  createHash("sha256").update(agreementText(agreement), "utf8").digest("hex");

const numerals = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

/** 1 to 99; an agreement with more articles is a mistake. */
function chineseNumeral(number: number): string {
  if (number < 1 || number > 99) throw new RangeError(`no article is numbered ${number}`);
  const tens = Math.floor(number / 10);
  const ten = tens === 0 ? "" : `${tens === 1 ? "" : numerals[tens]}十`;
  return `${ten}${numerals[number % 10]}`;
}
