import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { unzipSync } from "fflate";
import { beforeEach, expect, test } from "vitest";
import {
  becomes,
  begin,
  contractOf,
  evidenceOf,
  type Flow,
  inTime,
  type Json,
  recorded,
  script,
  signed,
  stepsOf,
} from "./actors.ts";
import { ownStack } from "./stack.ts";

const stack = ownStack();
const down = { match: { method: "POST", path: "/" }, kind: "status", status: 503 };
const minuteMs = 60_000;

beforeEach(() => script(stack.simulators.timestamp, []));

async function sealedWithoutAuthority(): Promise<Flow> {
  await script(stack.simulators.timestamp, [down]);
  const flow = await begin(stack, "personal");
  await (await signed(flow)).showFace();
  await becomes(flow, "COMPLETED");
  return flow;
}

const verify = async ({ call, id }: Flow): Promise<Json> =>
  (await call("POST", "/api/v1/contract/verify", { method: "CONTRACT_ID", contractId: id })).body;

// First of all: the command runs by the real clock, from which the test after it moves the stack's away.
test("C-73: an operator archives by hand, and the bundle then holds the token; once more changes nothing", {
  timeout: 60_000,
}, async () => {
  const flow = await sealedWithoutAuthority();
  await script(stack.simulators.timestamp, []);

  const first = await archive(flow.id);
  const second = await archive(flow.id);

  expect(first).toContain(`${flow.id} is archived`);
  expect(second).toContain("was archived already");
  const { transactionNo } = await recorded(flow, "ARCHIVED");
  expect(transactionNo).toMatch(/^[0-9a-f]+$/);
  expect((await stepsOf(flow)).filter((step) => step === "ARCHIVED")).toHaveLength(1);
  const bundle = await fetch((await evidenceOf(flow)).bundleUrl);
  const files = unzipSync(new Uint8Array(await bundle.arrayBuffer()));
  expect(Object.keys(files)).toEqual(
    expect.arrayContaining(["META-INF/ASiCManifest002.xml", "META-INF/timestamp002.tst"]),
  );
});

test("C-73: with every authority away the contract completes; when one comes back it is archived by itself", {
  timeout: 60_000,
}, async () => {
  const flow = await sealedWithoutAuthority();
  expect(await verify(flow)).toMatchObject({
    valid: true,
    archiveInfo: { archived: true, timestampAuthority: null },
  });

  // The first attempt is due after five minutes, and meets nobody; the next follows a quarter of an hour later.
  await stack.advance(6 * minuteMs);
  await script(stack.simulators.timestamp, []);
  await inTime(
    stack,
    "the archive",
    async () => ((await stepsOf(flow)).includes("ARCHIVED") ? true : undefined),
    minuteMs,
  );

  expect((await contractOf(flow)).status).toBe("COMPLETED");
  expect(await verify(flow)).toMatchObject({
    valid: true,
    archiveInfo: { archived: true, timestampAuthority: expect.stringContaining("development") },
  });
});

/** `npm run archive` in a process of its own; what it said. */
async function archive(id: string): Promise<string> {
  const stackFile = join(stack.dataDir, "stack.json");
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ["bin/archive.ts", id, "--stack", stackFile]);
  return stdout;
}
