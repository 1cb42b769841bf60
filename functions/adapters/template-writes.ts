import { slotOf, type Template } from "../domain/template.ts";
import {
  holderText,
  identityKey,
  keyOf,
  type Named,
  placeKey,
  templateToItem,
} from "./template-items.ts";

/** The writes of one change of templates; every one states what must still be true. */

const notYetThere = "attribute_not_exists(template_id)";
const stillThere = "attribute_exists(template_id)";
const stillDraft = "#state = :draft";
const sameSlot = "attribute_not_exists(template_id) OR slot = :slot";
const sameHolder = "held_by = :holder";
const moves = "SET #state = :state, active = :active, updated_by = :by, updated_at = :at";

type Condition = {
  readonly TableName: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, unknown>;
};

export type Write =
  | { readonly Put: Condition & { readonly Item: Record<string, unknown> } }
  | {
      readonly Update: Condition & {
        readonly Key: Record<string, unknown>;
        readonly UpdateExpression: string;
      };
    };

/** A version is put once (C-28); only a draft may be put again. */
export function putVersion(table: string, template: Template, draft: Template | undefined): Write {
  const put = { TableName: table, Item: templateToItem(template) };
  if (draft === undefined) return { Put: { ...put, ConditionExpression: notYetThere } };
  return {
    Put: {
      ...put,
      ConditionExpression: stillDraft,
      ExpressionAttributeNames: { "#state": "state" },
      ExpressionAttributeValues: { ":draft": "DRAFT" },
    },
  };
}

/** Two first versions of one id that come at once must not serve different contracts. */
export function putIdentity(table: string, template: Template): Write {
  const slot = slotOf(template);
  return {
    Put: {
      TableName: table,
      Item: { ...identityKey(template.templateId), slot },
      ConditionExpression: sameSlot,
      ExpressionAttributeValues: { ":slot": slot },
    },
  };
}

/** The place moves only from the holder that was read, so two activations cannot both believe they came first. */
export function putPlace(table: string, template: Template, before: Named | undefined): Write {
  const Item = {
    ...placeKey(template),
    held_by: holderText(template),
    holder_id: template.templateId,
    holder_version: template.version,
    updated_by: template.updatedBy,
    updated_at: template.updatedAt,
  };
  const put = { TableName: table, Item };
  if (before === undefined) return { Put: { ...put, ConditionExpression: notYetThere } };
  const ExpressionAttributeValues = { ":holder": holderText(before) };
  return { Put: { ...put, ConditionExpression: sameHolder, ExpressionAttributeValues } };
}

/** Marks a stored version as what it now is; `template` says who changed that and when. */
export function moveTo(
  table: string,
  template: Template,
  version: Named,
  state: Template["state"],
): Write {
  return {
    Update: {
      TableName: table,
      Key: keyOf(version),
      UpdateExpression: template.category === "SMS" ? `${moves}, is_active = :active` : moves,
      ConditionExpression: stillThere,
      ExpressionAttributeNames: { "#state": "state" },
      ExpressionAttributeValues: {
        ":state": state,
        ":active": state === "ACTIVE",
        ":by": template.updatedBy,
        ":at": template.updatedAt,
      },
    },
  };
}
