import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { unzipSync } from "fflate";
import { type Client, expected, qianyueClient } from "../client/client.ts";
import { eventually, openMessage, type Signer } from "../examples/signer.ts";
import { documentStore } from "../functions/adapters/document-store.ts";
import { lambdaWorld } from "../functions/world.ts";
import { type LocalStack, startStack } from "../lib/local/stack.ts";
import { localTemplate, synthesizeIfStale } from "../lib/local/template/synth.ts";
import { tableOf } from "../verifier/table.ts";
import { verify } from "../verifier/verify.ts";

/**
 * `npm run demo`: three contracts from a partner's request to sealed evidence, and money that moves because
 * one of them was signed, on the stack that deploy would put on AWS.
 */

const out = resolve("out");
const began = performance.now();
const dataDir = mkdtempSync(join(tmpdir(), "qianyue-demo-"));

const bold = (text: string): string => (process.stdout.isTTY ? `\u001b[1m${text}\u001b[0m` : text);
const green = (text: string): string =>
  process.stdout.isTTY ? `\u001b[32m${text}\u001b[0m` : text;

function tell(text: string): void {
  const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(5);
  console.log(`${seconds} s  ${text}`);
}

type Story = {
  readonly name: string;
  readonly title: string;
  readonly verify: (signer: Signer) => Promise<void>;
};

const stories: readonly Story[] = [
  {
    name: "personal",
    title: "A receiver binds its relation (personal, face check)",
    async verify(signer) {
      await signer.showFace();
      tell("face shown to the verification system; it calls us back, signed");
    },
  },
  {
    name: "enterprise",
    title: "A headquarters opens payout (enterprise, micro-deposit)",
    async verify(signer) {
      const wrong = await signer.confirmDeposit("9.99");
      tell(`typed a wrong amount first: the page shows "${wrong.screen}" again, one try less`);
      await signer.confirmDeposit();
      tell("typed the amount from the bank statement; verified");
    },
  },
  {
    name: "pooling",
    title:
      "A store lets its headquarters collect up to 80% of each order (enterprise, micro-deposit)",
    async verify(signer) {
      await signer.confirmDeposit();
      tell("typed the amount from the bank statement; verified");
    },
  },
];

async function play(stack: LocalStack, story: Story): Promise<void> {
  const [partner] = stack.partners;
  if (partner === undefined) throw new Error("the local stack has no partner");
  const { native } = qianyueClient({ apiUrl: stack.apiUrl, ...partner });
  console.log(`\n${bold(story.title)}`);

  const request = JSON.parse(readFileSync(`examples/${story.name}.json`, "utf8"));
  request.callbackUrl = `${stack.simulators.partner}/callback`;
  const { contractId } = await expected(native.createContract(request));
  tell(`partner's signed request accepted: contract ${contractId}`);

  const signer = await openMessage(stack.simulators, request.userInfo.mobile);
  tell("agreement generated, its hashes in evidence; SMS with the link has arrived");
  await signer.read();
  await signer.sign();
  tell("link opened, agreement read, consent given, signed by hand");
  await story.verify(signer);

  const contract = await eventually(`contract ${contractId} to complete`, async () => {
    const told = await expected(native.getContract(contractId));
    if (told.status === "FAILED") throw new Error(`failed: ${JSON.stringify(told.failure)}`);
    return told.status === "COMPLETED" ? told : undefined;
  });
  tell(
    green(`completed: evidence sealed, credential valid until ${contract.credentialValidUntil}`),
  );

  const { bundleUrl = "" } = await expected(native.getEvidence(contractId));
  await keep(story.name, await native.downloadBundle(bundleUrl), await rootsOf(stack));
  await showWebhook(stack, contractId);
}

async function keep(name: string, bundle: Uint8Array<ArrayBuffer>, roots: string): Promise<void> {
  writeFileSync(join(out, `${name}-evidence.zip`), bundle);
  const { "agreement.pdf": agreement } = unzipSync(bundle);
  if (agreement) writeFileSync(join(out, `${name}-agreement.pdf`), agreement);
  writeFileSync(join(out, "roots.pem"), roots);
  tell(`bundle downloaded (${Math.round(bundle.length / 1024)} KB) and checked:`);
  const report = await verify(bundle, { roots }, new Date().toISOString());
  console.log(indented(tableOf(report, "en", process.stdout.isTTY)));
  if (report.verdict !== "holds") throw new Error("the bundle does not hold");
}

/** Trust comes from outside the bundle: the operator's own bucket, and how the stack was configured. */
async function rootsOf({ environment }: LocalStack): Promise<string> {
  Object.assign(process.env, environment);
  const documents = documentStore(lambdaWorld, environment.DOCUMENT_BUCKET ?? "");
  const authority = await documents.get("pki/authority.pem");
  if (authority === undefined) throw new Error("the stack keeps no pki/authority.pem");
  return `${Buffer.from(authority)}${environment.TIMESTAMP_ROOTS}`;
}

const indented = (text: string): string => text.replace(/^(?=.)/gm, " ".repeat(11));

async function showWebhook(stack: LocalStack, contractId: string): Promise<void> {
  const received = await eventually("the webhook", async () => {
    const { events } = await (await fetch(`${stack.simulators.partner}/_control/state`)).json();
    return events.find((one: Received) => one.event?.data?.contractId === contractId);
  });
  tell(`webhook received, signature ${received.signatureValid ? "valid" : "INVALID"}:`);
  console.log(`           ${JSON.stringify(received.event)}`);
  if (!received.signatureValid) throw new Error("the webhook's signature is not valid");
}

type Received = {
  readonly signatureValid: boolean;
  readonly event?: { readonly data?: { readonly contractId: string } };
};

/** What Tiancai sends to have money collected from a store for its headquarters. */
const collection = (store: string, amount: string) => ({
  bizType: "COLLECTION" as const,
  bizData: {
    bizOrderNo: `POOL-${store}-${amount}`,
    payerInfo: { accountNo: store },
    receiverInfo: { accountNo: "ACC100001" },
    amount,
    extInfo: { sourceOrderNo: "ORDER-1", sourceOrderAmount: "1000.00" },
  },
});

async function moveMoney(stack: LocalStack): Promise<void> {
  const app = stack.partners.find(({ dialects }) => dialects.includes("T"));
  if (app === undefined) throw new Error("the local stack has no partner that speaks T");
  const now = () => stack.clock.now();
  const { transactions } = qianyueClient({ apiUrl: stack.apiUrl, ...app, now });
  console.log(`\n${bold("Money moves once, and only with that authorisation")}`);

  const collect = (store: string, amount: string) =>
    transactions.processTransaction(collection(store, amount));
  const { data } = await expected(collect("ACC100002", "500.00"));
  if (data.status !== "SUCCESS") throw new Error(`collect: ${JSON.stringify(data)}`);
  tell(
    green(`500.00 collected: order ${data.transactionOrderNo}, clearing ${data.clearingOrderNo}`),
  );

  const more = await collect("ACC100002", "300.01");
  tell(`300.01 more of the same order: ${more.status} ${more.body.code}: ${more.body.message}`);
  const stranger = await collect("ACC100009", "10.00");
  tell(`10.00 from a store that signed nothing: ${stranger.status} ${stranger.body.code}`);
  await loseAnAnswer(stack, transactions);
}

async function loseAnAnswer(
  stack: LocalStack,
  transactions: Client["transactions"],
): Promise<void> {
  const { clearing } = stack.simulators;
  const faults = [
    { match: { path: "/split/execute" }, kind: "after", times: 1 },
    { match: { path: "/split/query/*" }, kind: "status", status: 503, times: 1 },
  ];
  await fetch(`${clearing}/_control/faults`, { method: "PUT", body: JSON.stringify(faults) });
  const { data: sent } = await expected(
    transactions.processTransaction(collection("ACC100002", "200.00")),
  );
  tell(`200.00 more, but clearing executes it and its answer is lost: ${sent.status}`);
  const { requestId, transactionOrderNo } = sent;
  const result = await eventually("the lost answer to be found", async () => {
    const { data } = await expected(transactions.queryTransaction(requestId));
    if (data.status === "PROCESSING") stack.clock.advance(queuePauseMs);
    return data.status === "PROCESSING" ? undefined : data;
  });
  const { ledger } = await (await fetch(`${clearing}/_control/state`)).json();
  const rows = ledger.filter((row: { requestNo: string }) => row.requestNo === transactionOrderNo);
  tell(
    green(`asked again instead of sent again: ${result.status}, ${rows.length} row in the ledger`),
  );
  if (result.status !== "SUCCESS" || rows.length !== 1) throw new Error("money moved wrongly");
}

/** The queue looks again after half a minute; the demo lets the stack's clock pass instead of waiting. */
const queuePauseMs = 5_000;

function showEnd(): void {
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const file = (name: string) => `  ${relative(".", join(out, name))}`;
  console.log(`
${bold(green(`Done in ${seconds} s.`))} Three contracts went from request to sealed evidence, and money moved under one of them,
through the Lambda bundles, tables, queues and state machine that \`cdk deploy\` would put on AWS. Look next at:
${stories.flatMap(({ name }) => [file(`${name}-agreement.pdf`), file(`${name}-evidence.zip`)]).join("\n")}
  VERIFY.md inside each zip     checks it with openssl alone
  npm run build:verifier        makes verify.html, which checks it in a browser without a network
  npm start                     runs the stack for you to play partner and signer in the browser
  docs/architecture.md          how a request travels
`);
}

async function main(): Promise<void> {
  mkdirSync(out, { recursive: true });
  tell("synthesizing the CDK app, unless nothing changed since the last time");
  await synthesizeIfStale(resolve("."), resolve(localTemplate));
  tell("starting the local stack on free ports");
  const stack = await startStack({ dataDir, quiet: true });
  const stop = () => stack.close().finally(() => process.exit(130));
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    for (const story of stories) await play(stack, story);
    await moveMoney(stack);
  } finally {
    await stack.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
  showEnd();
}

await main();
