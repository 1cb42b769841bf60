import { localAccount, localRegion } from "../aws-json.ts";
import type { LocalClock } from "../clock.ts";
import { openDatabase } from "../database.ts";
import type { DynamoCall } from "../dynamodb/dynamodb.ts";
import { readStream, type StreamRecord } from "../dynamodb/table-stream.ts";
import { compilePattern, type EventPattern } from "../event-bridge/event-pattern.ts";
import type { Invocation } from "../lambda/lambda.ts";
import { type BatchAnswer, type Poller, pollForever, type Round } from "./pollers.ts";

/** An event source mapping from a table's stream, as the template has it. */
export type StreamMapping = {
  readonly name: string;
  readonly table: string;
  readonly streamArn: string;
  readonly functionName: string;
  readonly batchSize: number;
  readonly reportsFailures: boolean;
  readonly bisects: boolean;
  /** -1: without limit, as on Lambda. */
  readonly retries: number;
  readonly maxAgeSeconds: number;
  /** Queue that is told about given-up batches. */
  readonly onFailureQueue?: string | undefined;
  /** Records that match none of them are passed over; empty takes all. */
  readonly filters: readonly EventPattern[];
};

/** How far each mapping has come, durable: after a crash a record may come twice, never not at all. */
export function openCheckpoints(directory: string) {
  const database = openDatabase(
    directory,
    "checkpoints.db",
    "CREATE TABLE IF NOT EXISTS checkpoints (mapping TEXT PRIMARY KEY, sequence TEXT NOT NULL) STRICT",
  );
  const select = database.prepare("SELECT sequence FROM checkpoints WHERE mapping = ?");
  const upsert = database.prepare(
    "INSERT INTO checkpoints VALUES (?, ?) ON CONFLICT (mapping) DO UPDATE SET sequence = excluded.sequence",
  );
  return {
    get: (mapping: string) => select.get(mapping)?.sequence as string | undefined,
    set: (mapping: string, sequence: string) => void upsert.run(mapping, sequence),
    close: () => database.close(),
  };
}

export type StreamPollerOptions = {
  readonly call: DynamoCall;
  readonly clock: LocalClock;
  readonly checkpoints: ReturnType<typeof openCheckpoints>;
  readonly invoke: (functionName: string, event: object) => Promise<Invocation>;
  readonly send: (queue: string, body: string) => unknown;
};

/** The gateway pokes pollers on every write; this only covers writes that bypass it. */
const idleMs = 1_000;
const firstBackOffMs = 100;
const longestBackOffMs = 10_000;

/**
 * Feeds a function from a table's stream, in order, one batch at a time. A failing batch holds up
 * what comes after it until it succeeds, is bisected, or is given up to the failure queue.
 */
export function pollStream(mapping: StreamMapping, options: StreamPollerOptions): Poller {
  const { checkpoints } = options;
  const { name, table, streamArn } = mapping;
  const selects = mapping.filters.map(compilePattern);
  let reader = readStream(options.call, table, streamArn, checkpoints.get(name));

  return pollForever(`stream ${table} → ${mapping.functionName}`, options.clock, async (round) => {
    try {
      const records = await reader.read(mapping.batchSize);
      if (records.length === 0) return await round.idle(idleMs);
      const wanted = records.filter(
        (record) => selects.length === 0 || selects.some((select) => select(record)),
      );
      await deliver(wanted, mapping, options, round);
      if (!round.signal.aborted) checkpoints.set(name, sequenceOf(records.at(-1)));
    } catch (cause) {
      // The reader has gone past records that nobody took: start again where we truly are.
      reader = readStream(options.call, table, streamArn, checkpoints.get(name));
      throw cause;
    }
  });
}

/** Brings the batch to the function until all of it is taken or given up. */
async function deliver(
  records: readonly StreamRecord[],
  mapping: StreamMapping,
  options: StreamPollerOptions,
  round: Round,
): Promise<void> {
  const sinceMs = options.clock.now();
  let rest = records;
  let attempts = 0;
  while (rest.length > 0 && !round.signal.aborted) {
    const result = await options.invoke(mapping.functionName, { Records: rest });
    if (round.signal.aborted) return;
    const taken = takenCount(result, rest, mapping.reportsFailures);
    if (taken > 0) {
      options.checkpoints.set(mapping.name, sequenceOf(rest[taken - 1]));
      rest = rest.slice(taken);
      attempts = 0;
      continue;
    }
    attempts += 1;
    if (isExhausted(rest, attempts, options.clock.now() - sinceMs, mapping)) {
      giveUp(rest, attempts, mapping, options);
      return;
    }
    await round.backOff(Math.min(firstBackOffMs * 2 ** (attempts - 1), longestBackOffMs));
    if (mapping.bisects && rest.length > 1) {
      const middle = Math.ceil(rest.length / 2);
      await deliver(rest.slice(0, middle), mapping, options, round);
      rest = rest.slice(middle);
      attempts = 0;
    }
  }
}

/** How many records, from the first on, the function has taken. */
function takenCount(
  result: Invocation,
  records: readonly StreamRecord[],
  reportsFailures: boolean,
): number {
  if (!result.ok) return 0;
  if (!reportsFailures) return records.length;
  const { batchItemFailures = [] } = (result.payload ?? {}) as BatchAnswer;
  const failed = batchItemFailures.map(({ itemIdentifier }) =>
    records.findIndex((record) => sequenceOf(record) === itemIdentifier),
  );
  // An identifier the batch does not have (-1) counts as a failure of the whole batch.
  return Math.max(0, Math.min(records.length, ...failed));
}

/** Age counts from our first attempt: dynoxide stamps records with real time, not with the stack's. */
function isExhausted(
  records: readonly StreamRecord[],
  attempts: number,
  ageMs: number,
  { bisects, retries, maxAgeSeconds }: StreamMapping,
): boolean {
  if (maxAgeSeconds >= 0 && ageMs > maxAgeSeconds * 1000) return true;
  // A batch that can still be halved is halved first: its good records must not go with the bad one.
  if (bisects && records.length > 1) return false;
  return retries >= 0 && attempts > retries;
}

/** Tells the failure queue which records were skipped (Lambda Developer Guide, on-failure destination). */
function giveUp(
  records: readonly StreamRecord[],
  attempts: number,
  mapping: StreamMapping,
  { send, clock, checkpoints }: StreamPollerOptions,
): void {
  const [first, last] = [records[0], records.at(-1)];
  console.error(
    `stream ${mapping.table} → ${mapping.functionName}: gave up ${records.length} records after ${attempts} attempts`,
  );
  if (mapping.onFailureQueue !== undefined) {
    const summary = {
      requestContext: {
        functionArn: `arn:aws:lambda:${localRegion}:${localAccount}:function:${mapping.functionName}`,
        condition: "RetryAttemptsExhausted",
        approximateInvokeCount: attempts,
      },
      version: "1.0",
      timestamp: new Date(clock.now()).toISOString(),
      DDBStreamBatchInfo: {
        streamArn: mapping.streamArn,
        startSequenceNumber: sequenceOf(first),
        endSequenceNumber: sequenceOf(last),
        batchSize: records.length,
      },
    };
    send(mapping.onFailureQueue, JSON.stringify(summary));
  }
  checkpoints.set(mapping.name, sequenceOf(last));
}

function sequenceOf(record: StreamRecord | undefined): string {
  return record?.dynamodb.SequenceNumber ?? "0";
}
