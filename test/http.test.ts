import type { APIGatewayProxyEvent, Context } from "aws-lambda";
import { describe, expect, test } from "vitest";
import type { NonceGuard } from "../functions/adapters/nonce-guard.ts";
import { requestSignature } from "../functions/adapters/request-signature.ts";
import { wordProblem } from "../functions/dialects/native.ts";
import { Problem } from "../functions/domain/problem.ts";
import {
  type Answer,
  type HttpCall,
  httpLambda,
  readJson,
  verifyCaller,
} from "../functions/http.ts";
import type { World } from "../functions/world.ts";

const nowMs = Date.parse("2026-11-21T08:00:00.000Z");
const partner = { clientId: "gen3", secrets: ["partner-secret-0001", "partner-secret-0002"] };
const nonce = "0123456789abcdef";

type Sent = {
  readonly method?: string;
  readonly path?: string;
  /** The raw query, as it leaves the client. */
  readonly query?: string;
  readonly body?: string | Buffer;
  readonly contentType?: string;
};

/** What the gateway makes of a request: query decoded, header names as the client wrote them. */
function eventOf(sent: Sent, headers: Readonly<Record<string, string>>): APIGatewayProxyEvent {
  const { method = "POST", path = "/v1/contracts", query = "", body = "" } = sent;
  const search = new URLSearchParams(query);
  const names = [...new Set(search.keys())];
  const binary = typeof body !== "string";
  return {
    httpMethod: method,
    path,
    headers: { "Content-Type": sent.contentType ?? "application/json", ...headers },
    multiValueQueryStringParameters:
      names.length === 0
        ? null
        : Object.fromEntries(names.map((name) => [name, search.getAll(name)])),
    pathParameters: null,
    body: body.length === 0 ? null : binary ? body.toString("base64") : body,
    isBase64Encoded: binary,
    requestContext: {
      requestId: "trace-1",
      path: `/live${path}`,
      identity: { sourceIp: "198.51.100.7", userAgent: "test" },
    },
  } as unknown as APIGatewayProxyEvent;
}

function signed(sent: Sent = {}, change: Readonly<Record<string, string>> = {}, key = 0) {
  const { method = "POST", path = "/v1/contracts", query = "", body = "" } = sent;
  const timestamp = change["X-Timestamp"] ?? String(nowMs);
  const used = change["X-Nonce"] ?? nonce;
  const parts = { method, path, query, timestamp, nonce: used, body: Buffer.from(body) };
  return {
    "X-Client-Id": partner.clientId,
    "X-Timestamp": timestamp,
    "X-Nonce": used,
    "X-Signature": requestSignature(String(partner.secrets[key]), parts),
    ...change,
  };
}

/** A Lambda that verifies its caller, with everything it told the world. */
function stage(handle: (call: HttpCall) => Answer | Promise<Answer> = () => done) {
  const spent: string[] = [];
  const logged: unknown[] = [];
  const counted: string[] = [];
  const nonces: NonceGuard = {
    async spend(clientId, used) {
      if (spent.includes(`${clientId} ${used}`)) return false;
      spent.push(`${clientId} ${used}`);
      return true;
    },
  };
  const world = {
    now: () => new Date(nowMs).toISOString(),
    log: (...line: unknown[]) => logged.push(line),
    count: (metric: string) => counted.push(metric),
  } as Pick<World, "now" | "log" | "count"> as World;
  const lambda = httpLambda(world, wordProblem, async (call) => {
    await verifyCaller(world, nonces, call, async (id) =>
      id === partner.clientId ? partner : undefined,
    );
    return handle(call);
  });
  const send = async (event: APIGatewayProxyEvent) => {
    const { statusCode, headers, body } = await lambda(event, {} as Context);
    return { status: statusCode, headers, body };
  };
  return { send, spent, logged, counted };
}

const done: Answer = { status: 200, body: { ok: true } };
const flipped = (text: string): string => (text.startsWith("0") ? "1" : "0") + text.slice(1);

describe("a signed request", () => {
  test("is let in, and the caller's headers may be written in any case", async () => {
    const { send } = stage();
    const headers = Object.fromEntries(
      Object.entries(signed()).map(([name, value]) => [name.toLowerCase(), value]),
    );

    expect(await send(eventOf({}, headers))).toMatchObject({ status: 200 });
  });

  test("may use either of two secrets, so that a partner rotates without a gap", async () => {
    const { send } = stage();

    expect(await send(eventOf({}, signed({}, {}, 1)))).toMatchObject({ status: 200 });
  });

  test("may sign the path with the stage that the default URL of an API carries", async () => {
    const { send } = stage();
    const headers = signed({ path: "/live/v1/contracts" });

    expect(await send(eventOf({ path: "/v1/contracts" }, headers))).toMatchObject({ status: 200 });
  });

  test.each([
    ["nothing to encode", "view=raw"],
    ["pairs out of order", "view=raw&lang=en&a=1"],
    ["a name twice", "a=2&a=10"],
    ["an empty value", "a=&b=1"],
    ["Chinese", "name=%E7%AD%BE%E7%BA%A6"],
    ["a space as %20", "a=b%20c"],
    ["a space as plus", "a=b+c"],
    ["marks that encodeURIComponent leaves", "a=it's!(*)~x y".replaceAll(" ", "%20")],
    ["marks that RFC 3986 reserves", "a=it%27s%21%28%2A%29~x%20y"],
    ["marks as URLSearchParams writes them", "a=it%27s%21%28*%29%7Ex+y"],
    ["marks as Python's urlencode writes them", "a=it%27s%21%28%2A%29~x+y"],
  ])("may carry a query with %s and signs it as sent", async (_, query) => {
    const { send } = stage(({ query: read }) => ({ status: 200, body: { read } }));
    const sent = { method: "GET", query };

    const answer = await send(eventOf(sent, signed(sent)));

    expect(answer.status).toBe(200);
    const { read } = JSON.parse(answer.body) as { read: string };
    expect([...new URLSearchParams(read)].sort()).toEqual([...new URLSearchParams(query)].sort());
  });

  test("is verified over the bytes of a body that travels as base64", async () => {
    const { send } = stage((call) => ({ status: 200, body: readJson(call) }));
    const sent = { body: Buffer.from('{"name":"张三"}') };

    expect(await send(eventOf(sent, signed(sent)))).toMatchObject({ body: '{"name":"张三"}' });
  });

  test.each([
    ["five minutes ago", -300_000, 200],
    ["a millisecond before that", -300_001, 401],
    ["five minutes ahead", 300_000, 200],
    ["a millisecond after that", 300_001, 401],
  ])("signed %s is judged by the window", async (_, offsetMs, status) => {
    const { send } = stage();
    const headers = signed({}, { "X-Timestamp": String(nowMs + offsetMs) });

    expect(await send(eventOf({}, headers))).toMatchObject({ status });
  });

  test("is good once: the same nonce again is refused", async () => {
    const { send } = stage();
    await send(eventOf({}, signed()));

    expect(await send(eventOf({}, signed()))).toMatchObject({ status: 401 });
  });
});

describe("A-24, B-46: a request whose signature does not hold", () => {
  const good = { body: '{"requestId":"R1"}', query: "a=1" };
  const headers = signed(good);
  const without = (name: string) =>
    Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
  const signature = headers["X-Signature"];

  const cases: readonly (readonly [string, Sent, Readonly<Record<string, string>>])[] = [
    ["another method", { ...good, method: "PUT" }, headers],
    ["another path", { ...good, path: "/v1/contracts/CT1" }, headers],
    ["another query", { ...good, query: "a=2" }, headers],
    ["no query", { ...good, query: "" }, headers],
    ["another body", { ...good, body: '{"requestId":"R2"}' }, headers],
    ["one more byte", { ...good, body: `${good.body} ` }, headers],
    ["an unknown client", good, { ...headers, "X-Client-Id": "stranger" }],
    ["a client's name as a prototype key", good, { ...headers, "X-Client-Id": "__proto__" }],
    ["another time", good, { ...headers, "X-Timestamp": String(nowMs + 1) }],
    ["another nonce", good, { ...headers, "X-Nonce": flipped(nonce) }],
    ["a flipped signature", good, { ...headers, "X-Signature": flipped(signature) }],
    ["an empty signature", good, { ...headers, "X-Signature": "" }],
    ["one character", good, { ...headers, "X-Signature": "a" }],
    ["63 characters", good, { ...headers, "X-Signature": signature.slice(1) }],
    ["65 characters", good, { ...headers, "X-Signature": `${signature}0` }],
    ["upper case", good, { ...headers, "X-Signature": signature.toUpperCase() }],
    ["no hex", good, { ...headers, "X-Signature": "签".repeat(64) }],
    [
      "base64",
      good,
      { ...headers, "X-Signature": Buffer.from(signature, "hex").toString("base64") },
    ],
    ...Object.keys(headers).map((name) => [`no ${name}`, good, without(name)] as const),
    // These are signed rightly over something that the scheme does not allow.
    ...["", "soon", "1e12", "-1", "1763700000", `${nowMs}.5`, ` ${nowMs}`, "9".repeat(400)].map(
      (time) =>
        [`the time ${time.slice(0, 20)}`, good, signed(good, { "X-Timestamp": time })] as const,
    ),
    ...["", "short", "a".repeat(15), "a".repeat(65), "0123456789abcde#", `${nonce}\n`].map(
      (used) =>
        [`the nonce ${JSON.stringify(used)}`, good, signed(good, { "X-Nonce": used })] as const,
    ),
  ];

  test.each(cases)(
    "%s: is answered 401, stores no nonce, and the good request still passes",
    async (_, sent, given) => {
      const { send, spent, counted } = stage();

      const refused = await send(eventOf(sent, given));

      expect(refused).toMatchObject({ status: 401, body: expect.stringContaining("B40101") });
      expect(spent).toEqual([]);
      expect(counted).toEqual(["SignatureRefused"]);
      expect(await send(eventOf(good, headers))).toMatchObject({ status: 200 });
    },
  );

  test("is answered with the same bytes whatever was wrong", async () => {
    const bodies = await Promise.all(
      cases.map(async ([, sent, given]) => (await stage().send(eventOf(sent, given))).body),
    );

    expect(new Set(bodies).size).toBe(1);
  });

  test("is refused before its body is read: bad JSON makes no difference", async () => {
    const { send } = stage((call) => ({ status: 200, body: readJson(call) }));

    expect(await send(eventOf({ ...good, body: "{" }, headers))).toMatchObject({ status: 401 });
  });

  test("is logged by its reason and trace id, without a header's value", async () => {
    const { send, logged } = stage();

    await send(eventOf(good, { ...headers, "X-Client-Id": "stranger" }));

    expect(logged).toEqual([
      ["warn", "request signature refused", { why: "signature", traceId: "trace-1" }],
    ]);
  });
});

describe("B-46: a body that cannot be read", () => {
  const echo = () => stage((call) => ({ status: 200, body: { read: readJson(call) } }));

  test.each([
    ["text/plain", 415],
    ["", 415],
    ["application/jsonp", 415],
    ["multipart/form-data", 415],
    ["application/json", 200],
    ["Application/JSON; charset=UTF-8", 200],
  ])("of content type %j is answered by it", async (contentType, status) => {
    const sent = { body: "{}", contentType };

    expect(await echo().send(eventOf(sent, signed(sent)))).toMatchObject({ status });
  });

  test("of 65,536 bytes is read, one byte more is 413", async () => {
    const body = `"${"a".repeat(65_534)}"`;
    const longer = { body: `${body} ` };

    expect(await echo().send(eventOf({ body }, signed({ body })))).toMatchObject({ status: 200 });
    const refused = await echo().send(eventOf(longer, signed(longer)));
    expect(refused).toMatchObject({ status: 413 });
    expect(JSON.parse(refused.body)).toEqual({
      code: "B41301",
      message: "send a body of at most 65536 bytes",
      traceId: "trace-1",
    });
  });

  test("because it is no JSON says where", async () => {
    const sent = { body: '{"a":1,}' };

    const refused = await echo().send(eventOf(sent, signed(sent)));

    expect(refused.status).toBe(400);
    expect(JSON.parse(refused.body)).toMatchObject({
      code: "B40001",
      message: "the body is not valid JSON at position 7",
    });
  });
});

describe("an answer", () => {
  test("tells its trace id and is never cached or sniffed", async () => {
    const { headers } = await stage().send(eventOf({}, signed()));

    expect(headers).toMatchObject({
      "x-trace-id": "trace-1",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    });
  });

  test("B-57: an unexpected error is answered without its details, with the trace id, and reported once", async () => {
    const { send, logged, counted } = stage(() => {
      throw new TypeError("secret table qianyue-prod is on fire");
    });

    const answer = await send(eventOf({}, signed()));

    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.body)).toEqual({
      code: "B50000",
      message: "an internal error occurred; try again or report the traceId",
      traceId: "trace-1",
    });
    expect(logged).toEqual([
      [
        "error",
        "request failed",
        { traceId: "trace-1", error: "TypeError", stack: expect.stringContaining("TypeError") },
      ],
    ]);
    expect(counted).toEqual(["SystemError"]);
  });

  test("B-57: so is something thrown that is no error at all", async () => {
    const { send } = stage(() => {
      throw "a string";
    });

    expect(await send(eventOf({}, signed()))).toMatchObject({ status: 500 });
  });

  test("B-51: a refusal with a waiting time says so in Retry-After", async () => {
    const { send } = stage(() => {
      throw new Problem("RATE_LIMITED", "wait", { data: { retryAfterSeconds: 42 } });
    });

    expect(await send(eventOf({}, signed()))).toMatchObject({
      status: 429,
      headers: { "retry-after": "42" },
    });
  });
});
