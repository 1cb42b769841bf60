import { randomUUID } from "node:crypto";
import { createWriteStream, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { localAccount, localRegion } from "../aws-json.ts";
import type { LocalClock } from "../clock.ts";
import type { WorkerData, WorkerMessage, WorkerReply, WorkerRequest } from "./lambda-worker.ts";

/** One function of the template. */
export type FunctionSettings = {
  readonly name: string;
  /** Folder of the unpacked bundle. */
  readonly assetFolder: string;
  /** "file.export", as in the template. */
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
};

export type Invocation =
  | { readonly ok: true; readonly payload: unknown }
  | {
      readonly ok: false;
      readonly errorType: string;
      readonly errorMessage: string;
      readonly trace: readonly string[];
    };

type LogLine = { readonly functionName: string; readonly text: string };

export type LocalLambda = {
  /** Runs the function, after earlier calls where all its workers are busy. Never rejects. */
  invoke(functionName: string, event: unknown): Promise<Invocation>;
  close(): Promise<void>;
};

export type LambdaOptions = {
  readonly functions: readonly FunctionSettings[];
  readonly clock: LocalClock;
  /** The endpoint that every SDK client in a function talks to. */
  readonly awsUrl: string;
  /** Holds `logs/<function>.log` and the compile cache. */
  readonly directory: string;
  /** Workers of one function, hence its concurrent invocations. More than one is slower on two cores. */
  readonly workers?: number;
  readonly onLog?: (line: LogLine) => void;
  /** Hears of every call that reached a worker, and how long it took there. */
  readonly onInvoked?: (
    settings: FunctionSettings,
    event: unknown,
    time: { readonly ms: number; readonly cpuMs: number },
  ) => void;
  /** Hears of every call that ended with an error, the expected ones included. */
  readonly onFailure?: (functionName: string, failure: Invocation & { ok: false }) => void;
};

/** Lambda's own limit of a synchronous request or response. */
const payloadLimitBytes = 6 * 1024 * 1024;
/** Calls that may wait for a worker of one function; beyond it Lambda would throttle, too. */
const waitingLimit = 10_000;

type Job = {
  readonly event: unknown;
  readonly request: WorkerRequest;
  readonly settle: (result: Invocation) => void;
};

/**
 * Runs the synthesized bundles: one worker thread a function, started at its first call, with an
 * environment of its own and credentials that carry the function's name.
 */
export function localLambda(options: LambdaOptions): LocalLambda {
  mkdirSync(join(options.directory, "logs"), { recursive: true });
  const pools = new Map(
    options.functions.map((settings) => [settings.name, startPool(settings, options)]),
  );
  return {
    invoke(functionName, event) {
      const pool = pools.get(functionName);
      if (pool !== undefined) return pool.invoke(event);
      const known = [...pools.keys()].join(", ");
      return Promise.resolve(
        failure(
          "ResourceNotFoundException",
          `no local function ${functionName}; there are ${known}`,
        ),
      );
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

function startPool(settings: FunctionSettings, options: LambdaOptions) {
  const log = openLog(settings.name, options);
  const waiting: Job[] = [];
  const idle: Container[] = [];
  const containers = new Set<Container>();
  const limit = options.workers ?? 1;
  let closed = false;

  function dispatch(): void {
    while (waiting.length > 0 && !closed) {
      const container = idle.pop() ?? grow();
      if (container === undefined) return;
      if (!container.alive()) containers.delete(container);
      else void work(container, waiting.shift()!);
    }
  }

  function grow(): Container | undefined {
    if (containers.size >= limit) return undefined;
    const container = startContainer(settings, options, log.write);
    containers.add(container);
    return container;
  }

  async function work(container: Container, job: Job): Promise<void> {
    const began = performance.now();
    const { result, cpuMs } = await container.run(job.request);
    options.onInvoked?.(settings, job.event, { ms: performance.now() - began, cpuMs });
    if (!result.ok && !closed) {
      log.failed(job.request.requestId, result);
      options.onFailure?.(settings.name, result);
    }
    if (container.alive()) idle.push(container);
    else containers.delete(container);
    job.settle(result);
    dispatch();
  }

  return {
    invoke(event: unknown): Promise<Invocation> {
      const payload = JSON.stringify(event) ?? "null";
      if (closed) return Promise.resolve(failure("ServiceException", "the local stack stops"));
      if (Buffer.byteLength(payload) > payloadLimitBytes) {
        return Promise.resolve(
          failure("RequestTooLargeException", `the event exceeds ${payloadLimitBytes} bytes`),
        );
      }
      if (waiting.length >= waitingLimit) {
        return Promise.resolve(failure("TooManyRequestsException", "Rate Exceeded."));
      }
      return new Promise((settle) => {
        const request = { requestId: randomUUID(), payload, timeoutMs: settings.timeoutMs };
        waiting.push({ event, request, settle });
        dispatch();
      });
    },
    async close(): Promise<void> {
      closed = true;
      await Promise.all([...containers].map((container) => container.stop()));
      for (const job of waiting.splice(0)) {
        job.settle(failure("ServiceException", "the local stack stops"));
      }
      log.close();
    },
  };
}

type Done = { readonly result: Invocation; readonly cpuMs: number };
type Container = ReturnType<typeof startContainer>;

/** One warm execution environment. It runs one request at a time and dies of time-outs and crashes. */
function startContainer(
  settings: FunctionSettings,
  options: LambdaOptions,
  write: (text: string) => void,
) {
  const worker = new Worker(new URL("./lambda-worker.ts", import.meta.url), {
    workerData: workerDataOf(settings, options),
    env: environmentOf(settings, options.awsUrl),
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: settings.memoryMb },
    stdout: true,
    stderr: true,
  });
  for (const stream of [worker.stdout, worker.stderr]) {
    stream.setEncoding("utf8").on("data", write);
  }
  let alive = true;
  let settle: ((done: Done) => void) | undefined;
  // A worker that dies takes with it what it spent.
  const finish = (result: Invocation, cpuMs = 0) => {
    settle?.({ result, cpuMs });
    settle = undefined;
  };
  worker.on("message", ({ reply, cpuMs }: WorkerMessage) => finish(invocationOf(reply), cpuMs));
  worker.on("error", (error) => {
    alive = false;
    finish(failure("Runtime.ExitError", `the function crashed: ${String(error)}`));
  });
  worker.on("exit", (code) => {
    alive = false;
    finish(
      failure("Runtime.ExitError", `the function exited with ${code} in the middle of a call`),
    );
  });

  return {
    alive: () => alive,
    run(request: WorkerRequest): Promise<Done> {
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          alive = false;
          void worker.terminate();
          const seconds = (request.timeoutMs / 1000).toFixed(2);
          finish(failure("Sandbox.Timedout", `Task timed out after ${seconds} seconds`));
        }, request.timeoutMs);
        settle = (done) => {
          clearTimeout(timer);
          resolve(done);
        };
        worker.postMessage(request);
      });
    },
    stop: () => worker.terminate(),
  };
}

function workerDataOf(settings: FunctionSettings, options: LambdaOptions): WorkerData {
  const dot = settings.handler.lastIndexOf(".");
  const stem = join(settings.assetFolder, settings.handler.slice(0, dot));
  const file = [".mjs", ".js", ".cjs"].map((end) => stem + end).find((each) => existsSync(each));
  return {
    file: file ?? `${stem}.mjs`,
    exportName: settings.handler.slice(dot + 1),
    functionName: settings.name,
    functionArn: `arn:aws:lambda:${localRegion}:${localAccount}:function:${settings.name}`,
    memoryMb: settings.memoryMb,
    clockOffset: options.clock.offset,
    cacheFolder: join(options.directory, "compile-cache"),
  };
}

/** Nothing of this machine's own environment reaches a function: no profile, no real credentials. */
function environmentOf(settings: FunctionSettings, awsUrl: string): NodeJS.Dict<string> {
  return {
    AWS_ACCESS_KEY_ID: settings.name,
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_REGION: localRegion,
    AWS_DEFAULT_REGION: localRegion,
    AWS_ENDPOINT_URL: awsUrl,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_NAME: settings.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    LAMBDA_TASK_ROOT: settings.assetFolder,
    _HANDLER: settings.handler,
    TZ: ":UTC",
    ...settings.environment,
  };
}

function openLog(functionName: string, { directory, onLog }: LambdaOptions) {
  const file = createWriteStream(join(directory, "logs", `${functionName}.log`), { flags: "a" });
  const write = (text: string) => {
    file.write(text);
    onLog?.({ functionName, text });
  };
  return {
    write,
    failed: (requestId: string, { errorType, errorMessage, trace }: Invocation & { ok: false }) =>
      write(`${JSON.stringify({ level: "ERROR", requestId, errorType, errorMessage, trace })}\n`),
    close: () => void file.end(),
  };
}

function invocationOf(reply: WorkerReply): Invocation {
  if ("errorType" in reply) return { ok: false, ...reply };
  if (Buffer.byteLength(reply.payload) > payloadLimitBytes) {
    return failure(
      "Function.ResponseSizeTooLarge",
      `Response payload size exceeded maximum allowed payload size (${payloadLimitBytes} bytes).`,
    );
  }
  return { ok: true, payload: JSON.parse(reply.payload) };
}

function failure(errorType: string, errorMessage: string): Invocation & { ok: false } {
  return { ok: false, errorType, errorMessage, trace: [] };
}
