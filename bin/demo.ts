import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { startStack } from "../lib/local/stack.ts";
import { localTemplate, synthesizeIfStale } from "../lib/local/template/synth.ts";
import { play, type Story, stories, twoSignersStory, walletStory } from "./demo/contracts.ts";
import { moveMoney } from "./demo/money.ts";
import { bold, elapsed, green, tell } from "./demo/telling.ts";

const usage = `npm run demo -- [--wallet] [--two-signers]

Three contracts from a partner's request to sealed evidence, and money that moves because one of them was
signed, on the stack that deploy would put on AWS.
  --wallet       instead: the same through the wallet, in document D's words
  --two-signers  instead: one contract that two sign, one after the other`;

const out = resolve("out");

const { values } = parseArgs({
  options: {
    wallet: { type: "boolean", default: false },
    "two-signers": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  const chosen = [
    ...(values.wallet ? [walletStory] : []),
    ...(values["two-signers"] ? [twoSignersStory] : []),
  ];
  const dataDir = mkdtempSync(join(tmpdir(), "qianyue-demo-"));
  mkdirSync(out, { recursive: true });
  tell("synthesizing the CDK app, unless nothing changed since the last time");
  await synthesizeIfStale(resolve("."), resolve(localTemplate));
  tell("starting the local stack on free ports");
  const stack = await startStack({ dataDir, quiet: true });
  const stop = () => stack.close().finally(() => process.exit(130));
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    for (const story of chosen.length > 0 ? chosen : stories) await play(stack, story, out);
    if (chosen.length === 0) await moveMoney(stack);
  } finally {
    await stack.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
  showEnd(chosen);
}

function showEnd(chosen: readonly Story[]): void {
  const file = (name: string) => `  ${relative(".", join(out, name))}`;
  const kept = (chosen.length > 0 ? chosen : stories).flatMap(({ name }) => [
    file(`${name}-agreement.pdf`),
    file(`${name}-evidence.zip`),
  ]);
  const what =
    chosen.length > 0
      ? "From request to sealed evidence"
      : "Three contracts went from request to sealed evidence, and money moved under one of them,";
  console.log(`
${bold(green(`Done in ${elapsed()} s.`))} ${what}
through the Lambda bundles, tables, queues and state machine that \`cdk deploy\` would put on AWS. Look next at:
${kept.join("\n")}
  VERIFY.md inside each zip     checks it with openssl alone
  npm run demo -- --wallet      the same through the wallet
  npm run demo -- --two-signers two signers, one after the other
  npm run build:verifier        makes verify.html, which checks it in a browser without a network
  npm start                     runs the stack for you to play partner and signer in the browser
  docs/architecture.md          how a request travels
`);
}
