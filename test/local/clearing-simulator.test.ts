import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { clearingSimulator } from "../../lib/local/simulators/clearing.ts";
import { signedHeaders } from "../../lib/local/simulators/request-signature.ts";
import { type Addressed, client, eventually, get, script, useStage } from "./simulator-stage.ts";

const stage = useStage();
const start = () => stage.start((options) => clearingSimulator({ ...options, clients: [client] }));

const instruction = {
  requestNo: "TO0001",
  bizType: "COLLECTION",
  payerAccountNo: "STORE_001",
  receiverAccountNo: "HQ_001",
  amount: "12.34",
  authorizationRef: "CT1",
};
const executed = {
  requestNo: "TO0001",
  status: "SUCCESS",
  code: "SUCCESS",
  message: "executed",
  clearingOrderNo: expect.stringMatching(/^CL[0-9A-F]{24}$/),
};

describe("the wire", () => {
  test("T-07: an instruction becomes one ledger row, whose number the answer and the query give", async () => {
    const clearing = await start();

    const [status, answer] = await execute(clearing, instruction);

    expect([status, answer]).toEqual([200, executed]);
    expect(await call(clearing, "GET", "/split/query/TO0001")).toEqual([200, answer]);
    const { rows, next } = await statement(clearing);
    expect(rows).toMatchObject([{ ...instruction, clearingOrderNo: answer.clearingOrderNo }]);
    expect(next).toBeNull();
  });

  test("a hundred equal instructions at once get one answer and one row", async () => {
    const clearing = await start();

    const answers = await Promise.all(
      Array.from({ length: 100 }, () => execute(clearing, instruction)),
    );

    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect((await get(clearing, "/_control/state")).totals).toEqual({ rows: 1, amount: "12.34" });
  });

  test("the same request number with another instruction is a conflict and moves nothing", async () => {
    const clearing = await start();
    await execute(clearing, instruction);

    const [status, answer] = await execute(clearing, { ...instruction, amount: "12.35" });

    expect([status, answer.code]).toEqual([409, "REQUEST_NO_CONFLICT"]);
    expect((await statement(clearing)).rows).toHaveLength(1);
  });

  test("a number that never came is not found", async () => {
    const clearing = await start();

    const [status, answer] = await call(clearing, "GET", "/split/query/TO0001");

    expect([status, answer.code]).toEqual([404, "NOT_FOUND"]);
  });

  test("the statement pages through every movement once, oldest first", async () => {
    const clearing = await start();
    const numbers = ["TO1", "TO2", "TO3", "TO4", "TO5"];
    for (const requestNo of numbers) await execute(clearing, { ...instruction, requestNo });

    const pages: { rows: { requestNo: string }[]; next: number | null }[] = [];
    let next: number | null = 0;
    while (next !== null) {
      const page = await statement(clearing, `after=${next}&limit=2`);
      pages.push(page);
      next = page.next;
    }

    expect(pages.map(({ rows }) => rows.map(({ requestNo }) => requestNo))).toEqual([
      ["TO1", "TO2"],
      ["TO3", "TO4"],
      ["TO5"],
    ]);
  });

  test.each([
    [{ amount: "1e2" }, "amount"],
    [{ amount: "0.00" }, "amount"],
    [{ amount: "1.005" }, "amount"],
    [{ amount: "-1" }, "amount"],
    [{ bizType: "REFUND" }, "bizType"],
    [{ payerAccountNo: "" }, "payerAccountNo"],
    [{ requestNo: "../x" }, "requestNo"],
    [{ remark: "x" }, "body"],
  ])("an instruction with %j is refused and names %s", async (wrong, field) => {
    const clearing = await start();

    const [status, answer] = await execute(clearing, { ...instruction, ...wrong });

    expect([status, answer.fields[0].field]).toEqual([400, field]);
    expect((await statement(clearing)).rows).toEqual([]);
  });

  test("a statement longer than 500 rows is refused", async () => {
    const clearing = await start();

    const [status] = await call(clearing, "GET", "/split/statement", "limit=501");

    expect(status).toBe(400);
  });

  test("an unsigned instruction and one under a foreign idempotency key move nothing", async () => {
    const clearing = await start();
    const body = JSON.stringify(instruction);

    const unsigned = await fetch(`${clearing.url}/split/execute`, { method: "POST", body });
    const [misnamed] = await call(clearing, "POST", "/split/execute", "", instruction, "TO0002");

    expect([unsigned.status, misnamed]).toEqual([401, 400]);
    expect((await statement(clearing)).rows).toEqual([]);
  });
});

describe("accounts", () => {
  test("T-26: an account without the money is refused for good, though it has money later", async () => {
    const clearing = await start();
    await accounts(clearing, { STORE_001: { balance: "12.33" } });

    const refused = await execute(clearing, instruction);
    await accounts(clearing, { STORE_001: { balance: "100.00" } });
    const again = await execute(clearing, instruction);

    expect(refused).toEqual([
      200,
      {
        requestNo: "TO0001",
        status: "FAILED",
        code: "INSUFFICIENT_BALANCE",
        message: "account STORE_001 holds 12.33, 12.34 was asked for",
      },
    ]);
    expect(again).toEqual(refused);
    expect((await statement(clearing)).rows).toEqual([]);
  });

  test.each(["STORE_001", "HQ_001"])(
    "a frozen account %s neither pays nor receives",
    async (no) => {
      const clearing = await start();
      await accounts(clearing, { [no]: { frozen: true } });

      const [, answer] = await execute(clearing, instruction);

      expect(answer).toMatchObject({ status: "FAILED", code: "ACCOUNT_FROZEN" });
    },
  );

  test("sums are exact to the fen, where floating point is not and beyond what it can hold", async () => {
    const clearing = await start();
    await accounts(clearing, { STORE_001: { balance: "0.3" } });
    const largest = { ...instruction, payerAccountNo: "BANK", amount: "9999999999999.99" };

    await execute(clearing, { ...instruction, requestNo: "TO1", amount: "0.1" });
    await execute(clearing, { ...instruction, requestNo: "TO2", amount: "0.2" });
    for (let at = 0; at < 10; at++) await execute(clearing, { ...largest, requestNo: `L${at}` });

    const state = await get(clearing, "/_control/state");
    expect(state.accounts).toEqual({
      STORE_001: { balance: "0.00", paid: "0.30", received: "0.00" },
      HQ_001: { paid: "0.00", received: "100000000000000.20" },
      BANK: { paid: "99999999999999.90", received: "0.00" },
    });
    expect(state.totals).toEqual({ rows: 12, amount: "100000000000000.20" });
  });

  test.each([[{ A: {} }], [{ A: { balance: "-1" } }], [{ A: { balance: 1 } }], [[]]])(
    "terms like %j are refused",
    async (terms) => {
      const clearing = await start();
      const body = JSON.stringify(terms);

      const answer = await fetch(`${clearing.url}/_control/accounts`, { method: "PUT", body });

      expect(answer.status).toBe(400);
    },
  );
});

describe("faults", () => {
  const execution = { method: "POST", path: "/split/execute" };

  test("before: the answer is cut, nothing moved, and the query says so", async () => {
    const clearing = await start();
    await script(clearing, [{ match: execution, times: 1, kind: "before" }]);

    await expect(execute(clearing, instruction)).rejects.toThrow("fetch failed");

    expect((await call(clearing, "GET", "/split/query/TO0001"))[0]).toBe(404);
    expect(await execute(clearing, instruction)).toEqual([200, executed]);
  });

  test("after: the answer is lost, the money moved once, and a repeat is told of it", async () => {
    const clearing = await start();
    await script(clearing, [{ match: execution, times: 1, kind: "after" }]);

    await expect(execute(clearing, instruction)).rejects.toThrow("fetch failed");

    expect(await execute(clearing, instruction)).toEqual([200, executed]);
    expect((await statement(clearing)).rows).toHaveLength(1);
  });

  test("late: unknown to the query until it is due, executed then, also after a restart", async () => {
    const clearing = await start();
    await script(clearing, [{ match: execution, times: 1, kind: "late", delayMs: 60_000 }]);

    await expect(execute(clearing, instruction)).rejects.toThrow("fetch failed");
    await clearing.close();
    const restarted = await start();
    const before = await call(restarted, "GET", "/split/query/TO0001");
    stage.clock.advance(60_000);

    expect(before[0]).toBe(404);
    expect(await call(restarted, "GET", "/split/query/TO0001")).toEqual([200, executed]);
    expect((await statement(restarted)).rows).toHaveLength(1);
  });

  test("late: a repeat that overtakes the first leaves one row", async () => {
    const clearing = await start();
    await script(clearing, [{ match: execution, times: 2, kind: "late", delayMs: 60_000 }]);
    for (const _ of [1, 2]) await expect(execute(clearing, instruction)).rejects.toThrow();

    const overtaking = await execute(clearing, instruction);
    stage.clock.advance(60_000);

    expect(overtaking).toEqual([200, executed]);
    expect((await statement(clearing)).rows).toHaveLength(1);
  });

  test("late: clearing the simulator forgets what was still to come", async () => {
    const clearing = await start();
    await script(clearing, [{ match: execution, times: 1, kind: "late", delayMs: 60_000 }]);
    await expect(execute(clearing, instruction)).rejects.toThrow();

    await fetch(`${clearing.url}/_control`, { method: "DELETE" });
    stage.clock.advance(60_000);

    expect((await statement(clearing)).rows).toEqual([]);
  });

  test("processing: acknowledged at once, executed when it is due", async () => {
    const clearing = await start();
    await script(clearing, [{ match: execution, times: 1, kind: "processing", delayMs: 60_000 }]);

    const [, acknowledged] = await execute(clearing, instruction);
    const before = await call(clearing, "GET", "/split/query/TO0001");
    stage.clock.advance(60_000);

    expect(acknowledged).toMatchObject({ requestNo: "TO0001", status: "PROCESSING" });
    expect(before).toEqual([200, acknowledged]);
    expect(await call(clearing, "GET", "/split/query/TO0001")).toEqual([200, executed]);
  });

  test("otherOrder: a sound answer under a number that was not asked for; the money moved", async () => {
    const clearing = await start();
    await script(clearing, [{ times: 2, kind: "otherOrder" }]);

    const [status, answer] = await execute(clearing, instruction);
    const [, queried] = await call(clearing, "GET", "/split/query/TO0001");
    const [, genuine] = await call(clearing, "GET", "/split/query/TO0001");

    expect([status, answer]).toEqual([200, { ...executed, requestNo: "TO0000" }]);
    expect(queried).toEqual(answer);
    expect(genuine).toEqual(executed);
    expect(genuine.clearingOrderNo).not.toBe(answer.clearingOrderNo);
  });

  test("hours of outage end when the script does", async () => {
    const clearing = await start();
    await script(clearing, [{ kind: "status", status: 503 }]);
    const [down] = await execute(clearing, instruction);
    stage.clock.advance(6 * 3_600_000);
    const [stillDown] = await call(clearing, "GET", "/split/query/TO0001");

    await script(clearing, []);

    expect([down, stillDown]).toEqual([503, 503]);
    expect(await execute(clearing, instruction)).toEqual([200, executed]);
  });

  test.each([
    [{ kind: "late" }, "0.delayMs"],
    [{ kind: "processing" }, "0.delayMs"],
    [{ callback: { drop: true } }, "0.callback"],
  ])("a rule %j is refused and names %s", async (rule, field) => {
    const clearing = await start();
    const body = JSON.stringify([rule]);

    const answer = await fetch(`${clearing.url}/_control/faults`, { method: "PUT", body });

    expect([answer.status, (await answer.json()).fields[0].field]).toEqual([400, field]);
  });
});

test("kill -9 under load leaves a ledger, accounts and answers that agree to the fen", async () => {
  const child = await clearingProcess(stage.directory);
  const numbers = Array.from({ length: 200 }, (_, at) => `TO${at}`);
  const told: string[] = [];
  const sending = numbers.map(async (requestNo) => {
    const [, answer] = await execute(child, { ...instruction, requestNo });
    told.push(answer.requestNo);
    if (told.length === 40) child.kill();
  });
  await Promise.allSettled(sending);

  const clearing = await start();

  const { ledger, accounts, requests, totals } = await get(clearing, "/_control/state");
  const paid = ledger.map((row: { requestNo: string }) => row.requestNo);
  expect(paid).toEqual(expect.arrayContaining(told));
  expect(requests).toHaveLength(paid.length);
  const amount = yuan(paid.length * 1234);
  expect(totals).toEqual({ rows: paid.length, amount });
  expect([accounts.STORE_001.paid, accounts.HQ_001.received]).toEqual([amount, amount]);
});

test("the page shows totals, limited accounts and movements, newest first", async () => {
  const clearing = await start();
  await accounts(clearing, { STORE_001: { balance: "100", frozen: false } });
  await execute(clearing, instruction);
  await execute(clearing, { ...instruction, requestNo: "TO0002", authorizationRef: "<b>" });

  const page = await (await fetch(`${clearing.url}/?lang=en`)).text();

  expect(page).toContain("¥ 24.68");
  expect(page).toContain("¥ 75.32");
  expect(page.indexOf("TO0002")).toBeLessThan(page.indexOf("TO0001"));
  expect(page).toContain("&#60;b&#62;");
});

const yuan = (fen: number) => (fen / 100).toFixed(2);

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came.
type Answer = [status: number, body: any];

const execute = (clearing: Addressed, body: Partial<typeof instruction> & { requestNo: string }) =>
  call(clearing, "POST", "/split/execute", "", body, body.requestNo);

const statement = async (clearing: Addressed, search = "") =>
  (await call(clearing, "GET", "/split/statement", search))[1];

async function call(
  clearing: Addressed,
  method: string,
  path: string,
  search = "",
  value?: object,
  idempotencyKey = "",
): Promise<Answer> {
  const body = value ? JSON.stringify(value) : "";
  const signable = { method, path, search, body };
  const headers = {
    ...signedHeaders(client, signable, stage.clock.now(), crypto.randomUUID()),
    ...(value && { "idempotency-key": idempotencyKey }),
  };
  const url = `${clearing.url}${path}${search && `?${search}`}`;
  const response = await fetch(url, { method, headers, ...(value && { body }) });
  return [response.status, await response.json()];
}

async function accounts(clearing: Addressed, terms: object): Promise<void> {
  const body = JSON.stringify(terms);
  const answer = await fetch(`${clearing.url}/_control/accounts`, { method: "PUT", body });
  expect(answer.status).toBe(200);
}

/** The simulator in a process of its own, to be killed. */
async function clearingProcess(directory: string): Promise<Addressed & { kill(): void }> {
  const program = `
    const { clearingSimulator } = await import("./lib/local/simulators/clearing.ts");
    const { localClock } = await import("./lib/local/clock.ts");
    const clients = ${JSON.stringify([client])};
    const options = { directory: ${JSON.stringify(directory)}, clock: localClock(), clients };
    console.log((await clearingSimulator(options)).url);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  stage.closeLater(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  let printed = "";
  child.stdout.on("data", (chunk) => {
    printed += chunk;
  });
  await eventually(() => printed.endsWith("\n"));
  return { url: printed.trim(), kill: () => void child.kill("SIGKILL") };
}
