import { describe, expect, test } from "vitest";
import { agreementText, composeAgreement } from "../../functions/domain/agreement.ts";
import { agreementTemplates } from "../../functions/domain/agreement-templates.ts";
import {
  agreementTypes,
  defaultAgreementType,
  isLegalAgreementType,
} from "../../functions/domain/agreement-types.ts";
import { agreementVariables } from "../../functions/domain/agreement-variables.ts";
import { sampleNotice } from "../../functions/domain/agreement-wording.ts";
import { bizScenes } from "../../functions/domain/words.ts";

describe("agreement templates", () => {
  test("K29: each legal combination has an active wording", () => {
    expect(agreementTemplates.filter(({ state }) => state === "ACTIVE")).toHaveLength(10);
  });

  test("B-19: 代付授权协议, 结算授权委托书 and 代付授权书 can each be asked for", () => {
    const titles = agreementTemplates.map(({ title }) => title);
    expect(titles).toEqual(
      expect.arrayContaining(["代付授权协议", "结算授权委托书", "代付授权书"]),
    );
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
      ["2", "ACTIVE", true],
      ["1", "RETIRED", false],
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
