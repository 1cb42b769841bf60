import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { routes } from "../lib/aws/routes.ts";
import definition from "../statemachines/signing.asl.json" with { type: "json" };

/** Source files under `folder`, with `/` on every system. */
const filesUnder = (folder: string): string[] =>
  globSync(`${folder}/**/*.ts`)
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
const read = (path: string): string => readFileSync(path, "utf8");
const names = (folder: string): string[] => filesUnder(folder).map((path) => basename(path, ".ts"));

/** What only the World may touch: time, randomness, the network, timers, the environment. */
const outside: Readonly<Record<string, RegExp>> = {
  "Date.now": /\bDate\.now\b/,
  "new Date()": /\bnew Date\(\s*\)/,
  "Math.random": /\bMath\.random\b/,
  "performance.now": /\bperformance\.now\b/,
  "randomness of node:crypto":
    /\b(randomUUID|randomInt|randomFill(Sync)?|getRandomValues|generateKey(Pair)?(Sync)?)\b|import[^;]*\brandomBytes\b/,
  fetch: /(?<![.\w])fetch\(/,
  timers: /(?<![.\w])set(Timeout|Interval|Immediate)\(/,
  "process.env": /\bprocess\.env\b/,
};

const withoutComments = (source: string): string =>
  source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
const touched = (source: string): string[] =>
  Object.keys(outside).filter((name) => outside[name]?.test(withoutComments(source)));
const importsOf = (source: string): string[] =>
  [...source.matchAll(/(?:^|\s)(?:import|from)\s+"([^"]+)"/g)].map(([, path = ""]) => path);

describe("functions take everything from outside their input from the World", () => {
  // The scripts run in a browser, which has no World.
  const exempt = [
    "functions/world.ts",
    "functions/pages/face-script.ts",
    "functions/pages/signing-script.ts",
    "functions/pages/verify-script.ts",
  ];

  test.each(filesUnder("functions").filter((path) => !exempt.includes(path)))("%s", (path) => {
    expect(touched(read(path))).toEqual([]);
  });

  test.each([
    ["const at = Date.now();", "Date.now"],
    ["const at = new Date( );", "new Date()"],
    ["const one = Math.random();", "Math.random"],
    ["await fetch(url)", "fetch"],
    ["setTimeout(go, 1)", "timers"],
    ['import { createHash, randomBytes } from "node:crypto";', "randomness of node:crypto"],
    ["const id = crypto.randomUUID();", "randomness of node:crypto"],
    ["process.env.STAGE", "process.env"],
  ])("this very check would notice %s", (source, name) => {
    expect(touched(source)).toEqual([name]);
  });

  test.each(["world.randomBytes(16)", "new Date(world.now())", "cache.fetch(id)", "// fetch(it)"])(
    "and it lets %s pass",
    (source) => {
      expect(touched(source)).toEqual([]);
    },
  );
});

describe("walls between folders", () => {
  const lambda = /\/(api|steps|workers)\//;

  test.each(filesUnder("functions"))("%s imports what its room may see", (path) => {
    const imports = importsOf(read(path));
    const inside = imports.filter((target) => target.startsWith("."));

    expect(
      imports.filter((target) => /(^|\/)(lib|bin)\/|^aws-cdk|^constructs/.test(target)),
    ).toEqual([]);
    expect(inside.filter((target) => lambda.test(target))).toEqual([]);
    if (path.startsWith("functions/domain/"))
      expect(
        imports.filter((target) => !/^(\.\/|node:crypto$|canonicalize$|#stage$)/.test(target)),
      ).toEqual([]);
    if (path.startsWith("functions/dialects/"))
      expect(imports.filter((target) => !/^(\.\/|\.\.\/domain\/|zod$)/.test(target))).toEqual([]);
  });

  test("lib names function files and never imports them", () => {
    const importers = filesUnder("lib").filter((path) =>
      importsOf(read(path)).some((target) => /(^|\/)functions\//.test(target)),
    );

    expect(importers).toEqual([]);
  });

  test("no file only passes on what others export", () => {
    const barrels = [...filesUnder("functions"), ...filesUnder("lib")].filter((path) => {
      const code = withoutComments(read(path)).replace(/^\s*export\s[^;]*\sfrom\s+"[^"]+";/gm, "");
      return basename(path) === "index.ts" || code.trim() === "";
    });

    expect(barrels).toEqual([]);
  });
});

describe("names tell where a thing is", () => {
  test("every route has its file under functions/api, and every file there its route", () => {
    expect(names("functions/api")).toEqual([...new Set(routes.map(({ file }) => file))].sort());
  });

  test("every Task of the workflow has its file under functions/steps, and every file there its Task", () => {
    const kebab = (state: string) => state.replace(/(?<=.)[A-Z]/g, "-$&").toLowerCase();

    expect(names("functions/steps")).toEqual(tasksOf(definition).map(kebab).sort());
  });

  test.each([
    ...filesUnder("functions/api"),
    ...filesUnder("functions/steps"),
    ...filesUnder("functions/workers"),
  ])("%s is one Lambda: a build for tests and a handler for AWS", (path) => {
    const source = read(path);

    expect(source).toMatch(/^export (async )?function build\(world: World\)|^export const build/m);
    expect(source).toMatch(/^export const handler = lambda\(build\);$/m);
  });
});

type States = Readonly<
  Record<string, { readonly Type: string; readonly ItemProcessor?: { readonly States: object } }>
>;

/** Names of the Task states, those inside Maps included. */
function tasksOf(machine: { readonly States: object }): string[] {
  return Object.entries(machine.States as States).flatMap(([name, state]) => [
    ...(state.Type === "Task" ? [name] : []),
    ...(state.ItemProcessor ? tasksOf(state.ItemProcessor) : []),
  ]);
}
