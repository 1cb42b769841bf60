import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { build } from "esbuild";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PageModel, Screen, signingPage } from "../../functions/pages/signing-page.ts";
import { signingWords } from "../../functions/pages/signing-words.ts";
import {
  type Listening,
  listen,
  type ServiceRequest,
  type ServiceResponse,
} from "../../lib/local/service.ts";
import { everyScreen, languages, pageModel, screenNames } from "../pages/every-screen.ts";
import { launchBrowser } from "./browser.ts";

type Post = { readonly action: string; readonly body: unknown };

const words = (key: keyof typeof signingWords) => signingWords[key]["zh-CN"];
const accepted = (screen: Screen["name"]): ServiceResponse => reply(200, { screen });

let folder: string;
let browser: Browser;
let server: Listening;
let render: typeof signingPage;
let page: Page;
let faults: string[];
// A request that fails on purpose also appears in the console; nothing else may.
let expectedFault: RegExp | undefined;

// What the server knows; every test starts from its own.
let screen: Screen;
let posts: Post[];
let answer: (post: Post) => ServiceResponse | Promise<ServiceResponse>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "signing-page-"));
  // The page as Lambda would send it: its code must survive bundling and minification.
  const outfile = join(folder, "signing-page.mjs");
  await build({
    entryPoints: ["functions/pages/signing-page.ts"],
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node24",
  });
  ({ signingPage: render } = (await import(outfile)) as { signingPage: typeof signingPage });
  browser = await launchBrowser();
  server = await listen(handle);
});

afterAll(async () => {
  await browser.close();
  await server.close();
  await rm(folder, { recursive: true });
});

beforeEach(async () => {
  posts = [];
  faults = [];
  expectedFault = undefined;
  answer = () => accepted(screen.name);
  page = await openPhone();
});

afterEach(async () => {
  await page.context().close();
  expect(faults.filter((fault) => !expectedFault?.test(fault))).toEqual([]);
});

describe.each(languages)("every screen in %s", (language) => {
  it.each(["light", "dark"] as const)(
    "is accessible, keeps its content policy and fits the phone (%s)",
    { timeout: 120_000 },
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const name of screenNames) {
        await page.setViewportSize({ width: 390, height: 844 });
        await visit(everyScreen[name], language);

        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => [name, id, nodes[0]?.html])).toEqual([]);

        await page.setViewportSize({ width: 360, height: 640 });
        const overflow = "document.documentElement.scrollWidth - window.innerWidth";
        expect(await page.evaluate(overflow), name).toBeLessThanOrEqual(0);
      }
    },
  );

  it("is accessible where the page unfolds: typed name and the question before declining", async () => {
    await page.emulateMedia({ reducedMotion: "reduce" });
    await visit(everyScreen.consented, language);
    await page.click("[data-toggle]");
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);

    await page.click("[data-decline]");
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  });
});

describe("reading and consenting", () => {
  it("B-08: sends the consent and then shows the signature pad without leaving the page", async () => {
    await visit(everyScreen.reading);
    expect(await page.isVisible("canvas")).toBe(false);

    await page.check("[type=checkbox]");
    await page.waitForSelector("canvas", { state: "visible" });

    expect(posts).toContainEqual({ action: "consent", body: {} });
    expect(await page.getAttribute(".steps [aria-current]", "data-state")).toBe("now");
    expect(await page.textContent(".steps [aria-current]")).toContain(words("signStep"));
  });

  it("takes the tick back when the consent did not arrive", async () => {
    await visit(everyScreen.reading);
    await page.route("**/consent", (route) => route.abort());
    expectedFault = /ERR_FAILED/;

    await page.click("[type=checkbox]");
    await waitForNote("consent", words("notSent"));

    expect(await page.isChecked("[type=checkbox]")).toBe(false);
    expect(await page.isVisible("canvas")).toBe(false);
  });

  it("B-39: reports the opening once, also when the page is loaded again", async () => {
    await visit(everyScreen.consented);
    await page.waitForFunction(() => history.state?.opened);

    await page.reload();
    await page.waitForLoadState("networkidle");

    expect(posts).toEqual([{ action: "open", body: {} }]);
  });

  it("lets the reader change the size of the text", async () => {
    await visit(everyScreen.reading);
    const size = () =>
      page.$eval(
        ".agreement",
        (element) => element.ownerDocument.defaultView!.getComputedStyle(element).fontSize,
      );
    const before = Number.parseFloat(await size());

    await page.click("[data-text-size='1']");

    expect(Number.parseFloat(await size())).toBeGreaterThan(before);
  });
});

describe("signing", () => {
  it("C-40: sends the handwriting as whole numbers on a pad of 1000 by 500, at most 2,000 points", async () => {
    await visit(everyScreen.consented);
    await scrawl(6, 600);

    answer = movesTo(everyScreen.verifying);
    await page.click("[data-action=sign] .primary");
    await page.waitForSelector("[data-screen=verifying]");

    const strokes = signedStrokes();
    expect(strokes).toHaveLength(6);
    expect(strokes.flat().length / 2).toBeLessThanOrEqual(2000);
    expect(JSON.stringify(posts.at(-1)).length).toBeLessThan(48 * 1024);
    const fits = (value: number, index: number) =>
      Number.isInteger(value) && value >= 0 && value <= (index % 2 === 0 ? 1000 : 500);
    expect(strokes.every((stroke) => stroke.every(fits))).toBe(true);
  });

  it("undoes one stroke and clears all", async () => {
    await visit(everyScreen.consented);
    await scribble(3);

    await page.click("[data-undo]");
    await page.click("[data-action=sign] .primary");
    await expect.poll(() => posts.at(-1)?.action).toBe("sign");
    expect(signedStrokes()).toHaveLength(2);

    await page.waitForSelector("[data-clear][disabled]");
    await scribble(2);
    await page.click("[data-clear]");
    expect(await page.isVisible("[data-prompt]")).toBe(true);
    expect(await page.isDisabled("[data-undo]")).toBe(true);
  });

  it("refuses an empty pad and an accidental touch without asking the server", async () => {
    await visit(everyScreen.consented);
    await page.click("[data-action=sign] .primary");
    await waitForNote("sign", words("drawFirst"));

    await page.click("canvas");
    await page.click("[data-action=sign] .primary");

    await waitForNote("sign", words("drawFirst"));
    expect(posts.filter(({ action }) => action === "sign")).toEqual([]);
  });

  it("lets a person who cannot draw sign with the keyboard alone", async () => {
    await visit(everyScreen.consented);
    await page.focus("[data-toggle]");
    await page.keyboard.press("Enter");
    await page.keyboard.type(" 李小明 ");

    answer = movesTo(everyScreen.verifying);
    await page.keyboard.press("Enter");
    await page.waitForSelector("[data-screen=verifying]");

    expect(posts.at(-1)).toEqual({ action: "sign", body: { signature: { typedName: "李小明" } } });
  });

  it("sends a double tap once", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await visit(everyScreen.consented);
    await scribble(2);
    answer = async () => {
      await held;
      return movesTo(everyScreen.verifying)();
    };

    await page.dblclick("[data-action=sign] .primary");
    await page.click("[data-action=sign] .primary");
    release();
    await page.waitForSelector("[data-screen=verifying]");

    expect(posts.filter(({ action }) => action === "sign")).toHaveLength(1);
  });

  it("keeps the drawing when the network fails, and sends it with the next press", async () => {
    await visit(everyScreen.consented);
    await scribble(4);
    await page.route("**/sign", (route) => route.abort());
    expectedFault = /ERR_FAILED/;
    await page.click("[data-action=sign] .primary");
    await waitForNote("sign", words("notSent"));

    await page.unroute("**/sign");
    answer = movesTo(everyScreen.verifying);
    await page.click("[data-action=sign] .primary");
    await page.waitForSelector("[data-screen=verifying]");

    expect(signedStrokes()).toHaveLength(4);
  });

  it.each([
    [503, words("serverBusy")],
    [429, words("tooFast")],
    [400, "签名太短"],
  ])("explains an answer of %i and keeps the drawing", async (status, text) => {
    await visit(everyScreen.consented);
    await scribble(2);
    expectedFault = new RegExp(`status of ${status}`);
    answer = () => reply(status, { code: "B40001", message: "签名太短", errors: [] });

    await page.click("[data-action=sign] .primary");
    await waitForNote("sign", text);

    expect(await page.isVisible("[data-prompt]")).toBe(false);
  });

  it("K25: shows the present state when the contract moved on in the meantime", async () => {
    await visit(everyScreen.consented);
    await scribble(2);
    expectedFault = /status of 409/;
    answer = () => {
      screen = everyScreen.revoked;
      return reply(409, { code: "B40901", message: "conflict", errors: [] });
    };

    await page.click("[data-action=sign] .primary");

    await page.waitForSelector("[data-screen=revoked]");
  });

  it("asks before declining and sends the reason", async () => {
    await visit(everyScreen.consented);
    await page.click("[data-decline]");
    await page.click("[data-action=decline] .primary");
    await waitForNote("decline", words("declineReasonFirst"));

    await page.fill("textarea", "金额不符");
    answer = movesTo(everyScreen.declined);
    await page.click("[data-action=decline] .primary");
    await page.waitForSelector("[data-screen=declined]");

    expect(posts.at(-1)).toEqual({ action: "decline", body: { reason: "金额不符" } });
  });
});

describe("verifying", () => {
  it("D-12: sends amount and remark as the bank shows them, from any Chinese keyboard", async () => {
    await visit(everyScreen.microDeposit);
    await page.fill("[name=amount]", "０。３７元");
    await page.fill("[name=remark]", "a1b2 c3");

    answer = movesTo(everyScreen.verifying);
    await page.press("[name=remark]", "Enter");
    await page.waitForSelector("[data-screen=verifying]");

    expect(posts.at(-1)).toEqual({
      action: "verification",
      body: { amount: "0.37", remark: "A1B2C3" },
    });
  });

  it.each(["", "0", "0.00", "1.00", "0.375", "37", "abc", "-0.37"])(
    "does not burn a try on the amount '%s' (K53)",
    async (amount) => {
      await visit(everyScreen.microDepositAgain);
      await page.fill("[name=amount]", amount);
      await page.click(".primary");

      await waitForNote("verification", words("amountWrong"));
      expect(await page.getAttribute("[name=amount]", "aria-invalid")).toBe("true");
      expect(posts.filter(({ action }) => action === "verification")).toEqual([]);
    },
  );

  it("C-39: a press sends the code, and the page takes it from any Chinese keyboard", async () => {
    await visit(everyScreen.otp);
    expect(posts.map(({ action }) => action)).not.toContain("otp");
    answer = movesTo(everyScreen.otpSent);
    await page.click(".primary");
    await page.waitForSelector("[name=code]");
    await page.fill("[name=code]", "12ab");
    await page.press("[name=code]", "Enter");
    await waitForNote("code", words("codeForm"));

    answer = movesTo({ ...everyScreen.reading, consented: true });
    await page.fill("[name=code]", "４０２９１３");
    await page.press("[name=code]", "Enter");
    await page.waitForSelector("[data-screen=sign]");

    expect(posts.filter(({ action }) => action === "otp" || action === "code")).toEqual([
      { action: "otp", body: {} },
      { action: "code", body: { code: "402913" } },
    ]);
  });

  it("C-39: says that no further code is sent", async () => {
    await visit(everyScreen.otpOver);
    expectedFault = /status of 422/;
    answer = () => reply(422, { code: "B42201", message: "no further code" });

    await page.click(".primary");

    await waitForNote("otp", words("noMoreCodes"));
  });

  it("C-39: signs by certificate without a drawing", async () => {
    await visit(everyScreen.certificate);
    answer = movesTo(everyScreen.sealing);

    await page.click(".primary");
    await page.waitForSelector("[data-screen=sealing]");

    expect(posts.at(-1)).toEqual({ action: "sign", body: { signature: { certificate: true } } });
  });

  it("leads to the field that the server refuses", async () => {
    await visit(everyScreen.microDeposit);
    await page.fill("[name=amount]", "0.37");
    await page.fill("[name=remark]", "A1B2C3");
    expectedFault = /status of 422/;
    const errors = [{ field: "remark", message: "附言格式不正确" }];
    answer = () => reply(422, { code: "B42201", message: "invalid", errors });

    await page.click(".primary");
    await waitForNote("verification", "附言格式不正确");

    expect(await page.$eval(":focus", (element) => element.getAttribute("name"))).toBe("remark");
  });

  it("B-39: a waiting page moves on by itself", async () => {
    await page.clock.install();
    await visit(everyScreen.verifying);
    screen = everyScreen.completed;

    await page.clock.runFor(2000);

    await page.waitForSelector("[data-screen=completed]");
  });

  it("asks 150 times at most, then offers a button", async () => {
    let polls = 0;
    page.on("request", (request) => {
      if (request.headers().accept === "application/json" && request.method() === "GET") polls += 1;
    });
    await page.clock.install();
    await visit(everyScreen.sealing);

    for (let steps = 0; !(await page.isVisible("[data-again]")); steps += 1) {
      expect(steps).toBeLessThan(5000);
      await page.clock.runFor(2000);
    }
    await page.clock.runFor(60_000);

    expect(polls).toBe(150);
    expect(await page.textContent("[data-hint]")).toBe(words("stillWaiting"));
  });
});

async function openPhone(): Promise<Page> {
  const phone: BrowserContextOptions = {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  };
  const opened = await (await browser.newContext(phone)).newPage();
  opened.on("pageerror", (error) => faults.push(error.message));
  opened.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(message.text());
  });
  return opened;
}

async function visit(state: Screen, language: PageModel["language"] = "zh-CN"): Promise<void> {
  screen = state;
  // A page that waits asks again by itself; doing so now, it would stop the way to the next one.
  await page.goto("about:blank");
  await page.goto(`${server.url}/h5/token?lang=${language}`);
}

/** Faster than a mouse: hands the pad far more points than it may send, some beyond its edge. */
async function scrawl(strokes: number, points: number): Promise<void> {
  await page.$eval(
    "canvas",
    (canvas, [strokes, points]) => {
      const box = canvas.getBoundingClientRect();
      const point = (type: string, along: number) =>
        canvas.dispatchEvent(
          new PointerEvent(type, {
            pointerId: 1,
            clientX: box.x + box.width * (1.1 * along - 0.05),
            clientY: box.y + box.height * (0.5 + 0.6 * Math.sin(along * 90)),
          }),
        );
      for (let stroke = 0; stroke < strokes; stroke += 1) {
        point("pointerdown", 0);
        for (let step = 1; step <= points; step += 1) point("pointermove", step / points);
        point("pointerup", 1);
      }
    },
    [strokes, points] as const,
  );
}

async function scribble(strokes: number): Promise<void> {
  const points = 12;
  await page.locator("canvas").scrollIntoViewIfNeeded();
  const box = (await page.locator("canvas").boundingBox())!;
  for (let stroke = 0; stroke < strokes; stroke += 1) {
    const left = box.x + 20 + stroke * 40;
    await page.mouse.move(left, box.y + 30);
    await page.mouse.down();
    for (let step = 1; step <= points; step += 1) {
      const along = step / points;
      await page.mouse.move(left + Math.sin(along * 40) * 15, box.y + 30 + along * 100);
    }
    await page.mouse.up();
  }
}

function signedStrokes(): number[][] {
  const signed = posts.findLast(({ action }) => action === "sign")!;
  return (signed.body as { signature: { strokes: number[][] } }).signature.strokes;
}

async function waitForNote(form: string, text: string): Promise<void> {
  await page.locator(`#${form}-note`, { hasText: text }).waitFor();
}

const movesTo = (next: Screen) => (): ServiceResponse => {
  screen = next;
  return accepted(next.name);
};

function reply(status: number, body: object): ServiceResponse {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
}

async function handle(request: ServiceRequest): Promise<ServiceResponse> {
  if (request.method === "POST") {
    const action = request.path.split("/").at(-1)!;
    const post = { action, body: JSON.parse(request.body.toString()) as unknown };
    posts.push(post);
    return action === "open" ? accepted(screen.name) : answer(post);
  }
  if (request.headers.accept === "application/json") return reply(200, { screen: screen.name });
  const language = request.query.get("lang") === "en" ? "en" : "zh-CN";
  const { html, headers } = render(pageModel(screen, language));
  return { status: 200, headers, body: html };
}
