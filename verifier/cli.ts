import { readFileSync, statSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Report } from "./claim.ts";
import { type Language, wordsOf } from "./messages.ts";
import { tableOf } from "./table.ts";
import { verify } from "./verify.ts";
import { limits } from "./zip.ts";

const usage = `usage: qianyue-verify <bundle.zip|signed.pdf> [options]

  --roots FILE.pem     certificate authorities you trust, for seals and time-stamps
  --log-key FILE.pem   public key of the transparency log, had from elsewhere
  --witness FILE.json  what an auditor kept of the log
  --lang en|zh-CN      language of the table
  --json               the claims as JSON

exit code 0: everything holds; 1: something does not; 2: something could not be checked`;

const exitCodes = { holds: 0, fails: 1, unchecked: 2 } as const;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      roots: { type: "string" },
      "log-key": { type: "string" },
      witness: { type: "string" },
      lang: { type: "string", default: process.env.LANG?.startsWith("zh") ? "zh-CN" : "en" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const [file, ...others] = positionals;
  if (values.help || file === undefined || others.length > 0) {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  // Read no more than a bundle can have; one byte over it says too large.
  const size = Math.min(statSync(file).size, limits.archiveBytes + 1);
  const bytes = new Uint8Array(readFileSync(file).subarray(0, size));
  const trust = {
    ...(values.roots && { roots: readFileSync(values.roots, "utf8") }),
    ...(values["log-key"] && { logKey: readFileSync(values["log-key"], "utf8") }),
    ...(values.witness && { witness: JSON.parse(readFileSync(values.witness, "utf8")) }),
  };
  const report = await verify(bytes, trust, new Date().toISOString());
  const language: Language = values.lang === "zh-CN" ? "zh-CN" : "en";
  if (values.json) console.log(JSON.stringify({ file, ...spelled(report, language) }, null, 2));
  else console.log(tableOf(report, language, process.stdout.isTTY === true));
  return exitCodes[report.verdict];
}

/** The report with its sentences, for readers who do not know our codes. */
const spelled = (report: Report, language: Language) => ({
  ...report,
  claims: report.claims.map((claim) => ({ ...claim, text: wordsOf(claim.says, language) })),
});

try {
  process.exitCode = await main();
} catch (cause) {
  console.error(`qianyue-verify: ${cause instanceof Error ? cause.message : cause}`);
  process.exitCode = 2;
}
