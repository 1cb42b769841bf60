import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MarkupRefused, parseMarkup } from "../../functions/domain/template-markup.ts";
import { templateTextFault } from "../../functions/domain/template-text.ts";

const parse = (source: string) =>
  parseMarkup(source, (text) => templateTextFault(text, ["payerName"]));

const refusal = (source: string): string => {
  try {
    parse(source);
  } catch (cause) {
    if (cause instanceof MarkupRefused) return cause.message;
    throw cause;
  }
  return "accepted";
};

describe("the HTML subset", () => {
  test("D-32: headings, clauses, notices and tables become the blocks that component JSON has", () => {
    const source = `
<h1>归集授权协议</h1>
<p><strong>请仔细阅读</strong></p>
<table><tbody><tr><th>付款方</th><td>\${payerName}</td></tr></tbody></table>
<h2>授权</h2>
<ol>
  <li>甲方同意
      归集。</li>
  <li>A &amp; B &lt;C&gt;</li>
</ol>
<h3>其他</h3>
<p>无。</p>`;

    expect(parse(source)).toEqual({
      title: "归集授权协议",
      blocks: [
        { kind: "notice", text: "请仔细阅读" },
        { kind: "facts", facts: [{ label: "付款方", value: "{{payerName}}" }] },
        { kind: "heading", text: "授权" },
        { kind: "clause", text: "甲方同意归集。" },
        { kind: "clause", text: "A & B <C>" },
        { kind: "heading", text: "其他" },
        { kind: "paragraph", text: "无。" },
      ],
    });
  });

  test.each([
    ["<script>alert(1)</script>", "line 1, column 1: <script> is not in the subset"],
    ["<p>好</p>\n<img>", "line 2, column 1: <img> is not in the subset"],
    ['<p onclick="x">好</p>', "line 1, column 1: <p> has an attribute"],
    ["<p>好<br/></p>", "line 1, column 5: <br> is not in the subset"],
    ["<!-- 注 -->", "line 1, column 1: a < that begins no tag"],
    ["<p>1 < 2</p>", "line 1, column 6: a < that begins no tag"],
    ["<p>好", "line 1, column 1: <p> is never closed"],
    ["<p>好</li>", "line 1, column 5: </li> closes <p>"],
    ["<p><p>好</p></p>", "line 1, column 4: <p> may not stand in p"],
    ["<li>好</li>", "line 1, column 1: <li> may not stand in document"],
    ["外面的字", "line 1, column 1: text may not stand in document"],
    ["<p>甲&nbsp;乙</p>", "line 1, column 5: write & as &amp;"],
    ["<p>甲&#60;乙</p>", "line 1, column 5: write & as &amp;"],
    ["<p>\n\n由{{nobody}}付款</p>", "line 3, column 2: {{nobody}} is no variable here"],
    ["<p>由${a.b}付款</p>", 'line 1, column 5: "${" is no plain text'],
    ["<p>付\u200B款</p>", "line 1, column 5: U+200B"],
    ["<p>部分<strong>强调</strong></p>", "line 1, column 6: <strong> may only hold a whole"],
    ["<table><tr><td>一</td></tr></table>", "line 1, column 8: a row has two cells"],
    ["<h1>一</h1><h1>二</h1>", "line 1, column 11: there is a second <h1>"],
    ["<p> </p>", "line 1, column 1: <p> is empty"],
    [`${"<p>好</p>".repeat(2001)}`, "there are more than 2000 elements"],
  ])("D-32: %s is refused with its place", (source, message) => {
    expect(refusal(source)).toContain(message);
  });

  test("whatever is written, the answer is blocks or a place, and no block holds a tag that was not escaped", () => {
    const piece = fc.constantFrom(
      "<p>",
      "</p>",
      "<h2>",
      "</h2>",
      "<ol>",
      "</ol>",
      "<li>",
      "</li>",
      "<table>",
      "<tr>",
      "<td>",
      "<strong>",
      "</strong>",
      "<script>",
      "<",
      ">",
      "&lt;",
      "&",
      "\n",
      "甲",
      "{{payerName}}",
      "<p x=1>",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (parts) => {
        const source = parts.join("");
        try {
          expect(JSON.stringify(parse(source).blocks)).not.toMatch(/<(?!\W)script/);
        } catch (cause) {
          if (!(cause instanceof MarkupRefused)) throw cause;
          expect(cause.message).toMatch(/^line \d+, column \d+: /);
        }
      }),
    );
  });

  test("a hostile text of the largest size ends in time", () => {
    for (const text of [
      "<".repeat(40_000),
      "<p>".repeat(13_000),
      `<p>${" ".repeat(39_000)}`,
      "&".repeat(40_000),
      "{".repeat(40_000),
    ]) {
      const started = performance.now();
      expect(refusal(text)).toMatch(/^line/);
      expect(performance.now() - started).toBeLessThan(1000);
    }
  });
});
