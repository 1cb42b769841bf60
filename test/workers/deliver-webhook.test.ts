import { createHash } from "node:crypto";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { SQSEvent } from "aws-lambda";
import { describe, expect, test } from "vitest";
import { platformKeys } from "../../functions/adapters/platform-keys.ts";
import { advance } from "../../functions/advance.ts";
import { assembleContracts, assembleTemplates } from "../../functions/assemble.ts";
import { plusSeconds } from "../../functions/domain/drafts.ts";
import { type ContractEvent, eventOf } from "../../functions/domain/events.ts";
import { contractStarter } from "../../functions/start/start-contract.ts";
import { build } from "../../functions/workers/deliver-webhook.ts";
import { type HttpRequest, NoAnswer, type World } from "../../functions/world.ts";
import { partner, testWorld } from "../fakes/world.ts";

const begin = "2026-11-21T08:00:00.000Z";
const callbackUrl = "https://partner.example/callback";

type Queued = {
  readonly queue: string;
  readonly delaySeconds: number;
  readonly body: {
    readonly detail: ContractEvent;
    readonly attempt: number;
    readonly notBefore: string;
  };
};

type WireRequest = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
};

/** A revoked contract whose partner is to be told, and a partner who answers as told. */
async function stage(answers: { status: number; headers?: Record<string, string> } | NoAnswer) {
  let at = begin;
  const queued: Queued[] = [];
  const requests: HttpRequest[] = [];
  const counted: string[] = [];
  const calls: string[] = [];
  const base = testWorld({
    now: () => at,
    async http(request) {
      calls.push("send");
      requests.push(request);
      if (answers instanceof NoAnswer) throw answers;
      return { headers: {}, body: "", ...answers };
    },
  });
  const world: World = {
    ...base.world,
    environment: (name) =>
      ({
        WEBHOOK_QUEUE_URL: "https://sqs.test-1.amazonaws.com/webhooks",
        WEBHOOK_DLQ_URL: "https://sqs.test-1.amazonaws.com/dead",
      })[name] ?? base.world.environment(name),
    count: (metric) => counted.push(metric),
    aws: withQueues(base.world.aws, (message) => queued.push(message)),
  };
  const contracts = assembleContracts(world);
  const start = contractStarter(
    world,
    contracts,
    platformKeys(world, "platform"),
    assembleTemplates(world),
    [],
  );
  const { contract } = await start(
    { clientId: partner.clientId, returnUrls: [] },
    {
      requestId: "REQ-1",
      bizScene: "RELATION_BIND",
      userType: "PERSONAL",
      userInfo: { name: "张三", mobile: "13800138000", idCardNo: "310101199001011234" },
      callbackUrl,
    },
  );
  const revoke = { type: "revoke", at, owner: "sandai", reason: "张三", operator: "ops" } as const;
  await advance(contracts, contract.id, revoke);
  const steps = async () => (await contracts.history(contract.id)).map(({ entry }) => entry);
  const detail = eventOf((await steps()).at(-1)!, contract)!;
  base.dynamo.gate = async ({ writes }) => {
    if (writes.some((place) => place.includes("DELIVERY#"))) calls.push("record");
    return undefined;
  };

  const deliver = build(world);
  const receive = (message: object) => {
    const record = { messageId: "m1", body: JSON.stringify(message) };
    return deliver({ Records: [record] } as unknown as SQSEvent);
  };
  const log = () =>
    base.dynamo
      .items("flow")
      .map((item) => unmarshall(item as never))
      .find((item) => String(item.sk).startsWith("DELIVERY#"));
  const wait = (until: string) => {
    at = until;
  };
  return { receive, detail, queued, requests, counted, calls, steps, log, wait, now: () => at };
}

/** SQS beside the services that the shared fake already has. */
function withQueues(aws: World["aws"], take: (message: Queued) => void): World["aws"] {
  const { requestHandler: others } = aws as {
    requestHandler: { handle(request: WireRequest): Promise<unknown> };
  };
  return {
    ...aws,
    requestHandler: {
      async handle(request: WireRequest) {
        if (!request.headers["x-amz-target"]?.startsWith("AmazonSQS."))
          return others.handle(request);
        const input = JSON.parse(Buffer.from(request.body ?? "").toString("utf8"));
        const { QueueUrl, MessageBody, DelaySeconds } = input;
        take({
          queue: QueueUrl.split("/").at(-1),
          delaySeconds: DelaySeconds,
          body: JSON.parse(MessageBody),
        });
        const digest = createHash("md5").update(MessageBody).digest("hex");
        const body = Buffer.from(JSON.stringify({ MessageId: "1", MD5OfMessageBody: digest }));
        return { response: { statusCode: 200, headers: {}, body } };
      },
    },
  };
}

const quiet = { batchItemFailures: [] };

describe("A-27, B-11: telling a partner how its contract ended", () => {
  test("posts the event to callbackUrl, records the attempt before it leaves, and the delivery as evidence", async () => {
    const { receive, detail, requests, calls, steps, log, queued } = await stage({ status: 200 });

    expect(await receive({ detail })).toEqual(quiet);

    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      url: callbackUrl,
      headers: { "webhook-id": detail.eventId },
    });
    expect(requests[0]?.body).not.toMatch(/张三|13800138000/);
    expect(calls).toEqual(["record", "send", "record"]);
    expect((await steps()).at(-1)).toMatchObject({
      step: "CALLBACK_DELIVERED",
      facts: { eventId: detail.eventId, attempts: 1, status: 200 },
    });
    expect(log()).toMatchObject({ attempts: 1, last_status: 200, delivered_at: begin });
    expect(queued).toEqual([]);
  });

  test("B-16: what was delivered is not sent again, however often its message comes back", async () => {
    const { receive, detail, requests, steps } = await stage({ status: 200 });
    await receive({ detail });
    const { length } = await steps();

    await receive({ detail });
    await receive({ detail, attempt: 2, notBefore: begin });

    expect(requests).toHaveLength(1);
    expect(await steps()).toHaveLength(length);
  });

  test("K19: three attempts at once, then the slow schedule, the same id and bytes each time", async () => {
    const { receive, detail, queued, requests, wait, now, counted } = await stage({ status: 503 });
    const waits: number[] = [];

    await receive({ detail });
    while (queued.at(-1)?.queue === "webhooks") {
      const { body } = queued.at(-1)!;
      waits.push((Date.parse(body.notBefore) - Date.parse(now())) / 1000);
      wait(body.notBefore);
      await receive(body);
    }

    const [minute, hour] = [60, 3600];
    expect(waits).toEqual([
      1,
      2,
      5,
      5 * minute,
      30 * minute,
      2 * hour,
      5 * hour,
      10 * hour,
      14 * hour,
      20 * hour,
      24 * hour,
    ]);
    expect(requests).toHaveLength(12);
    expect(
      new Set(requests.map(({ body, headers }) => `${headers["webhook-id"]} ${body}`)).size,
    ).toBe(1);
    expect(counted).toEqual(["WebhookUndelivered"]);
  });

  test("after the last attempt the event is a dead letter, evidence, and a count that rings an alarm", async () => {
    const { receive, detail, queued, steps, counted, log } = await stage({ status: 500 });

    await receive({ detail, attempt: 12 });

    expect(queued).toMatchObject([{ queue: "dead", body: { detail, attempt: 13 } }]);
    expect((await steps()).at(-1)).toMatchObject({
      step: "CALLBACK_UNDELIVERED",
      facts: { attempts: 12, status: 500 },
    });
    expect(counted).toEqual(["WebhookUndelivered"]);
    expect(log()).toMatchObject({ given_up_after: 12, last_status: 500 });
  });

  test("a second copy of the last message stays quiet", async () => {
    const { receive, detail, queued, requests } = await stage({ status: 500 });
    await receive({ detail, attempt: 12 });

    await receive({ detail, attempt: 12 });

    expect(requests).toHaveLength(1);
    expect(queued).toHaveLength(1);
  });

  test("a dead letter moved back to the queue is sent again: it was once dropped without a word", async () => {
    const { receive, detail, queued, requests } = await stage({ status: 500 });
    await receive({ detail, attempt: 12 });

    await receive(queued[0]!.body);

    expect(requests).toHaveLength(2);
    expect(queued[1]).toMatchObject({ queue: "dead", body: { attempt: 14 } });
  });

  test("410 ends the delivery at once", async () => {
    const { receive, detail, queued, counted } = await stage({ status: 410 });

    await receive({ detail });

    expect(queued).toMatchObject([{ queue: "dead", body: { attempt: 2 } }]);
    expect(counted).toEqual(["WebhookUndelivered"]);
  });

  test("Retry-After is honoured, up to a day", async () => {
    const asked = async (retryAfter: string) => {
      const { receive, detail, queued } = await stage({
        status: 429,
        headers: { "retry-after": retryAfter },
      });
      await receive({ detail });
      return queued[0];
    };

    expect(await asked("600")).toMatchObject({
      delaySeconds: 600,
      body: { notBefore: plusSeconds(begin, 600) },
    });
    // SQS holds a message back for a quarter of an hour at most; it comes back and is put back.
    expect(await asked("999999")).toMatchObject({
      delaySeconds: 900,
      body: { notBefore: plusSeconds(begin, 86_400) },
    });
  });

  test("a message that comes before its time is put back unsent", async () => {
    const { receive, detail, queued, requests, calls } = await stage({ status: 200 });
    const notBefore = plusSeconds(begin, 1000);

    await receive({ detail, attempt: 5, notBefore });

    expect(requests).toEqual([]);
    expect(calls).toEqual([]);
    expect(queued).toEqual([
      { queue: "webhooks", delaySeconds: 900, body: { detail, attempt: 5, notBefore } },
    ]);
  });

  test("no answer is one more failed attempt", async () => {
    const { receive, detail, queued, log } = await stage(new NoAnswer("reset", true));

    expect(await receive({ detail })).toEqual(quiet);

    expect(queued).toMatchObject([{ body: { attempt: 2 } }]);
    expect(log()).toMatchObject({ attempts: 1, last_status: 0 });
  });

  test("an unexpected error gives the message back to the queue", async () => {
    const { receive } = await stage({ status: 200 });

    expect(await receive({ detail: { contractId: "CT-nobody" } })).toEqual({
      batchItemFailures: [{ itemIdentifier: "m1" }],
    });
  });
});
