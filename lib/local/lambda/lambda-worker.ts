import { readFileSync } from "node:fs";
import Module, { createRequire, enableCompileCache } from "node:module";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";

/** What a worker is born with. */
export type WorkerData = {
  /** The bundle's entry file. */
  readonly file: string;
  /** The exported function's name. */
  readonly exportName: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
  readonly clockOffset: SharedArrayBuffer;
  readonly cacheFolder: string;
};

/** One invocation; payloads travel as JSON text, as they do to a real Lambda. */
export type WorkerRequest = {
  readonly requestId: string;
  readonly payload: string;
  readonly timeoutMs: number;
};

export type WorkerReply =
  | { readonly payload: string }
  | {
      readonly errorType: string;
      readonly errorMessage: string;
      readonly trace: readonly string[];
    };

/** What the worker posts after an invocation. */
export type WorkerMessage = { readonly reply: WorkerReply; readonly cpuMs: number };

type Handler = (event: unknown, context: object) => unknown;

const data = workerData as WorkerData;
followStackClock(new Float64Array(data.clockOffset));
enableCompileCache(data.cacheFolder);
const loading = loadHandler();
// A bundle that fails to load answers every invocation with its error; it must not end the thread.
loading.catch(() => undefined);
parentPort?.on("message", async (request: WorkerRequest) => {
  const before = process.threadCpuUsage();
  const reply = await run(request);
  const { user, system } = process.threadCpuUsage(before);
  parentPort?.postMessage({ reply, cpuMs: (user + system) / 1000 } satisfies WorkerMessage);
});

/** Makes the bundle see the stack's time: it must not know that the clock was pushed forward. */
function followStackClock(offset: Float64Array): void {
  const RealDate = Date;
  const realNow = Date.now.bind(Date);
  const stackNow = () => Math.trunc(realNow() + (offset[0] ?? 0));
  RealDate.now = stackNow;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [stackNow()] : args, newTarget),
    apply: (target) => new target(stackNow()).toString(),
  });
}

async function loadHandler(): Promise<Handler> {
  const exports = data.file.endsWith(".mjs")
    ? ((await import(pathToFileURL(data.file).href)) as Record<string, unknown>)
    : requireCommonJs(data.file);
  const handler = exports[data.exportName];
  if (typeof handler === "function") return handler as Handler;
  throw new Error(`${data.file} exports no function "${data.exportName}"`);
}

/** Lambda takes a plain .js bundle for CommonJS; here our own package.json would make it a module. */
function requireCommonJs(file: string): Record<string, unknown> {
  type Compiling = Module & { _compile(source: string, file: string): void };
  const loaded = new Module(file) as Compiling;
  loaded.filename = file;
  loaded.paths = createRequire(file).resolve.paths("any") ?? [];
  loaded._compile(readFileSync(file, "utf8"), file);
  return loaded.exports as Record<string, unknown>;
}

async function run(request: WorkerRequest): Promise<WorkerReply> {
  try {
    const handler = await loading;
    const result = await handler(JSON.parse(request.payload), contextOf(request));
    return { payload: JSON.stringify(result) ?? "null" };
  } catch (error) {
    if (!(error instanceof Error)) {
      return { errorType: typeof error, errorMessage: String(error), trace: [] };
    }
    const trace = error.stack?.split("\n") ?? [];
    return { errorType: error.name, errorMessage: error.message, trace };
  }
}

function contextOf({ requestId, timeoutMs }: WorkerRequest): object {
  const deadline = performance.now() + timeoutMs;
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: data.functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: data.functionArn,
    logGroupName: `/aws/lambda/${data.functionName}`,
    logStreamName: "local",
    memoryLimitInMB: String(data.memoryMb),
    getRemainingTimeInMillis: () => Math.max(0, Math.trunc(deadline - performance.now())),
  };
}
