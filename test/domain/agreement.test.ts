import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AgreementContent,
  agreementText,
  composeAgreement,
  contentHash,
  MissingVariable,
  UnsafeValue,
} from "../../functions/domain/agreement.ts";
import { agreementVariables } from "../../functions/domain/agreement-variables.ts";
import { textFault } from "../../functions/domain/plain-text.ts";

const template: AgreementContent = {
  templateId: "T",
  version: "3",
  title: "协议",
  blocks: [
    { kind: "facts", facts: [{ label: "用途", value: "{{purpose}}" }] },
    { kind: "heading", text: "授权" },
    { kind: "clause", text: "{{name}}同意。" },
    { kind: "clause", text: "再次由{{name}}确认。" },
    { kind: "heading", text: "其他" },
    { kind: "clause", text: "无。" },
    {
      kind: "signatures",
      places: [
        {
          role: "乙方",
          name: "{{name}}",
          facts: [{ label: "用途", value: "{{purpose}}" }],
          note: "电子签名",
        },
      ],
    },
  ],
};

const textFor = (name: string): string =>
  agreementText(composeAgreement(template, { name, purpose: "货款" }));

describe("composing an agreement", () => {
  test("A-18: the signer's data is filled in and articles and clauses are numbered", () => {
    expect(textFor("张䶮")).toBe(
      [
        "协议",
        "用途：货款",
        "第一条 授权",
        "1.1 张䶮同意。",
        "1.2 再次由张䶮确认。",
        "第二条 其他",
        "2.1 无。",
        "乙方签署：张䶮",
        "用途：货款",
        "电子签名",
        "",
      ].join("\n"),
    );
  });

  test("a variable that nobody gave is named", () => {
    expect(() => composeAgreement(template, { name: "张三" })).toThrow(
      new MissingVariable("template T needs {{purpose}}, which was not given"),
    );
  });

  test.each(["constructor", "__proto__", "toString"])(
    "{{%s}} in a template reaches nothing but the variables",
    (name) => {
      const reaching = { ...template, title: `{{${name}}}` };
      expect(() => composeAgreement(reaching, { name: "张三", purpose: "货款" })).toThrow(
        MissingVariable,
      );
    },
  );

  test.each(["{{purpose}}", "{{constructor}}", "<script>alert(1)</script>", "$&$1", "${name}"])(
    "the value %s stays exactly what it is",
    (value) => {
      expect(textFor(value)).toContain(`\n1.1 ${value}同意。\n`);
    },
  );

  test("any value that is let in stands in the text unchanged", () => {
    const harmless = fc.constantFrom(
      ...Array.from({ length: 0x30000 }, (_, codePoint) => String.fromCodePoint(codePoint)).filter(
        (letter) => letter.trim() !== "" && textFault(letter) === undefined,
      ),
    );
    fc.assert(
      fc.property(fc.string({ unit: harmless, minLength: 1, maxLength: 40 }), (value) => {
        expect(textFor(value)).toContain(`\n1.1 ${value}同意。\n`);
      }),
      { numRuns: 25 },
    );
  });

  test.each([
    ["a line feed", "张三\n1.2 乙方放弃", "U+000A is a control"],
    ["a right-to-left override", "张三\u202e元001", "U+202E is a control"],
    ["a right-to-left isolate", "张\u2067三", "U+2067 is a control"],
    ["a zero-width space", "张\u200b三", "U+200B is a control"],
    ["a byte order mark", "\ufeff张三", "U+FEFF is a control"],
    ["a private-use character", "张\ue000", "U+E000 is a control"],
    ["a variation selector", "葛\u{e0100}", "U+E0100 is a control"],
    ["half a surrogate pair", "张\ud842", "U+D842 is half"],
    ["a no-break space", "John\u00a0Li", "U+00A0 is a space other"],
    ["a Kangxi radical", "⼀", "U+2F00 looks like another character; use U+4E00"],
    ["a compatibility ideograph", "\uf9d1", "U+F9D1 looks like another character; use U+516D"],
    ["a character no font has", "张𠀀", "U+20000 is in none of our fonts"],
    [
      "another dot than that of names",
      "阿卜杜拉•买买提",
      "U+2022 looks like another character; use U+00B7",
    ],
    ["nothing to see", "   ", "it is empty"],
    ["more than 200 characters", "长".repeat(201), "it is longer than 200"],
  ])(
    "a value with %s is refused, by variable and code point but not by value",
    (_what, value, says) => {
      expect(() => textFor(value)).toThrow(UnsafeValue);
      expect(() => textFor(value)).toThrow(`template T refuses the value of {{name}}: ${says}`);
    },
  );

  test.each(["龘", "䶮", "㛃", "堃", "𠮷", "阿卜杜拉·买买提", "O’Neil", "Ǎn Müller"])(
    "the name %s is fit for an agreement",
    (name) => {
      expect(textFault(name)).toBeUndefined();
    },
  );

  test("K22: the content hash is the SHA-256 of the text in UTF-8 and follows every change", () => {
    const agreement = composeAgreement(template, { name: "张三", purpose: "货款" });
    const other = composeAgreement(template, { name: "张三", purpose: "货款二" });

    expect(contentHash(agreement)).toBe(
      createHash("sha256")
        .update(Buffer.from(agreementText(agreement)))
        .digest("hex"),
    );
    expect(contentHash(other)).not.toBe(contentHash(agreement));
  });
});

describe("the variables of a contract", () => {
  const facts = {
    contractId: "CT1",
    createdAt: "2026-11-21T16:30:00.000Z",
    subject: {
      name: "张三",
      mobile: "13800138000",
      idNumber: "310101199001011234",
      bankAccountNo: "6228480012345678903",
    },
  };

  test("numbers that identify a person are masked", () => {
    expect(agreementVariables(facts)).toMatchObject({
      mobileMasked: "138****8000",
      idNumberMasked: "310***********1234",
      bankAccountMasked: "***************8903",
    });
  });

  test("a number too short to be masked is covered whole", () => {
    const subject = { ...facts.subject, bankAccountNo: "1234567" };
    expect(agreementVariables({ ...facts, subject }).bankAccountMasked).toBe("*******");
  });

  test("the day is the day in China", () => {
    expect(agreementVariables(facts).agreedOn).toBe("2026年11月22日");
  });

  test("D-33: headquarters, purpose and ratio are filled in, or point to where they are registered", () => {
    const given = { headquartersName: "总部甲", fundPurpose: "货款" };
    const authorization = { payerAccountNo: "ACC100002", maxRatio: "0.8" };

    expect(agreementVariables({ ...facts, ...given, authorization })).toMatchObject({
      ...given,
      poolingRatio: "80%",
    });
    expect(Object.values(agreementVariables(facts)).map(textFault)).not.toContain("it is empty");
  });

  test("K42: the accounts and the term that the signer reads are the ones that are checked later", () => {
    const accounts = { payerAccountNo: "ACC100002", payeeAccountNo: "ACC100001" };
    const validUntil = "2027-03-31T16:00:00.000Z";

    expect(agreementVariables({ ...facts, authorization: accounts })).toMatchObject({
      ...accounts,
      authorizedUntil: "自本文件生效之日起365日",
    });
    expect(
      agreementVariables({ ...facts, authorization: { ...accounts, validUntil } }).authorizedUntil,
    ).toBe("至2027年4月1日止");
  });
});
