import type { AgreementContent, Party, TemplateBlock } from "./agreement.ts";
import { partyB, placeOfPartyB } from "./agreement-wording.ts";
import type { SignerTerms } from "./signer.ts";

/** A and B are taken by the text; who signs beside them has the next of the heavenly stems, or a number. */
const stems = "丙丁戊己庚辛壬癸";
const roleOf = (signer: number): string => {
  const stem = stems[signer - 2];
  return stem === undefined ? `签署方${signer}` : `${stem}方`;
};

/**
 * The content with everybody in it who signs beside party B: named at the top, with a place of their own at the
 * end. A template that has as many places already is taken as it is.
 */
export function withSigners(
  content: AgreementContent,
  signers: readonly Pick<SignerTerms, "number" | "userType">[],
): AgreementContent {
  const places = content.blocks.flatMap((block) =>
    block.kind === "signatures" ? block.places : [],
  );
  const further = signers.filter(({ number }) => number >= Math.max(2, places.length));
  if (further.length === 0) return content;
  const parties = further.map(({ number, userType }) => named(partyB(userType), number));
  const own = further.map(({ number, userType }) => named(placeOfPartyB(userType), number));
  const blocks = content.blocks.flatMap((block): TemplateBlock[] => {
    if (block.kind === "parties")
      return [
        { ...block, parties: [...block.parties, ...parties] },
        { kind: "paragraph", text: joining(further.map(({ number }) => roleOf(number))) },
      ];
    if (block.kind === "signatures") return [{ ...block, places: [...block.places, ...own] }];
    return [block];
  });
  return { ...content, blocks };
}

const joining = (roles: readonly string[]): string =>
  `${roles.join("、")}作为共同签署方签署本文件，知悉并同意其全部内容。本文件自全体签署方完成签署并通过身份核验后生效。`;

/** The same card for another signer: another role, and the signer's own variables. */
function named<P extends Party>(party: P, signer: number): P {
  const own = (text: string): string => text.replaceAll("{{", `{{${variablePrefix(signer)}`);
  const facts = party.facts.map(({ label, value }) => ({ label, value: own(value) }));
  return { ...party, role: roleOf(signer), name: own(party.name), facts };
}

/** What stands before the names of another signer's variables. */
export const variablePrefix = (signer: number): string => `signer${signer}_`;
