import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { localClock } from "../../lib/local/clock.ts";
import type { DynamoCall } from "../../lib/local/dynamodb/dynamodb.ts";
import type { Invocation } from "../../lib/local/lambda/lambda.ts";
import type { Poller } from "../../lib/local/pollers/pollers.ts";
import { pollQueue } from "../../lib/local/pollers/queue-poller.ts";
import {
  openCheckpoints,
  pollStream,
  type StreamMapping,
} from "../../lib/local/pollers/stream-poller.ts";
import { openQueues, type Queues } from "../../lib/local/sqs/queues.ts";
import { temporaryFolder } from "./synthesized.ts";

let folder: ReturnType<typeof temporaryFolder>;
let clock: ReturnType<typeof localClock>;
let queues: Queues;
let checkpoints: ReturnType<typeof openCheckpoints>;
let poller: Poller | undefined;

beforeEach(() => {
  vi.spyOn(console, "error").mockReturnValue();
  folder = temporaryFolder("pollers");
  clock = localClock();
  queues = openQueues({ directory: folder.path, clock });
  checkpoints = openCheckpoints(folder.path);
});
afterEach(() => {
  poller?.close();
  queues.close();
  checkpoints.close();
  clock.close();
  folder.remove();
});

const taken: Invocation = { ok: true, payload: null };
const thrown: Invocation = { ok: false, errorType: "Error", errorMessage: "no", trace: [] };
const failedAt = (...ids: string[]): Invocation => ({
  ok: true,
  payload: { batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) },
});

type Function = (ids: string[]) => Invocation;

/** Lets time pass until the expectation holds: back-off and visibility are on the stack's clock. */
const eventually = (expectation: () => void) =>
  vi.waitFor(() => {
    clock.advance(10_000);
    expectation();
  }, 5_000);

// Streams

const mapping: StreamMapping = {
  name: "FromStream",
  table: "chain",
  streamArn: "arn:stream",
  functionName: "follow",
  batchSize: 4,
  reportsFailures: true,
  bisects: false,
  retries: -1,
  maxAgeSeconds: -1,
  filters: [],
};

/** A stream of four records, as the wire tells it. */
const stream: DynamoCall = async (target, input) => {
  const { ShardIterator, SequenceNumber } = input as Record<string, string>;
  if (target.endsWith("DescribeTable")) return { Table: { LatestStreamArn: "arn" } };
  if (target.endsWith("DescribeStream")) {
    return { StreamDescription: { Shards: [{ ShardId: "shard" }] } };
  }
  if (target.endsWith("GetShardIterator")) return { ShardIterator: SequenceNumber ?? "0" };
  const Records = ["1", "2", "3", "4"]
    .filter((id) => Number(id) > Number(ShardIterator))
    .map((id) => ({
      eventName: id === "2" ? "REMOVE" : "INSERT",
      dynamodb: { SequenceNumber: id },
    }));
  return { Records, NextShardIterator: "4" };
};

function follow(run: Function, changes: Partial<StreamMapping> = {}): string[][] {
  const batches: string[][] = [];
  poller = pollStream(
    { ...mapping, ...changes },
    {
      call: stream,
      clock,
      checkpoints,
      send: queues.send,
      invoke: async (_, event) => {
        const { Records } = event as { Records: { dynamodb: { SequenceNumber: string } }[] };
        const ids = Records.map(({ dynamodb }) => dynamodb.SequenceNumber);
        batches.push(ids);
        return run(ids);
      },
    },
  );
  return batches;
}
const checkpoint = () => checkpoints.get(mapping.name);

test("a stream's records come in order and the checkpoint follows", async () => {
  const batches = follow(() => taken);

  await eventually(() => expect(checkpoint()).toBe("4"));
  expect(batches).toEqual([["1", "2", "3", "4"]]);
});

test("a batch that throws comes again whole", async () => {
  let calls = 0;
  const batches = follow(() => (++calls < 3 ? thrown : taken));

  await eventually(() => expect(checkpoint()).toBe("4"));
  expect(batches).toEqual(Array(3).fill(["1", "2", "3", "4"]));
});

test("after a partial failure only the failed record and its followers come again", async () => {
  let calls = 0;
  const batches = follow(() => (++calls === 1 ? failedAt("3") : taken));

  await eventually(() => expect(checkpoint()).toBe("4"));
  expect(batches).toEqual([
    ["1", "2", "3", "4"],
    ["3", "4"],
  ]);
});

test("an identifier the batch does not have fails the whole batch", async () => {
  let calls = 0;
  const batches = follow(() => (++calls === 1 ? failedAt("99") : taken));

  await eventually(() => expect(checkpoint()).toBe("4"));
  expect(batches).toEqual(Array(2).fill(["1", "2", "3", "4"]));
});

test("bisecting finds the poison record; the others are taken, it goes to the failure queue", async () => {
  queues.create("dead");
  const done: string[] = [];
  follow(
    (ids) => {
      if (ids.includes("3")) return thrown;
      done.push(...ids);
      return taken;
    },
    { bisects: true, retries: 1, onFailureQueue: "dead" },
  );

  await eventually(() => expect(checkpoint()).toBe("4"));
  expect(done).toEqual(["1", "2", "4"]);
  const [letter] = await queues.receive("dead", { max: 1, waitMs: 0 });
  expect(JSON.parse(letter?.body ?? "{}")).toMatchObject({
    DDBStreamBatchInfo: { startSequenceNumber: "3", endSequenceNumber: "3", batchSize: 1 },
  });
});

test("without bisecting a batch is given up after its retries", async () => {
  const batches = follow(() => thrown, { retries: 2 });

  await eventually(() => expect(checkpoint()).toBe("4"));
  expect(batches).toHaveLength(3);
});

test("a batch older than its limit is given up", async () => {
  follow(() => thrown, { maxAgeSeconds: 60 });

  await eventually(() => expect(checkpoint()).toBe("4"));
});

test("records that no filter selects are passed over", async () => {
  const batches = follow(() => taken, { filters: [{ eventName: ["INSERT"] }] });

  await eventually(() => expect(checkpoint()).toBe("4"));
  expect(batches).toEqual([["1", "3", "4"]]);
});

test("a poller that starts again goes on after the checkpoint", async () => {
  checkpoints.set(mapping.name, "2");

  const batches = follow(() => taken);

  await eventually(() => expect(checkpoint()).toBe("4"));
  expect(batches).toEqual([["3", "4"]]);
});

// Queues

function consume(run: Function, reportsFailures = true): string[][] {
  queues.create("dead");
  queues.create("work", { redrive: { deadLetterQueue: "dead", maxReceiveCount: 2 } });
  const batches: string[][] = [];
  poller = pollQueue(
    { queue: "work", functionName: "work", batchSize: 5, reportsFailures },
    {
      queues,
      clock,
      invoke: async (_, event) => {
        const { Records } = event as { Records: { messageId: string; body: string }[] };
        batches.push(Records.map(({ body }) => body));
        const result = run(Records.map(({ body }) => body));
        if (!result.ok) return result;
        const failures =
          (result.payload as { batchItemFailures?: { itemIdentifier: string }[] }) ?? {};
        return failedAt(
          ...(failures.batchItemFailures ?? []).map(
            ({ itemIdentifier }) =>
              Records.find(({ body }) => body === itemIdentifier)?.messageId ?? itemIdentifier,
          ),
        );
      },
    },
  );
  return batches;
}
const left = (name: string) => {
  const count = queues.counts().find((queue) => queue.name === name);
  return (count?.visible ?? 0) + (count?.hidden ?? 0);
};

test("messages that a function took are gone", async () => {
  const batches = consume(() => taken);

  queues.send("work", "one");

  await eventually(() => expect(left("work")).toBe(0));
  expect(batches).toEqual([["one"]]);
});

test("only the messages that a function names come again, in the end as dead letters", async () => {
  consume((bodies) => (bodies.includes("bad") ? failedAt("bad") : taken));

  queues.send("work", "good");
  queues.send("work", "bad");

  await eventually(() => expect(left("dead")).toBe(1));
  expect(left("work")).toBe(0);
});

test("a function that throws gets all its messages again", async () => {
  let calls = 0;
  consume(() => (++calls === 1 ? thrown : taken));

  queues.send("work", "one");

  await eventually(() => expect(left("work")).toBe(0));
  expect(calls).toBe(2);
  expect(left("dead")).toBe(0);
});

test("a function that does not report failures has taken all it answered to", async () => {
  consume(() => failedAt("one"), false);

  queues.send("work", "one");

  await eventually(() => expect(left("work")).toBe(0));
});

test("a record looks as Lambda's", async () => {
  const events: unknown[] = [];
  queues.create("work");
  poller = pollQueue(
    { queue: "work", functionName: "work", batchSize: 1, reportsFailures: false },
    {
      queues,
      clock,
      invoke: async (_, event) => {
        events.push(event);
        return taken;
      },
    },
  );

  queues.send("work", "{}", { attributes: { kind: { DataType: "String", StringValue: "x" } } });

  await eventually(() => expect(events).toHaveLength(1));
  expect(events[0]).toMatchObject({
    Records: [
      {
        body: "{}",
        attributes: { ApproximateReceiveCount: "1" },
        messageAttributes: { kind: { dataType: "String", stringValue: "x" } },
        md5OfBody: "99914b932bd37a50b983c5e7c90ae93b",
        eventSource: "aws:sqs",
        eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:work",
      },
    ],
  });
});
