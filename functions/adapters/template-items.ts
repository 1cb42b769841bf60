import { smsColumns } from "../domain/sms-templates.ts";
import { slotOf, type Template } from "../domain/template.ts";

/**
 * Templates as they lie in DynamoDB, under the columns of C-27 and, for messages, of D-19. `content` is what
 * the author sent; `tree` what it was read as on that day, so that no later reader can change an old wording.
 */

/** Ids and versions never contain #, so none of them can meet these. */
const identity = "#";
const chosenPartition = "#ACTIVE";

export type Named = Pick<Template, "templateId" | "version">;

export const keyOf = (template: Named) => ({
  template_id: template.templateId,
  version: template.version,
});

/** The item that ties an id to one place for ever: versions of one template serve the same contracts. */
export const identityKey = (templateId: string) => ({ template_id: templateId, version: identity });

/** The item that says which version holds a place. All places that contracts are chosen by share a partition. */
export const placeKey = (template: Parameters<typeof slotOf>[0]) => ({
  template_id: placePartition(template),
  version: slotOf(template),
});

export const placePartition = ({ templateId, selector }: Parameters<typeof slotOf>[0]): string =>
  selector === undefined ? `${chosenPartition}#${templateId}` : chosenPartition;

export const chosenPlaces = chosenPartition;

export const holderText = ({ templateId, version }: Named): string => `${templateId}#${version}`;
export const holderOf = (item: Record<string, unknown>): Named => ({
  templateId: String(item.holder_id),
  version: String(item.holder_version),
});

export const isVersion = ({ version }: Record<string, unknown>): boolean => version !== identity;

export function templateToItem(template: Template): Record<string, unknown> {
  const { source, content, selector, variableDefinitions, signerConfig } = template;
  return {
    ...keyOf(template),
    name: template.name,
    category: template.category,
    content_type: source.contentType,
    content: source.content,
    tree: JSON.stringify(content),
    variable_definitions_json: JSON.stringify(variableDefinitions),
    signer_config_json: JSON.stringify(signerConfig),
    ...(selector ? { selector_json: JSON.stringify(selector) } : {}),
    state: template.state,
    active: template.state === "ACTIVE",
    ...smsColumns(template),
    created_by: template.createdBy,
    created_at: template.createdAt,
    updated_by: template.updatedBy,
    updated_at: template.updatedAt,
  };
}

/** Everything of a version but its text. */
export type TemplateSummary = Omit<Template, "content" | "source">;

export function summaryFromItem(item: Record<string, unknown>): TemplateSummary {
  return {
    templateId: String(item.template_id),
    version: String(item.version),
    name: String(item.name),
    category: item.category as Template["category"],
    ...(item.selector_json ? { selector: JSON.parse(String(item.selector_json)) } : {}),
    variableDefinitions: JSON.parse(String(item.variable_definitions_json)),
    signerConfig: JSON.parse(String(item.signer_config_json)),
    state: item.state as Template["state"],
    createdBy: String(item.created_by),
    createdAt: String(item.created_at),
    updatedBy: String(item.updated_by),
    updatedAt: String(item.updated_at),
  };
}

export function templateFromItem(item: Record<string, unknown>): Template {
  return {
    ...summaryFromItem(item),
    content: JSON.parse(String(item.tree)),
    source: {
      contentType: item.content_type as Template["source"]["contentType"],
      content: String(item.content),
    },
  };
}
