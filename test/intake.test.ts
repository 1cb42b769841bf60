import { expect, test } from "vitest";
import { chainFaults } from "../functions/domain/evidence.ts";
import { formatAmount } from "../functions/domain/money.ts";
import { clearingKey, isFinal, type Order, replayOrder } from "../functions/domain/transaction.ts";
import {
  type ClearingFault,
  faultsOfExecute,
  faultsOfQuery,
  poorAccount,
} from "./fakes/clearing.ts";
import { randomNumbers, turns } from "./fakes/explorer.ts";
import {
  type Answered,
  type Asked,
  authorization,
  authorize,
  type IntakeStage,
  intakeStage,
} from "./fakes/intake-stage.ts";

/**
 * Real handlers, store and breaker before a clearing that loses, delays, garbles and mixes up its answers, in
 * orders drawn at random: duplicates and workers race, and machines die after any write. Each history ends when
 * clearing is well again and every order is final or waits for a person (I-1, I-2, I-6, I-7, I-9, I-10).
 */

/** Sized for seconds. Thousands were run when this was written; a seed that fails names itself. */
const histories = 200;
const longestHistory = 60;
const pausesSeconds = [1, 30, 120, 300, 600, 601, 3600, 43_200, 86_400];
const mostSickPhases = 12;

type Draw = (below: number) => number;

const limitYuan = "80.00";
const store = "STORE1";

test("T-21, K35, K37, K39, K42: money moves once or not at all, whatever clearing and our own machines do", async ({
  annotate,
}) => {
  const ends = new Map<string, number>();
  let turnsTaken = 0;

  for (let seed = 1; seed <= histories; seed += 1) {
    const { stage, order, answers } = await history(seed);
    try {
      checkAnswers(stage, answers);
    } catch (cause) {
      throw new Error(`seed ${seed}:\n  ${order.join("\n  ")}`, { cause });
    }
    turnsTaken += order.length;
    for (const { state } of stage.orders())
      ends.set(state.status, (ends.get(state.status) ?? 0) + 1);
  }

  await annotate(`${histories} histories, ${turnsTaken} turns, ${JSON.stringify([...ends])}`);
  expect([...ends.keys()].sort()).toEqual(["FAILED", "SUCCESS"]);
}, 120_000);

/** One history: some sick phases, then healthy ones until nothing is left to do. */
async function history(seed: number) {
  const numbers = randomNumbers(seed);
  const draw: Draw = (below) => numbers() % below;
  let sick = true;
  const stage = intakeStage((call) => (sick && draw(10) < 6 ? faultOf(call, draw) : undefined));
  authorize(stage, authorization("POOLING_AUTH", store, "HQ1", { maxRatioBasisPoints: 8000 }));
  const asked = [...requests(draw)];
  const gateways = [stage.gateway(), stage.gateway()] as const;
  const workers = [stage.worker(), stage.worker()] as const;
  const sickPhases = draw(mostSickPhases);
  const order: string[] = [];
  const answers: (Answered & Asked)[] = [];
  const delivered = new Map<string, number>();
  /** Every order has a message, and another one each time that operations take it up again; done with, it is gone. */
  const work = (worker: 0 | 1, one: Order) => async () => {
    const message = messagesOf(stage, one);
    if (await workers[worker](one.orderNo)) delivered.set(one.orderNo, message);
  };
  const ask = (gateway: 0 | 1, one: Asked) => async () => {
    answers.push({ ...one, ...(await gateways[gateway](one)) });
  };

  if (draw(6) === 0) await stage.away();
  let actors: Actors = asked.flatMap((one, index) => [
    [`request ${index}`, ask(0, one)],
    [`duplicate ${index}`, ask(1, one)],
  ]);
  for (let phase = 0; phase < longestHistory; phase += 1) {
    sick = phase < sickPhases;
    order.push(`— ${stage.now()} ${sick ? "clearing is sick" : "clearing is well"}`);
    order.push(...(await played(stage, actors, draw)));
    try {
      checkMoney(stage);
    } catch (cause) {
      throw new Error(`seed ${seed}:\n  ${order.join("\n  ")}`, { cause });
    }
    if (sick && draw(4) === 0) asked.push(split(`LATE${phase}`, draw));
    const open = stage.orders().filter((one) => !isFinal(one));
    // A caller whose gateway died asks again.
    const unheard = asked.filter(
      ({ requestId }) => !stage.orders().some((one) => one.requestId === requestId),
    );
    if (open.length + unheard.length === 0) return { stage, order, answers };
    stage.pass(pausesSeconds[draw(pausesSeconds.length)] ?? 0);
    actors = [
      ...unheard.map((one, index): Actors[number] => [`request again ${index}`, ask(0, one)]),
      ...open.flatMap((one, index): Actors => {
        const operator = [`operator ${index}`, () => operate(stage, one, draw)] as const;
        const isGone = messagesOf(stage, one) === delivered.get(one.orderNo);
        return [
          ...(isParked(one) ? [operator] : []),
          ...(isGone ? [] : workersOf(index, work(0, one), work(1, one))),
        ];
      }),
    ];
  }
  throw new Error(
    `seed ${seed}: not settled after ${longestHistory} phases:\n  ${order.join("\n  ")}`,
  );
}

const workersOf = (index: number, ...work: readonly (() => Promise<unknown>)[]): Actors =>
  work.map((one, number) => [`worker ${number} of ${index}`, one]);

const messagesOf = (stage: IntakeStage, { orderNo }: Order): number =>
  1 + stage.history(orderNo).filter(({ step }) => step === "ORDER_RESUMED").length;

type Actors = (readonly [name: string, work: () => Promise<unknown>])[];

/** Two collections that together may exceed what one order allows, and a split that may be refused. */
function requests(draw: Draw): Asked[] {
  const collection = (requestId: string): Asked => ({
    requestId,
    bizType: "COLLECTION",
    bizData: {
      bizOrderNo: requestId,
      payerInfo: { accountNo: store },
      receiverInfo: { accountNo: "HQ1" },
      amount: formatAmount((100 * (20 + draw(50))) as Parameters<typeof formatAmount>[0]),
      extInfo: { sourceOrderNo: "S1", sourceOrderAmount: "100.00" },
    },
  });
  return draw(2) === 0 ? [collection("C1"), collection("C2")] : [split("SPLIT", draw)];
}

const split = (requestId: string, draw: Draw): Asked => ({
  requestId,
  bizType: "SPLIT",
  bizData: {
    bizOrderNo: requestId,
    payerInfo: { accountNo: draw(2) === 0 ? poorAccount : "RICH" },
    receiverInfo: { accountNo: "SHOP" },
    amount: "12.34",
  },
});

const faultOf = (call: "execute" | "query", draw: Draw): ClearingFault | undefined =>
  call === "execute"
    ? faultsOfExecute[draw(faultsOfExecute.length)]
    : faultsOfQuery[draw(faultsOfQuery.length)];

/** Lets the actors take turns as drawn; once in a while a machine dies after what it just did. */
async function played(stage: IntakeStage, actors: Actors, draw: Draw): Promise<readonly string[]> {
  const stageTurns = turns(draw(3));
  const crashes: string[] = [];
  stage.interrupt = stageTurns.gate;
  for (const [name, work] of actors)
    stageTurns.start({ name, at: "" }, () =>
      stageTurns.invoke(work).catch((cause: Error) => {
        if (cause.name !== "Crashed") throw cause;
        crashes.push(name);
      }),
    );
  const order = await stageTurns.play((options) => {
    const dying = options.filter(({ id }) => id.endsWith("crash"));
    const living = options.filter((option) => !dying.includes(option));
    const among = dying.length > 0 && draw(12) === 0 ? dying : living;
    return among[draw(among.length)];
  });
  stage.interrupt = undefined;
  expect(stageTurns.failures).toEqual([]);
  return order ?? [];
}

/** Whatever an operator decides, it must not make money and orders disagree. */
async function operate(stage: IntakeStage, order: Order, draw: Draw): Promise<void> {
  const closing = { operator: "alice", reason: "CAUSE_MENDED", ticket: "I-1" } as const;
  const clearingOrderNo = `CL-${clearingKey(order)}`;
  const decision = (
    [
      { type: "retry", ...closing },
      { type: "closeFailed", ...closing },
      { type: "closeExecuted", clearingOrderNo, ...closing },
    ] as const
  )[draw(3)];
  // Who closes as executed has read it in clearing's statement.
  const shown = stage.clearing.ledger.some(({ requestNo }) => requestNo === clearingKey(order));
  if (decision && (decision.type !== "closeExecuted" || shown))
    await stage.resolve(clearingKey(order), decision);
}

const isParked = ({ state }: Order): boolean =>
  state.status === "FORWARDED" && state.parkedAt !== undefined;

/** What must hold after every phase, of every order, at the tables and at clearing. */
function checkMoney(stage: IntakeStage): void {
  expect(stage.violations).toEqual([]);
  const { ledger, pending } = stage.clearing;
  const collected = new Map<string, number>();
  for (const order of stage.orders()) {
    const key = clearingKey(order);
    const rows = ledger.filter(({ requestNo }) => requestNo === key);
    const entries = stage.history(key);
    expect(chainFaults(entries)).toEqual([]);
    expect(replayOrder(entries)).toEqual(order);
    expect(rows.length).toBeLessThanOrEqual(1);
    if (order.state.status === "FAILED") expect([rows.length, pending(key)]).toEqual([0, false]);
    if (order.state.status === "SUCCESS") {
      expect(rows.map(({ amount }) => amount)).toEqual([formatAmount(order.amountFen)]);
      expect(order.state.clearingOrderNo).toBe(`CL-${key}`);
    }
    if (order.allowance && order.state.status !== "FAILED") {
      const { sourceOrderNo, limitFen } = order.allowance;
      const counter = `POOLED#${order.payerAccountNo}#${sourceOrderNo}`;
      collected.set(counter, (collected.get(counter) ?? 0) + order.amountFen);
      expect(formatAmount(limitFen)).toBe(limitYuan);
    }
  }
  for (const [counter, fen] of stage.collected()) expect(fen).toBe(collected.get(counter) ?? 0);
  for (const fen of collected.values()) expect(fen).toBeLessThanOrEqual(8_000);
}

/** Nobody was ever told of a result that did not stay. */
function checkAnswers(stage: IntakeStage, answers: readonly (Answered & Asked)[]): void {
  for (const { requestId, status, body } of answers) {
    const order = stage.orders().find((one) => one.requestId === requestId);
    expect([200, 403, 409, 502]).toContain(status);
    if (body.data?.status === "SUCCESS") expect(order?.state.status).toBe("SUCCESS");
    if (body.data?.status === "FAILED") expect(order?.state.status).toBe("FAILED");
  }
}
