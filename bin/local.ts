import { join, resolve } from "node:path";
import { parseArgs, styleText } from "node:util";
import { type LocalStack, startStack } from "../lib/local/stack.ts";
import { localTemplate, synthesizeIfStale } from "../lib/local/template/synth.ts";

const root = join(import.meta.dirname, "..");
const usage = `npm start -- [--port N] [--data DIR] [--out DIR] [--workers N] [--verbose]

  --port     port of the API, the other doors follow it (default 3000; 0: any free ones)
  --data     folder of everything durable (default .local)
  --out      folder of the synthesized template (default ${localTemplate})
  --workers  worker threads a function may use (default 1)
  --verbose  print what functions log`;

try {
  await main();
} catch (error) {
  console.error(`${styleText("red", "✗")} ${(error as Error).message}`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options === undefined) return console.log(usage);
  const startedMs = performance.now();
  console.log(
    styleText("dim", "Starting; the template is synthesized first if a source changed …"),
  );
  await synthesizeIfStale(root, options.outDir);
  const stack = await startStack(options);
  console.log(banner(stack, performance.now() - startedMs));
  stopOnSignal(stack);
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "3000" },
      data: { type: "string", default: ".local" },
      out: { type: "string", default: localTemplate },
      workers: { type: "string", default: "1" },
      verbose: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    port: wholeNumber("--port", values.port, 0, 65_000),
    dataDir: resolve(values.data),
    outDir: resolve(values.out),
    workers: wholeNumber("--workers", values.workers, 1, 64),
    verbose: values.verbose,
  };
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`${option} ${text}: give a whole number from ${least} to ${most}`);
}

function banner(stack: LocalStack, tookMs: number): string {
  const line = (name: string, url: string, hint: string) =>
    `  ${name.padEnd(13)} ${styleText("cyan", url)}  ${styleText("dim", hint)}`;
  const [partner] = stack.partners;
  return [
    "",
    `${styleText("green", "✓")} ${styleText("bold", "Qianyue runs on this machine")} ${styleText("dim", `(${Math.round(tookMs)} ms)`)}`,
    "",
    line("API", stack.apiUrl, `sign as ${partner?.clientId}; credentials in stack.json`),
    line("Console", stack.consoleUrl, "start here: links, calls, the clock"),
    line("SMS", stack.simulators.sms, "what signers receive"),
    line("Verification", stack.simulators.verification, "bank statements and face checks"),
    line("Partner", stack.simulators.partner, "webhooks as received"),
    line("Time-stamps", stack.simulators.timestamp, "development-only authority (RFC 3161)"),
    line("Face vendors", stack.simulators.face, "two vendors' face checks, decided by hand"),
    line("Clearing", stack.simulators.clearing, "the ledger of what was really moved"),
    line("AWS", stack.awsUrl, "AWS_ENDPOINT_URL for the aws CLI"),
    "",
    `  Try ${styleText("bold", "npm run demo")} in another terminal; logs are in ${stack.logs}. Ctrl-C stops.`,
    "",
  ].join("\n");
}

/** npm passes on the Ctrl-C that the terminal has sent already: only a later one means impatience. */
const impatientMs = 1_000;

function stopOnSignal(stack: LocalStack): void {
  let stoppingSince: number | undefined;
  const stop = async () => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince > impatientMs) process.exit(130);
      return;
    }
    stoppingSince = performance.now();
    await stack.close();
    process.exit(0);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}
