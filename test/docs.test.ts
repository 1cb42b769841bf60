import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { requestSignature } from "../functions/adapters/request-signature.ts";
import { progressOf, statusOf, wordProblem } from "../functions/dialects/native.ts";
import { readCreateRequest } from "../functions/dialects/native-request.ts";
import { evidenceType, type Step } from "../functions/domain/evidence.ts";
import { Problem, problemCodes } from "../functions/domain/problem.ts";
import { routes } from "../lib/aws/routes.ts";

/** What the pages say, held against what is there. requirements.md speaks of what is to come as well. */

const root = join(import.meta.dirname, "..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const told = pages.filter((page) => page !== "docs/requirements.md");
const api = read("docs/api.md");

/** Every text between backticks outside of code blocks. */
const quoted = (page: string): string[] =>
  [
    ...read(page)
      .replace(/^```[\s\S]*?^```/gm, "")
      .matchAll(/`([^`\n]+)`/g),
  ].map(([, text = ""]) => text);

/** Cells of every table row whose first cell is code; backticks taken off. */
const rows = (text: string): string[][] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", "")),
    );

const files = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map(
    (name) => `${folder}/${name}`,
  );

describe.each(pages)("%s", (page) => {
  test("links to pages and headings that exist", () => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, to = ""]) => to);

    const broken = links.filter((link) => {
      const [file, heading] = link.split("#");
      const target = file ? join(dirname(page), file) : page;
      if (!existsSync(join(root, target))) return true;
      return heading !== undefined && !headings(target).includes(heading);
    });

    expect(broken).toEqual([]);
  });
});

const headings = (page: string): string[] =>
  [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, text = ""]) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s-]/gu, "")
      .replaceAll(" ", "-"),
  );

describe.each(told)("%s", (page) => {
  test("names files and folders that exist", () => {
    const paths = quoted(page).filter((text) =>
      /^(bin|docs|examples|functions|lib|statemachines|test|bench)\/[\w./-]*$/.test(text),
    );

    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test("names scripts that npm knows", () => {
    const { scripts } = JSON.parse(read("package.json"));
    const named = [...read(page).matchAll(/npm run ([a-z:]+)/g)].map(([, name = ""]) => name);

    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  test("names variables, codes and states that the code knows", () => {
    const code = ["functions", "lib", "statemachines", "bin"]
      .flatMap(files)
      .filter((file) => /\.(ts|json)$/.test(file))
      .map(read)
      .join("\n");
    const words = quoted(page).filter((text) => /^[A-Z]+(_[A-Z]+)+$|^B\d{5}$/.test(text));
    // Named by decisions.md as what was not done.
    const absent = words.filter((word) => !code.includes(word) && word !== "B42202");

    expect(absent).toEqual([]);
  });
});

describe("README.md", () => {
  test("its map shows every folder", () => {
    const ignored = read(".gitignore").split("\n");
    const folders = (at: string) =>
      readdirSync(join(root, at), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
        .map((entry) => `${join(at, entry.name)}/`)
        .filter((name) => !ignored.includes(name) && name !== "node_modules/");
    const rooms = folders(".").flatMap((top) =>
      top === "functions/" || top === "lib/" ? folders(top) : [top],
    );

    const shown = rows(read("README.md").split("## Where things are")[1] ?? "").map(
      ([cell]) => cell,
    );

    expect(rooms.filter((room) => !shown.includes(room))).toEqual([]);
    expect(shown.filter((room) => room?.endsWith("/") && !existsSync(join(root, room)))).toEqual(
      [],
    );
  });

  test("its list shows every script that a person would run", () => {
    const { scripts } = JSON.parse(read("package.json"));

    const missing = Object.keys(scripts).filter(
      (name) => !new RegExp(`npm (run )?${name}\\b`).test(read("README.md")),
    );

    expect(missing).toEqual([]);
  });

  test("K24: states the slip about the check digit of identity numbers", () => {
    expect(read("README.md")).toMatch(/MOD 11-2[\s\S]*K24/);
  });
});

describe("docs/api.md", () => {
  test("lists exactly the routes that exist", () => {
    const listed = rows(api).flatMap(([cell = ""]) => cell.match(/^(GET|POST) \/\S+$/) ?? []);

    const there = routes.map(({ method, path }) => `${method} ${path}`);
    expect(listed.filter((route) => route.includes(" ")).sort()).toEqual(there.sort());
  });

  test("its worked examples sign to what they say", () => {
    const secret = /Secret `([^`]+)`/.exec(api)?.[1] ?? "";
    const examples = [...api.matchAll(/```http\n((?:GET|POST)[\s\S]*?)\n```/g)];

    const signed = examples.map(([, text = ""]) => {
      const [head = "", body = ""] = text.split("\n\n");
      const [line = "", ...headers] = head.split("\n");
      const [method = "", target = ""] = line.split(" ");
      const [path = "", query = ""] = target.split("?");
      const header = (name: string) =>
        headers.find((one) => one.startsWith(`${name}: `))?.slice(name.length + 2) ?? "";
      const parts = {
        method,
        path,
        query,
        timestamp: header("X-Timestamp"),
        nonce: header("X-Nonce"),
      };
      const computed = requestSignature(secret, { ...parts, body: Buffer.from(body) });
      return { computed, stated: header("X-Signature") };
    });

    expect(signed).toHaveLength(2);
    for (const { computed, stated } of signed) expect(stated).toBe(computed);
  });

  test("its webhook carries the signature that another library computes", () => {
    const example = /```http\n(webhook-id[\s\S]*?)\n```/.exec(api)?.[1] ?? "";
    const [head = "", body = ""] = example.split("\n\n");
    const header = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(head)?.[1] ?? "";
    const secret = /`(whsec_\w+)`/.exec(api)?.[1] ?? "";

    const at = new Date(Number(header("webhook-timestamp")) * 1000);
    const computed = new Webhook(secret).sign(header("webhook-id"), at, body);

    expect(header("webhook-signature")).toBe(computed);
  });

  test("B-46 to B-57: its error table is the one that answers are worded by", () => {
    const worded = problemCodes.map((code) => {
      const { status, body } = wordProblem(new Problem(code, ""), "");
      return `${status} ${body.code} ${code}`;
    });

    const listed = rows(api)
      .filter(([, , http = ""]) => /^\d{3}$/.test(http))
      .map(([, , http, code, ours]) => `${http} ${code} ${ours}`);
    expect(listed.sort()).toEqual(worded.sort());
  });

  test("its table of states is the one of the dialect", () => {
    const table = api.split("| State |")[1]?.split("\n\n")[0] ?? "";

    const listed = rows(table).filter(([state = ""]) => state in statusOf);

    const worded = Object.entries(statusOf).map(([state, status]) => {
      const progress = progressOf[state as keyof typeof progressOf];
      return [state, status, progress.status, progress.nextStep];
    });
    expect(listed).toEqual(worded);
  });
});

test("docs/architecture.md draws every state of a contract", () => {
  const diagram = /```mermaid\n([\s\S]*?)```/.exec(read("docs/architecture.md"))?.[1] ?? "";

  const drawn = new Set(diagram.match(/\b[A-Z_]+(?= -->|\b)/g));

  expect(Object.keys(statusOf).filter((state) => !drawn.has(state))).toEqual([]);
});

test("docs/evidence-format.md lists every step with its type", () => {
  const source =
    /evidenceTypes = {([\s\S]*?)}/.exec(read("functions/domain/evidence.ts"))?.[1] ?? "";
  const steps = [...source.matchAll(/^ {2}(\w+):/gm)].map(([, step]) => step as Step);

  const listed = rows(read("docs/evidence-format.md"))
    .filter(([step]) => steps.includes(step as Step))
    .map(([step, type]) => `${step} ${type}`);

  expect(listed).toEqual(steps.map((step) => `${step} ${evidenceType(step)}`));
});

test.each(["personal", "enterprise", "pooling", "two-signers"])(
  "examples/%s.json is a request that is accepted",
  (name) => {
    const request = JSON.parse(read(`examples/${name}.json`));

    expect(readCreateRequest(request, "format")).toEqual(request);
  },
);
