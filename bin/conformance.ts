import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

/**
 * `npm run conformance`: which rows of docs/requirements.md have a passing test that cites them, or a page
 * that says how they are met. Runs the tests first when the last report is older than what they test.
 */

const root = join(import.meta.dirname, "..");
const report = join(root, ".local", "test-report.json");
const requirements = "requirements.md";
/** The rows of each document; a row lost from the list would otherwise count as met. */
const rowCounts = { A: 43, B: 57, C: 80, D: 68, T: 41 } as const;
const documents = Object.keys(rowCounts) as (keyof typeof rowCounts)[];

const { values } = parseArgs({ options: { require: { type: "string", default: "" } } });
const required = values.require.split(",").filter(Boolean);
for (const name of required)
  if (!(name in rowCounts))
    throw new Error(`--require ${name}: the documents are ${documents.join(", ")}`);

if (newestMs("test", "functions", "lib", "bin", "statemachines", "examples") > reportMs())
  runTests();
const byTest = citedByTests();
const byPage = citedByPages();
let missing = 0;
for (const document of documents) {
  const rows = rowsOf(document);
  const absent = rows.filter((row) => !byTest.has(row) && !byPage.has(row));
  const tested = rows.filter((row) => byTest.has(row)).length;
  const shown = rows.length - absent.length;
  console.log(
    `${document} ${shown}/${rows.length}  (${tested} by tests, ${shown - tested} by pages)`,
  );
  if (absent.length > 0) console.log(`  missing: ${absent.join(" ")}`);
  if (required.includes(document)) missing += absent.length;
}
if (missing > 0) process.exitCode = 1;

/** Whether tests pass is the business of `npm test`; only those that do are counted here. */
function runTests(): void {
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  spawnSync("npm", ["test", "--", ...reporters], { cwd: root, stdio: "inherit" });
  if (!existsSync(report))
    throw new Error("vitest wrote no report: run `npm test` and mend what stops it");
}

function citedByTests(): Set<string> {
  const { testResults } = JSON.parse(readFileSync(report, "utf8")) as Report;
  const passed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === "passed");
  return new Set(passed.flatMap(({ fullName }) => fullName.match(/\b[ABCDT]-\d\d\b/g) ?? []));
}

type Report = {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
};

/** A page cites in round brackets, at the end of the sentence that says how the row is met. */
function citedByPages(): Set<string> {
  const pages = readdirSync(join(root, "docs")).filter(
    (name) => name.endsWith(".md") && name !== requirements,
  );
  const text = pages.map((name) => readFileSync(join(root, "docs", name), "utf8")).join("\n");
  const citations = text.match(/\([ABCDT]-\d\d(?:, [ABCDT]-\d\d)*\)/g) ?? [];
  return new Set(citations.flatMap((citation) => citation.match(/[ABCDT]-\d\d/g) ?? []));
}

function rowsOf(document: keyof typeof rowCounts): string[] {
  const text = readFileSync(join(root, "docs", requirements), "utf8");
  const rows = [...text.matchAll(/^\| ([ABCDT]-\d\d) \|/gm)].map(([, row = ""]) => row);
  const own = [...new Set(rows.filter((row) => row.startsWith(document)))];
  if (own.length !== rowCounts[document])
    throw new Error(
      `docs/${requirements} lists ${own.length} rows of ${document}, not ${rowCounts[document]}`,
    );
  return own;
}

function reportMs(): number {
  return statSync(report, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newestMs(...folders: readonly string[]): number {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((name) =>
      join(root, folder, String(name)),
    ),
  );
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}
