import { beforeAll, describe, expect, test } from "vitest";
import { type Credentials, partnerClient } from "../../client/signed-call.ts";
import { type Route, routes } from "../../lib/aws/routes.ts";
import { signedHeaders } from "../../lib/local/simulators/request-signature.ts";
import { becomes, begin, type Flow, type Json, partnerOf, requestFor, stepsOf } from "./actors.ts";
import { sharedStack } from "./stack.ts";

const stack = sharedStack();
const absent = `CT${"0".repeat(26)}`;

/** Routes that a partner or the verification system signs; the rest belongs to link holders and to everybody. */
const signedRoutes = routes.filter(
  ({ path, file }) => path.startsWith("/v1/contracts") && !file.startsWith("download-"),
);
const partnerRoutes = signedRoutes.filter(
  ({ path, file }) => path.includes("{contractId}") && file !== "receive-verification",
);
const pageRoutes = routes.filter(({ path }) => path.startsWith("/h5/"));

let ours: Flow;
let link: string;

beforeAll(async () => {
  ours = await begin(stack, "personal");
  await ours.signer();
  link = new URL(ours.started.body.h5Url).pathname;
});

const addressOf = ({ path }: Route, contractId: string) =>
  path.replace("{contractId}", contractId).replace("/h5/{token}", link);

/** A body that the route would accept, so that nothing but the caller can be wrong with it. */
function bodyFor({ method, file }: Route): Json {
  if (method === "GET") return undefined;
  const bodies: Record<string, Json> = {
    "create-contract": requestFor(stack, "personal"),
    "revoke-contract": { reason: "x", operator: "ops" },
    "resend-sms": {},
    "decline-contract": { reason: "no" },
    "sign-agreement": { signature: { typedName: "张" } },
    "submit-verification": { amount: "0.37" },
    "receive-verification": {
      contractId: absent,
      verificationId: "VR1",
      authResult: "SUCCESS",
      authMethod: "FACE_VERIFY",
      evidenceData: {},
    },
  };
  return bodies[file] ?? {};
}

/** Everything of an answer that a caller can see, without what differs from call to call. */
async function seen(response: Response): Promise<Json> {
  const volatile = new Set(["date", "x-trace-id", "connection", "keep-alive"]);
  const headers = [...response.headers].filter(([name]) => !volatile.has(name));
  const text = (await response.text()).replace(/"traceId":"[^"]+"/, '"traceId":"…"');
  return { status: response.status, headers, text };
}

function send(
  route: Route,
  contractId: string,
  caller: Credentials | undefined,
  more: Json = {},
): Promise<Response> {
  const body = bodyFor(route);
  const text = body === undefined ? "" : JSON.stringify(body);
  const path = addressOf(route, contractId);
  const part = { method: route.method, path, search: "", body: text };
  return fetch(stack.apiUrl + path, {
    method: route.method,
    headers: {
      ...(caller && signedHeaders(caller, part, stack.now(), crypto.randomUUID())),
      ...(text === "" ? {} : { "content-type": "application/json" }),
      ...more,
    },
    ...(text === "" ? {} : { body: text }),
  });
}

const credentials = (dialect: string) =>
  stack.partners.find(({ dialects }) => dialects.includes(dialect)) as Credentials;

describe.each(signedRoutes)("$method $path", (route) => {
  test("K12: refuses a call without a signature, a wrong one and a stranger's with the same 401", async () => {
    const wrong = { ...credentials("native"), secret: "guessed" };
    const stranger = { clientId: "nobody", secret: "guessed" };

    const answers = [
      await seen(await send(route, ours.id, undefined)),
      await seen(await send(route, ours.id, wrong)),
      await seen(await send(route, ours.id, stranger)),
      await seen(await send(route, absent, stranger)),
    ];

    expect(answers[0].status).toBe(401);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });
});

describe.each(partnerRoutes)("$method $path", (route) => {
  test("B-52: answers another partner's contract exactly like one that does not exist, and changes nothing", async () => {
    const before = await stepsOf(ours);
    const other = credentials("A");

    const foreign = await seen(await send(route, ours.id, other));
    const missing = await seen(await send(route, absent, other));
    const malformed = await seen(await send(route, "nothing", other));

    expect(foreign.status).toBe(404);
    expect(foreign).toEqual(missing);
    expect(malformed).toEqual(missing);
    expect(await stepsOf(ours)).toEqual(before);
  });
});

describe.each(pageRoutes)("$method $path", (route) => {
  test("B-52: a link that is altered by one letter opens nothing", async () => {
    const altered = link.slice(0, -1) + (link.endsWith("A") ? "B" : "A");
    const path = route.path.replace("/h5/{token}", altered);
    const body = bodyFor(route);

    const response = await fetch(stack.apiUrl + path, {
      method: route.method,
      headers: { accept: "application/json", "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

    expect(response.status).toBe(404);
  });
});

test.each([
  ["stale by six minutes", { "x-timestamp": (now: number) => now - 6 * 60_000 }],
  ["six minutes ahead", { "x-timestamp": (now: number) => now + 6 * 60_000 }],
] as const)("K12: a request whose time is %s is refused", async (_, shift) => {
  const call = partnerClient(stack.apiUrl, credentials("native"), () =>
    shift["x-timestamp"](stack.now()),
  );

  const { status } = await call("GET", `/v1/contracts/${ours.id}`);

  expect(status).toBe(401);
});

test("A-37: every action on a contract that has ended is refused for its state, not with a fault", async () => {
  const flow = await begin(stack, "personal");
  const signer = await flow.signer();
  const call = partnerOf(stack);
  await call("POST", `/v1/contracts/${flow.id}/revoke`, { reason: "x", operator: "ops" });
  await becomes(flow, "FAILED");

  const statuses = {
    consent: (await signer.act("consent", {})).status,
    sign: (await signer.act("sign", { signature: { typedName: "张" } })).status,
    verification: (await signer.act("verification", { amount: "0.37" })).status,
    decline: (await signer.act("decline", { reason: "no" })).status,
    open: (await signer.act("open", {})).status,
    sms: (await call("POST", `/v1/contracts/${flow.id}/sms`)).status,
    revoke: (await call("POST", `/v1/contracts/${flow.id}/revoke`, { reason: "x", operator: "o" }))
      .status,
  };

  expect(statuses).toEqual({
    consent: 409,
    sign: 409,
    verification: 409,
    decline: 409,
    // Harmless and idempotent: an open page of an ended contract and a repeated revocation.
    open: 200,
    sms: expect.toSatisfy((status: number) => status === 409 || status === 429),
    revoke: 200,
  });
});

describe("A-37 B-46: a body that is not what it should be is a clear 4xx", () => {
  const cases: readonly (readonly [string, string | Buffer, string, number, string])[] = [
    [
      "a key that appears twice",
      '{"requestId":"a","requestId":"b"}',
      "application/json",
      400,
      "twice",
    ],
    ["more than 64 KB", `{"requestId":"${"a".repeat(65_536)}"}`, "application/json", 413, "65536"],
    ["a thousand levels", "[".repeat(1000) + "]".repeat(1000), "application/json", 400, "deeper"],
    ["another content type", '{"requestId":"a"}', "text/plain", 415, "application/json"],
    [
      "bytes that are no UTF-8",
      Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]),
      "application/json",
      400,
      "UTF-8",
    ],
    ["half of a JSON document", '{"requestId":', "application/json", 400, "JSON"],
    ["no body at all", "", "application/json", 400, "JSON"],
    ["a prototype", '{"__proto__":{"x":1}}', "application/json", 400, "__proto__"],
    ["a list", "[]", "application/json", 400, "body"],
    ["a field nobody knows", '{"colour":"red"}', "application/json", 400, "colour"],
  ];

  test.each(cases)("%s", async (_, body, type, status, says) => {
    const path = "/v1/contracts";
    const bytes = Buffer.from(body);
    const part = { method: "POST", path, search: "", body: bytes };
    const signature = signedHeaders(credentials("native"), part, stack.now(), crypto.randomUUID());

    const response = await fetch(stack.apiUrl + path, {
      method: "POST",
      headers: { "content-type": type, ...signature },
      body: bytes,
    });
    const answer = await response.json();

    expect([response.status, answer.message]).toEqual([status, expect.stringContaining(says)]);
    expect(answer).toMatchObject({ code: expect.any(String), traceId: expect.any(String) });
  });
});

test.each([
  ["A-04 B-21 B-47: a scene outside the three", { bizScene: "SPLIT" }, "B40002", "RELATION_BIND"],
  ["A-05: a user type outside the two", { userType: "ROBOT" }, "B40001", "PERSONAL"],
  [
    "A-29: a person without an identity number",
    { userInfo: { idCardNo: undefined } },
    "B40001",
    "idCardNo",
  ],
  [
    "B-48: an agreement that the scene does not know",
    { agreementType: "PAYOUT" },
    "B40003",
    "agreementType",
  ],
  ["A-03: a mobile number that is none", { userInfo: { mobile: "123" } }, "B40001", "mobile"],
] as const)("%s is refused with what is allowed", async (_, changes, code, says) => {
  const request = requestFor(stack, "personal", changes);

  const { status, body } = await partnerOf(stack)("POST", "/v1/contracts", request);

  expect([status, body.code]).toEqual([400, code]);
  expect(JSON.stringify(body)).toContain(says);
});

test.each([
  "http://127.0.0.1:9/callback",
  "http://localhost/callback",
  "https://127.0.0.1/callback",
  "https://169.254.169.254/latest/meta-data",
  "https://[::1]/callback",
  "https://10.0.0.1/callback",
  "http://partner.example.com/callback",
  "https://user:password@partner.example.com/",
  "ftp://partner.example.com/",
])("T-12: a callback to %s is refused before anything is created", async (callbackUrl) => {
  const request = requestFor(stack, "personal", { callbackUrl });

  const { status, body } = await partnerOf(stack)("POST", "/v1/contracts", request);

  expect(status).toBe(400);
  expect(body.errors).toMatchObject([{ field: "callbackUrl" }]);
});
