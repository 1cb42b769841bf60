import canonicalize from "canonicalize";
import { Problem } from "./problem.ts";
import { slotOf, type Template, type TemplateDraft } from "./template.ts";

/**
 * What saving a version means, given all versions that its id has: write it, or find it there already. A draft
 * may be replaced until it is released; a released wording stays as it is for ever (C-12, C-28). Throws Problem.
 */
export function decideSave(
  versions: readonly Template[],
  draft: TemplateDraft,
): { readonly write: boolean; readonly existing?: Template } {
  const elsewhere = versions.find((other) => slotOf(other) !== slotOf(draft));
  if (elsewhere !== undefined) {
    const field = "selector";
    const message = `must stay what version ${elsewhere.version} has; another use is another templateId`;
    throw new Problem("PARAM_INVALID", `${field} ${message}`, { fields: [{ field, message }] });
  }
  const existing = versions.find(({ version }) => version === draft.version);
  if (existing === undefined) return { write: true };
  if (authored(existing) === authored(draft)) return { write: false, existing };
  if (existing.state === "DRAFT") return { write: true, existing };
  throw new Problem(
    "IDEMPOTENCY_CONFLICT",
    `version ${draft.version} of ${draft.templateId} is released with another content; send a new version`,
    { data: { templateId: draft.templateId, version: draft.version } },
  );
}

/** An active wording leaves by another taking its place, so that no contract is ever left without one (K29). */
export function refuseWithdrawal({ templateId, version }: TemplateDraft): never {
  throw new Problem(
    "STATE_CONFLICT",
    `version ${version} of ${templateId} is active; activate the version that takes its place`,
  );
}

/** The part that an author decides, in one spelling. */
const authored = (template: TemplateDraft): string =>
  canonicalize({
    name: template.name,
    category: template.category,
    source: template.source,
    h5: template.content.kind === "SMS" ? template.content.h5TemplateName : null,
    variableDefinitions: template.variableDefinitions,
    signerConfig: template.signerConfig,
  }) ?? "";

/** Which version holds which place. */
export type Places = ReadonlyMap<string, Pick<Template, "templateId" | "version">>;

/** A seeded version is active while nothing stored has taken its place. */
export function underPlaces(seeded: Template, places: Places): Template {
  const holder = places.get(slotOf(seeded));
  if (holder === undefined) return seeded;
  const isHolder = holder.templateId === seeded.templateId && holder.version === seeded.version;
  return { ...seeded, state: isHolder ? "ACTIVE" : "RETIRED" };
}
