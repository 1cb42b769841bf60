import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { faceWords } from "../../functions/pages/face-words.ts";
import { begunFace } from "../journeys/face-actors.ts";
import { sharedStack } from "../journeys/stack.ts";
import { launchBrowser } from "./browser.ts";

const stack = sharedStack();
const languages = ["zh-CN", "en"] as const;

let browser: Browser;
let page: Page;
let faults: string[];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  page = await context.newPage();
  faults = [];
  page.on("pageerror", ({ message }) => faults.push(message));
  page.on("console", (line) => line.type() === "error" && faults.push(line.text()));
});
afterEach(async () => {
  expect(faults).toEqual([]);
  await page.context().close();
});

const shown = (name: string) => page.waitForSelector(`body[data-screen="${name}"]`);
const say = (key: keyof typeof faceWords, language: (typeof languages)[number]) =>
  faceWords[key][language];

/** Nothing hides behind the right edge, and a machine finds nothing that keeps anybody out. */
async function expectReadable(): Promise<void> {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBe(0);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
}

test.each(languages)(
  "C-31 C-62: in %s a person agrees, shows the face and sees the result by itself",
  async (language) => {
    const face = await begunFace(stack);

    await page.goto(`${face.url}?lang=${language}`);
    await expectReadable();
    await page.getByRole("button", { name: say("begin", language) }).click();
    expect(await page.locator(".note[role=status]").textContent()).toBe(
      say("consentMissing", language),
    );
    await page.getByRole("checkbox").check();
    await page.getByRole("button", { name: say("begin", language) }).click();
    await page.locator("button[value=PASS]").click();

    await shown("passed");
    await expectReadable();
  },
);

test("3.4: after a poor picture the person is told how to do better, and tries again", async () => {
  const face = await begunFace(stack);
  await page.goto(`${face.url}?lang=zh-CN`);
  await page.getByRole("checkbox").check();
  await page.getByRole("button", { name: say("begin", "zh-CN") }).click();
  await page.locator("button[value=POOR_QUALITY]").click();

  await shown("again");
  await expectReadable();
  await page.getByRole("button", { name: say("begin", "zh-CN") }).click();
  await page.locator("button[value=PASS]").click();
  await shown("passed");
});

test("the client's title and colour are shown, its logo is not loaded", async () => {
  const requests: string[] = [];
  page.on("request", (request) => requests.push(new URL(request.url()).origin));
  const uiConfig = {
    title: "门店实名核验",
    themeColor: "#d4380d",
    logoUrl: "https://cdn.partner.example/logo.png",
  };
  const face = await begunFace(stack, { uiConfig });

  await page.goto(face.url);

  expect(await page.locator("h1").textContent()).toBe("门店实名核验");
  const border = await page
    .locator("header")
    .evaluate((header) => getComputedStyle(header).borderBottomColor);
  expect(border).toBe("rgb(212, 56, 13)");
  expect(new Set(requests)).toEqual(new Set([new URL(stack.apiUrl).origin]));
});
