import { performance } from "node:perf_hooks";
import { packHashes } from "../functions/adapters/log-reader.ts";
import { emptyTree, extend, hashLeaf } from "../functions/domain/merkle-tree.ts";
import { hashOf, logStage } from "../test/fakes/log-stage.ts";

/**
 * `node bench/log.ts`: what an append costs in a log of a thousand and of a million leaves, over a table
 * in memory, so that nothing but our own work and the number of items shows. Asserts nothing.
 */

const sizes = [1_000, 1_000_000] as const;
const rounds = 9;
const appendsARound = 200;

type Stage = Awaited<ReturnType<typeof logOf>>;

/** A log that was filled without a million transactions: head and nodes as its appends would have left them. */
async function logOf(size: number) {
  const { log, dynamo } = await logStage();
  const table = new Map<string, Record<string, { readonly [type: string]: string }>>();
  const add = (pk: string, sk: string, more: Record<string, { readonly [type: string]: string }>) =>
    table.set(`${pk}/${sk}`, { pk: { S: pk }, sk: { S: sk }, ...more });
  const binary = (hashes: readonly string[]) => ({
    B: Buffer.from(packHashes(hashes)).toString("base64"),
  });
  let tree = emptyTree;
  for (let index = 0; index < size; index++) {
    const { tree: grown, completed } = extend(tree, hashLeaf(Buffer.from(`leaf ${index}`)));
    tree = grown;
    add("NODE", String(index).padStart(16, "0"), { hashes: binary(completed) });
  }
  add("HEAD", "HEAD", { size: { N: String(size) }, roots: binary(tree.roots) });
  dynamo.restore({ ...dynamo.save(), log: table });
  const count = { reads: 0, writes: 0 };
  dynamo.gate = async ({ reads, writes }) => {
    count.reads += reads.length;
    count.writes += writes.length;
    return undefined;
  };
  return { log, size, count, times: { append: [] as number[], proof: [] as number[] } };
}

async function measure({ log, size, count, times }: Stage, round: number) {
  Object.assign(count, { reads: 0, writes: 0 });
  const begin = performance.now();
  for (let one = 0; one < appendsARound; one++) await log.append("CT1", hashOf(`${round} ${one}`));
  times.append.push(((performance.now() - begin) * 1000) / appendsARound);
  const append = { reads: count.reads / appendsARound, writes: count.writes / appendsARound };

  Object.assign(count, { reads: 0, writes: 0 });
  const proving = performance.now();
  for (let one = 0; one < appendsARound; one++) await log.inclusion(one, size);
  times.proof.push(((performance.now() - proving) * 1000) / appendsARound);
  return { append, proofReads: count.reads / appendsARound };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const stages = [await logOf(sizes[0]), await logOf(sizes[1])] as const;
const counted = new Map<number, Awaited<ReturnType<typeof measure>>>();
// In turns, so that a busy moment of the machine hits both; the first round only warms up.
for (let round = 0; round < rounds; round++)
  for (const stage of stages) counted.set(stage.size, await measure(stage, round));

const [small, large] = stages.map(({ size, times }) => {
  const [append, proof] = [median(times.append.slice(1)), median(times.proof.slice(1))];
  const { append: items, proofReads } = counted.get(size) ?? { append: undefined, proofReads: 0 };
  console.log(
    `${size.toLocaleString("en").padStart(9)} leaves: append ${append.toFixed(0)} µs, ${items?.reads} items read, ${items?.writes} written; inclusion proof ${proof.toFixed(0)} µs, ${proofReads.toFixed(1)} items read`,
  );
  return { append, proof };
});
if (small && large)
  console.log(
    `    ratio: append ${(large.append / small.append).toFixed(2)}, inclusion proof ${(large.proof / small.proof).toFixed(2)}`,
  );
