import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expected, qianyueClient } from "../client/client.ts";
import { eventually, signer } from "../examples/signer.ts";
import { type LocalStack, startStack } from "../lib/local/stack.ts";
import { localTemplate, synthesizeIfStale } from "../lib/local/template/synth.ts";
import { bundleSizes, importCost } from "./bundles.ts";
import { bareFloor } from "./floor.ts";
import { mean, repeat, summary } from "./timing.ts";

/** `npm run bench`: what a start costs on this machine, beside the least it could cost here. Asserts nothing. */

const warmUp = 20;
const requests = 100;
const inFlight = 8;
const lifecycles = 40;

const root = resolve(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "qianyue-bench-"));
let serial = 0;

try {
  await synthesizeIfStale(root, join(root, localTemplate));
  console.log(`Node ${process.version} on ${process.platform}; times in milliseconds\n`);
  await measureStack(await startedOnce("start, new folder"));
  await (await startedOnce("start, same folder")).close();
  showBundles();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function startedOnce(name: string): Promise<LocalStack> {
  const began = performance.now();
  const stack = await startStack({ dataDir: join(folder, "stack"), quiet: true });
  console.log(`${name.padEnd(34)} ${(performance.now() - began).toFixed(0)}`);
  return stack;
}

async function measureStack(stack: LocalStack): Promise<void> {
  const floor = await bareFloor(join(folder, "floor.db"));
  try {
    await repeat(warmUp, 1, floor.call);
    const floorMs = await repeat(requests, 1, floor.call);
    show("floor: HMAC and one insert", floorMs);
    const start = starter(stack);
    // Lifecycles go first: the contracts started below are still being generated while they are counted.
    await measureLifecycles(stack, start);
    await repeat(warmUp, 1, start);
    for (const concurrency of [1, inFlight]) {
      const times = await repeat(requests, concurrency, start);
      show(`POST /v1/contracts, ${concurrency} in flight`, times, mean(floorMs));
    }
  } finally {
    floor.close();
    await stack.close();
  }
}

async function measureLifecycles(stack: LocalStack, start: () => Promise<string>): Promise<void> {
  const lifecycle = async () => {
    const person = signer(stack.simulators, await start());
    const until = (screen: string) =>
      eventually(`screen ${screen}`, async () => (await person.screen()) === screen || undefined);
    await until("sign");
    await person.read();
    await person.sign();
    await person.showFace();
    await until("completed");
  };
  await repeat(inFlight, inFlight, lifecycle);
  const began = performance.now();
  const times = await repeat(lifecycles, inFlight, lifecycle);
  show(`request to seal, ${inFlight} in flight`, times);
  const seconds = (performance.now() - began) / 1000;
  console.log(`${"contracts sealed a second".padEnd(34)} ${(lifecycles / seconds).toFixed(1)}`);
}

/** Starts one contract of its own person; answers the signing link. */
function starter(stack: LocalStack): () => Promise<string> {
  const [partner] = stack.partners;
  if (partner === undefined) throw new Error("the local stack has no partner");
  const { native } = qianyueClient({ apiUrl: stack.apiUrl, ...partner });
  return async () => {
    serial += 1;
    const starting = native.createContract({
      requestId: `bench-${serial}`,
      bizScene: "RELATION_BIND",
      userType: "PERSONAL",
      userInfo: {
        name: "张晓雨",
        mobile: `139${String(serial).padStart(8, "0")}`,
        idCardNo: "310101199001011234",
      },
    });
    return String((await expected(starting)).h5Url);
  };
}

function show(name: string, times: readonly number[], floorMs?: number): void {
  const ratio = floorMs === undefined ? "" : `  ${(mean(times) / floorMs).toFixed(1)} × floor`;
  console.log(`${name.padEnd(34)} ${summary(times)}${ratio}`);
}

function showBundles(): void {
  const { emptyMs, importMs } = importCost(join(root, ".build/sandbox/api/create-contract"));
  console.log(
    `${"cold import of create-contract".padEnd(34)} ${importMs.toFixed(0)}  ${(importMs / emptyMs).toFixed(1)} × \`node -e 0\` (${emptyMs.toFixed(0)})`,
  );
  console.log("\nbundles, KB minified");
  for (const { name, bytes } of bundleSizes(join(root, ".build/sandbox")))
    console.log(`  ${name.padEnd(32)} ${(bytes / 1024).toFixed(0)}`);
}
