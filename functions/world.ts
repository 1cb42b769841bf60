import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { lookup as resolve } from "node:dns";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { Measure } from "./domain/monitoring.ts";

/**
 * Everything a Lambda takes from outside its input: time, randomness, the network, the environment.
 * Passed in, so that a test or a simulation can own each of them.
 */
export type World = {
  /** ISO 8601, UTC, milliseconds. */
  now(): string;
  randomBytes(size: number): Buffer;
  /** A fresh P-256 key that lives in memory only and is gone with the value. */
  keyPair(): KeyPair;
  http(request: HttpRequest): Promise<HttpResponse>;
  /** Waits inside one invocation; every caller bounds how often and how long. */
  sleep(ms: number): Promise<void>;
  environment(name: string): string | undefined;
  /** Merged into every AWS client's configuration; empty on AWS. */
  readonly aws: Readonly<Record<string, unknown>>;
  /** One line a decision: ids and codes only, never a person. */
  log(
    level: "info" | "warn" | "error",
    message: string,
    details: Readonly<Record<string, unknown>>,
  ): void;
  /** Counts one occurrence; alarms hang on these names. */
  count(metric: Metric): void;
  /** Tells the dashboard one figure; `dimensions` come beside the service that every metric names. */
  measure(
    name: Measure["name"],
    value: number,
    unit: Measure["unit"],
    dimensions: Measure["dimensions"],
  ): void;
};

export type HttpRequest = {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly timeoutMs: number;
  /** The answer is cut off here: no outside system can fill our memory. */
  readonly maxBytes: number;
  /** Says why an address must not be connected to; asked for every address a name resolves to. */
  readonly refuseAddress?: (address: string) => string | undefined;
};

export type HttpResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The answer read as UTF-8. */
  readonly body: string;
  /** The answer as it came, for those who speak binary. */
  readonly bytes?: Uint8Array;
};

type KeyPair = {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** DER ECDSA signature over SHA-256 of `message`. */
  sign(message: Uint8Array): Uint8Array;
};

type Metric =
  | "SystemError"
  | "DependencyFailure"
  | "ClearingFailed"
  | "ClearingUnavailable"
  | "OrderParked"
  | "WebhookUndelivered"
  | "SignatureRefused"
  | "CertificateExpiring"
  | "TimestampUnavailable"
  | "TemplateFault"
  | "FaceVendorFailure";

/** No answer came. `sent: false` proves that the other side saw nothing; otherwise the outcome is unknown. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  readonly sent: boolean;
  constructor(message: string, sent: boolean, cause?: unknown) {
    super(message, { cause });
    this.sent = sent;
  }
}

const logger = new Logger({ serviceName: "qianyue" });
const metrics = new Metrics({ namespace: "Qianyue", serviceName: "qianyue" });

/** The real world. */
export const lambdaWorld: World = {
  now: () => new Date().toISOString(),
  randomBytes: (size) => randomBytes(size),
  keyPair,
  http,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  environment: (name) => process.env[name],
  aws: {},
  log: (level, message, details) => logger[level](message, { ...details }),
  count: (metric) => metrics.singleMetric().addMetric(metric, MetricUnit.Count, 1),
  measure,
};

/**
 * The handler of a Lambda file. On AWS it is built while the container starts, where CPU is free;
 * anywhere else at the first call, so that importing the file needs no environment.
 */
export function lambda<Event, Result>(
  build: (world: World) => (event: Event, context: never) => Promise<Result>,
): (event: Event, context: never) => Promise<Result> {
  let built = process.env.AWS_LAMBDA_FUNCTION_NAME ? build(lambdaWorld) : undefined;
  return (event, context) => {
    built ??= build(lambdaWorld);
    return built(event, context);
  };
}

function measure(...[name, value, unit, dimensions]: Parameters<World["measure"]>): void {
  const one = metrics.singleMetric();
  // Added one by one they are one set of dimensions; added together they would be a second set, a second metric.
  for (const [dimension, word] of Object.entries(dimensions)) one.addDimension(dimension, word);
  one.addMetric(name, unit, value);
}

function keyPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    publicKey: publicKey.export({ format: "der", type: "spki" }),
    sign: (message) => sign("sha256", message, privateKey),
  };
}

/** One request, no redirects, one deadline for the whole exchange. Throws NoAnswer. */
function http(request: HttpRequest): Promise<HttpResponse> {
  const target = new URL(request.url);
  const send = target.protocol === "https:" ? httpsRequest : httpRequest;
  const where = `${request.method} ${target.host}${target.pathname}`;
  return new Promise((answer, fail) => {
    let connected = false;
    const outgoing = send(target, {
      method: request.method,
      headers: request.headers,
      // A connection checked for one address must not be reused for the next request.
      agent: false,
      ...(request.refuseAddress ? { lookup: checkedLookup(request.refuseAddress) } : {}),
    });
    // Node reports a failure on the request, on the answer, or (an answer cut off) not on the request at all.
    const giveUp = (cause: Error) => {
      clearTimeout(deadline);
      outgoing.destroy();
      fail(new NoAnswer(`${where}: ${cause.message}`, connected, cause));
    };
    const deadline = setTimeout(
      () => giveUp(new Error(`no answer within ${request.timeoutMs} ms`)),
      request.timeoutMs,
    );
    outgoing.on("socket", (socket) => {
      socket.once(target.protocol === "https:" ? "secureConnect" : "connect", () => {
        connected = true;
      });
    });
    outgoing.on("error", giveUp);
    outgoing.on("response", (incoming) => {
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > request.maxBytes)
          giveUp(new Error(`the answer exceeds ${request.maxBytes} bytes`));
        else chunks.push(chunk);
      });
      incoming.on("error", giveUp);
      incoming.on("end", () => {
        clearTimeout(deadline);
        const bytes = Buffer.concat(chunks);
        answer({
          status: incoming.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
          ),
          body: bytes.toString("utf8"),
          bytes,
        });
      });
    });
    outgoing.end(request.body);
  });
}

/** Resolves a name, checks every address, and hands exactly the checked ones to the connection (no rebinding). */
function checkedLookup(refuse: (address: string) => string | undefined): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, "", 0);
      for (const { address } of addresses) {
        const reason = refuse(address);
        if (reason !== undefined)
          return callback(new Error(`${hostname} resolves to ${address}: ${reason}`), "", 0);
      }
      const [first] = addresses;
      if (options.all) return callback(null, addresses);
      callback(null, first?.address ?? "", first?.family ?? 4);
    });
  };
}
