import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { templateTextFault, withPlainPlaceholders } from "../../functions/domain/template-text.ts";

const known = ["payer", "ratio"];
const faultOf = (text: string) => templateTextFault(text, known);

describe("the text of a template", () => {
  test("D-32: {{key}} and ${key} are the same substitution, and there is no other", () => {
    const text = "${payer}同意按{{ ratio }}归集";

    expect(faultOf(text)).toBeUndefined();
    expect(withPlainPlaceholders(text)).toBe("{{payer}}同意按{{ratio}}归集");
  });

  test.each([
    ["${payer.name}", 1],
    ["甲方${payer}同意${1+1}", 13],
    ["{{#if payer}}", 1],
    ["{{{payer}}}", 1],
    ["*{payer}", 1],
    ["#{payer.greeting}", 1],
    ["@{/link}", 1],
    ["[[${payer}]]", 1],
    ["$payer", 1],
    ["$!payer", 1],
    ["#foreach($x in $y)", 1],
    ["{% include x %}", 1],
    ["多余的}}", 4],
    ["单个{也不行", 3],
  ])("D-32: the expression in %s is refused at its place", (text, position) => {
    const fault = faultOf(text);

    expect(fault?.message).toMatch(/is no plain text|is no variable/);
    expect(fault?.at).toBe(position - 1);
  });

  test("a variable that nobody fills is named with those that there are", () => {
    expect(faultOf("由{{nobody}}付款")).toEqual({
      at: 1,
      message: "{{nobody}} is no variable here; there are payer, ratio",
    });
  });

  test("a character that hides, turns or cannot be drawn is refused by its code point", () => {
    expect(faultOf("付款\u202E方")).toMatchObject({
      at: 2,
      message: expect.stringContaining("U+202E"),
    });
    expect(faultOf("付\u200B款")).toMatchObject({ at: 1 });
    expect(faultOf("付\u0000款")).toMatchObject({ at: 1 });
    expect(faultOf("\u{1F600}")?.message).toContain("is in none of our fonts");
  });

  test("money and hash signs of plain prose stay", () => {
    for (const text of ["金额不超过$100", "账户#1", "5*3", "a@b.cn"])
      expect(faultOf(text)).toBeUndefined();
  });

  test("what passes holds nothing but placeholders that are known", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("{{", "}}", "${", "}", "{", "$", "payer", "x", " ", "甲")),
        (parts) => {
          const text = parts.join("");
          if (faultOf(text) !== undefined) return;
          const rest = withPlainPlaceholders(text).replaceAll("{{payer}}", "");
          expect(rest).not.toMatch(/\{\{|\}\}|\$\{/);
        },
      ),
    );
  });
});
