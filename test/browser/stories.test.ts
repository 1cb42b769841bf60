import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  becomes,
  begin,
  type Flow,
  messagesTo,
  pendingVerification,
  type Story,
} from "../journeys/actors.ts";
import { sharedStack } from "../journeys/stack.ts";
import { launchBrowser } from "./browser.ts";

const stack = sharedStack();
const screenshots = resolve("out/screenshots");
/** A waiting page asks every two seconds; what it waits for takes a few of them at most. */
const screenLimitMs = 15_000;

let browser: Browser;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  mkdirSync(screenshots, { recursive: true });
  browser = await launchBrowser();
});
afterAll(() => browser.close());

beforeEach(() => {
  complaints = [];
});
afterEach(async () => {
  await page.context().close();
  expect(complaints).toEqual([]);
});

async function openPhone(locale: string): Promise<void> {
  const viewport = { width: 390, height: 844 };
  const context = await browser.newContext({
    viewport,
    locale,
    hasTouch: true,
    isMobile: true,
    deviceScaleFactor: 2,
    reducedMotion: "reduce",
  });
  page = await context.newPage();
  page.on("console", (line) => {
    if (["error", "warning"].includes(line.type())) complaints.push(line.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
}

/** The link as it came by text message, opened on the phone. */
async function openLink(flow: Flow): Promise<void> {
  await flow.signer();
  const [message] = await messagesTo(stack, flow.request.userInfo.mobile);
  await page.goto(message.links[0]);
}

const shows = (screen: string) =>
  page.waitForSelector(`body[data-screen=${screen}]`, { timeout: screenLimitMs });

/** Keeps a picture of the page and holds it against axe and against its own width. */
async function look(name: string): Promise<void> {
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
  const { violations } = await new AxeBuilder({ page }).analyze();
  complaints.push(...violations.map(({ id, nodes }) => `${name} ${id}: ${nodes[0]?.html}`));
  const overflow = "document.documentElement.scrollWidth - window.innerWidth";
  if (Number(await page.evaluate(overflow)) > 0) complaints.push(`${name} is wider than the phone`);
}

/** Two strokes of a finger: touch, not mouse, is what the page will meet. */
async function drawSignature(): Promise<void> {
  const canvas = page.locator("canvas");
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  if (box === null) throw new Error("the page shows no pad to sign on");
  const touch = await page.context().newCDPSession(page);
  const at = (x: number, y: number) => [{ x: box.x + x * box.width, y: box.y + y * box.height }];
  const send = (type: "touchStart" | "touchMove" | "touchEnd", touchPoints: object[]) =>
    touch.send("Input.dispatchTouchEvent", { type, touchPoints } as never);
  for (const [from, to] of [
    [0.15, 0.45],
    [0.55, 0.85],
  ] as const) {
    await send("touchStart", at(from, 0.6));
    for (let step = 1; step <= 24; step += 1) {
      const x = from + ((to - from) * step) / 24;
      await send("touchMove", at(x, 0.55 + 0.25 * Math.sin(step / 2.5)));
    }
    await send("touchEnd", []);
  }
}

async function readAndSign(name: string): Promise<void> {
  await shows("sign");
  await look(`${name}-1-read`);
  await page.check("[type=checkbox]");
  await page.waitForSelector("canvas", { state: "visible" });
  await drawSignature();
  await look(`${name}-2-sign`);
  await page.click("[data-action=sign] .primary");
}

/** In a window of its own: our page of the check, the vendor's, and ours again, which says to close it. */
async function passFace(): Promise<void> {
  const opened = page.waitForEvent("popup");
  await page.click("a[target=_blank]");
  const check = await opened;
  await check.check("[type=checkbox]");
  await check.click(".primary");
  await check.click("button[value=PASS]");
  await check.waitForSelector("body[data-screen=passed]", { timeout: screenLimitMs });
  await check.close();
}

async function ended(flow: Flow, name: string): Promise<void> {
  await shows("completed");
  await look(`${name}-5-completed`);
  await becomes(flow, "COMPLETED");
}

const start = (story: Story) =>
  begin(stack, story, { returnUrl: `${stack.simulators.partner}/orders/1` });

describe.each(["zh-CN", "en"])("on a phone in %s", (locale) => {
  test("B-08 B-39: a person reads, signs by finger, shows the face and comes back to a completed contract", async () => {
    const name = `personal-${locale}`;
    const flow = await start("personal");
    await openPhone(locale);
    await openLink(flow);
    await readAndSign(name);

    await shows("face");
    await look(`${name}-3-face`);
    await page.click("a[href*='/face/']");
    await page.waitForSelector("a[target=_blank]");
    await look(`${name}-4-face-check`);
    await passFace();

    await page.click("a[href*='/h5/']");
    await page.waitForURL(/\/h5\//);
    await ended(flow, name);
    expect(await page.getAttribute("html", "lang")).toBe(locale);
  });

  test("B-08 B-39: a representative signs, mistypes the amount once, and types it as the bank shows it", async () => {
    const name = `enterprise-${locale}`;
    const flow = await start("enterprise");
    await openPhone(locale);
    await openLink(flow);
    await readAndSign(name);

    await shows("microDeposit");
    const { amount } = await pendingVerification(stack, flow);
    await look(`${name}-3-amount`);
    await page.fill("[name=amount]", amount === "0.11" ? "0.12" : "0.11");
    await page.click("[data-action=verification] .primary");
    await page.waitForSelector("[name=amount][aria-invalid=true]", { timeout: screenLimitMs });
    await look(`${name}-4-amount-again`);
    await page.fill("[name=amount]", amount);
    await page.click("[data-action=verification] .primary");

    await ended(flow, name);
  });

  test("a person declines with a reason and sees that the contract has ended", async () => {
    const name = `declined-${locale}`;
    const flow = await start("personal");
    await openPhone(locale);
    await openLink(flow);
    await shows("sign");

    await page.click("[data-decline]");
    await page.fill("textarea", "金额不符");
    await look(`${name}-1-question`);
    await page.click("[data-action=decline] .primary");

    await shows("declined");
    await look(`${name}-2-declined`);
    await becomes(flow, "FAILED");
  });
});
