import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { verifyPage } from "../../functions/pages/verify-page.ts";
import { type VerifyOutcome, verifyWords } from "../../functions/pages/verify-words.ts";
import { type Listening, listen, type ServiceResponse } from "../../lib/local/service.ts";
import { launchBrowser } from "./browser.ts";

const languages = ["zh-CN", "en"] as const;
const contractId = `CT${"7".repeat(26)}`;
const pdf = Buffer.from("%PDF-1.7 as it was sealed");
const known = {
  known: true,
  contractId,
  kind: "SIGNED_DOCUMENT",
  status: "COMPLETED",
  sealedAt: "2026-11-21T08:30:00.000Z",
  root: "a3".repeat(32),
  logIndex: 41,
  timestamped: true,
};
const unknown = { status: 404, body: "{}" };
const text = (key: keyof typeof verifyWords, language: "zh-CN" | "en" = "zh-CN") =>
  verifyWords[key][language];
const hashOf = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

let folder: string;
let browser: Browser;
let server: Listening;
let render: typeof verifyPage;
let page: Page;
let faults: string[];
// A refusal also appears in the console; nothing else may.
let expectedFault: RegExp | undefined;
let asked: { readonly path: string; readonly bytes: number }[];
let answer: ServiceResponse;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "verify-page-"));
  // The page as Lambda would send it: its code must survive bundling and minification.
  const outfile = join(folder, "verify-page.mjs");
  await build({
    entryPoints: ["functions/pages/verify-page.ts"],
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node24",
  });
  ({ verifyPage: render } = (await import(outfile)) as { verifyPage: typeof verifyPage });
  browser = await launchBrowser();
  server = await listen(async ({ path, query, body }) => {
    if (path.startsWith("/v1/")) {
      asked.push({ path, bytes: body.length });
      return answer;
    }
    const [, , id] = path.split("/");
    const { html, headers } = render(query.get("lang") === "en" ? "en" : "zh-CN", id);
    return { status: 200, headers, body: html };
  });
});

afterAll(async () => {
  await browser.close();
  await server.close();
  await rm(folder, { recursive: true });
});

beforeEach(async () => {
  asked = [];
  faults = [];
  expectedFault = undefined;
  answer = says(known);
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    timezoneId: "Asia/Shanghai",
  });
  page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(error.message));
});

afterEach(async () => {
  await page.context().close();
  expect(faults.filter((fault) => !expectedFault?.test(fault))).toEqual([]);
});

describe.each(languages)("the verify page in %s", (language) => {
  it.each(["light", "dark"] as const)(
    "is accessible, keeps its content policy and fits the phone, before a check and after (%s)",
    { timeout: 60_000 },
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const path of ["/verify", `/verify/${contractId}`]) {
        await visit(path, language);
        await expectFit();
        await choose(pdf);
        await outcome("signed");
        await expectFit();
      }
    },
  );
});

describe("checking a file", () => {
  it("C-14: a signed PDF is recognised, with its contract, time, root and place in the log", async () => {
    await visit(`/verify/${contractId}`);

    await choose(pdf);
    await outcome("signed");

    expect(await facts()).toEqual({
      contract: contractId,
      sealedAt: "2026年11月21日 GMT+8 16:30:00",
      timestamp: text("stamped"),
      logIndex: "第 41 条",
      root: known.root,
      fingerprint: hashOf(pdf),
    });
  });

  it("sends the fingerprint and nothing of the file", async () => {
    await visit("/verify");

    await choose(pdf);
    await outcome("signed");

    expect(asked).toEqual([{ path: `/v1/documents/${hashOf(pdf)}`, bytes: 0 }]);
  });

  it("takes a file dropped anywhere on the page", async () => {
    await visit("/verify");

    await page.evaluate(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["dropped"], "合同.pdf"));
      dispatchEvent(new DragEvent("drop", { dataTransfer, cancelable: true, bubbles: true }));
    });
    await outcome("signed");

    expect((await facts()).fingerprint).toBe(hashOf(Buffer.from("dropped")));
  });

  it.each<[VerifyOutcome, object]>([
    ["other", { contractId: `CT${"8".repeat(26)}` }],
    ["agreement", { kind: "AGREEMENT" }],
    ["unsigned", { kind: "AGREEMENT", status: "FAILED" }],
  ])("calls a known file %s when that is what it is", async (name, change) => {
    answer = says({ ...known, ...change });
    await visit(`/verify/${contractId}`);

    await choose(pdf);

    await outcome(name);
  });

  it("calls a changed file unknown and claims nothing of any contract", async () => {
    expectedFault = /404/;
    answer = unknown;
    await visit(`/verify/${contractId}`);

    await choose(Buffer.from("changed"));
    await outcome("unknown");

    expect(await page.isVisible("[data-known]")).toBe(false);
    expect(await page.textContent("[data-value=fingerprint]")).toBe(hashOf(Buffer.from("changed")));
  });

  it("says that it knows nothing when no answer came, and checks again", async () => {
    expectedFault = /503/;
    answer = { status: 503, body: "" };
    await visit("/verify");
    await choose(pdf);
    await outcome("failed");
    expect(await page.isVisible("[data-facts]")).toBe(false);

    answer = says(known);
    await page.click("[data-another]");
    await choose(pdf);

    await outcome("signed");
  });

  it("sends an evidence bundle to the offline check instead of asking for it", async () => {
    await visit("/verify");

    await choose(Buffer.from("PK\u0003\u0004 a bundle"), "evidence.zip");

    await outcome("bundle");
    expect(asked).toEqual([]);
  });

  it("shows how far a large file is read, and finishes it", async () => {
    const large = Buffer.alloc(20 * 1024 * 1024, 7);
    await visit("/verify");
    await page.evaluate(() => {
      const bar = document.querySelector("progress") as HTMLProgressElement;
      const seen: number[] = [];
      Object.assign(window, { seen });
      new MutationObserver(() => seen.push(bar.value)).observe(bar, { attributes: true });
    });

    await choose(large);
    await outcome("signed");

    expect(
      await page.evaluate(() => (window as unknown as { seen: number[] }).seen.length),
    ).toBeGreaterThan(1);
    expect((await facts()).fingerprint).toBe(hashOf(large));
  });
});

const says = (body: object): ServiceResponse => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

async function visit(path: string, language: "zh-CN" | "en" = "zh-CN"): Promise<void> {
  await page.goto(`${server.url}${path}?lang=${language}`);
}

const choose = (buffer: Buffer, name = "合同.pdf"): Promise<void> =>
  page.setInputFiles("input", { name, mimeType: "application/pdf", buffer });

async function outcome(name: VerifyOutcome): Promise<void> {
  await page.locator(`[data-outcome=${name}]`).waitFor();
  expect(await page.locator("[data-outcome]:visible").count()).toBe(1);
}

const facts = (): Promise<Record<string, string>> =>
  page.$$eval("[data-value]", (all) =>
    Object.fromEntries(all.map((one) => [one.getAttribute("data-value"), one.textContent])),
  );

async function expectFit(): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
  const overflow = "document.documentElement.scrollWidth - window.innerWidth";
  expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
  if (process.env.SCREENSHOTS)
    await page.screenshot({ path: `${process.env.SCREENSHOTS}/${shots++}.png`, fullPage: true });
}
let shots = 0;
