import { describe, expect, test } from "vitest";
import { legalAgreementTypes } from "../../functions/domain/agreement-types.ts";
import { seededTemplates } from "../../functions/domain/seeded-templates.ts";
import {
  composeSms,
  longestLink,
  smsColumns,
  smsSegments,
  smsTemplates,
} from "../../functions/domain/sms-templates.ts";
import type { Template } from "../../functions/domain/template.ts";

const link = "https://sign.example.com/h5/".padEnd(longestLink, "x");
const messages = seededTemplates.filter(({ category }) => category === "SMS");
const message = (templateId: string): Template => {
  const found = messages.find((one) => one.templateId === templateId);
  if (found === undefined) throw new Error(`there is no ${templateId}`);
  return found;
};

describe("SMS templates", () => {
  test("B-31: each scene and kind of signer has its own text", () => {
    expect(new Set(smsTemplates.map(({ text }) => text)).size).toBe(6);
  });

  test("B-31, D-25: the type of agreement is named in the text, beside the link", () => {
    expect(
      composeSms(message("SMS.OPEN_PAYMENT.PERSONAL"), {
        agreementType: "PAYOUT_AUTHORIZATION_LETTER",
        link: "https://q.example/h5/abc",
        linkSeconds: 86_400,
      }),
    ).toBe(
      "【签约】请签署《代付授权书》开通付款，24小时内有效：https://q.example/h5/abc 非本人请忽略",
    );
  });

  test.each(messages)(
    "$templateId fits two segments with the longest link and title",
    (template) => {
      for (const { agreementType } of legalAgreementTypes[template.selector!.bizScene]) {
        const text = composeSms(template, { agreementType, link, linkSeconds: 86_400 });
        expect(text).toContain(link);
        expect(smsSegments(text)).toBeLessThanOrEqual(2);
      }
    },
  );

  test("the text never promises more hours than the link lives", () => {
    const agreementType = "RELATION_BINDING_AGREEMENT";
    const text = composeSms(messages[0]!, { agreementType, link, linkSeconds: 7199 });
    expect(text).toContain("，1小时内有效");
  });

  test("a Chinese text costs one segment up to 70 units and then 67 each", () => {
    expect([70, 71, 134, 135].map((units) => smsSegments("字".repeat(units)))).toEqual([
      1, 2, 2, 3,
    ]);
  });

  test("D-19: a message shows the columns of sms_template, under codes that are unique and at most 32 long", () => {
    const rows = messages.map(smsColumns);

    expect(smsColumns(message("SMS.POOLING_AUTH.ENTERPRISE"))).toEqual({
      template_code: "POOLING_ENTERPRISE",
      scene: "ANY",
      process_type: "POOLING_AUTH",
      signatory_type: 1,
      content_template: expect.stringContaining("{{link}}"),
      h5_template_name: "H5.POOLING_AUTH.ENTERPRISE",
      is_active: true,
    });
    expect(new Set(rows.map(({ template_code }) => template_code)).size).toBe(rows.length);
    const precise = {
      bizScene: "RELATION_BIND",
      userType: "ENTERPRISE",
      scene: "MEMBER_SETTLEMENT",
      agreementType: "SETTLEMENT_POWER_OF_ATTORNEY",
    } as const;
    const { template_code } = smsColumns({ ...messages[0]!, selector: precise });
    expect(template_code).toBe("BINDING_MEMBER_SPA_ENTERPRISE");
    expect(String(template_code).length).toBeLessThanOrEqual(32);
  });
});
