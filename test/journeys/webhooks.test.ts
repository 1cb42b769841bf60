import { expect, test } from "vitest";
import {
  begin,
  type Flow,
  inTime,
  type Json,
  recorded,
  script,
  stepsOf,
  type Webhook,
  webhooksOf,
} from "./actors.ts";
import { ownStack } from "./stack.ts";

const stack = ownStack();
const minute = 60_000;

/** A contract that has just ended, and so owes its partner a webhook; the receiver misbehaves as scripted. */
async function ended(faults: readonly Json[] = []): Promise<Flow> {
  const flow = await begin(stack, "personal");
  const path = new URL(flow.request.callbackUrl).pathname;
  const rules = faults.map((fault) => ({ match: { path }, ...fault }));
  await script(stack.simulators.partner, rules);
  await flow.signer();
  const revocation = { reason: "cancelled", operator: "ops" };
  await flow.call("POST", `/v1/contracts/${flow.id}/revoke`, revocation);
  return flow;
}

/** How often the receiver was called, whatever it answered. */
async function attemptsOf({ request }: Flow): Promise<Json[]> {
  const log = await fetch(`${stack.simulators.partner}/_control/log?limit=500`);
  const { requests } = await log.json();
  return requests.filter(({ path }: Json) => request.callbackUrl.endsWith(path));
}

/** Waits for the delivery in steps of a minute: nothing but the webhook is under way any more. */
async function delivered(flow: Flow): Promise<Json> {
  await recorded(flow, "SEALED");
  const log = async () => (await stepsOf(flow)).includes("CALLBACK_DELIVERED") || undefined;
  await inTime(stack, `the delivery for ${flow.id}`, log, minute);
  return recorded(flow, "CALLBACK_DELIVERED");
}

/** Seconds between the attempts, as the receiver saw them. */
async function gapsOf(flow: Flow): Promise<number[]> {
  const times = (await attemptsOf(flow)).map(({ at }) => Date.parse(at) / 1000);
  return times.slice(1).map((time, index) => time - Number(times[index]));
}

test("K19 A-27: an answer of 500 is tried again at once, with the same id and the same bytes", async () => {
  const flow = await ended([{ times: 2, kind: "status", status: 500 }]);

  const record = await delivered(flow);

  expect(record).toMatchObject({ attempts: 3, status: 200 });
  const attempts = await attemptsOf(flow);
  expect(attempts).toHaveLength(3);
  expect(new Set(attempts.map(({ body }) => body)).size).toBe(1);
  expect(new Set(attempts.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  const [received] = await webhooksOf(stack, flow);
  expect(received).toMatchObject({ delivery: 1, signatureValid: true } satisfies Partial<Webhook>);
});

test("B-16: a webhook whose answer was lost comes again, and its id lets the receiver drop it", async () => {
  const flow = await ended([{ times: 1, kind: "after" }]);

  await delivered(flow);

  const received = await webhooksOf(stack, flow);
  expect(received.map(({ delivery }) => delivery)).toEqual([1, 2]);
  expect(received[0]?.webhookId).toBe(received[1]?.webhookId);
});

test("410 ends the delivery: nobody asks again, and the evidence says so", async () => {
  const flow = await ended([{ kind: "status", status: 410 }]);

  const record = await inTime(stack, "the end of the delivery", async () =>
    (await stepsOf(flow)).includes("CALLBACK_UNDELIVERED")
      ? recorded(flow, "CALLBACK_UNDELIVERED")
      : undefined,
  );
  await stack.advance(60 * minute);

  expect(record).toMatchObject({ attempts: 1, status: 410 });
  expect(await attemptsOf(flow)).toHaveLength(1);
});

test("T-12: a redirect is not followed; it counts as a failure and is tried again", async () => {
  const elsewhere = `${stack.simulators.partner}/elsewhere`;
  const flow = await ended([
    { times: 1, kind: "status", status: 302, headers: { location: elsewhere } },
  ]);

  expect(await delivered(flow)).toMatchObject({ attempts: 2 });

  const log = await fetch(`${stack.simulators.partner}/_control/log?limit=500`);
  const { requests } = await log.json();
  expect(requests.filter(({ path }: Json) => path === "/elsewhere")).toEqual([]);
});

test("Retry-After is honoured", async () => {
  const flow = await ended([
    { times: 1, kind: "status", status: 503, headers: { "retry-after": "600" } },
  ]);

  expect(await delivered(flow)).toMatchObject({ attempts: 2 });

  expect(await gapsOf(flow)).toEqual([expect.toSatisfy((gap: number) => gap >= 600)]);
});

test("an answer of 64 MB is cut off and does no harm", async () => {
  const flow = await ended([
    { times: 1, kind: "status", status: 200, bodyBytes: 64 * 1024 * 1024 },
  ]);

  expect(await delivered(flow)).toMatchObject({ status: 200 });
});

test("K19: a receiver that is away is asked again after 1, 2 and 5 seconds, then 5 and 30 minutes", async () => {
  const flow = await ended([{ times: 5, kind: "status", status: 503 }]);

  expect(await delivered(flow)).toMatchObject({ attempts: 6, status: 200 });

  const schedule = [1, 2, 5, 300, 1800];
  const gaps = await gapsOf(flow);
  expect(gaps.map((gap, index) => gap >= Number(schedule[index]))).toEqual(Array(5).fill(true));
});
