import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { localClock } from "../../lib/local/clock.ts";
import {
  type LocalEventBridge,
  localEventBridge,
  type Rule,
} from "../../lib/local/event-bridge/event-bridge.ts";
import { compilePattern, type EventPattern } from "../../lib/local/event-bridge/event-pattern.ts";
import { type Listening, listen } from "../../lib/local/service.ts";
import { temporaryFolder } from "./synthesized.ts";

let folder: ReturnType<typeof temporaryFolder>;
let clock: ReturnType<typeof localClock>;
let bridge: LocalEventBridge;
let listening: Listening;
let client: EventBridgeClient;
let taken: [string, string][];
let refuses: boolean;

beforeEach(async () => {
  folder = temporaryFolder("events");
  clock = localClock();
  taken = [];
  refuses = false;
  await open();
});
afterEach(async () => {
  await close();
  clock.close();
  folder.remove();
});

async function open(): Promise<void> {
  bridge = localEventBridge({ directory: folder.path, clock });
  bridge.start(rules, deliver);
  listening = await listen(bridge.handle);
  client = new EventBridgeClient({
    endpoint: listening.url,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "local" },
  });
}
async function close(): Promise<void> {
  client.destroy();
  await bridge.close();
  await listening.close();
}

const rules: Rule[] = [
  {
    name: "ended",
    bus: "qianyue",
    pattern: { "detail-type": [{ prefix: "contract." }], detail: { status: ["COMPLETED"] } },
    targets: [{ arn: "queue", retries: 1, deadLetterArn: "dead" }],
  },
  {
    name: "aws",
    bus: "default",
    pattern: { source: ["aws.states"] },
    targets: [{ arn: "mark", retries: 0 }],
  },
];

async function deliver(arn: string, event: string): Promise<void> {
  if (refuses && arn !== "dead") throw new Error("not now");
  taken.push([arn, JSON.parse(event).detail.id]);
}

const entry = (id: string, status = "COMPLETED", EventBusName = "qianyue") => ({
  EventBusName,
  Source: "test",
  DetailType: "contract.v1",
  Detail: JSON.stringify({ id, status }),
});
const put = (...Entries: object[]) => client.send(new PutEventsCommand({ Entries }));

test("an event reaches the targets of the rules that select it, on its own bus only", async () => {
  const result = await put(entry("a"), entry("b", "FAILED"), entry("c", "COMPLETED", "default"));

  expect(result.FailedEntryCount).toBe(0);
  expect(new Set(result.Entries?.map(({ EventId }) => EventId)).size).toBe(3);
  await vi.waitFor(() => expect(taken).toEqual([["queue", "a"]]));
});

test("a malformed entry is refused and the others are taken", async () => {
  const result = await put({ ...entry("a"), Detail: "no json" }, entry("b"));

  expect(result.FailedEntryCount).toBe(1);
  expect(result.Entries?.[0]?.ErrorCode).toBe("MalformedDetail");
  await vi.waitFor(() => expect(taken).toEqual([["queue", "b"]]));
});

test("AWS's own events come by the default bus", async () => {
  bridge.publish({ source: "aws.states", "detail-type": "x", resources: [], detail: { id: "e" } });

  await vi.waitFor(() => expect(taken).toEqual([["mark", "e"]]));
});

test("an event refused by its target is tried again, then left to the dead letter queue", async () => {
  vi.spyOn(console, "error").mockReturnValue();
  const attempts = vi.fn(deliver);
  bridge.start(rules, attempts);
  refuses = true;
  await put(entry("a"));

  await vi.waitFor(() => {
    clock.advance(1_000);
    expect(taken).toEqual([["dead", "a"]]);
  });
  expect(attempts.mock.calls.map(([arn]) => arn)).toEqual(["queue", "queue", "dead"]);
});

test("an accepted event that was not delivered is delivered after a restart", async () => {
  bridge.start(rules, () => new Promise(() => {}));
  await put(entry("a"));

  await close();
  await open();

  await vi.waitFor(() => expect(taken).toEqual([["queue", "a"]]));
});

test.each<[EventPattern, unknown, boolean]>([
  [{ a: [1, 2] }, { a: 2 }, true],
  [{ a: [1] }, { a: [3, 1] }, true],
  [{ a: [{ prefix: "x." }] }, { a: "x.y" }, true],
  [{ a: [{ suffix: ".y" }] }, { a: "x.y" }, true],
  [{ a: [{ "anything-but": ["b"] }] }, { a: "b" }, false],
  [{ a: [{ "anything-but": ["b"] }] }, { a: "c" }, true],
  [{ a: [{ "anything-but": { prefix: "b" } }] }, { a: "bc" }, false],
  [{ a: [{ exists: true }] }, {}, false],
  [{ a: [{ exists: false }] }, {}, true],
  [{ a: [{ numeric: [">", 1, "<=", 5] }] }, { a: 5 }, true],
  [{ a: [{ numeric: [">", 1, "<=", 5] }] }, { a: 1 }, false],
  [{ a: { b: ["c"] } }, { a: { b: "c" } }, true],
  [{ a: { b: ["c"] } }, { a: "c" }, false],
])("pattern %j on %j: %s", (pattern, event, matches) => {
  expect(compilePattern(pattern)(event)).toBe(matches);
});

test("an operator that is not played is refused at start", () => {
  expect(() => compilePattern({ a: [{ wildcard: "*" }] })).toThrow('{"wildcard":"*"}');
});
