import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request as httpRequest } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { callAws } from "../aws-call.ts";
import type { LocalService, ServiceRequest, ServiceResponse } from "../service.ts";

/** One answer of the wire: DynamoDB speaks JSON only. */
export type DynamoCall = (target: string, input: object) => Promise<Record<string, unknown>>;

export type LocalDynamo = LocalService & {
  readonly url: string;
  /** The file dynoxide keeps its data in. */
  readonly file: string;
  /** Calls an operation, e.g. `DynamoDB_20120810.Scan`, and throws what DynamoDB refuses. */
  readonly call: DynamoCall;
};

const platform = "@dynoxide/linux-x64";
const packaged = fileURLToPath(
  new URL(`../../../node_modules/${platform}/dynoxide`, import.meta.url),
);
/** It listens within 15-60 ms; a machine under load needs longer. */
const startLimitMs = 10_000;
const startPollMs = 5;
const stopLimitMs = 3_000;

/**
 * Starts dynoxide, DynamoDB on SQLite, as a child process. A child that an earlier, killed stack
 * left behind on the same file is ended first: two writers would corrupt nothing but answer stale.
 */
export async function localDynamo({
  directory,
  binary = process.env.DYNOXIDE_BIN ?? packaged,
}: {
  readonly directory: string;
  readonly binary?: string;
}): Promise<LocalDynamo> {
  if (!existsSync(binary)) {
    throw new Error(
      `no dynoxide at ${binary}: run npm ci on Linux x64, or set DYNOXIDE_BIN to a dynoxide 1.2.1 binary`,
    );
  }
  mkdirSync(directory, { recursive: true });
  const file = join(directory, "dynamodb.db");
  const pidFile = join(directory, "dynamodb.pid");
  await endOrphan(pidFile, file);
  const port = await freePort();
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const handle = (request: ServiceRequest) => forward(agent, port, request);
  let closed = false;
  let child = await launch();

  async function launch(): Promise<ChildProcess> {
    const started = spawnWithUs(binary, ["serve", "--port", String(port), "--db-path", file]);
    writeFileSync(pidFile, String(started.pid ?? ""));
    await untilListening(started, handle);
    started.once("exit", (code, signal) => {
      if (closed) return;
      console.error(`dynoxide ended (${code ?? signal}); it is started again on ${file}`);
      launch().then(
        (next) => {
          child = next;
        },
        (cause) => console.error("DynamoDB is gone, restart the local stack:", cause),
      );
    });
    return started;
  }

  return {
    url: `http://127.0.0.1:${port}`,
    file,
    handle,
    call: (target, input) => callAws({ handle }, target, input),
    async close() {
      closed = true;
      agent.destroy();
      await end(child);
      rmSync(pidFile, { force: true });
    },
  };
}

function forward(agent: Agent, port: number, request: ServiceRequest): Promise<ServiceResponse> {
  const { host: _, connection: __, "transfer-encoding": ___, ...headers } = request.headers;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        agent,
        host: "127.0.0.1",
        port,
        method: request.method,
        path: request.path,
        headers: { ...headers, "content-length": request.body.length },
      },
      async (incoming) => {
        const chunks: Buffer[] = [];
        for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
        const answered: Record<string, string> = {};
        for (const name of ["content-type", "x-amzn-requestid", "x-amz-crc32"]) {
          const value = incoming.headers[name];
          if (typeof value === "string") answered[name] = value;
        }
        resolve({
          status: incoming.statusCode ?? 502,
          headers: answered,
          body: Buffer.concat(chunks),
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(request.body);
  });
}

async function untilListening(child: ChildProcess, handle: LocalService["handle"]): Promise<void> {
  let stderr = "";
  let failed: string | undefined;
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-2_000);
  });
  child.once("error", (error) => {
    failed = String(error);
  });
  child.once("exit", (code, signal) => {
    failed = `exit ${code ?? signal} ${stderr.trim()}`;
  });
  const deadline = performance.now() + startLimitMs;
  while (failed === undefined && performance.now() < deadline) {
    const answered = await callAws({ handle }, "DynamoDB_20120810.ListTables", { Limit: 1 }).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, startPollMs));
  }
  child.kill("SIGKILL");
  throw new Error(`dynoxide did not start: ${failed ?? `silent for ${startLimitMs} ms`}`);
}

/**
 * Starts a process that ends with this one, even by kill -9: the pipe to the watching shell then
 * closes. Both have groups of their own, because Ctrl-C reaches the whole group of the terminal and
 * the database must go last.
 */
function spawnWithUs(command: string, args: readonly string[]): ChildProcess {
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
  if (child.pid === undefined) return child;
  const watchdog = spawn("sh", ["-c", 'read _; kill "$0"', String(child.pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  watchdog.on("error", (cause) => console.error("no shell to end dynoxide after a crash:", cause));
  child.once("exit", () => watchdog.kill("SIGKILL"));
  return child;
}

/** Ends the process of the pid file if it truly is a dynoxide on this file: pids are used again. */
async function endOrphan(pidFile: string, file: string): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, "utf8"));
  const commandLine = () => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8");
    } catch {
      return "";
    }
  };
  if (!commandLine().includes(file)) return;
  process.kill(pid, "SIGKILL");
  const deadline = performance.now() + stopLimitMs;
  while (commandLine().includes(file) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, startPollMs));
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopLimitMs);
  await gone;
  clearTimeout(timer);
}

/** dynoxide takes port 0 but does not tell which port it got. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
