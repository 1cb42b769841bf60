import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Connection, expected, qianyueClient } from "../client/client.ts";
import { type LocalStack, startStack } from "../lib/local/stack.ts";
import { localTemplate, synthesizeIfStale } from "../lib/local/template/synth.ts";
import { intakeFloor } from "./intake-floor.ts";
import { mean, repeat, summary } from "./timing.ts";

/** `node bench/intake.ts`: what an instruction costs on this machine, beside the least it could cost here. Asserts nothing. */

const warmUp = 30;
const requests = 300;
const concurrencies = [1, 16];

const root = resolve(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "qianyue-bench-"));
let serial = 0;

try {
  await synthesizeIfStale(root, join(root, localTemplate));
  console.log(
    `Node ${process.version}, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)} before; times in milliseconds\n`,
  );
  const stack = await startStack({ dataDir: join(folder, "stack"), quiet: true });
  try {
    await measure(stack);
  } finally {
    await stack.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Floor and stack take turns, so that what else this machine does meets both. The stack runs one environment
 * a function: of 16 in flight 15 wait, where AWS would start 16 environments.
 */
async function measure(stack: LocalStack): Promise<void> {
  const app = stack.partners.find(({ dialects }) => dialects.includes("T"));
  if (app === undefined) throw new Error("the local stack has no partner that speaks T");
  const floor = await intakeFloor(join(folder, "floor.db"), app);
  try {
    const toFloor = splitter({ apiUrl: floor.url, ...app });
    const toStack = splitter({ apiUrl: stack.apiUrl, ...app, now: () => stack.clock.now() });
    await repeat(warmUp, 1, toFloor);
    await repeat(warmUp, 1, toStack);
    for (const concurrency of concurrencies) {
      const floorMs = await line("floor", concurrency, toFloor);
      const stackMs = await line("SPLIT", concurrency, toStack);
      const ratio = mean(stackMs) / mean(floorMs);
      console.log(`${"".padEnd(22)} ${ratio.toFixed(1)} × floor\n`);
    }
  } finally {
    await floor.close();
  }
}

async function line(
  name: string,
  concurrency: number,
  call: () => Promise<void>,
): Promise<number[]> {
  const began = performance.now();
  const times = await repeat(requests, concurrency, call);
  const perSecond = (requests / (performance.now() - began)) * 1000;
  const label = `${name}, ${concurrency} in flight`.padEnd(22);
  console.log(`${label} ${perSecond.toFixed(1).padStart(8)} orders/s  ${summary(times)}`);
  return times;
}

/** One instruction that clearing executes at once; anything but its success ends the benchmark. */
function splitter(connection: Connection): () => Promise<void> {
  const { transactions } = qianyueClient(connection);
  return async () => {
    serial += 1;
    const bizData = {
      bizOrderNo: `BENCH-${serial}`,
      payerInfo: { accountNo: "ACC100002" },
      receiverInfo: { accountNo: "ACC100001" },
      amount: "12.34",
    };
    const sent = transactions.processTransaction({ bizType: "SPLIT", bizData });
    const { data } = await expected(sent);
    if (data.status !== "SUCCESS") throw new Error(`split: ${JSON.stringify(data)}`);
  };
}
