import * as z from "zod";
import type { TemplateBlock } from "../domain/agreement.ts";
import { signatures } from "../domain/agreement-wording.ts";
import type { FieldProblem } from "../domain/problem.ts";
import {
  kindOf,
  type Selector,
  type TemplateCategory,
  type TemplateContent,
  type TemplateSource,
} from "../domain/template.ts";
import { MarkupRefused, parseMarkup } from "../domain/template-markup.ts";
import { templateTextFault, withPlainPlaceholders } from "../domain/template-text.ts";
import { fieldProblems } from "./fields.ts";

/** The content of a template as document C sends it: component JSON, the HTML subset, or the text of a message. */

/** Beyond this neither a screen nor a printed agreement is read; the item of the table stays below its 400 KB. */
const mostBlocks = 500;
const mostFacts = 50;

const text = z.string().transform(withPlainPlaceholders);
const facts = z
  .array(z.strictObject({ label: text, value: text }))
  .max(mostFacts, `must not hold more than ${mostFacts} facts`);
const party = { role: text, name: text, facts: facts.default([]) };
const oneLine = (kind: "notice" | "paragraph" | "heading" | "clause") =>
  z.strictObject({ kind: z.literal(kind), text });

const component = z.discriminatedUnion(
  "kind",
  [
    oneLine("notice"),
    oneLine("paragraph"),
    oneLine("heading"),
    oneLine("clause"),
    z.strictObject({ kind: z.literal("facts"), facts }),
    z.strictObject({
      kind: z.literal("parties"),
      parties: z.array(z.strictObject(party)).min(1).max(mostFacts),
    }),
    z.strictObject({
      kind: z.literal("signatures"),
      places: z
        .array(z.strictObject({ ...party, note: text }))
        .min(1)
        .max(mostFacts),
    }),
  ],
  { error: "must be one of notice, paragraph, heading, clause, facts, parties, signatures" },
);

const tree = z.strictObject({
  title: text.optional(),
  components: z
    .array(component)
    .min(1, "must not be empty")
    .max(mostBlocks, `must not hold more than ${mostBlocks} components`),
});

type Given = {
  readonly category: TemplateCategory;
  readonly name: string;
  readonly selector?: Selector | undefined;
  readonly h5TemplateName?: string | undefined;
};

type Read =
  | { readonly content: TemplateContent; readonly source: TemplateSource }
  | { readonly fields: readonly FieldProblem[] };

/**
 * Reads `content`: JSON when it begins with a brace, else HTML, and plain text for a message. Faults name the
 * component, or line and column of the markup. `known` are the variables that the template may use.
 */
export function readContent(
  given: Given,
  content: string,
  known: (kind: TemplateContent["kind"]) => readonly string[],
): Read {
  const kind = kindOf[given.category];
  if (kind === "SMS") {
    const { bizScene, userType } = given.selector ?? {};
    const h5TemplateName = given.h5TemplateName ?? `H5.${bizScene}.${userType}`;
    const source = { contentType: "TEXT", content } as const;
    return { content: { kind, text: withPlainPlaceholders(content), h5TemplateName }, source };
  }
  const isJson = content.trimStart().startsWith("{");
  const read = isJson ? readComponents(content) : readMarkup(content, known(kind));
  if ("fields" in read) return read;
  const source = { contentType: isJson ? "COMPONENT_JSON" : "HTML", content } as const;
  const { title = given.name, blocks } = read;
  if (kind === "AGREEMENT")
    return { content: { kind, title, blocks: withSignatures(blocks, given.selector) }, source };
  const guidance = blocks.flatMap((block) =>
    block.kind === "paragraph" || block.kind === "notice" ? [block.text] : [],
  );
  if (guidance.length < blocks.length)
    return {
      fields: [{ field: "content", message: "of a page holds a title and paragraphs only" }],
    };
  return { content: { kind, title, guidance }, source };
}

type Tree = { readonly title?: string | undefined; readonly blocks: readonly TemplateBlock[] };

function readComponents(content: string): Tree | { readonly fields: readonly FieldProblem[] } {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    // The message quotes what stands around the fault; its place is enough.
    const [place = ""] = / at position \d+/.exec((cause as Error).message) ?? [];
    return { fields: [{ field: "content", message: `is not valid JSON${place}` }] };
  }
  const parsed = tree.safeParse(value);
  if (parsed.success) return { title: parsed.data.title, blocks: parsed.data.components };
  const fields = fieldProblems(parsed.error).map(({ field, message }) => ({
    field: field === "body" ? "content" : `content.${field}`,
    message,
  }));
  return { fields };
}

function readMarkup(
  content: string,
  known: readonly string[],
): Tree | { readonly fields: readonly FieldProblem[] } {
  try {
    return parseMarkup(content, (run) => templateTextFault(run, known));
  } catch (cause) {
    if (!(cause instanceof MarkupRefused)) throw cause;
    return { fields: [{ field: "content", message: cause.message }] };
  }
}

/** Markup has no tag for the places to sign, and an agreement without them could not be signed. */
function withSignatures(
  blocks: readonly TemplateBlock[],
  selector: Selector | undefined,
): readonly TemplateBlock[] {
  if (blocks.some(({ kind }) => kind === "signatures")) return blocks;
  return [...blocks, signatures(selector?.userType ?? "PERSONAL")];
}
