import { randomInt, randomUUID } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { eventually } from "../../examples/signer.ts";
import { awsOf, type Json, script } from "./actors.ts";
import {
  ends,
  executesOf,
  historyOf,
  ledgerOf,
  newAccount,
  operatorOf,
  run,
  splitData,
  tiancaiOf,
  told,
} from "./money-actors.ts";
import { ownStack } from "./stack.ts";

// A stack of its own: clearing fails here, and time passes.
const stack = ownStack();
const dayMs = 24 * 3600 * 1000;
/** What the breaker may have seen of the test before is over by then. */
const calmMs = 120_000;

const execute = { method: "POST", path: "/split/execute" };
const query = { method: "GET", path: "/split/query/*" };
const faults = (...rules: readonly Json[]) => script(stack.simulators.clearing, rules);

async function calm(): Promise<void> {
  await faults();
  await stack.advance(calmMs);
}

async function split(requestId: string = randomUUID(), more: Json = {}) {
  const answer = await tiancaiOf(stack).process("SPLIT", splitData(more), requestId);
  return { requestId, answer, orderNo: answer.body.data.transactionOrderNo as string };
}

async function reconciled(): Promise<void> {
  const { code, said } = await run(stack, "bin/reconcile.ts");
  expect(said).toContain("equal to the fen");
  expect(code).toBe(0);
}

test("T-21, T-28, K38, K39: sequence 5.2: sent four times while the caller waits, taken over by the queue, never FAILED", {
  timeout: 30_000,
}, async () => {
  await calm();
  await faults({ match: execute, kind: "status", status: 429, times: 4 });

  const { requestId, answer, orderNo } = await split();
  const sends = await executesOf(stack, orderNo);
  const result = await ends(stack, requestId);

  expect(told(answer)).toBe("200 SUCCESS PROCESSING");
  expect(sends).toBe(4);
  expect(result.status).toBe("SUCCESS");
  expect(await ledgerOf(stack, orderNo)).toHaveLength(1);
  expect((await historyOf(stack, orderNo)).map(({ step }) => step)).not.toContain("ORDER_FAILED");
});

test("K39: executed with its answer lost, and the query down for minutes: PROCESSING throughout, then SUCCESS, one row", {
  timeout: 60_000,
}, async () => {
  await calm();
  await faults(
    { match: execute, kind: "after", times: 1 },
    { match: query, kind: "status", status: 503, times: 6 },
  );

  const { requestId, answer, orderNo } = await split();
  const seen: string[] = [];
  const result = await ends(stack, requestId, (data) =>
    seen.push(`${data.status} ${data.outcomeUnknown ?? false}`),
  );

  expect(told(answer)).toBe("200 SUCCESS PROCESSING");
  expect(new Set(seen.slice(0, -1))).toEqual(new Set(["PROCESSING true"]));
  expect(result.status).toBe("SUCCESS");
  expect(await executesOf(stack, orderNo)).toBe(1);
  expect(await ledgerOf(stack, orderNo)).toHaveLength(1);
});

test("K39: lost, not found when asked, and applied a minute later: never FAILED, never sent again, one row", {
  timeout: 60_000,
}, async () => {
  await calm();
  await faults({ match: execute, kind: "late", delayMs: 60_000, times: 1 });

  const { requestId, orderNo } = await split();
  const seen: string[] = [];
  const result = await ends(stack, requestId, ({ status }) => seen.push(status));

  expect(new Set(seen.slice(0, -1))).toEqual(new Set(["PROCESSING"]));
  expect(result.status).toBe("SUCCESS");
  expect(await executesOf(stack, orderNo)).toBe(1);
  expect(await ledgerOf(stack, orderNo)).toHaveLength(1);
});

test.each([
  ["malformed", {}],
  ["otherOrder", {}],
  ["after", { status: 500 }],
  ["processing", { delayMs: 90_000 }],
])(
  "K39: an answer that is %s proves nothing, and the order is asked about until it is known",
  {
    timeout: 30_000,
  },
  async (kind, more) => {
    await calm();
    await faults({ match: execute, kind, times: 1, ...more });

    const { requestId, orderNo } = await split();
    const result = await ends(stack, requestId);

    expect(result.status).toBe("SUCCESS");
    expect(await executesOf(stack, orderNo)).toBe(1);
    expect(await ledgerOf(stack, orderNo)).toHaveLength(1);
  },
);

test("a poison message among a hundred good orders stops none of them", {
  timeout: 90_000,
}, async () => {
  await calm();
  const send = (body: string) =>
    new SQSClient({ ...awsOf(stack), endpoint: stack.endpoints.sqs }).send(
      new SendMessageCommand({
        QueueUrl: String(stack.environment.CLEARING_QUEUE_URL),
        MessageBody: body,
      }),
    );
  await faults({ match: execute, kind: "status", status: 429 });
  const poison = ["{", "{}", '{"detail":{"transactionOrderNo":"TO0"}}', "null"];
  for (const body of poison) await send(body);

  const sent = await Promise.all(Array.from({ length: 100 }, () => split()));
  await calm();
  for (const { requestId } of sent) await ends(stack, requestId);

  const rows = await Promise.all(sent.map(({ orderNo }) => ledgerOf(stack, orderNo)));
  expect(rows.map((own) => own.length)).toEqual(Array(100).fill(1));
  await reconciled();
});

test("T-41, K35: killed again and again in the middle, it forgets no order and pays none twice: the ledger equals the orders to the fen", {
  timeout: 120_000,
}, async () => {
  await calm();
  await faults({ match: execute, kind: "after", times: 3 });
  const asked = Array.from({ length: 24 }, () => ({ requestId: randomUUID(), data: splitData() }));
  const ask = ({ requestId, data }: (typeof asked)[number]) =>
    tiancaiOf(stack).process("SPLIT", data, requestId);

  for (let round = 0; round < 3; round += 1) {
    const group = asked
      .slice(round * 8, round * 8 + 8)
      .map((one) => ask(one).catch(() => undefined));
    await new Promise((later) => setTimeout(later, randomInt(20, 400)));
    await stack.kill();
    await Promise.all(group);
    await stack.restart();
  }
  // A caller who heard nothing asks again, with the same id and the same body.
  for (const one of asked)
    await eventually("the stack to answer", () => ask(one).catch(() => undefined));
  for (const { requestId } of asked) await ends(stack, requestId);

  await reconciled();
});

test("K37: two platforms may use the same requestId: two orders", { timeout: 60_000 }, async () => {
  await calm();
  const file = join(stack.dataDir, "credentials.json");
  const credentials = JSON.parse(readFileSync(file, "utf8"));
  const other = {
    ...credentials.partners.at(-1),
    clientId: "other-app",
    dialects: ["T"],
    scopes: [],
  };
  credentials.partners.push({ ...other, secret: "5".repeat(64) });
  await stack.kill();
  writeFileSync(file, JSON.stringify(credentials));
  await stack.restart();
  const requestId = randomUUID();
  const data = splitData();

  const one = await tiancaiOf(stack).process("SPLIT", data, requestId);
  const two = await tiancaiOf(stack, { clientId: "other-app" }).process("SPLIT", data, requestId);

  const numbers = [one, two].map(({ body }) => body.data.transactionOrderNo);
  expect(new Set(numbers).size).toBe(2);
  expect(two.replayed).toBe(false);
  for (const orderNo of numbers) expect(await ledgerOf(stack, orderNo)).toHaveLength(1);
  expect((await tiancaiOf(stack).query(requestId)).body.data.transactionOrderNo).toBe(numbers[0]);
});

test("T-40: every failure is logged under requestId and order number, and nothing but the order's own row names an account's holder", async () => {
  await calm();
  const name = "尉迟明月";
  const requestId = randomUUID();
  await faults({ match: execute, kind: "after", times: 1 });
  const payerInfo = { accountNo: newAccount(), accountName: name };
  const { orderNo } = await split(requestId, { payerInfo });
  await split(undefined, { payerInfo, amount: "0" });

  const files = readdirSync(stack.dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !theirOwn.test(join(entry.parentPath, entry.name)))
    .map(({ parentPath, name: file }) => readFileSync(join(parentPath, file)));
  const lines = readdirSync(stack.logs).flatMap((file) =>
    readFileSync(join(stack.logs, file), "utf8").split("\n"),
  );

  expect(lines.some((line) => line.includes(requestId) && line.includes(orderNo))).toBe(true);
  expect(files.filter((content) => content.includes(name))).toEqual([]);
  await ends(stack, requestId);
});

/** The order's row keeps the request as it came (T-06), and clearing's simulator is not ours. */
const theirOwn = /\/(simulators|dynamodb\.db)/;

/** Last of all: a day passes. */
test("K39: an outcome that stays unknown for a day waits for operations, who list it, close it with a reason, and cannot close it wrongly", {
  timeout: 90_000,
}, async () => {
  await calm();
  await faults({ match: execute, kind: "after", times: 2 }, { match: query, kind: "before" });
  const operator = operatorOf(stack);
  const [paid, lost] = [await split(), await split()];
  await stack.advance(dayMs);
  const waiting = await eventually("both orders to be parked", async () => {
    await stack.advance(600_000);
    const { data } = (await operatorOf(stack)("GET", "/v1/operations/orders")).body;
    const numbers = data.orders.map((order: Json) => order.transactionOrderNo);
    return [paid, lost].every(({ orderNo }) => numbers.includes(orderNo)) ? numbers : undefined;
  });
  const close = (orderNo: string, more: Json) =>
    operator("POST", `/v1/operations/orders/${orderNo}/close`, {
      operator: "alice",
      reason: "CLEARING_CONFIRMED",
      ticket: "INC-1",
      ...more,
    });
  await calm();
  const [row] = await ledgerOf(stack, paid.orderNo);

  const wrongly = await close(paid.orderNo, { type: "closeFailed" });
  const notAllowed = await tiancaiOf(stack).query(paid.requestId);
  const rightly = await close(paid.orderNo, {
    type: "closeExecuted",
    clearingOrderNo: row?.clearingOrderNo,
  });
  const listed = await run(stack, "bin/ops.ts", "list");
  const retried = await run(
    ...([stack, "bin/ops.ts", "close", lost.orderNo, "--as", "retry"] as const),
    ...["--reason", "CAUSE_MENDED", "--ticket", "INC-2", "--operator", "bob"],
  );

  expect(waiting).toHaveLength(2);
  expect(told(wrongly)).toBe("409 STATE_CONFLICT undefined");
  expect(notAllowed.body.data).toMatchObject({ status: "PROCESSING" });
  expect(told(rightly)).toBe("200 SUCCESS SUCCESS");
  expect(listed.said).toContain(lost.orderNo);
  expect(listed.said).not.toContain(paid.orderNo);
  expect(retried.said).toContain("FORWARDED");
  expect((await ends(stack, lost.requestId)).status).toBe("SUCCESS");
  expect((await historyOf(stack, paid.orderNo)).at(-1)).toMatchObject({
    step: "ORDER_SUCCEEDED",
    actor: "operator:alice",
    facts: { reason: "CLEARING_CONFIRMED", ticket: "INC-1" },
  });
  const parked = (await run(stack, "bin/ops.ts", "list")).said;
  expect(parked).toContain("the manual queue is empty");
  await reconciled();
});
