import type { Agreement, Block, Fact } from "../domain/agreement.ts";
import { type Html, html } from "./html.ts";

/**
 * The agreement for the signing page, from the tree that the PDF is drawn from; below an `h2`.
 * Classes: `agreement-title` (h3), `agreement-notice`, `facts` (dl of div > dt + dd), `agreement-parties`,
 * `agreement-party`, `agreement-role`, `agreement-name`, `agreement-clause`, `agreement-number`,
 * `agreement-signatures`, `agreement-signature`. Headings of articles are plain h4, the rest plain p.
 */
export function agreementHtml(agreement: Agreement): string {
  return html`<h3 class="agreement-title">${agreement.title}</h3>
${agreement.blocks.map(blockHtml)}`.html;
}

function blockHtml(block: Block): Html {
  switch (block.kind) {
    case "notice":
      return html`<p class="agreement-notice">${block.text}</p>\n`;
    case "facts":
      return factsHtml(block.facts);
    case "parties":
      return html`<div class="agreement-parties">
${block.parties.map(
  ({ role, name, facts }) => html`<div class="agreement-party">
<p class="agreement-role">${role}</p>
<p class="agreement-name">${name}</p>
${factsHtml(facts)}</div>\n`,
)}</div>\n`;
    case "paragraph":
      return html`<p>${block.text}</p>\n`;
    case "heading":
      return html`<h4>${block.number}　${block.text}</h4>\n`;
    case "clause":
      return html`<p class="agreement-clause"><span class="agreement-number">${block.number}</span> ${block.text}</p>\n`;
    case "signatures":
      return html`<div class="agreement-signatures">
${block.places.map(
  ({ role, name, facts, note }) => html`<div class="agreement-signature">
<p class="agreement-role">${role}（签署）</p>
<p class="agreement-name">${name}</p>
${factsHtml(facts)}<p class="agreement-notice">${note}</p></div>\n`,
)}</div>\n`;
    default:
      return block satisfies never;
  }
}

const factsHtml = (facts: readonly Fact[]): Html => html`<dl class="facts">
${facts.map(({ label, value }) => html`<div><dt>${label}</dt><dd>${value}</dd></div>\n`)}</dl>\n`;
