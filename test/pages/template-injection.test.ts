import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readTemplate } from "../../functions/dialects/template.ts";
import { composeAgreement, UnsafeValue } from "../../functions/domain/agreement.ts";
import { agreementVariables } from "../../functions/domain/agreement-variables.ts";
import { textFault } from "../../functions/domain/plain-text.ts";
import { agreementContent } from "../../functions/domain/template.ts";
import { agreementFonts } from "../../functions/pages/agreement-fonts.ts";
import { agreementHtml } from "../../functions/pages/agreement-html.ts";
import { agreementPdf } from "../../functions/pages/agreement-pdf.ts";
import { pdfText } from "./pdf-text.ts";

/** Values that mean something to some engine, in every place that a template can put a value. */

const { draft } = readTemplate({
  templateId: "EVERYWHERE",
  version: "1",
  name: "到处",
  category: "RELATIONSHIP_AGREEMENT",
  content: {
    title: "关于{{v}}",
    components: [
      { kind: "notice", text: "注意{{v}}" },
      { kind: "facts", facts: [{ label: "标签{{v}}", value: "值{{v}}" }] },
      { kind: "heading", text: "条{{v}}" },
      { kind: "clause", text: "款{{v}}后" },
      { kind: "paragraph", text: "段{{v}}后" },
      { kind: "parties", parties: [{ role: "方{{v}}", name: "名{{v}}", facts: [] }] },
      { kind: "signatures", places: [{ role: "签{{v}}", name: "者{{v}}", note: "记{{v}}" }] },
    ],
  },
  variableDefinitions: [{ key: "v", name: "值", required: true, sample: "样" }],
});
const template = {
  ...draft,
  state: "ACTIVE",
  createdBy: "",
  createdAt: "",
  updatedBy: "",
  updatedAt: "",
} as const;
const contractId = "CT7K2M9QX4RW8B3NF6HJ5TYD0A";
const createdAt = "2026-11-21T06:00:00.000Z";
const fonts = await agreementFonts();

const compose = (value: string) =>
  composeAgreement(agreementContent(template), {
    ...agreementVariables({
      contractId,
      createdAt,
      subject: { name: "张三", mobile: "13800138000" },
    }),
    v: value,
  });

const escaped = (value: string): string =>
  value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");

const places = 12;

describe("a value in a template", () => {
  test.each([
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{contractId}}",
    "${contractId}",
    "{{v}}{{v}}",
    "$& $1 $`",
    "#{7*7} *{x} [[x]] @{y}",
    "&amp; &#60;",
    "\\u003cscript\\u003e",
  ])("D-32: %s stands as it is, in every place of the page and of the PDF", async (value) => {
    const agreement = compose(value);

    const page = agreementHtml(agreement);
    const read = pdfText(
      await agreementPdf(agreement, {
        fonts,
        createdAt,
        contractId,
        verifyUrl: "https://s.example/",
      }),
    );

    expect(page.split(escaped(value)).length - 1).toBeGreaterThanOrEqual(places);
    expect(page).not.toMatch(/<(script|img)/);
    const drawn = value.replaceAll(" ", "");
    expect(read.split(drawn).length - 1).toBeGreaterThanOrEqual(places);
  });

  test("C-56: a value with control, hidden or turning characters is refused by name, in every place", () => {
    for (const value of ["张\u0000三", "张\u202E三", "张\u200B三", "张\r\n三", "\uFEFF张三"])
      expect(() => compose(value)).toThrow(UnsafeValue);
    expect(() => compose("张\u0000三")).toThrow(/\{\{v\}\}: U\+0000/);
  });

  test("whatever a value is, it is refused or shown literally", () => {
    const hostile = fc.string({
      unit: fc.constantFrom(
        "{{",
        "}}",
        "${",
        "}",
        "<",
        ">",
        "&",
        "'",
        '"',
        "v",
        "甲",
        "\u202E",
        "\n",
        " ",
      ),
    });
    fc.assert(
      fc.property(hostile, (value) => {
        if (textFault(value) !== undefined) {
          expect(() => compose(value)).toThrow(UnsafeValue);
          return;
        }
        expect(agreementHtml(compose(value))).toContain(`款${escaped(value)}后`);
      }),
    );
  });
});
