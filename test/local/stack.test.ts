import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type LocalStack, startStack } from "../../lib/local/stack.ts";
import { sources, template } from "./small-stack.ts";
import { synthesize, temporaryFolder } from "./synthesized.ts";

const folder = temporaryFolder("stack");
const dataDir = join(folder.path, "data");
const outDir = join(folder.path, "out");
let stack: LocalStack;

beforeAll(async () => {
  synthesize(outDir, template, sources);
  stack = await startStack({ dataDir, outDir, quiet: true });
});
afterAll(async () => {
  await stack.close();
  folder.remove();
});

async function until(reached: () => Promise<boolean>): Promise<void> {
  await expect.poll(reached, { timeout: 15_000, interval: 10 }).toBe(true);
}

const isDone = (id: string) => async () =>
  (await fetch(`${stack.apiUrl}/orders/${id}`)).status === 200;

test("a request travels route, table, stream, bus, queue and function of the template", async () => {
  const response = await fetch(`${stack.apiUrl}/orders/o1`, { method: "POST" });

  expect(response.status).toBe(201);
  await until(isDone("o1"));
});

test("work that was accepted before a restart is finished after it", async () => {
  await fetch(`${stack.apiUrl}/orders/o2`, { method: "POST" });
  const { apiUrl, partners } = stack;
  await stack.close();

  stack = await startStack({ dataDir, outDir, quiet: true });

  expect({ apiUrl: stack.apiUrl, partners: stack.partners }).toEqual({ apiUrl, partners });
  await until(isDone("o2"));
});

test("the clock moves by the console and does not go back after a restart", async () => {
  const day = 24 * 3600 * 1000;
  const body = JSON.stringify({ advanceMs: day });

  const moved = await fetch(`${stack.consoleUrl}/_control/clock`, { method: "POST", body });
  await stack.close();
  stack = await startStack({ dataDir, outDir, quiet: true });

  expect(moved.status).toBe(200);
  expect(stack.clock.now()).toBeGreaterThan(Date.now() + day - 60_000);
  const seen = Number(await (await fetch(`${stack.apiUrl}/orders/o1`)).text());
  expect(seen).toBeGreaterThan(Date.now() + day - 60_000);
});

test("stack.json tells a client everything while the stack runs, and is gone after", async () => {
  const file = join(dataDir, "stack.json");
  const { apiUrl, consoleUrl, endpoints, simulators, partners } = JSON.parse(
    readFileSync(file, "utf8"),
  );

  expect([apiUrl, consoleUrl, endpoints.aws, simulators.sms, simulators.verification]).toEqual(
    Array(5).fill(expect.stringMatching(/^http:..127.0.0.1:\d+$/)),
  );
  expect(partners).toMatchObject([
    { clientId: "sandbox-native", dialects: ["native"] },
    { clientId: "sandbox-a", dialects: ["A"] },
    { clientId: "sandbox-c", dialects: ["C"] },
    { clientId: "sandbox-wallet", dialects: ["D", "native"] },
    { clientId: "sandbox-agreement", dialects: ["C", "native"] },
    { clientId: "sandbox-tiancai", dialects: ["T"] },
    { clientId: "sandbox-verifier", dialects: ["C"] },
    { clientId: "sandbox-operations", dialects: [], scopes: ["operations", "templates"] },
  ]);
  await stack.close();
  expect(existsSync(file)).toBe(false);
  stack = await startStack({ dataDir, outDir, quiet: true });
});

test("a folder from before the clearing system keeps its credentials and gains what it lacks", async () => {
  const older = join(folder.path, "older");
  const kept = {
    clientId: "sandbox-a",
    secret: "kept secret 0001",
    webhookSecret: "whsec_a2VwdA==",
  };
  const own = { ...kept, clientId: "made-by-hand", dialects: ["native"] };
  const smsGateway = { clientId: "qianyue-sms", secret: "kept secret 0002" };
  mkdirSync(older);
  const credentials = { partners: [{ ...kept, dialects: ["A"] }, own], smsGateway };
  writeFileSync(join(older, "credentials.json"), JSON.stringify(credentials));

  const first = await startStack({ dataDir: older, outDir, quiet: true });
  await first.close();
  const second = await startStack({ dataDir: older, outDir, quiet: true });
  await second.close();

  expect(first.partners).toContainEqual({ ...kept, dialects: ["A"], scopes: [] });
  expect(first.partners).toContainEqual(own);
  expect(first.partners.map(({ clientId }) => clientId)).toContain("sandbox-tiancai");
  expect(second.partners).toEqual(first.partners);
  const written = JSON.parse(readFileSync(join(older, "credentials.json"), "utf8"));
  expect(written).toMatchObject({ smsGateway, clearing: { clientId: "qianyue-clearing" } });
});

test("a handler that throws answers 502, is told in one line and shown by the console", async () => {
  const told = vi.spyOn(console, "error").mockReturnValue();
  await stack.close();
  stack = await startStack({ dataDir, outDir });

  const response = await fetch(`${stack.apiUrl}/orders/broken`, { method: "POST" });

  expect(response.status).toBe(502);
  expect(told.mock.calls[0]?.[0]).toMatch(/✗ Write: TypeError: no such thing \(.*Write\.log\)/);
  const { failures } = await (await fetch(`${stack.consoleUrl}/_control/log`)).json();
  expect(failures).toMatchObject([{ functionName: "Write", errorType: "TypeError" }]);
});

test("a second stack on the same folder is refused with who runs there", async () => {
  await expect(startStack({ dataDir, outDir })).rejects.toThrow(
    `another local stack runs on ${dataDir} (process ${process.pid}, ${stack.apiUrl})`,
  );
});

test("a port that is taken is named, and nothing stays open", async () => {
  const other = createServer();
  const port: number = await new Promise((resolve) => {
    other.listen(0, "127.0.0.1", () => resolve((other.address() as { port: number }).port));
  });
  const elsewhere = join(folder.path, "elsewhere");

  await expect(startStack({ dataDir: elsewhere, outDir, port })).rejects.toThrow(
    `port ${port} is taken`,
  );

  other.close();
  await (await startStack({ dataDir: elsewhere, outDir, quiet: true })).close();
});

test("a broken template is told before anything is served", async () => {
  const broken = join(folder.path, "broken");
  synthesize(broken, { Resources: { Thing: { Type: "AWS::EC2::Instance" } } });

  const starting = startStack({ dataDir: join(folder.path, "nothing"), outDir: broken });

  await expect(starting).rejects.toThrow('cannot run AWS::EC2::Instance "Thing"');
});

test("kill -9 in the middle of the work, and the next start finishes it", async () => {
  const killed = join(folder.path, "killed");
  const ids = Array.from({ length: 20 }, (_, index) => `k${index}`);
  const child = await startChild(killed);
  const { apiUrl } = JSON.parse(readFileSync(join(killed, "stack.json"), "utf8"));
  await Promise.all(ids.map((id) => fetch(`${apiUrl}/orders/${id}`, { method: "POST" })));
  const database = Number(readFileSync(join(killed, "dynamodb.pid"), "utf8"));
  child.kill("SIGKILL");
  await vi.waitFor(() => expect(commandLine(database)).toBe(""));

  const again = await startStack({ dataDir: killed, outDir, quiet: true });

  expect(again.apiUrl).toBe(apiUrl);
  for (const id of ids) {
    await until(async () => (await fetch(`${again.apiUrl}/orders/${id}`)).status === 200);
  }
  await again.close();
});

/** Empty once the process is dead, though nobody may have collected it. */
function commandLine(pid: number): string {
  const file = `/proc/${pid}/cmdline`;
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** `npm start` in a process of its own, on a template that needs no synthesis. */
async function startChild(data: string): Promise<ChildProcess> {
  const program = `
    const { startStack } = await import("./lib/local/stack.ts");
    await startStack(${JSON.stringify({ dataDir: data, outDir })});`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: "inherit",
  });
  await vi.waitFor(() => expect(existsSync(join(data, "stack.json"))).toBe(true), 15_000);
  return child;
}
