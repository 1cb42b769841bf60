import { describe, expect, test } from "vitest";
import { agreementLines, composeAgreement } from "../../functions/domain/agreement.ts";
import { agreementTemplates } from "../../functions/domain/agreement-templates.ts";
import { agreementVariables } from "../../functions/domain/agreement-variables.ts";
import { agreementHtml } from "../../functions/pages/agreement-html.ts";

const [template] = agreementTemplates;
if (template === undefined) throw new Error("there are no templates");

const agreementFor = (name: string) =>
  composeAgreement(
    template,
    agreementVariables({
      contractId: "CT1",
      createdAt: "2026-11-21T06:00:00.000Z",
      subject: { name, mobile: "13800138000" },
    }),
  );

describe("the agreement on the signing page", () => {
  test("every text of the agreement is on the page, in the same order", () => {
    const agreement = agreementFor("张三");
    const words = (text: string): string => text.replace(/[\s：（）]|签署/g, "");
    const page = words(agreementHtml(agreement).replace(/<[^>]*>/g, ""));

    const lines = agreementLines(agreement).map(({ text }) => words(text));

    expect(page).toBe(lines.join(""));
  });

  test.each([
    ["<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"],
    ['"><img src=x onerror=y>', "&quot;&gt;&lt;img src=x onerror=y&gt;"],
    ["{{constructor}} & 'co'", "{{constructor}} &amp; &#39;co&#39;"],
  ])("the name %s is shown as it is and does nothing", (name, escaped) => {
    const page = agreementHtml(agreementFor(name));

    expect(page).toContain(`<p class="agreement-name">${escaped}</p>`);
    expect(page).not.toMatch(/<script|<img/);
  });

  test("there are no inline styles, scripts or handlers, so that a strict policy can hold", () => {
    expect(agreementHtml(agreementFor("张三"))).not.toMatch(/style=|<script|\son\w+=/);
  });
});
