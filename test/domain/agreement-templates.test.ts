import { describe, expect, test } from "vitest";
import { agreementText, composeAgreement } from "../../functions/domain/agreement.ts";
import {
  agreementTemplates,
  chooseAgreementTemplate,
  lintTemplates,
} from "../../functions/domain/agreement-templates.ts";
import {
  agreementTypes,
  defaultAgreementType,
  isLegalAgreementType,
} from "../../functions/domain/agreement-types.ts";
import { agreementVariables } from "../../functions/domain/agreement-variables.ts";
import { sampleNotice } from "../../functions/domain/agreement-wording.ts";
import { bizScenes } from "../../functions/domain/words.ts";

const [someTemplate] = agreementTemplates;
if (someTemplate === undefined) throw new Error("there are no templates");

describe("agreement templates", () => {
  test("K29: every legal combination has exactly one active template", () => {
    expect(lintTemplates()).toEqual([]);
    expect(agreementTemplates.filter(({ state }) => state === "ACTIVE")).toHaveLength(10);
  });

  test("the lint names a missing, a doubled, an illegal and an unfillable template", () => {
    const [, ...rest] = agreementTemplates;
    const illegal = { ...someTemplate, bizScene: "POOLING_AUTH" } as const;
    const unfillable = { ...someTemplate, title: "{{nobody}}" };
    const retired = { ...someTemplate, state: "RETIRED" } as const;
    const own = "RELATION_BIND/PERSONAL/RELATION_BINDING_AGREEMENT";
    const id = someTemplate.templateId;

    expect(lintTemplates(rest)).toEqual([`${own} has 0 active templates`]);
    expect(lintTemplates([...rest, retired])).toEqual([`${own} has 0 active templates`]);
    expect(lintTemplates([...agreementTemplates, someTemplate])).toEqual([
      `${own} has 2 active templates`,
    ]);
    expect(lintTemplates([...agreementTemplates, illegal])).toEqual([
      `${id} is RELATION_BINDING_AGREEMENT, which is not legal for POOLING_AUTH`,
    ]);
    expect(lintTemplates([...rest, unfillable])).toEqual([
      `${id} asks for {{nobody}}, which is unknown`,
    ]);
  });

  test("A-18: scene and kind of signer choose the template; the scene has a default type", () => {
    expect(
      chooseAgreementTemplate({ bizScene: "OPEN_PAYMENT", userType: "ENTERPRISE" }),
    ).toMatchObject({
      templateId: "PAYOUT_AUTHORIZATION_AGREEMENT.ENTERPRISE",
      title: "代付授权协议",
      version: 2,
    });
  });

  test("B-19: 代付授权协议, 结算授权委托书 and 代付授权书 can each be asked for", () => {
    const titles = agreementTemplates.map(({ title }) => title);
    expect(titles).toEqual(
      expect.arrayContaining(["代付授权协议", "结算授权委托书", "代付授权书"]),
    );
    expect(
      chooseAgreementTemplate({
        bizScene: "RELATION_BIND",
        userType: "PERSONAL",
        agreementType: "SETTLEMENT_POWER_OF_ATTORNEY",
      }),
    ).toMatchObject({ title: "结算授权委托书" });
  });

  test("A-18: a released wording stays: version 1 is kept for the contracts that hold it, without the accounts", () => {
    const versions = agreementTemplates.filter(
      ({ templateId }) => templateId === "POOLING_AUTHORIZATION_AGREEMENT.ENTERPRISE",
    );
    const accounts = versions.map(({ version, state, blocks }) => [
      version,
      state,
      JSON.stringify(blocks).includes("{{payerAccountNo}}"),
    ]);

    expect(accounts).toEqual([
      [2, "ACTIVE", true],
      [1, "RETIRED", false],
    ]);
  });

  test("B-48: an agreement type is legal in exactly one scene, and a scene's default is legal", () => {
    for (const agreementType of agreementTypes) {
      const scenes = bizScenes.filter((bizScene) => isLegalAgreementType(bizScene, agreementType));
      expect(scenes).toHaveLength(1);
    }
    for (const bizScene of bizScenes)
      expect(isLegalAgreementType(bizScene, defaultAgreementType(bizScene))).toBe(true);
  });

  test("B-32: a combination without template is named", () => {
    const wanted = { bizScene: "OPEN_PAYMENT", userType: "PERSONAL" } as const;
    expect(chooseAgreementTemplate(wanted, [])).toEqual({
      missing: "OPEN_PAYMENT/PERSONAL/PAYOUT_AUTHORIZATION_AGREEMENT",
    });
  });

  test.each(agreementTemplates)(
    "$templateId version $version names parties, purpose, term, revocation and evidence",
    (template) => {
      const agreement = composeAgreement(
        template,
        agreementVariables({
          contractId: "CT1",
          createdAt: "2026-11-21T06:00:00.000Z",
          subject: { name: "签署人", mobile: "13800138000" },
          fundPurpose: "会员结算款",
        }),
      );
      const text = agreementText(agreement);

      for (const part of [
        sampleNotice,
        "合同编号：CT1",
        "甲方：拉卡拉支付股份有限公司",
        "乙方：签署人",
      ])
        expect(text).toContain(part);
      for (const part of [
        "资金用途：会员结算款",
        "有效期",
        "撤销",
        "个人信息",
        "证据链",
        "人民法院",
      ])
        expect(text).toContain(part);
      expect(text).not.toContain("{{");
      expect(text.length).toBeGreaterThan(1500);
    },
  );

  test.each(agreementTemplates)(
    "$templateId version $version ends with the places to sign, for they have the last page to themselves",
    ({ blocks }) => {
      const kinds = blocks.map(({ kind }) => kind);
      expect(kinds.indexOf("signatures")).toBe(kinds.length - 1);
    },
  );
});
