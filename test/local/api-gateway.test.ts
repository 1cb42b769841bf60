import { request } from "node:http";
import { afterEach, expect, test } from "vitest";
import { type ApiOptions, localApi } from "../../lib/local/api-gateway.ts";
import type { Invocation } from "../../lib/local/lambda/lambda.ts";
import { type Listening, listen } from "../../lib/local/service.ts";

type Event = Record<string, unknown> & { requestContext: Record<string, unknown> };

let listening: Listening;
let calls: { name: string; event: Event }[];
afterEach(() => listening.close());

async function start(
  answer: Invocation | object = { statusCode: 200 },
  options: Partial<ApiOptions> = {},
): Promise<void> {
  calls = [];
  const invocation =
    "ok" in answer ? (answer as Invocation) : { ok: true as const, payload: answer };
  const api = localApi({
    apiId: "api",
    stage: "live",
    routes: [
      { method: "GET", path: "/v1/contracts/{contractId}", functionName: "get" },
      { method: "POST", path: "/v1/contracts", functionName: "create" },
      { method: "GET", path: "/v1/contracts/latest", functionName: "latest" },
    ],
    binaryMediaTypes: [],
    gatewayResponses: {},
    lambda: {
      invoke: async (name, event) => {
        calls.push({ name, event: event as Event });
        return invocation;
      },
    },
    clock: { now: () => 1_000 },
    ...options,
  });
  listening = await listen(api);
}

const get = (path: string, init?: RequestInit) => fetch(listening.url + path, init);
const failure = (errorType: string): Invocation => ({
  ok: false,
  errorType,
  errorMessage: "secret detail",
  trace: [],
});

test("a request becomes the proxy event of a REST API", async () => {
  await start();

  await get("/v1/contracts/CT%201?b=2&a=1&a=3", { headers: { "x-client-id": "p1" } });

  expect(calls).toMatchObject([
    {
      name: "get",
      event: {
        resource: "/v1/contracts/{contractId}",
        path: "/v1/contracts/CT%201",
        httpMethod: "GET",
        headers: { "X-Client-Id": "p1" },
        multiValueHeaders: { "X-Client-Id": ["p1"] },
        pathParameters: { contractId: "CT 1" },
        queryStringParameters: { a: "3", b: "2" },
        multiValueQueryStringParameters: { a: ["1", "3"], b: ["2"] },
        requestContext: {
          stage: "live",
          path: "/v1/contracts/CT%201",
          requestTimeEpoch: 1_000,
          identity: { sourceIp: "127.0.0.1" },
        },
        body: null,
        isBase64Encoded: false,
      },
    },
  ]);
  expect(calls[0]?.event.requestContext.requestId).toMatch(/^[0-9a-f-]{36}$/);
});

test("a literal path wins over a parameter", async () => {
  await start();

  await get("/v1/contracts/latest");

  expect(calls[0]?.name).toBe("latest");
});

test("a body travels as text, or as base64 where the API lists its type as binary", async () => {
  const body = Buffer.from([0xff, 0x00, 0x41]);
  const post = { method: "POST", body, headers: { "content-type": "image/png" } };
  await start();
  await get("/v1/contracts", post);
  expect(calls[0]?.event).toMatchObject({ body: body.toString("utf8"), isBase64Encoded: false });
  await listening.close();

  await start({ statusCode: 200 }, { binaryMediaTypes: ["image/png"] });
  await get("/v1/contracts", post);
  expect(calls[0]?.event).toMatchObject({ body: body.toString("base64"), isBase64Encoded: true });
});

test("a base64 answer is decoded where the client accepts a binary type", async () => {
  const bytes = Buffer.from([0x25, 0x50, 0x44, 0x46, 0xff]);
  const answer = { statusCode: 200, body: bytes.toString("base64"), isBase64Encoded: true };
  await start(answer, { binaryMediaTypes: ["application/pdf"] });

  const decoded = await get("/v1/contracts/a", { headers: { accept: "application/pdf" } });
  const kept = await get("/v1/contracts/a", { headers: { accept: "text/html" } });

  expect(Buffer.from(await decoded.arrayBuffer())).toEqual(bytes);
  expect(await kept.text()).toBe(bytes.toString("base64"));
});

test.each([
  ["an unknown path", "GET", "/v2/contracts"],
  ["a longer path", "GET", "/v1/contracts/a/b"],
  ["another method", "DELETE", "/v1/contracts/a"],
])("%s is answered as API Gateway answers it", async (_, method, path) => {
  await start();

  const response = await get(path, { method });

  expect(response.status).toBe(403);
  expect(await response.json()).toEqual({ message: "Missing Authentication Token" });
});

test("the template's gateway responses set the status", async () => {
  await start({ statusCode: 200 }, { gatewayResponses: { MISSING_AUTHENTICATION_TOKEN: 404 } });

  expect((await get("/nowhere")).status).toBe(404);
});

test.each([
  ["a throwing function", failure("TypeError"), 502, "Internal server error"],
  ["a function that timed out", failure("Sandbox.Timedout"), 504, "Endpoint request timed out"],
  ["an answer without a status", { body: "x" }, 502, "Internal server error"],
  ["a body that is no text", { statusCode: 200, body: { a: 1 } }, 502, "Internal server error"],
])("%s tells the caller no detail", async (_, answer, status, message) => {
  await start(answer);

  const response = await get("/v1/contracts/a");

  expect(response.status).toBe(status);
  expect(await response.json()).toEqual({ message });
});

test("a body beyond 10 MB is refused before any function runs", async () => {
  await start();

  const response = await get("/v1/contracts", {
    method: "POST",
    body: Buffer.alloc(10 * 1024 * 1024 + 1),
  });

  expect(response.status).toBe(413);
  expect(calls).toEqual([]);
});

test("a malformed escape in the path does not break the route", async () => {
  await start();

  const status = await new Promise((resolve) => {
    request(`${listening.url}/v1/contracts/%E0%A4%A`, (response) =>
      resolve(response.statusCode),
    ).end();
  });

  expect(status).toBe(200);
  expect(calls[0]?.event.pathParameters).toEqual({ contractId: "%E0%A4%A" });
});
