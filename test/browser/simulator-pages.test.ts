import AxeBuilder from "@axe-core/playwright";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clearingSimulator } from "../../lib/local/simulators/clearing.ts";
import type { Simulator } from "../../lib/local/simulators/control.ts";
import { partnerSimulator } from "../../lib/local/simulators/partner.ts";
import { smsSimulator } from "../../lib/local/simulators/sms.ts";
import { verificationSimulator } from "../../lib/local/simulators/verification.ts";
import { client, signed, useStage } from "../local/simulator-stage.ts";
import { launchBrowser } from "./browser.ts";

const stage = useStage();
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

describe("pages of the simulators", () => {
  test.each([
    ["zh-CN", "light"],
    ["zh-CN", "dark"],
    ["en-GB", "light"],
    ["en-GB", "dark"],
  ] as const)(
    "are accessible and without console errors in %s, %s",
    async (locale, colorScheme) => {
      const viewport = { width: 390, height: 844 };
      const context = await browser.newContext({ viewport, locale, colorScheme });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("console", (line) => complaints.push(line.text()));
      page.on("pageerror", (error) => complaints.push(error.message));

      for (const url of await everyPage()) {
        await page.goto(url);
        const { violations } = await new AxeBuilder({ page }).analyze();
        complaints.push(...violations.map(({ id, help }) => `${url} ${id}: ${help}`));
        expect(await page.getAttribute("html", "lang")).toBe(locale.replace("-GB", ""));
      }

      expect(complaints).toEqual([]);
      await context.close();
    },
  );

  test("a message that arrives appears in the open inbox by itself", async () => {
    const sms = await stage.start((options) => smsSimulator({ ...options, clients: [client] }));
    const page = await browser.newPage();
    await page.goto(`${sms.url}/`);

    await post(sms, "/v1/messages", message);

    await page.waitForSelector("a[href='http://127.0.0.1/h5/x']");
    await page.close();
  });

  test("choosing on the face page leads back to another origin, which its policy must allow", async () => {
    const partner = await startPartner();
    const verification = await startVerification();
    const { handOffUrl } = await post(verification, "/v1/verifications", face(partner));
    const page = await browser.newPage();
    await page.goto(handOffUrl);

    await page.click("button[value=PASS]");

    await page.waitForURL(`${partner.url}/`);
    await page.goto(handOffUrl);
    expect(await page.textContent("main")).toContain("已通过");
    await page.close();
  });
});

const message = {
  messageId: "m1",
  to: "13800138000",
  text: "【签约】请签署：http://127.0.0.1/h5/x，谢谢。",
  templateId: "INVITE",
};

const startPartner = () =>
  stage.start((options) => partnerSimulator({ ...options, webhookSecrets: [] }));

const startVerification = () =>
  stage.start((options) => verificationSimulator({ ...options, clients: [client] }));

const face = (partner: Simulator) => ({
  challengeKey: "face",
  contractId: "CT1",
  method: "FACE",
  scene: "POOLING_AUTH",
  subject: { userType: "PERSONAL", name: "张三", mobile: "13800138000" },
  callbackUrl: `${partner.url}/callback`,
  returnUrl: `${partner.url}/`,
});

/** Each page with something on it. */
async function everyPage(): Promise<string[]> {
  const sms = await stage.start((options) => smsSimulator({ ...options, clients: [client] }));
  const partner = await startPartner();
  const verification = await startVerification();
  const deposit = { ...face(partner), method: "MICRO_DEPOSIT", challengeKey: "deposit" };
  await post(sms, "/v1/messages", message);
  await post(verification, "/v1/verifications", deposit);
  const { handOffUrl } = await post(verification, "/v1/verifications", face(partner));
  await fetch(`${partner.url}/callback`, { method: "POST", body: '{"type":"x"}' });
  const clearing = await stage.start((options) =>
    clearingSimulator({ ...options, clients: [client] }),
  );
  await fetch(`${clearing.url}/_control/accounts`, {
    method: "PUT",
    body: '{"STORE_002": {"balance": "10", "frozen": true}}',
  });
  await post(clearing, "/split/execute", movement, movement.requestNo);
  return [`${sms.url}/`, `${verification.url}/`, handOffUrl, `${partner.url}/`, `${clearing.url}/`];
}

const movement = {
  requestNo: "TO1",
  bizType: "COLLECTION",
  payerAccountNo: "STORE_001",
  receiverAccountNo: "HQ_001",
  amount: "12.34",
};

async function post(simulator: Simulator, path: string, value: object, key = path) {
  const body = JSON.stringify(value);
  const headers = { ...signed(stage.clock.now(), "POST", path, body), "idempotency-key": key };
  return (await fetch(simulator.url + path, { method: "POST", headers, body })).json();
}
