import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { turned } from "./bundle-fixture.ts";

const golden = join(import.meta.dirname, "../golden/1");
const bundle = join(golden, "completed.zip");
const roots = join(golden, "roots.pem");

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "verify-cli-"));
  spawnSync(process.execPath, ["bin/build-verifier.ts", folder]);
  writeFileSync(join(folder, "bad.zip"), turned(readFileSync(bundle), 9000));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a program far from the repository, as somebody who was sent the one file. */
const run = (program: string, ...args: string[]) =>
  spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: "utf8" });
const built = (...args: string[]) => run(join(folder, "qianyue-verify.mjs"), ...args);

test("the built file stands alone: it imports nothing but Node", () => {
  const text = readFileSync(join(folder, "qianyue-verify.mjs"), "utf8");

  const imports = Array.from(text.matchAll(/\b(?:from|import|require)\s*\(?\s*"([^"]+)"/g));
  expect(imports.map(([, name]) => name).toSorted()).toEqual(["node:fs", "node:util"]);
});

test("its exit code is 0 when all holds, 1 when something fails, 2 when something was not checked", () => {
  expect(built(bundle, "--roots", roots).status).toBe(0);
  expect(built("bad.zip", "--roots", roots).status).toBe(1);
  expect(built(roots).status).toBe(1);
  expect(built(bundle).status).toBe(2);
  expect(built().status).toBe(2);
  expect(built("absent.zip").stderr).toContain("ENOENT");
  expect(built(bundle, "--roots", import.meta.filename).stderr).toContain("no certificate");
});

test("the table is in English or Chinese, and JSON carries the same sentences", () => {
  const { stdout } = built(bundle, "--roots", roots, "--json");

  expect(built(bundle, "--roots", roots, "--lang", "zh-CN").stdout).toContain("全部成立。");
  expect(built(bundle, "--roots", roots, "--lang", "en").stdout).toContain("Everything holds.");
  const { verdict, claims } = JSON.parse(stdout);
  expect(verdict).toBe("holds");
  expect(claims[0]).toMatchObject({ title: "outcome", status: "holds" });
  expect(claims[0].text).toContain("2026-11-21T08:09:00.000Z");
});

test("npx qianyue-verify starts from a fresh checkout without type stripping", () => {
  const launcher = join(import.meta.dirname, "../../bin/qianyue-verify.mjs");

  const { status, stdout } = run(launcher, bundle, "--roots", roots, "--lang", "en");

  expect(stdout).toContain("Everything holds.");
  expect(status).toBe(0);
});
