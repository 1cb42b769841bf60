import { expect, test } from "vitest";
import { agreementText, contentHash } from "../../functions/domain/agreement.ts";
import { agreementTemplates } from "../../functions/domain/agreement-templates.ts";
import { contractAgreement } from "../../functions/domain/contract-agreement.ts";
import { seededTemplates } from "../../functions/domain/seeded-templates.ts";
import { signerLimit } from "../../functions/domain/signer.ts";

const [first] = agreementTemplates;
const template = seededTemplates.find(({ templateId }) => templateId === first?.templateId);
if (template === undefined) throw new Error("no agreement is seeded");
const contract = { id: "CT00000000000000000000000001", createdAt: "2026-11-21T06:00:00.000Z" };
const person = (name: string) => ({ name, mobile: "13800138000", idNumber: "310101199001011234" });
const company = {
  name: "上海天青餐饮管理有限公司",
  mobile: "13900139000",
  creditCode: "91310101MA1FPX1234",
  legalRepName: "李明远",
};
const personal = { userType: "PERSONAL" } as const;

test("C-48: whoever signs beside party B is named with masked numbers and has a place of their own", () => {
  const signers = [
    { number: 1, ...personal },
    { number: 2, userType: "ENTERPRISE" as const },
    { number: 3, ...personal },
  ];
  const others = [{ subject: company }, { subject: person("王思齐") }];

  const agreement = contractAgreement(
    template,
    { ...contract, signers },
    {
      subject: person("张晓雨"),
      others,
    },
  );

  const text = agreementText(agreement);
  expect(text).toContain("丙方：上海天青餐饮管理有限公司\n统一社会信用代码：91310101MA1FPX1234\n");
  expect(text).toContain("丁方签署：王思齐\n身份证件号码：310***********1234\n");
  expect(text).toContain("丙方、丁方作为共同签署方签署本文件，知悉并同意其全部内容。");
  expect(text).not.toMatch(/310101199001011234|13900139000|\{\{/);
  const places = agreement.blocks.flatMap((block) =>
    block.kind === "signatures" ? block.places : [],
  );
  expect(places.map(({ role }) => role)).toEqual(["甲方", "乙方", "丙方", "丁方"]);
});

test("K22: an agreement with one signer has the text and the hash that it always had", () => {
  const details = { subject: person("张晓雨") };
  const alone = contractAgreement(template, contract, details);
  const counted = { ...contract, signers: [{ number: 1, ...personal }] };

  expect(contentHash(contractAgreement(template, counted, details))).toBe(contentHash(alone));
});

test("as many as a contract may have are told apart, with a number where the stems end", () => {
  const signers = Array.from({ length: signerLimit }, (_, index) => ({
    number: index + 1,
    ...personal,
  }));
  const others = signers.slice(1).map(({ number }) => ({ subject: person(`签署人${number}`) }));

  const agreement = contractAgreement(
    template,
    { ...contract, signers },
    {
      subject: person("张晓雨"),
      others,
    },
  );

  const [places = []] = agreement.blocks.flatMap((block) =>
    block.kind === "signatures" ? [block.places] : [],
  );
  expect(new Set(places.map(({ role }) => role)).size).toBe(signerLimit + 1);
  expect(places.at(-1)).toMatchObject({ role: "签署方20", name: "签署人20" });
});
