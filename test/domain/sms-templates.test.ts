import { describe, expect, test } from "vitest";
import { legalAgreementTypes } from "../../functions/domain/agreement-types.ts";
import {
  chooseSmsTemplate,
  composeSms,
  longestLink,
  smsSegments,
  smsTemplates,
} from "../../functions/domain/sms-templates.ts";
import { bizScenes, userTypes } from "../../functions/domain/words.ts";

const link = "https://sign.example.com/h5/".padEnd(longestLink, "x");

describe("SMS templates", () => {
  test("B-31: each scene and kind of signer has its own text", () => {
    for (const bizScene of bizScenes)
      for (const userType of userTypes)
        expect(chooseSmsTemplate({ bizScene, userType })).toMatchObject({ bizScene, userType });
    expect(new Set(smsTemplates.map(({ text }) => text)).size).toBe(6);
  });

  test("B-31: the type of agreement is named in the text", () => {
    const template = chooseSmsTemplate({ bizScene: "OPEN_PAYMENT", userType: "PERSONAL" });
    if ("missing" in template) throw new Error(template.missing);

    expect(
      composeSms(template, {
        agreementType: "PAYOUT_AUTHORIZATION_LETTER",
        link: "https://q.example/h5/abc",
        linkSeconds: 86_400,
      }),
    ).toBe(
      "【签约】请签署《代付授权书》开通付款，24小时内有效：https://q.example/h5/abc 非本人请忽略",
    );
  });

  test.each(smsTemplates)(
    "$templateId fits two segments with the longest link and title",
    (template) => {
      for (const { agreementType } of legalAgreementTypes[template.bizScene]) {
        const text = composeSms(template, { agreementType, link, linkSeconds: 86_400 });
        expect(text).toContain(link);
        expect(smsSegments(text)).toBeLessThanOrEqual(2);
      }
    },
  );

  test("the text never promises more hours than the link lives", () => {
    const [template] = smsTemplates;
    if (template === undefined) throw new Error("there are no templates");
    expect(composeSms(template, { link, linkSeconds: 7199 })).toContain("，1小时内有效");
  });

  test("a Chinese text costs one segment up to 70 units and then 67 each", () => {
    expect([70, 71, 134, 135].map((units) => smsSegments("字".repeat(units)))).toEqual([
      1, 2, 2, 3,
    ]);
  });

  test("B-32, B-49: a combination without text is named", () => {
    const wanted = { bizScene: "POOLING_AUTH", userType: "PERSONAL" } as const;
    expect(chooseSmsTemplate(wanted, [])).toEqual({ missing: "POOLING_AUTH/PERSONAL" });
  });
});
