import { describe, expect, test } from "vitest";
import { chainFaults } from "../../functions/domain/evidence.ts";
import {
  clearingKey,
  intakeFigures,
  isFinal,
  replayOrder,
} from "../../functions/domain/transaction.ts";
import type { ClearingFault } from "../fakes/clearing.ts";
import {
  type Asked,
  authorization,
  authorize,
  type IntakeStage,
  intakeStage,
} from "../fakes/intake-stage.ts";

const payer = "PAYER";
const receivers = ["ANNA", "BERT", "CARL"];

const batch = (names = receivers): Asked => ({
  requestId: "R1",
  bizType: "BATCH_PAY",
  bizData: {
    bizOrderNo: "B1",
    payerInfo: { accountNo: payer },
    receiverInfo: { receivers: names.map((accountNo) => ({ accountNo, amount: "0.03" })) },
    amount: String((3 * names.length) / 100),
  },
});

const openPayment = authorization("OPEN_PAYMENT", payer);
const bind = (receiver: string) => authorization("RELATION_BIND", payer, receiver);

/** The payer may pay out, and all three receivers are bound to it. */
function stageWith(
  fault: (call: "execute" | "query") => ClearingFault | undefined = () => undefined,
) {
  const stage = intakeStage(fault);
  authorize(stage, openPayment, ...receivers.map(bind));
  return stage;
}

const head = (stage: IntakeStage) => stage.orders().find(({ part }) => part === 0);
const parts = (stage: IntakeStage) =>
  stage
    .orders()
    .filter(({ part }) => part > 0)
    .sort((a, b) => a.part - b.part);
const statuses = (stage: IntakeStage) => parts(stage).map(({ state }) => state.status);
const paid = (stage: IntakeStage) =>
  stage.clearing.ledger
    .map(({ receiverAccountNo, amount }) => `${receiverAccountNo} ${amount}`)
    .sort();

async function finish(stage: IntakeStage): Promise<void> {
  for (let round = 0; round < 10; round += 1) {
    const order = head(stage);
    if (order === undefined || isFinal(order)) return;
    stage.pass(intakeFigures.clearingDelaySeconds);
    await stage.worker()(order.orderNo);
  }
  throw new Error("the batch was not finished in ten rounds");
}

function checkChains(stage: IntakeStage): void {
  for (const order of stage.orders()) {
    const entries = stage.history(clearingKey(order));
    expect(chainFaults(entries)).toEqual([]);
    expect(replayOrder(entries)).toEqual(order);
  }
  expect(stage.violations).toEqual([]);
}

describe("a batch", () => {
  test("T-14, K40: is paid part by part, each under its own key, and succeeds when all are", async () => {
    const stage = stageWith();

    const answer = await stage.gateway()(batch());

    expect(answer).toMatchObject({ status: 200, body: { data: { status: "SUCCESS" } } });
    expect(answer.body.data.items).toMatchObject(
      receivers.map((accountNo, index) => ({
        part: index + 1,
        accountNo,
        amount: "0.03",
        status: "SUCCESS",
        clearingOrderNo: `CL-${head(stage)?.orderNo}-${index + 1}`,
      })),
    );
    expect(paid(stage)).toEqual(["ANNA 0.03", "BERT 0.03", "CARL 0.03"]);
    checkChains(stage);
  });

  test("K40, K42: a receiver whose contract went between the intake and the payment is not paid, the others are", async () => {
    const stage = stageWith();
    await stage.away();
    await stage.gateway()(batch());
    authorize(stage, openPayment, bind("ANNA"), bind("CARL"));

    await finish(stage);

    expect(statuses(stage)).toEqual(["SUCCESS", "FAILED", "SUCCESS"]);
    expect(head(stage)?.state).toMatchObject({ status: "FAILED", errorCode: "PARTIAL_FAILURE" });
    expect(paid(stage)).toEqual(["ANNA 0.03", "CARL 0.03"]);
    checkChains(stage);
  });

  test("T-14, K42: without the payer's or a receiver's contract it is refused whole, and all who lack one are named", async () => {
    const stage = stageWith();
    authorize(stage, bind("ANNA"));

    const answer = await stage.gateway()(batch());

    expect(answer).toMatchObject({ status: 403, body: { code: "AUTHORIZATION_REQUIRED" } });
    for (const word of ["OPEN_PAYMENT", "BERT", "CARL"])
      expect(answer.body.message).toContain(word);
    expect(stage.clearing.ledger).toEqual([]);
  });

  test("K40: a part in doubt keeps the batch open, and no paid part is sent again", async () => {
    let executes = 0;
    const stage = stageWith((call) => {
      if (call === "query") return executes < 9 ? "lostBefore" : undefined;
      executes += 1;
      return executes === 2 ? "lostAfter" : undefined;
    });

    const answer = await stage.gateway()(batch());
    executes = 9;
    await finish(stage);

    expect(answer.body.data).toMatchObject({ status: "PROCESSING" });
    expect(head(stage)?.state.status).toBe("SUCCESS");
    expect(parts(stage).map(({ sends }) => sends)).toEqual([1, 1, 1]);
    expect(paid(stage)).toHaveLength(3);
    checkChains(stage);
  });

  test("T-14, K35, K40: a machine that dies after any one of its writes pays nobody twice and forgets nobody", async () => {
    let died = 0;
    for (let after = 1; ; after += 1) {
      const stage = stageWith();
      if (!(await dies(stage, after, () => stage.gateway()(batch())))) break;
      died += 1;

      await stage.gateway()(batch());
      await finish(stage);

      expect(head(stage)?.state.status).toBe("SUCCESS");
      expect(paid(stage)).toEqual(["ANNA 0.03", "BERT 0.03", "CARL 0.03"]);
      checkChains(stage);
    }
    expect(died).toBeGreaterThan(9);
  });

  test("K40: five hundred receivers are paid by the queue, to the fen", async () => {
    const names = Array.from({ length: 500 }, (_, index) => `R${index}`);
    const stage = stageWith();
    authorize(stage, openPayment, ...names.map(bind));

    await stage.gateway()(batch(names));
    await finish(stage);

    expect(head(stage)?.state.status).toBe("SUCCESS");
    expect(stage.clearing.ledger).toHaveLength(500);
    expect(
      new Set(stage.clearing.ledger.map(({ receiverAccountNo }) => receiverAccountNo)).size,
    ).toBe(500);
  });

  test("K39, K40: the last part that operations close gives the batch its result, also if they died in between", async () => {
    let isDown = true;
    const stage = stageWith((call) => {
      if (call === "query") return isDown ? "lostBefore" : undefined;
      return parts(stage).length >= 3 && isDown ? "lostBefore" : undefined;
    });
    await stage.gateway()(batch());
    stage.pass(intakeFigures.parkAfterSeconds);
    await stage.worker()(String(head(stage)?.orderNo));
    isDown = false;
    stage.pass(60);
    const waiting = parts(stage).filter((part) => !isFinal(part));
    const close = (key: string) =>
      stage.resolve(key, {
        type: "closeFailed",
        operator: "alice",
        reason: "CLEARING_DENIED",
        ticket: "I-1",
      });
    expect(waiting.length).toBeGreaterThan(0);

    for (const part of waiting) await dies(stage, 1, () => close(clearingKey(part)));
    const before = head(stage)?.state.status;
    await close(clearingKey(waiting[0] as never));

    expect([before, head(stage)?.state.status]).toEqual(["FORWARDED", "FAILED"]);
    checkChains(stage);
  });
});

/** Runs `work` on a machine that dies right after its `writes`-th write took effect; false if it had fewer. */
async function dies(
  stage: IntakeStage,
  writes: number,
  work: () => Promise<unknown>,
): Promise<boolean> {
  let left = writes;
  let isDead = false;
  const death = new Promise<boolean>((tell) => {
    stage.interrupt = async (call) => {
      if (isDead) return new Promise<never>(() => {});
      const isWrite = call.writes.length > 0;
      return async () => {
        if (isWrite) left -= 1;
        if (left > 0 && !isDead) return;
        isDead = true;
        tell(true);
        await new Promise<never>(() => {});
      };
    };
  });
  const didDie = await Promise.race([death, work().then(() => false)]);
  stage.interrupt = undefined;
  return didDie;
}
