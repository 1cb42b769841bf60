import { globSync, readFileSync } from "node:fs";
import canonicalize from "canonicalize";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { canonicalJson } from "../../client/canonical-json.ts";
import { expected, qianyueClient } from "../../client/client.ts";
import { signatureHeaders } from "../../client/signed-call.ts";
import {
  requestSignature,
  transactionSignature,
} from "../../functions/adapters/request-signature.ts";
import { type Envelope, signedText } from "../../functions/dialects/transaction-request.ts";
import type { Operation } from "../../openapi/description.ts";
import { dialects } from "../../openapi/dialects.ts";
import { operationsOf } from "../../openapi/document.ts";

const secret = "a secret of the tests";
const now = 1_795_000_000_000;
const apiUrl = "https://api.example.com/live";

afterEach(() => vi.unstubAllGlobals());

type Request = { readonly url: URL; readonly init: RequestInit };

/** Answers every call and keeps what was sent. */
function answering(status: number, body: unknown, headers: Record<string, string> = {}): Request[] {
  const sent: Request[] = [];
  vi.stubGlobal("fetch", async (url: URL, init: RequestInit) => {
    sent.push({ url, init });
    return new Response(typeof body === "string" ? body : JSON.stringify(body), {
      status,
      headers,
    });
  });
  return sent;
}

const client = () => qianyueClient({ apiUrl, clientId: "shop", secret, now: () => now });

describe("the client has a function for each operation of each description", () => {
  const clients = {
    native: "native",
    agreement: "agreement",
    wallet: "wallet",
    transaction: "transactions",
  };
  const operations = dialects.flatMap((dialect) =>
    operationsOf(dialect).map(({ id, route, operation }) => ({
      id,
      route,
      operation,
      functions: clients[dialect.name as keyof typeof clients],
    })),
  );

  test.each(operations)("$functions.$id", async ({ id, route, operation, functions }) => {
    const sent = answering(200, {});
    // biome-ignore lint/suspicious/noExplicitAny: names come from the descriptions.
    const call = (client() as any)[functions][id];

    await call(...argumentsOf(operation, `${apiUrl}${filled(route.path, operation)}`));

    const [request] = sent;
    expect(request?.init.method ?? "GET").toBe(route.method);
    expect(request?.url.pathname).toBe(`/live${filled(route.path, operation)}`);
    const { body } = request?.init ?? {};
    const example = Object.values(operation.request?.examples ?? {})[0];
    if (example !== undefined) expect(JSON.parse(String(body))).toMatchObject(unsigned(example));
  });

  /** What the client itself says of an instruction. */
  const unsigned = (example: object) => ({
    ...example,
    ...("appId" in example
      ? { appId: "shop", timestamp: now, signature: expect.stringMatching(/^[0-9a-f]{64}$/) }
      : {}),
  });

  const filled = (path: string, { parameters = [] }: Operation): string =>
    parameters.reduce((filling, { name, example }) => filling.replace(`{${name}}`, example), path);

  /** The path's values, the body, and what stands in query and headers; of a file the whole link. */
  function argumentsOf({ parameters = [], request, answer, access }: Operation, link: string) {
    if ("mediaType" in answer && access === "carried") return [link];
    const inPath = parameters.filter((one) => one.in === "path").map(({ example }) => example);
    const inQuery = parameters.filter((one) => one.in === "query");
    return [
      ...inPath,
      ...Object.values(request?.examples ?? {}).slice(0, 1),
      Object.fromEntries(inQuery.map(({ name, example }) => [name, example])),
    ];
  }
});

test("it signs as the API verifies, the path of a stage and a query included", () => {
  const url = new URL(`${apiUrl}/v1/contracts/CT1/evidence?view=raw`);
  const body = '{"name":"张"}';
  const nonce = "0123456789abcdef";

  const headers = signatureHeaders(
    { clientId: "shop", secret },
    { method: "POST", url, body },
    now,
    nonce,
  );

  const parts = {
    method: "POST",
    path: url.pathname,
    query: "view=raw",
    timestamp: String(now),
    nonce,
  };
  expect(headers).toEqual({
    "x-client-id": "shop",
    "x-timestamp": String(now),
    "x-nonce": nonce,
    "x-signature": requestSignature(secret, { ...parts, body: Buffer.from(body) }),
  });
});

test("T-11: an instruction carries the signature that intake computes", async () => {
  const sent = answering(200, {});
  const bizData = {
    receiverInfo: { accountNo: "ACC2" },
    payerInfo: { accountNo: "ACC1" },
    bizOrderNo: "ü€",
    amount: "1.00",
  };

  await client().transactions.processTransaction({ bizType: "SPLIT", bizData });

  const body = JSON.parse(String(sent[0]?.init.body)) as Envelope;
  expect(body.signature).toBe(transactionSignature(secret, signedText(body), "HMAC-SHA256"));
});

test("its canonical JSON is that of RFC 8785, whatever the value", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(canonicalJson(value)).toBe(canonicalize(value));
    }),
  );
  expect(canonicalJson({ b: undefined, a: [undefined, 1e21, -0] })).toBe('{"a":[null,1e+21,0]}');
});

test("it has no dependencies: nothing is imported but itself and Node", () => {
  const imported = globSync("client/*.ts").flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/ from "([^"]+)"/g)].map(([, path = ""]) => path),
  );

  expect(imported.filter((path) => !/^(\.\/|node:)/.test(path))).toEqual([]);
});

test("a replay says so, and a refusal is a value with the seconds to wait", async () => {
  answering(200, { contractId: "CT1" }, { "idempotent-replayed": "true" });
  const replay = await client().native.getContract("CT1");
  answering(429, { code: "B42901", message: "too many" }, { "retry-after": "60" });
  const refusal = client().native.resendSms("CT1");

  expect(replay).toEqual({ ok: true, status: 200, replayed: true, body: { contractId: "CT1" } });
  expect(await refusal).toMatchObject({ ok: false, status: 429, retryAfterSeconds: 60 });
  await expect(expected(refusal)).rejects.toThrow("refused: 429 B42901: too many");
});

test("an answer that is not the API's own is an error that names the call", async () => {
  answering(502, "<html>");

  await expect(client().native.getContract("CT1")).rejects.toThrow(
    "GET /live/v1/contracts/CT1: 502 without JSON; send the same request again",
  );
});

test("headers go where the API reads them: the wallet's own, patience and a repeat", async () => {
  const sent = answering(200, {});
  const request = {} as Parameters<ReturnType<typeof client>["wallet"]["initiateProcess"]>[0];
  const options = { businessId: "BIZ-1", waitSeconds: 5, idempotencyKey: "again" };

  await client().wallet.initiateProcess(request, options);

  expect(sent[0]?.init.headers).toMatchObject({
    "x-system-code": "WALLET",
    "x-business-id": "BIZ-1",
    prefer: "wait=5",
    "idempotency-key": "again",
  });
});
