import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Screen, signingPage } from "../../functions/pages/signing-page.ts";
import { signingWords } from "../../functions/pages/signing-words.ts";
import { everyScreen, languages, pageModel, screenNames, threeSigners } from "./every-screen.ts";

const attacks = [
  `"><script>alert(1)</script>`,
  `'><img src=x onerror=alert(1)>`,
  `</script><script>alert(1)</script>`,
  `<!--`,
  `{{constructor.constructor('alert(1)')()}}`,
  "$&$'$`",
];

const markup = (html: string) => html.replace(/<(script|style)>[\s\S]*?<\/\1>/g, "");

describe.each(languages)("the signing page in %s", (language) => {
  it.each(screenNames)("D-11: has a page for the state %s", (name) => {
    const { html, headers } = signingPage(pageModel(everyScreen[name], language));

    expect(html).toContain(`<html lang="${language}">`);
    expect(html).toMatch(/<h2[^>]*>[^<]+<\/h2>/);
    expect(markup(html)).not.toMatch(/undefined|\[object|>false|NaN|Invalid Date/);
    expect(headers["content-language"]).toBe(language);
  });

  it("offers the other language without losing the link", () => {
    const other = language === "en" ? "zh-CN" : "en";

    expect(signingPage(pageModel(everyScreen.verifying, language)).html).toContain(
      `href="?lang=${other}" lang="${other}"`,
    );
  });

  it("has no empty word and keeps each language to its own script", () => {
    const foreign = language === "en" ? /\p{Script=Han}/u : /[a-z]{4,}/i;
    const names = /JavaScript|\{partner\}/;

    for (const [key, word] of Object.entries(signingWords)) {
      expect(word[language], key).not.toBe("");
      if (key !== "otherLanguage")
        expect(word[language].replace(names, ""), key).not.toMatch(foreign);
    }
  });
});

describe("whoever signs beside the reader", () => {
  const shown = (model: Parameters<typeof signingPage>[0]) => {
    const [list = ""] = /<ul class="signers">.*?<\/ul>/s.exec(signingPage(model).html) ?? [];
    return [...list.matchAll(/<li data-state="(\w+)".*?<\/li>/g)].map(
      ([line, state]) =>
        `${state} ${line
          .replace(/<[^>]+>/g, " ")
          .trim()
          .replace(/\s+/g, " ")}`,
    );
  };

  it("C-48: is listed with the turn, and the reader finds oneself", () => {
    const model = { ...pageModel(everyScreen.reading), signers: threeSigners };

    expect(shown(model)).toEqual(["done 张** 已完成", "now 李**（您） 签署中", "later 王* 待签署"]);
  });

  it("is not spoken of where the reader signs alone", () => {
    expect(shown(pageModel(everyScreen.reading))).toEqual([]);
    expect(shown({ ...pageModel(everyScreen.reading), signers: [threeSigners[1]] })).toEqual([]);
  });

  it("K05: the steps are in the order in which the gates close", () => {
    const steps = (verifiesFirst: boolean) =>
      [
        ...signingPage({ ...pageModel(everyScreen.face), verifiesFirst }).html.matchAll(
          /<li data-state="(?:past|now|next)"[^>]*>([^<]+)/g,
        ),
      ].map(([, name]) => name);

    expect(steps(false)).toEqual(["阅读", "签名", "核验", "完成"]);
    expect(steps(true)).toEqual(["阅读", "核验", "签名", "完成"]);
  });
});

describe("what reaches the signer's browser", () => {
  it("T-9, T-13, T-32: nothing foreign loads, nothing frames, nothing is kept, no Referer leaves", () => {
    const { headers } = signingPage(pageModel(everyScreen.notFound));
    const policy = headers["content-security-policy"]!.split("; ");

    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("form-action 'none'");
    expect(policy).toContain("base-uri 'none'");
    expect(headers["content-security-policy"]).not.toMatch(/unsafe|https?:|\*/);
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "content-type": "text/html; charset=utf-8",
    });
    expect(headers["strict-transport-security"]).toMatch(/^max-age=\d{8}/);
  });

  it.each(screenNames)("allows exactly the script and the style of %s, by their hashes", (name) => {
    const { html, headers } = signingPage(pageModel(everyScreen[name]));
    const policy = headers["content-security-policy"]!;
    const sources = [...html.matchAll(/<(script|style)>([\s\S]*?)<\/\1>/g)];

    expect(sources.map(([, tag]) => tag)).toEqual(["style", "script"]);
    for (const [, tag, source] of sources) {
      const hash = createHash("sha256").update(source!).digest("base64");
      expect(policy).toContain(`${tag}-src 'sha256-${hash}'`);
    }
    expect(markup(html)).not.toMatch(/\s(style|on\w+)=/);
  });

  it.each(attacks)("T-13: shows %s as text wherever a partner or signer can put it", (attack) => {
    const hostile: Screen[] = [
      { ...everyScreen.consented, signerName: attack },
      { ...everyScreen.microDeposit, accountTail: attack },
      { ...everyScreen.declined, reason: attack },
      {
        ...everyScreen.reading,
        agreement: {
          ...everyScreen.reading.agreement,
          title: attack,
          blocks: [{ kind: "paragraph", text: attack }],
        },
      },
    ];

    for (const screen of hostile) {
      const model = {
        ...pageModel(screen),
        title: attack,
        partnerName: attack,
        contractId: attack,
      };
      const { html } = signingPage(model);
      expect(html.match(/<script/g)).toHaveLength(1);
      expect(html.match(/<!--/g)).toBeNull();
      expect(html).not.toMatch(/<img/);
      const text = html.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&#39;", "'");
      expect(text.replaceAll("&quot;", '"').replaceAll("&amp;", "&")).toContain(attack);
    }
  });

  it.each(["javascript:alert(1)", "data:text/html,x", "//evil.example", "JaVaScRiPt:1"])(
    "T-13: never links to %s",
    (address) => {
      const face = signingPage(pageModel({ ...everyScreen.face, handOffUrl: address })).html;
      const done = signingPage(pageModel({ ...everyScreen.completed, returnUrl: address })).html;

      expect(face).not.toContain(address);
      expect(face).toContain(signingWords.faceUnavailable["zh-CN"]);
      expect(done).not.toContain(address);
    },
  );

  it("keeps the seal for the completed contract (B-38)", () => {
    const sealed = screenNames.filter((name) =>
      signingPage(pageModel(everyScreen[name])).html.includes('class="seal"'),
    );

    expect(sealed).toEqual(["completed"]);
  });

  it("hides the signature until the server has the consent, and shows it again on return (B-08, B-39)", () => {
    const reading = signingPage(pageModel(everyScreen.reading)).html;
    const consented = signingPage(pageModel(everyScreen.consented)).html;

    expect(reading).toContain('data-action="sign" novalidate hidden');
    expect(consented).not.toContain('data-action="sign" novalidate hidden');
    expect(consented).toContain('type="checkbox" checked disabled');
  });

  it("asks for the remark only when the bank transfer carries one (D-12)", () => {
    expect(signingPage(pageModel(everyScreen.microDeposit)).html).toContain('name="remark"');
    expect(signingPage(pageModel(everyScreen.microDepositAgain)).html).not.toContain(
      'name="remark"',
    );
  });

  it("tells times in Beijing, where the contract and the bank are", () => {
    const { html } = signingPage(pageModel(everyScreen.completed));

    expect(html).toContain("2026年11月24日 14:30<span>（北京时间）");
  });

  it("lets only unfinished contracts report an opening, and only waiting ones ask again", () => {
    const bodies = screenNames.map((name) => {
      const { html } = signingPage(pageModel(everyScreen[name]));
      return [name, /<body[^>]* data-live/.test(html), /<body[^>]* data-waiting/.test(html)];
    });
    const live = bodies.filter(([, isLive]) => isLive).map(([name]) => name);
    const waiting = bodies.filter(([, , isWaiting]) => isWaiting).map(([name]) => name);

    expect(waiting.toSorted()).toEqual([
      ...["face", "othersFirst", "othersLeft", "preparing", "sealing", "verifying"],
    ]);
    expect(live).toEqual(screenNames.slice(0, screenNames.indexOf("completed")));
  });
});
