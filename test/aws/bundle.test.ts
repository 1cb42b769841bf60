import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { apiLimitBytes, bundleFunctions } from "../../lib/aws/bundle.ts";

const repository = join(import.meta.dirname, "../..");
const stage = join(repository, "config/sandbox.json");

describe("bundles", () => {
  let root = "";

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "qianyue-bundle-"));
    symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function write(path: string, source: string): void {
    const file = join(root, "functions", path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, source);
  }

  test("every file of the three folders becomes one module that runs on its own", async () => {
    write("words.ts", 'export const greeting: string = "hello";');
    write(
      "api/greet.ts",
      'import { greeting } from "../words.ts"; export const handler = () => greeting;',
    );
    write("workers/listen.ts", "export const handler = () => undefined;");

    const bundles = bundleFunctions(root, join(root, "out"), stage);

    expect(bundles.map(({ kind, name }) => `${kind}/${name}`)).toEqual([
      "api/greet",
      "workers/listen",
    ]);
    const { handler } = await import(join(root, "out/api/greet/index.mjs"));
    expect(handler()).toBe("hello");
  });

  test("CommonJS dependencies find a require inside the module", async () => {
    write(
      "api/list.ts",
      'declare const require: NodeRequire; export const handler = () => typeof require("node:fs").readdirSync;',
    );

    bundleFunctions(root, join(root, "out"), stage);

    const { handler } = await import(join(root, "out/api/list/index.mjs"));
    expect(handler()).toBe("function");
  });

  test("an API bundle over its limit is refused by file, size and limit", () => {
    write("api/heavy.ts", `export const handler = () => "${"x".repeat(apiLimitBytes)}";`);

    expect(() => bundleFunctions(root, join(root, "out"), stage)).toThrow(
      /functions\/api\/heavy\.ts is \d+ bytes minified, the limit is 512000/,
    );
  });

  test("the agreement step carries its fonts and the colour profile of PDF/A", () => {
    write("steps/generate-agreement.ts", "export const handler = () => undefined;");

    const [bundle] = bundleFunctions(root, join(root, "out"), stage);

    for (const file of [
      "fonts/NotoSansSC_400Regular.ttf",
      "fonts/NotoSansSC_700Bold.ttf",
      "fonts/NotoSansJP_400Regular.ttf",
      "fonts/NotoSansJP_700Bold.ttf",
      "data/sRGB_IEC61966_2_1.icc",
    ]) {
      expect(existsSync(join(bundle?.folder ?? "", file)), file).toBe(true);
    }
  });
});
