import middy from "@middy/core";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import type { NonceGuard } from "./adapters/nonce-guard.ts";
import { windowMs } from "./adapters/nonce-guard.ts";
import { requestSignature, type SignedParts, sameSignature } from "./adapters/request-signature.ts";
import { Problem, type ProblemCode } from "./domain/problem.ts";
import { JsonRefused, parseJson } from "./json.ts";
import type { World } from "./world.ts";

/** What every HTTP Lambda works on: the bytes as signed, and who the gateway says is calling. */
export type HttpCall = {
  readonly method: string;
  /** Percent-encoded, without the question mark. */
  readonly query: string;
  readonly signedTargets: readonly SignedTarget[];
  readonly headers: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** From the gateway's own view of the connection; a header could claim anything. */
  readonly ip: string;
  readonly userAgent: string;
  readonly traceId: string;
};

/** A path and a query as a client may have written them, and therefore signed them. */
type SignedTarget = Pick<SignedParts, "path" | "query">;

export type Answer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
};

/** How a dialect says that something went wrong. */
export type Wording = (problem: Problem, traceId: string) => Answer;

/** Larger bodies are refused unread; our largest honest one is a handwritten signature (K: 65,536). */
const bodyLimitBytes = 65_536;

/**
 * The pipeline of every HTTP Lambda: read the call, run `handle`, word what went wrong.
 * An error nobody named is a bug: logged once here with its trace id, answered without details (B-57).
 */
export function httpLambda(
  world: World,
  wording: Wording,
  handle: (call: HttpCall) => Promise<Answer>,
) {
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .onError((request) => {
      const call = { traceId: request.event.requestContext?.requestId ?? "none" };
      const { error } = request;
      const problem =
        error instanceof Problem
          ? error
          : new Problem("INTERNAL", "an internal error occurred; try again or report the traceId", {
              cause: error,
            });
      if (problem.code === "INTERNAL") reportBug(world, call.traceId, error);
      request.response = toResult(wording(problem, call.traceId), call.traceId);
    })
    .handler(async (event) => {
      const call = readCall(event);
      return toResult(await handle(call), call.traceId);
    });
}

function reportBug(world: World, traceId: string, error: unknown): void {
  const { name, stack } = error instanceof Error ? error : { name: typeof error, stack: undefined };
  world.log("error", "request failed", { traceId, error: name, stack });
  world.count("SystemError");
}

function readCall(event: APIGatewayProxyEvent): HttpCall {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(event.headers ?? {}))
    if (value !== undefined) headers[name.toLowerCase()] = value;
  const body = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  if (body.length > bodyLimitBytes)
    throw new Problem("BODY_TOO_LARGE", `send a body of at most ${bodyLimitBytes} bytes`);
  const queries = querySpellings(event);
  // The default URL of an API carries the stage in front, which `path` lacks and the context's path has.
  const paths = new Set([event.path, event.requestContext.path ?? event.path]);
  return {
    method: event.httpMethod,
    query: queries[0] ?? "",
    signedTargets: [...paths].flatMap((path) => queries.map((query) => ({ path, query }))),
    headers,
    parameters: definedValues(event.pathParameters ?? {}),
    body,
    ip: event.requestContext.identity.sourceIp ?? "unknown",
    userAgent: (event.requestContext.identity.userAgent ?? "unknown").slice(0, 512),
    traceId: event.requestContext.requestId,
  };
}

/**
 * REST API events carry the query decoded, but a client signs the bytes it sent. All spellings here mean
 * the same query, so a signature over any of them is as good; for `view=raw` they are one.
 */
function querySpellings(event: APIGatewayProxyEvent): readonly string[] {
  const pairs = Object.entries(event.multiValueQueryStringParameters ?? {}).flatMap(
    ([name, values]) => (values ?? []).map((value) => [name, value]),
  );
  const written = queryEncodings.map((encode) =>
    pairs.map((pair) => pair.map((part) => encode(part)).join("=")).join("&"),
  );
  return [...new Set(written)];
}

const rfc3986 = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** What encodeURIComponent, Python's quote, URLSearchParams or Java, and Go or Python's urlencode write. */
const queryEncodings: readonly ((text: string) => string)[] = [
  encodeURIComponent,
  rfc3986,
  (text) => new URLSearchParams([["", text]]).toString().slice(1),
  (text) => rfc3986(text).replaceAll("%20", "+"),
];

function definedValues(values: Readonly<Record<string, string | undefined>>) {
  return Object.fromEntries(
    Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

function toResult(answer: Answer, traceId: string): APIGatewayProxyResult {
  const { body } = answer;
  const isFile = Buffer.isBuffer(body);
  return {
    statusCode: answer.status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "strict-transport-security": "max-age=31536000",
      "x-trace-id": traceId,
      ...answer.headers,
    },
    body: isFile ? body.toString("base64") : typeof body === "string" ? body : JSON.stringify(body),
    isBase64Encoded: isFile,
  };
}

/** The body as JSON. Refuses other content types and ambiguous documents. */
export function readJson(call: HttpCall): unknown {
  const type = (call.headers["content-type"] ?? "").toLowerCase().split(";", 1)[0]?.trim();
  if (type !== "application/json")
    throw new Problem("MEDIA_TYPE", "send the body as content-type application/json");
  try {
    return parseJson(call.body);
  } catch (cause) {
    if (cause instanceof JsonRefused) throw new Problem("BODY_REFUSED", cause.message, { cause });
    throw cause;
  }
}

export type Caller = { readonly clientId: string; readonly secrets: readonly string[] };

/**
 * Verifies the four signature headers (design 7) before anything of the body is read or stored.
 * Every refusal is the same 401 with the same work done, so that ids cannot be told from guesses.
 */
export async function verifyCaller<C extends Caller>(
  world: World,
  nonces: NonceGuard,
  call: HttpCall,
  find: (clientId: string) => Promise<C | undefined>,
): Promise<C> {
  // Document T calls the same thing an app (requirements 3.3).
  const clientId = call.headers["x-client-id"] ?? call.headers["x-app-id"] ?? "";
  const timestamp = call.headers["x-timestamp"] ?? "";
  const nonce = call.headers["x-nonce"] ?? "";
  const given = call.headers["x-signature"] ?? "";
  const caller = await find(clientId);
  const { method, body } = call;
  const matched = (caller?.secrets ?? [unknownClientSecret])
    .flatMap((secret) =>
      call.signedTargets.map((target) =>
        sameSignature(
          requestSignature(secret, { method, ...target, timestamp, nonce, body }),
          given,
        ),
      ),
    )
    .includes(true);
  const refuse = (why: string, code: ProblemCode = "SIGNATURE_INVALID"): never => {
    world.log("warn", "request signature refused", { why, traceId: call.traceId });
    world.count("SignatureRefused");
    throw new Problem(
      code,
      "the request signature is not valid: check X-Client-Id, X-Timestamp (ms, within 5 minutes), X-Nonce (16 to 64 characters, never reused) and X-Signature (lowercase hex HMAC-SHA256 over method, path, sorted query, timestamp, nonce and hex SHA-256 of the body, one a line)",
    );
  };
  if (caller === undefined || !matched) return refuse("signature");
  const skewMs = Math.abs(Date.parse(world.now()) - Number(timestamp));
  // Document T has a word for these two (T-30); whoever hears it has proven already to know the secret.
  if (!/^\d{13}$/.test(timestamp) || !(skewMs <= windowMs))
    return refuse("timestamp", "TIMESTAMP_INVALID");
  if (!/^[A-Za-z0-9_-]{16,64}$/.test(nonce)) return refuse("nonce format");
  if (!(await nonces.spend(clientId, nonce))) return refuse("nonce reused", "TIMESTAMP_INVALID");
  return caller;
}

/** An unknown client costs the same HMAC as a known one. */
const unknownClientSecret = "no client has this secret";
