import { type Agreement, composeAgreement, type Variables } from "../domain/agreement.ts";
import { agreementTitle, defaultAgreementType } from "../domain/agreement-types.ts";
import { agreementVariables } from "../domain/agreement-variables.ts";
import { composePage } from "../domain/h5-templates.ts";
import { composeSms } from "../domain/sms-templates.ts";
import { agreementContent, type Template } from "../domain/template.ts";
import { agreementHtml } from "./agreement-html.ts";
import { html, trusted } from "./html.ts";

/** What a preview is filled with; nobody's number, and recognisable as such on paper. */
const sample = {
  contractId: "CT00000000000000000000000000",
  createdAt: "2026-01-01T00:00:00.000Z",
  link: "https://sign.example.com/h5/preview",
  linkSeconds: 24 * 3600,
} as const;

/** The agreement that a template makes of sample values, its own variables as their authors gave them. */
export function previewAgreement(template: Template): Agreement {
  const built = agreementVariables({
    contractId: sample.contractId,
    createdAt: sample.createdAt,
    subject: { name: "示例签署人", mobile: "13800000000" },
  });
  const own: Variables = Object.fromEntries(
    template.variableDefinitions.map(({ key, sample: value }) => [key, value]),
  );
  return composeAgreement(agreementContent(template), { ...built, ...own });
}

/** A template as a page to look at: the agreement, the text of the message, or the head of the signing page. */
export function previewPage(template: Template): string {
  const { content, selector, templateId, version } = template;
  const { bizScene = "RELATION_BIND", agreementType = defaultAgreementType(bizScene) } =
    selector ?? {};
  const body = () => {
    switch (content.kind) {
      case "AGREEMENT":
        return trusted(agreementHtml(previewAgreement(template)));
      case "SMS":
        return html`<p>${composeSms(template, { ...sample, agreementType })}</p>`;
      case "H5": {
        const { title, guidance } = composePage(template, agreementTitle[agreementType]);
        return html`<h2>${title}</h2>${guidance.map((text) => html`<p>${text}</p>`)}`;
      }
      default:
        return content satisfies never;
    }
  };
  return html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${templateId} ${version}</title>
<style>body{max-width:40em;margin:2em auto;padding:0 1em;font-family:sans-serif;line-height:1.7}dl div{display:flex;gap:1em}dd{margin:0}</style>
</head>
<body>
<h1>${templateId} ${version}</h1>
${body()}
</body>
</html>
`.html;
}
