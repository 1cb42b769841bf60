import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, inject } from "vitest";
import type { StackDescription } from "../../lib/local/stack.ts";

/** A stack in a process of its own, reached over HTTP alone. */
export type Stack = StackDescription & {
  /** Milliseconds since the epoch as the stack sees them: signatures and deadlines follow it. */
  now(): number;
  /** Pushes the stack's clock forward; nothing real passes. */
  advance(ms: number): Promise<void>;
};

export type OwnStack = Stack & {
  readonly dataDir: string;
  /** `kill -9`, without a word to anybody. */
  kill(): Promise<void>;
  /** The same data in a new process. */
  restart(): Promise<void>;
};

declare module "vitest" {
  export interface ProvidedContext {
    stack: StackDescription;
    /** The template of this run, which edits to sources meanwhile do not touch. */
    outDir: string;
  }
}

const root = resolve(import.meta.dirname, "../..");
/** Calls of one function must meet each other in the middle, as they do on AWS, or no race is a race. */
const workers = "2";
/** Without synthesis a stack stands within a second; a machine under load needs longer. */
const startLimitMs = 20_000;

/** The stack that all journeys share which neither script faults nor move the clock. */
export const sharedStack = (): Stack => connectedTo(() => inject("stack"));

/** A stack for one file alone: started before its tests and gone after them. */
export function ownStack(): OwnStack {
  const dataDir = mkdtempSync(join(tmpdir(), "qianyue-journey-"));
  let running: Running;
  const start = async () => {
    running = await startProcess(dataDir, inject("outDir"));
  };
  beforeAll(start);
  afterAll(async () => {
    await running.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const stack = connectedTo(() => running.description);
  return Object.assign(stack, { dataDir, kill: () => running.kill(), restart: start });
}

/** Reads the description late, so that a test file may hold the stack before it stands. */
function connectedTo(description: () => StackDescription): Stack {
  let offsetMs = 0;
  const moves = {
    now: () => Date.now() + offsetMs,
    async advance(ms: number) {
      const url = `${description().consoleUrl}/_control/clock`;
      const body = JSON.stringify({ advanceMs: ms });
      const response = await fetch(url, { method: "POST", body });
      if (!response.ok) throw new Error(`POST ${url}: ${response.status}`);
      offsetMs += ms;
    },
  };
  return new Proxy(moves as Stack, {
    get: (target, name) => Reflect.get(name in target ? target : description(), name),
  });
}

export type Running = {
  readonly description: StackDescription;
  kill(): Promise<void>;
  stop(): Promise<void>;
};

/** Runs what `npm start` runs. Its stack.json is the sign that it serves. */
export async function startProcess(dataDir: string, outDir: string): Promise<Running> {
  const options = ["--port", "0", "--data", dataDir, "--out", outDir, "--workers", workers];
  const child = spawn(process.execPath, ["bin/local.ts", ...options], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-4000);
    });
  const description = await descriptionBy(child, join(dataDir, "stack.json"), () => said);
  const ended = new Promise<void>((done) => void child.once("exit", () => done()));
  const end = (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    child.kill(signal);
    return ended;
  };
  return { description, kill: () => end("SIGKILL"), stop: () => end("SIGTERM") };
}

/** A killed stack leaves its stack.json behind, so the process id in it must be the child's. */
async function descriptionBy(
  child: ChildProcess,
  file: string,
  said: () => string,
): Promise<StackDescription> {
  const deadline = performance.now() + startLimitMs;
  while (performance.now() < deadline && child.exitCode === null) {
    const written = existsSync(file) && JSON.parse(readFileSync(file, "utf8"));
    if (written?.pid === child.pid) return written;
    await new Promise((next) => setTimeout(next, 10));
  }
  child.kill("SIGKILL");
  throw new Error(`the local stack did not start; it said:\n${said()}`);
}
