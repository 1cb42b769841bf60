import { fillText } from "./agreement.ts";
import type { Template } from "./template.ts";
import { bizScenes, type UserType, userTypes } from "./words.ts";

// What a person should hold against what they know before reading on; the agreement itself says the rest.
const guidance = {
  PERSONAL: "请核对《{{agreement}}》中的姓名、证件与账户信息，确认为本人后再签署。",
  ENTERPRISE: "请核对《{{agreement}}》中的单位、代表人与账户信息，确认有权签署后再继续。",
} as const satisfies Record<UserType, string>;

/** What stands on the signing pages that came with the product (D-23, D-24). */
export const h5Templates = bizScenes.flatMap((bizScene) =>
  userTypes.map((userType) => ({
    templateId: `H5.${bizScene}.${userType}`,
    version: "1",
    bizScene,
    userType,
    title: "{{agreement}}",
    guidance: [guidance[userType]],
  })),
);

export const h5VariableNames = ["agreement"] as const;

/** Title and guidance of the page where `agreement`, by its title, is signed. Throws when the template is of another kind. */
export function composePage(
  { templateId, content }: Template,
  agreement: string,
): { readonly title: string; readonly guidance: readonly string[] } {
  if (content.kind !== "H5") throw new TypeError(`template ${templateId} is no signing page`);
  const fill = (text: string): string => fillText(text, { agreement }, templateId);
  return { title: fill(content.title), guidance: content.guidance.map(fill) };
}
