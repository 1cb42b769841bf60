import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  type Agreement,
  type Block,
  composeAgreement,
  contentHash,
  type Fact,
} from "../../functions/domain/agreement.ts";
import { agreementTemplates } from "../../functions/domain/agreement-templates.ts";
import { agreementVariables } from "../../functions/domain/agreement-variables.ts";
import { agreementFonts } from "../../functions/pages/agreement-fonts.ts";
import { agreementPdf, UnsupportedCharacter } from "../../functions/pages/agreement-pdf.ts";
import { pdfText } from "./pdf-text.ts";

const contractId = "CT7K2M9QX4RW8B3NF6HJ5TYD0A";
const createdAt = "2026-11-21T06:00:00.000Z";
const verifyUrl = `https://sign.example/verify/${contractId}`;
const fonts = await agreementFonts();

const agreementFor = (name: string, template = agreementTemplates[0]): Agreement => {
  if (template === undefined) throw new Error("there are no templates");
  const subject = { name, mobile: "13800138000", idNumber: "310101199001011234" };
  return composeAgreement(template, agreementVariables({ contractId, createdAt, subject }));
};
const pdf = (agreement: Agreement): Promise<Uint8Array> =>
  agreementPdf(agreement, { fonts, createdAt, contractId, verifyUrl });
const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
const pagesOf = (bytes: Uint8Array): number => latin(bytes).match(/\/Type \/Page\n/g)?.length ?? 0;
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** What the page shows of a block, in drawing order. */
function shown(block: Block): string[] {
  switch (block.kind) {
    case "facts":
      return rows(block.facts);
    case "parties":
      return block.parties.flatMap(({ role, name, facts }) => [role, name, ...rows(facts)]);
    case "signatures":
      return block.places.flatMap(({ role, name, facts, note }) => [
        ...[`${role}（签署）`, name, ...rows(facts)],
        ...[note, "签名或签章、时间（北京时间，UTC+08:00）"],
      ]);
    case "heading":
    case "clause":
      return [block.number, block.text];
    default:
      return [block.text];
  }
}

const rows = (facts: readonly Fact[]): string[] =>
  facts.flatMap(({ label, value }) => [label, value]);

/** What every signature page says around its places. */
const signaturePage = (title: string): { before: string; after: string } => ({
  before: `签署页本页为《${title}》（${contractId}）的签署页`,
  after: `核验本文件扫描二维码或者打开下列网址，可以核对手中的文件与存证是否一致。${verifyUrl}`,
});

describe("the agreement as PDF", () => {
  test.each(agreementTemplates)(
    "$templateId: the text read back from the file is the agreement's text",
    async (template) => {
      const agreement = agreementFor("欧阳㛃堃喆龘䶮𠮷（Ouyang Jie）", template);
      const bytes = await pdf(agreement);

      const pages = pagesOf(bytes);
      let text = pdfText(bytes);
      for (let number = 1; number <= pages; number++) {
        const footer = `合同编号${contractId}正文摘要SHA-256${contentHash(agreement)}第${number}页，共${pages}页`;
        expect(text).toContain(footer);
        text = text.replace(footer, "");
      }
      const body = [agreement.title, ...agreement.blocks.slice(0, -1).flatMap(shown)].join("");
      const { before, after } = signaturePage(agreement.title);
      const last = agreement.blocks.slice(-1).flatMap(shown).join("");
      expect(text).toBe([body, before, last, after].join("").replace(/[ \u3000]/g, ""));
      expect(pages).toBe(3);
    },
  );

  test("the same agreement gives the same bytes, whatever was drawn in between", async () => {
    const first = await pdf(agreementFor("张䶮"));
    await pdf(agreementFor("李四"));
    expect(sha256(await pdf(agreementFor("张䶮")))).toBe(sha256(first));
  });

  test("the file calls itself tagged PDF/A-3a, in Chinese, with all fonts embedded", async () => {
    const file = latin(await pdf(agreementFor("张䶮")));

    expect(file).toContain("<pdfaid:part>3</pdfaid:part>");
    expect(file).toContain("<pdfaid:conformance>A</pdfaid:conformance>");
    expect(file).toMatch(/\/Marked true/);
    expect(file).toMatch(/\/Lang \(zh-CN\)/);
    expect(file).toMatch(/\/OutputIntents/);
    expect(file.match(/\/FontFile2 /g)).toHaveLength(2);
    expect(file).not.toContain("Helvetica");
  });

  test("an agreement stays near 100 KB, because fonts are cut to what is used", async () => {
    expect((await pdf(agreementFor("张䶮"))).length).toBeLessThan(130_000);
  });

  test("a character the fonts lack is named with its field, not drawn as a box", async () => {
    // Only a template could bring this in: values that no font draws are refused when they are filled in.
    const withEmoji = { ...agreementFor("张三"), title: "关系绑定协议🖋" };

    await expect(pdf(withEmoji)).rejects.toThrow(
      new UnsupportedCharacter('U+1F58B in "title" is missing from the embedded fonts'),
    );
  });

  test("two characters of one look cannot stand in one agreement", async () => {
    // Only a template could bring this in: values with radicals are refused when they are filled in.
    const agreement = agreementFor("张䶮");
    const withRadical = { ...agreement, title: "关系绑定协议⼀" };

    await expect(pdf(withRadical)).rejects.toThrow(/ is drawn exactly like U\+2F00$/);
  });

  test.each([
    "㛃",
    "䶮",
    "𠮷野家",
    "堃龘喆",
    "王𠮷𠮷㛃",
    "阿卜杜热合曼·买买提明",
    "古丽𠮷尔·买买提㛃",
    "O’Neil-Müller, Ǎn Jr.",
    "上海龘䶮堃网络科技（集团）有限责任公司第一分公司驻新疆维吾尔自治区乌鲁木齐办事处",
    "ABC（中国）Trading Co., Ltd. 上海-浦东 A&B 分公司",
    "《读者》“文摘”杂志社——（甲、乙）",
  ])("the name %s reads back as it was given, wherever it stands", async (name) => {
    const [, , template = agreementTemplates[0]] = agreementTemplates;
    const text = pdfText(await pdf(agreementFor(name, template)));

    const drawn = name.replaceAll(" ", "");
    expect(text.split(drawn)).toHaveLength(3);
  });

  test("the signature page stays one page with the longest names that a request may hold", async () => {
    const long = (text: string): string => text.repeat(128).slice(0, 128);
    const template = agreementTemplates.find(({ userType }) => userType === "ENTERPRISE");
    if (template === undefined) throw new Error("there is no template for enterprises");
    const subject = {
      name: long("上海龘䶮网络Ｗ"),
      mobile: "13800138000",
      creditCode: "91310000MA1K35K06X",
      legalRepName: long("欧阳㛃").slice(0, 64),
      legalRepIdNumber: "310101199001011234",
    };
    const agreement = composeAgreement(
      template,
      agreementVariables({ contractId, createdAt, subject }),
    );
    const bytes = await pdf(agreement);
    const text = pdfText(bytes);

    const signaturePage = text.slice(text.indexOf("签署页本页为"));
    expect(signaturePage).toContain(subject.name);
    expect(signaturePage).toContain(subject.legalRepName);
    const pages = pagesOf(bytes);
    expect(signaturePage.match(/第\d页，共\d页/g)).toEqual([`第${pages}页，共${pages}页`]);
  });

  test("the code on the signature page is a figure that says in words where it leads", async () => {
    const file = latin(await pdf(agreementFor("张三")));
    const leadsTo = Buffer.from(verifyUrl, "utf16le").swap16().toString("latin1");

    const [, words] = /\/S \/Figure\n\/Alt \((.*)\)\n/.exec(file) ?? [];
    expect(words).toContain(leadsTo);
  });

  test("values of the greatest length flow over lines and pages, and markup in them is drawn as it is", async () => {
    const long = (text: string): string => text.repeat(200).slice(0, 200);
    const name = long("<b>{{constructor}}</b>");
    const [template] = agreementTemplates;
    if (template === undefined) throw new Error("there are no templates");
    const subject = { name, mobile: "13800138000" };
    const given = {
      headquartersName: long("总部"),
      fundPurpose: long("货款，"),
      partyAName: long("甲（乙）"),
    };

    const agreement = composeAgreement(
      template,
      agreementVariables({ contractId, createdAt, subject, ...given }),
    );
    const text = pdfText(await pdf(agreement));

    for (const value of [name, ...Object.values(given)]) expect(text).toContain(value);
  });
});
