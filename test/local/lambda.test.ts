import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { localClock } from "../../lib/local/clock.ts";
import { type LocalLambda, localLambda } from "../../lib/local/lambda/lambda.ts";
import { bundle, temporaryFolder } from "./synthesized.ts";

const folder = temporaryFolder("lambda");
const clock = localClock();
const failures = vi.fn();
let lambda: LocalLambda;

const sources: Record<string, string> = {
  Environment: "export const handler = async () => process.env;",
  Time: "export const handler = async () => [Date.now(), +new Date(), Date.parse(new Date().toISOString()), new Date(5).getTime()];",
  Throw: 'export const handler = async () => { throw new RangeError("too much"); };',
  Hang: "export const handler = async (event) => event.hang ? new Promise(() => {}) : { fine: true };",
  Exit: "export const handler = async (event) => event.exit ? process.exit(3) : { fine: true };",
  Crash:
    'export const handler = async () => { setTimeout(() => { throw new Error("later"); }); await new Promise(() => {}); };',
  Broken: "throw new SyntaxError('half a bundle'); export const handler = async () => 1;",
  Large: 'export const handler = async () => "x".repeat(6 * 1024 * 1024);',
  Nothing: "export const handler = async () => {};",
  Serial:
    "let running = 0; export const handler = async () => { running += 1; const seen = running; await new Promise(setImmediate); running -= 1; return seen; };",
  Log: "export const handler = async (_, context) => { console.log(JSON.stringify({ said: context.functionName })); return context.getRemainingTimeInMillis(); };",
};

beforeAll(() => {
  process.env.AWS_PROFILE = "somebody";
  lambda = localLambda({
    functions: Object.entries(sources).map(([name, source]) => ({
      name,
      assetFolder: bundle(join(folder.path, name), source),
      handler: "index.handler",
      // Only what hangs has to run out of time; a busy machine needs longer than that to start a worker.
      timeoutMs: name === "Hang" ? 500 : 10_000,
      memoryMb: 128,
      environment: { TABLE: "t" },
    })),
    clock,
    awsUrl: "http://127.0.0.1:1",
    directory: folder.path,
    onFailure: failures,
  });
});
afterAll(async () => {
  await lambda.close();
  clock.close();
  folder.remove();
});

const payload = async (name: string, event: object = {}) => {
  const result = await lambda.invoke(name, event);
  return result.ok ? result.payload : result;
};

test("a function sees its own environment, named credentials and nothing of this machine", async () => {
  const environment = await payload("Environment");

  expect(environment).toMatchObject({
    TABLE: "t",
    AWS_ACCESS_KEY_ID: "Environment",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL: "http://127.0.0.1:1",
  });
  expect(environment).not.toHaveProperty("AWS_PROFILE");
  expect(environment).not.toHaveProperty("PATH");
});

test("a function lives on the stack's clock", async () => {
  await payload("Time");
  const day = 24 * 3600 * 1000;
  clock.advance(day);

  const [now, made, written, given] = (await payload("Time")) as number[];

  for (const time of [now, made, written]) expect(time).toBeGreaterThan(Date.now() + day - 60_000);
  expect(given).toBe(5);
});

test("a thrown error is answered by type and message, logged and told", async () => {
  expect(await payload("Throw")).toMatchObject({
    ok: false,
    errorType: "RangeError",
    errorMessage: "too much",
  });
  expect(failures).toHaveBeenLastCalledWith(
    "Throw",
    expect.objectContaining({ errorType: "RangeError" }),
  );
  await vi.waitFor(() => {
    const log = readFileSync(join(folder.path, "logs/Throw.log"), "utf8");
    expect(JSON.parse(log)).toMatchObject({ level: "ERROR", errorMessage: "too much" });
  });
});

test("a function that hangs is ended by its time-out and works again", async () => {
  expect(await payload("Hang", { hang: true })).toMatchObject({ errorType: "Sandbox.Timedout" });
  expect(await payload("Hang")).toEqual({ fine: true });
});

test.each(["Exit", "Crash"])("a function that dies (%s) answers and starts anew", async (name) => {
  expect(await payload(name, { exit: true })).toMatchObject({ errorType: "Runtime.ExitError" });
});

test("after an exit the next call finds a fresh worker", async () => {
  expect(await payload("Exit")).toEqual({ fine: true });
});

test("a bundle that does not load says so at each call", async () => {
  for (const _ of [1, 2]) {
    expect(await payload("Broken")).toMatchObject({ errorMessage: "half a bundle" });
  }
});

test("an answer beyond 6 MB is refused as Lambda refuses it", async () => {
  expect(await payload("Large")).toMatchObject({ errorType: "Function.ResponseSizeTooLarge" });
});

test("a handler without a result answers null", async () => {
  expect(await payload("Nothing")).toBeNull();
});

test("one worker runs one call at a time", async () => {
  const seen = await Promise.all([1, 2, 3].map(() => payload("Serial")));

  expect(seen).toEqual([1, 1, 1]);
});

test("what a function logs lands in its file, and it knows its remaining time", async () => {
  expect(await payload("Log")).toBeLessThanOrEqual(10_000);
  await vi.waitFor(() => {
    expect(readFileSync(join(folder.path, "logs/Log.log"), "utf8")).toBe('{"said":"Log"}\n');
  });
});

test("an unknown function is refused with the names of those that exist", async () => {
  expect(await payload("Nowhere")).toMatchObject({
    errorMessage: expect.stringContaining("there are Environment, Time"),
  });
});
