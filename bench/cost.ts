import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expected, qianyueClient } from "../client/client.ts";
import { eventually, openMessage } from "../examples/signer.ts";
import { callAws } from "../lib/local/aws-call.ts";
import { type LocalStack, startStack } from "../lib/local/stack.ts";
import { localTemplate, synthesizeIfStale } from "../lib/local/template/synth.ts";
import { type Consumption, consumptionOf, type Scenario } from "./consumption.ts";
import { type Item, objectMonthUsd, prices } from "./prices.ts";

/**
 * `node bench/cost.ts`: what AWS would ask for a million, from what a few use on the local stack. Ends with 1
 * when a bar of the design is missed. Not in it: fixed monthly prices (alarms, keys, secrets, firewall), idle
 * polling of queues, cold starts, data transfer, and what the systems outside ask. Too much is in it: a contract's
 * bill has the face check that the local verification system buys from us, which another one would not.
 */

/** What the design allows for a million; telling a partner of its order's end is its own choice, and on top. */
const bars = { transaction: 20, contract: 250 };
const warmUp = 3;
const transactions = 30;
const contracts = 6;
/** A person looks at a page that asks again while it waits, here as often as it does within four seconds. */
const pagePolls = 4;
/** Longer than a function remembers a secret. */
const secretMemoryMs = 15 * 60_000;
/** How long systems outside take, by the function that waits for them: assumed, not measured. */
const clearingMs = { "process-transaction": 150 };
const partnerMs = { "deliver-order-result": 300 };
const signingMs = {
  "invite-signer": 300,
  "verify-identity": 300,
  "seal-evidence": 600,
  "deliver-webhook": 300,
};

const root = resolve(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "qianyue-cost-"));
let serial = 0;

try {
  await synthesizeIfStale(root, join(root, localTemplate));
  const stack = await startStack({ dataDir: folder, quiet: true });
  try {
    const split = splitter(stack);
    const registered = await forgetTransactionUrls(stack);
    await price(
      stack,
      "transaction",
      transactions,
      { run: split, outsideMs: clearingMs },
      bars.transaction,
    );
    await registered.restore();
    await price(stack, "transaction told to its partner", transactions, {
      run: split,
      outsideMs: { ...clearingMs, ...partnerMs },
    });
    await price(
      stack,
      "contract",
      contracts,
      { run: () => signOne(stack), outsideMs: signingMs },
      bars.contract,
    );
  } finally {
    await stack.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function price(
  stack: LocalStack,
  what: string,
  count: number,
  scenario: Scenario,
  bar?: number,
): Promise<void> {
  await consumptionOf(stack, warmUp, scenario);
  const total = show(what, await consumptionOf(stack, count, scenario));
  if (bar === undefined) return console.log("");
  const left = bar - total;
  const verdict = left < 0 ? `missed by $${(-left).toFixed(2)}` : `$${left.toFixed(2)} are left`;
  console.log(`  the design allows $${bar}: ${verdict}\n`);
  if (left < 0) process.exitCode = 1;
}

/** Prints the bill, dearest first; answers its total. */
function show(what: string, { used, objectBytes }: Consumption): number {
  const rows = (Object.keys(prices) as Item[])
    .map((name) => ({ ...prices[name], each: used[name] }))
    .map((row) => ({ ...row, usd: row.each * row.usdPerMillion }))
    .filter(({ each }) => each > 0)
    .sort((one, other) => other.usd - one.usd);
  const total = rows.reduce((sum, { usd }) => sum + usd, 0);
  const line = (name: string, each: string, usd: string) =>
    console.log(`  ${name.padEnd(38)} ${each.padStart(10)} ${usd.padStart(9)}`);
  console.log(`${what}, in us-east-1`);
  line("", "each", "$/million");
  for (const { service, item, each, usd } of rows)
    line(`${service}: ${item}`, each.toPrecision(3), usd.toFixed(2));
  line("total", "", total.toFixed(2));
  if (objectBytes > 0) {
    const usd = ((objectBytes * 1e6) / 1e9) * objectMonthUsd;
    line(
      "a month of keeping a million's files",
      `${Math.round(objectBytes / 1000)} KB`,
      usd.toFixed(2),
    );
  }
  return total;
}

/** Nobody hears of its orders until `restore`. */
async function forgetTransactionUrls({ services, environment, clock }: LocalStack) {
  const SecretId = environment.PARTNERS_SECRET_ID;
  const call = (operation: string, input: object) =>
    callAws(services.secrets, `secretsmanager.${operation}`, { SecretId, ...input });
  const { SecretString } = await call("GetSecretValue", {});
  const { partners } = JSON.parse(String(SecretString));
  const silent = partners.map(
    ({ transactionUrl: _, ...partner }: Record<string, unknown>) => partner,
  );
  await call("PutSecretValue", { SecretString: JSON.stringify({ partners: silent }) });
  return {
    async restore(): Promise<void> {
      await call("PutSecretValue", { SecretString });
      clock.advance(secretMemoryMs);
    },
  };
}

/** One SPLIT that clearing executes at once. */
function splitter({ apiUrl, partners, clock }: LocalStack): () => Promise<void> {
  const app = partners.find(({ dialects }) => dialects.includes("T"));
  if (app === undefined) throw new Error("the local stack has no partner that speaks T");
  const { transactions } = qianyueClient({ apiUrl, ...app, now: () => clock.now() });
  return async () => {
    serial += 1;
    const bizData = {
      bizOrderNo: `COST-${serial}`,
      payerInfo: { accountNo: "ACC100002" },
      receiverInfo: { accountNo: "ACC100001" },
      amount: "12.34",
    };
    const sent = transactions.processTransaction({ bizType: "SPLIT", bizData });
    const { data } = await expected(sent);
    if (data.status !== "SUCCESS") throw new Error(`split: ${JSON.stringify(data)}`);
  };
}

/** One contract from the partner's request to the evidence, which the partner asks for once. */
async function signOne(stack: LocalStack): Promise<void> {
  const [partner] = stack.partners;
  if (partner === undefined) throw new Error("the local stack has no partner");
  const { apiUrl, clock } = stack;
  const { native } = qianyueClient({ apiUrl, ...partner, now: () => clock.now() });
  serial += 1;
  const request = JSON.parse(readFileSync(join(root, "examples/personal.json"), "utf8"));
  request.requestId = `cost-${serial}`;
  request.userInfo.mobile = `139${String(serial).padStart(8, "0")}`;
  request.callbackUrl = `${stack.simulators.partner}/callback`;
  const { contractId } = await expected(native.createContract(request));
  const signer = await openMessage(stack.simulators, request.userInfo.mobile);
  await signer.read();
  await signer.sign();
  // Others are asked whether it went on: of the page's own questions only a person's are to be billed.
  await told(`${stack.simulators.verification}/_control/state`, contractId);
  await signer.showFace();
  await told(`${stack.simulators.partner}/_control/state`, contractId);
  for (let poll = 0; poll < pagePolls; poll += 1) await signer.screen();
  await expected(native.getEvidence(contractId));
  if ((await signer.screen()) !== "completed")
    throw new Error(`contract ${contractId} did not complete; see ${stack.logs}`);
}

/** Waits until a simulator has heard of the contract. */
function told(url: string, contractId: string): Promise<true> {
  return eventually(`${contractId} at ${url}`, async () => {
    const state = await (await fetch(url)).text();
    return state.includes(contractId) || undefined;
  });
}
