import * as z from "zod";
import { agreementTypes } from "../domain/agreement-types.ts";
import { oneSigner } from "../domain/seeded-templates.ts";
import {
  signMethods,
  type Template,
  type TemplateDraft,
  templateCategories,
} from "../domain/template.ts";
import { builtInVariables, templateFaults } from "../domain/template-faults.ts";
import { bizScenes, fundScenes, userTypes } from "../domain/words.ts";
import { fieldProblems, invalid, text } from "./fields.ts";
import { readContent } from "./template-content.ts";

/** The words of document C on `/api/v1/template` (C-12). */

/** With its tree beside it the item stays below DynamoDB's 400 KB, however many bytes a character has. */
const longestContent = 40_000;
const mostVariables = 100;
const mostSigners = 20;

const choice = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, { error: `must be one of ${words.join(", ")}` });

const templateId = z
  .string()
  .regex(/^[A-Za-z0-9_.:-]{1,64}$/, "must have 1 to 64 letters, digits or _ . : -");
const version = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,32}$/, "must have 1 to 32 letters, digits or _ . -");
const signers = z
  .int("must be a whole number")
  .min(1, "must be at least 1")
  .max(mostSigners, `must be at most ${mostSigners}`);

export const templateSchema = z.strictObject({
  templateId,
  version,
  name: text(128),
  category: choice(templateCategories),
  content: z
    .union(
      [z.string(), z.record(z.string(), z.unknown()).transform((tree) => JSON.stringify(tree))],
      {
        error: "must be component JSON, HTML or text",
      },
    )
    .refine((content) => content.trim() !== "", "must not be empty")
    .refine(
      (content) => content.length <= longestContent,
      `must not be longer than ${longestContent} characters`,
    ),
  variableDefinitions: z
    .array(
      z.strictObject({
        key: z.string().regex(/^\w{1,64}$/, "must have 1 to 64 letters, digits or _"),
        name: text(64),
        required: z.boolean(),
        sample: text(200),
      }),
    )
    .max(mostVariables, `must not hold more than ${mostVariables} variables`)
    .default([]),
  signerConfig: z
    .strictObject({
      minSigners: signers,
      maxSigners: signers,
      defaultSignMethods: z.array(choice(signMethods)).min(1, "must not be empty"),
    })
    .refine(({ minSigners, maxSigners }) => minSigners <= maxSigners, {
      path: ["minSigners"],
      message: "must not exceed maxSigners",
    })
    .default({ ...oneSigner, defaultSignMethods: [...oneSigner.defaultSignMethods] }),
  active: z.boolean().default(true),
  selector: z
    .strictObject({
      bizScene: choice(bizScenes),
      userType: choice(userTypes),
      agreementType: choice(agreementTypes).optional(),
      scene: choice(fundScenes).optional(),
    })
    .optional(),
  h5TemplateName: text(64).optional(),
});

/**
 * Reads the body of `POST /api/v1/template`, or the detail of a TemplateUpdatedEvent. Throws a Problem that
 * names every faulty field, and the place within the markup.
 */
export function readTemplate(body: unknown): {
  readonly draft: TemplateDraft;
  readonly active: boolean;
} {
  const parsed = templateSchema.safeParse(body);
  if (!parsed.success) throw invalid("PARAM_INVALID", fieldProblems(parsed.error));
  const { active, h5TemplateName, content, selector, ...given } = parsed.data;
  const own = given.variableDefinitions.map(({ key }) => key);
  const read = readContent({ ...given, selector, h5TemplateName }, content, (kind) => [
    ...builtInVariables({ kind }),
    ...own,
  ]);
  if ("fields" in read) throw invalid("PARAM_INVALID", read.fields);
  const draft: TemplateDraft = { ...given, ...read, ...(selector ? { selector } : {}) };
  const faults = templateFaults(draft);
  if (faults.length > 0) throw invalid("PARAM_INVALID", faults);
  return { draft, active };
}

export const activation = z.strictObject({ version });

/** Reads `{version}`. */
export function readActivation(body: unknown): string {
  const parsed = activation.safeParse(body);
  if (parsed.success) return parsed.data.version;
  throw invalid("PARAM_INVALID", fieldProblems(parsed.error));
}

const listQuery = z.strictObject({
  category: choice(templateCategories).optional(),
  active: z.enum(["true", "false"], { error: "must be true or false" }).optional(),
});

/** Reads `?category=&active=` (C-28). */
export function readListQuery(query: string) {
  const parsed = listQuery.safeParse(Object.fromEntries(new URLSearchParams(query)));
  if (!parsed.success) throw invalid("PARAM_INVALID", fieldProblems(parsed.error));
  const { category, active } = parsed.data;
  return {
    categories: category ? [category] : templateCategories,
    active: active === undefined ? undefined : active === "true",
  };
}

/** One row of a list: everything but the text. */
export function summaryView(template: Omit<Template, "content" | "source">) {
  const { state, selector } = template;
  return {
    templateId: template.templateId,
    name: template.name,
    version: template.version,
    category: template.category,
    variableDefinitions: template.variableDefinitions,
    signerConfig: template.signerConfig,
    active: state === "ACTIVE",
    state,
    ...(selector ? { selector } : {}),
    createdBy: template.createdBy,
    createdAt: template.createdAt,
    updatedBy: template.updatedBy,
    updatedAt: template.updatedAt,
  };
}

/** A version as C-12 would send it, with what became of it. */
export const templateView = (template: Template) => ({
  ...summaryView(template),
  contentType: template.source.contentType,
  content: template.source.content,
  ...(template.content.kind === "SMS" ? { h5TemplateName: template.content.h5TemplateName } : {}),
});
