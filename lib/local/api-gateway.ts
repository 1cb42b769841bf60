import { randomUUID } from "node:crypto";
import { localAccount } from "./aws-json.ts";
import type { LocalClock } from "./clock.ts";
import type { Invocation, LocalLambda } from "./lambda/lambda.ts";
import type { LocalService, ServiceRequest, ServiceResponse } from "./service.ts";

/** One method of the template's REST API. */
export type Route = {
  readonly method: string;
  /** As in the template: `/v1/contracts/{contractId}`. */
  readonly path: string;
  readonly functionName: string;
};

export type ApiOptions = {
  readonly apiId: string;
  readonly stage: string;
  readonly routes: readonly Route[];
  /** Content types that travel as base64 in both directions. */
  readonly binaryMediaTypes: readonly string[];
  /** Status codes the template gives to the API's own answers, e.g. MISSING_AUTHENTICATION_TOKEN. */
  readonly gatewayResponses: Readonly<Record<string, number>>;
  readonly lambda: Pick<LocalLambda, "invoke">;
  readonly clock: Pick<LocalClock, "now">;
};

/** What a proxy integration must return (API Gateway, "Output format of a Lambda function"). */
type ProxyResult = {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string | number | boolean>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly (string | number | boolean)[]>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
};

/** REST API quotas: payload 10 MB; total size of request line and headers is left to Node. */
const payloadLimitBytes = 10 * 1024 * 1024;

/** API Gateway's REST API with Lambda proxy integrations, without its stage in the path. */
export function localApi(options: ApiOptions): LocalService["handle"] {
  const find = router(options.routes);
  const own = (kind: keyof typeof ownAnswers): ServiceResponse => {
    const { status, message } = ownAnswers[kind];
    return {
      status: options.gatewayResponses[kind] ?? status,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ message }),
    };
  };
  return async (request) => {
    const found = find(request.method, request.path);
    if (found === undefined) return own("MISSING_AUTHENTICATION_TOKEN");
    if (request.body.length > payloadLimitBytes) return own("REQUEST_TOO_LARGE");
    const event = proxyEvent(request, found, options);
    const invocation = await options.lambda.invoke(found.route.functionName, event);
    // A body in base64 is decoded only where the API lists the type that the client accepts.
    const decodes = isBinary(options.binaryMediaTypes, request.headers.accept);
    return proxyResponse(invocation, decodes) ?? own(failureKind(invocation));
  };
}

/** The answers API Gateway gives by itself (Developer Guide, "Gateway response types"). */
const ownAnswers = {
  MISSING_AUTHENTICATION_TOKEN: { status: 403, message: "Missing Authentication Token" },
  REQUEST_TOO_LARGE: { status: 413, message: "Request Too Long" },
  INTEGRATION_TIMEOUT: { status: 504, message: "Endpoint request timed out" },
  DEFAULT_5XX: { status: 502, message: "Internal server error" },
};

function failureKind(invocation: Invocation): "INTEGRATION_TIMEOUT" | "DEFAULT_5XX" {
  const timedOut = !invocation.ok && invocation.errorType === "Sandbox.Timedout";
  return timedOut ? "INTEGRATION_TIMEOUT" : "DEFAULT_5XX";
}

type Found = { readonly route: Route; readonly parameters: Record<string, string> };

/** Literal segments win over parameters, as they do in API Gateway. */
function router(routes: readonly Route[]) {
  const compiled = routes
    .map((route) => ({ route, segments: route.path.split("/").slice(1) }))
    .sort((a, b) => parameterCount(a.segments) - parameterCount(b.segments));
  return (method: string, path: string): Found | undefined => {
    const actual = path.split("/").slice(1);
    for (const { route, segments } of compiled) {
      const parameters = match(segments, actual);
      if (parameters && (route.method === method || route.method === "ANY")) {
        return { route, parameters };
      }
    }
    return undefined;
  };
}

const parameterCount = (segments: readonly string[]) =>
  segments.filter((segment) => segment.startsWith("{")).length;

function match(segments: readonly string[], actual: readonly string[]) {
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const value = actual[index];
    if (value === undefined || value === "") return undefined;
    if (segment.endsWith("+}")) {
      parameters[segment.slice(1, -2)] = decode(actual.slice(index).join("/"));
      return parameters;
    }
    if (segment.startsWith("{")) parameters[segment.slice(1, -1)] = decode(value);
    else if (segment !== value) return undefined;
  }
  return segments.length === actual.length ? parameters : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function proxyEvent(request: ServiceRequest, { route, parameters }: Found, options: ApiOptions) {
  const headers = Object.entries(request.headers).map(
    ([name, value]) => [trainCase(name), value] as const,
  );
  const isBase64Encoded = isBinary(options.binaryMediaTypes, request.headers["content-type"]);
  const query = [...new Set(request.query.keys())].map(
    (name) => [name, request.query.getAll(name)] as const,
  );
  const requestId = randomUUID();
  const timeMs = Math.trunc(options.clock.now());
  return {
    resource: route.path,
    path: request.path,
    httpMethod: request.method,
    headers: Object.fromEntries(headers),
    multiValueHeaders: Object.fromEntries(headers.map(([name, value]) => [name, [value]])),
    queryStringParameters: orNull(query.map(([name, values]) => [name, values.at(-1)])),
    multiValueQueryStringParameters: orNull(query),
    pathParameters: orNull(Object.entries(parameters)),
    stageVariables: null,
    requestContext: {
      accountId: localAccount,
      apiId: options.apiId,
      domainName: request.headers.host ?? "127.0.0.1",
      extendedRequestId: requestId,
      httpMethod: request.method,
      identity: { sourceIp: "127.0.0.1", userAgent: request.headers["user-agent"] ?? null },
      // As sent: like a custom domain, this one has no stage in its paths.
      path: request.path,
      protocol: "HTTP/1.1",
      requestId,
      requestTimeEpoch: timeMs,
      resourceId: `${route.method} ${route.path}`,
      resourcePath: route.path,
      stage: options.stage,
    },
    body:
      request.body.length === 0 ? null : request.body.toString(isBase64Encoded ? "base64" : "utf8"),
    isBase64Encoded,
  };
}

/**
 * Header names reach a function as the client or CloudFront wrote them; Node lowers them all.
 * Train-Case keeps handlers honest: one that reads lower case only would fail on AWS.
 */
const trainCase = (name: string) =>
  name.replace(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase());

const orNull = (entries: readonly (readonly [string, unknown])[]) =>
  entries.length === 0 ? null : Object.fromEntries(entries);

function isBinary(binaryMediaTypes: readonly string[], mediaType = ""): boolean {
  const type = mediaType.split(/[;,]/)[0]?.trim().toLowerCase() ?? "";
  return binaryMediaTypes.some((binary) => binary === "*/*" || binary === type);
}

/** Undefined for anything that is no proxy result: API Gateway answers 502 to it. */
function proxyResponse(invocation: Invocation, decodes: boolean): ServiceResponse | undefined {
  if (!invocation.ok || typeof invocation.payload !== "object") return undefined;
  const result = (invocation.payload ?? {}) as ProxyResult;
  const { statusCode } = result;
  if (typeof statusCode !== "number" || !Number.isInteger(statusCode)) return undefined;
  if (result.body !== undefined && result.body !== null && typeof result.body !== "string") {
    return undefined;
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(result.headers ?? {})) headers[name] = String(value);
  for (const [name, values] of Object.entries(result.multiValueHeaders ?? {})) {
    headers[name] = values.join(", ");
  }
  return {
    status: statusCode,
    headers,
    body: Buffer.from(result.body ?? "", result.isBase64Encoded && decodes ? "base64" : "utf8"),
  };
}
