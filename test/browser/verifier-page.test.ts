/// <reference lib="dom" />
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Fixture, sealedBundle, turned } from "../verifier/bundle-fixture.ts";
import { launchBrowser } from "./browser.ts";

let browser: Browser;
let page: Page;
let good: Fixture;
let folder = "";
const complaints: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "verify-page-"));
  execFileSync(process.execPath, ["bin/build-verifier.ts", folder]);
  good = await sealedBundle();
  writeFileSync(join(folder, "good.zip"), good.zip);
  writeFileSync(join(folder, "bad.zip"), turned(good.zip, 20_000));
  writeFileSync(join(folder, "roots.pem"), good.roots);
  writeFileSync(join(folder, "none.pem"), "nothing");
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(async () => {
  await page.context().close();
  expect(complaints.splice(0)).toEqual([]);
});

/** The page as a file on a machine without a network, in a browser of that language. */
async function open(locale: string, colorScheme: "light" | "dark" = "light"): Promise<void> {
  const context = await browser.newContext({ locale, colorScheme, offline: true });
  page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (fault) => complaints.push(fault.message));
  await page.goto(pathToFileURL(join(folder, "verify.html")).href);
}

const give = (input: "evidence" | "roots", file: string) =>
  page.setInputFiles(`#${input}`, join(folder, file));

/** Drags a file onto the page. */
async function drop(file: string, bytes: Uint8Array): Promise<void> {
  const data = await page.evaluateHandle(
    ([name, base64]) => {
      const dropped = new DataTransfer();
      const content = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
      dropped.items.add(new File([content], name));
      return dropped;
    },
    [file, Buffer.from(bytes).toString("base64")] as const,
  );
  await page.dispatchEvent("body", "drop", { dataTransfer: data });
}

const verdict = (text: string) => page.getByRole("heading", { name: text }).waitFor();

const faultsOf = async () => {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
};

test("a dropped bundle is checked without a network, in Chinese and in English", async () => {
  await open("zh-CN");
  await give("roots", "roots.pem");

  await drop("good.zip", good.zip);

  await verdict("全部成立。");
  expect(await page.getByRole("row").count()).toBeGreaterThan(15);
  await page.getByRole("button", { name: "English" }).click();
  await verdict("Everything holds.");
  await page.getByRole("row", { name: /Who signed, and when holds signer 1/ }).waitFor();
});

test("a changed bundle is refused, with what was changed", async () => {
  await open("en");

  await give("evidence", "bad.zip");

  await verdict("This evidence does not hold.");
  await page.getByRole("row", { name: /The bundle is whole fails/ }).waitFor();
});

test("without roots it says what it could not check; a file of roots without any is refused", async () => {
  await open("en");

  await give("evidence", "good.zip");

  await verdict("Nothing is wrong, but something could not be checked.");
  await give("roots", "none.pem");
  await verdict("The file of authorities holds no certificate in PEM: choose another one.");
});

test.each(["light", "dark"] as const)("axe finds no fault in the %s page", async (scheme) => {
  await open("zh-CN", scheme);
  expect(await faultsOf()).toEqual([]);

  await give("evidence", "bad.zip");
  await verdict("此证据不成立。");
  expect(await faultsOf()).toEqual([]);

  await give("evidence", "good.zip");
  await verdict("未发现错误，但有内容无法检查。");
  expect(await faultsOf()).toEqual([]);
  await page.screenshot({ path: resolve(folder, `${scheme}.png`), fullPage: true });
});

test("on a phone nothing is wider than the screen", async () => {
  await open("zh-CN");
  await page.setViewportSize({ width: 360, height: 740 });

  await give("evidence", "good.zip");
  await verdict("未发现错误，但有内容无法检查。");

  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});
