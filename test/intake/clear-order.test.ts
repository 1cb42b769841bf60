import { describe, expect, test } from "vitest";
import { intakeFigures } from "../../functions/domain/transaction.ts";
import { type ClearingFault, poorAccount } from "../fakes/clearing.ts";
import {
  type Asked,
  authorization,
  authorize,
  type IntakeStage,
  intakeStage,
  only,
  split,
} from "../fakes/intake-stage.ts";
import { otherApp } from "../fakes/world.ts";

const collection: Asked = {
  requestId: "R1",
  bizType: "COLLECTION",
  bizData: {
    ...split("STORE").bizData,
    receiverInfo: { accountNo: "HQ" },
    extInfo: { sourceOrderNo: "S1", sourceOrderAmount: "100.00" },
  },
};

/** A clearing that plays the faults of a call in turn, and is well after the last. */
function stageWith(faults: {
  readonly execute?: readonly (ClearingFault | undefined)[];
  readonly query?: readonly (ClearingFault | undefined)[] | "down";
}) {
  const execute = [...(faults.execute ?? [])];
  const query = faults.query === "down" ? undefined : [...(faults.query ?? [])];
  return intakeStage((call) => {
    if (call === "execute") return execute.shift();
    return query === undefined ? "lostBefore" : query.shift();
  });
}

const sendsOf = (stage: IntakeStage): number =>
  stage
    .history(only(stage).orderNo)
    .filter(({ step }) => step === "ORDER_FORWARDED" || step === "ORDER_SENT").length;

describe("while the caller waits", () => {
  test("T-16, T-27: an answer at once is the whole story: one send, two writes", async () => {
    const stage = stageWith({});

    const answer = await stage.gateway()(split());

    expect(answer).toMatchObject({ status: 200, body: { data: { status: "SUCCESS" } } });
    expect(stage.history(only(stage).orderNo).map(({ step }) => step)).toEqual([
      "ORDER_FORWARDED",
      "ORDER_SUCCEEDED",
    ]);
  });

  test("T-21, T-28: not executed, it is sent four times at most, and then it is left to the queue", async () => {
    const stage = stageWith({ execute: Array(9).fill("unreachable") });

    const answer = await stage.gateway()(split());

    expect(answer).toMatchObject({ status: 200, body: { data: { status: "PROCESSING" } } });
    expect(sendsOf(stage)).toBe(4);
    expect(only(stage).state).toEqual({ status: "FORWARDED", last: "NOT_EXECUTED" });
  });

  test("T-26, T-37: a business refusal fails at once and is not sent again", async () => {
    const stage = stageWith({});

    const answer = await stage.gateway()(split(poorAccount));

    expect(answer).toMatchObject({
      status: 502,
      body: { code: "DOWNSTREAM_SERVICE_ERROR", data: { status: "FAILED" } },
    });
    expect(sendsOf(stage)).toBe(1);
  });

  test("K39: an answer that was lost is asked for, not sent for", async () => {
    const stage = stageWith({ execute: ["lostAfter"] });

    const answer = await stage.gateway()(split());

    expect(answer.body.data).toMatchObject({ status: "SUCCESS" });
    expect(sendsOf(stage)).toBe(1);
    expect(stage.clearing.ledger).toHaveLength(1);
  });

  test("K38: known to be away, clearing is spared, and the order waits unsent", async () => {
    const stage = stageWith({});
    await stage.away();

    const answer = await stage.gateway()(split());

    expect(answer.body.data.status).toBe("PROCESSING");
    expect(only(stage)).toMatchObject({ sends: 0, state: { status: "VALIDATED" } });
    stage.pass(30);
    expect(await stage.worker()(only(stage).orderNo)).toBe(true);
    expect(only(stage).state.status).toBe("SUCCESS");
  });
});

describe("asked again", () => {
  test("T-24, T-36: while it is in doubt, a duplicate hears that it is being processed, and where it stands", async () => {
    const stage = stageWith({ execute: ["lostAfter"], query: "down" });
    await stage.gateway()(split());
    stage.pass(60);

    const again = await stage.gateway()(split());

    expect(again).toMatchObject({
      status: 409,
      body: { code: "REQUEST_PROCESSING", data: { status: "PROCESSING" } },
    });
    expect(sendsOf(stage)).toBe(1);
  });

  test("T-36, K09: another body under an id that is being processed is a conflict, too", async () => {
    const stage = stageWith({ execute: ["lostAfter"], query: "down" });
    await stage.gateway()(split());

    const other = await stage.gateway()(split("SOMEBODY"));

    expect(other).toMatchObject({ status: 409, body: { code: "REQUEST_PROCESSING" } });
    expect(stage.orders()).toHaveLength(1);
  });

  test("T-10, K37: two platforms' orders under one requestId have nothing to do with each other", async () => {
    const stage = stageWith({});

    const one = await stage.gateway()(split());
    const two = await stage.gateway()({ ...split(), client: otherApp });

    expect([one.status, two.status]).toEqual([200, 200]);
    expect(new Set(stage.orders().map(({ owner }) => owner))).toEqual(
      new Set(["tiancai", "other-app"]),
    );
    expect(stage.clearing.ledger).toHaveLength(2);
  });
});

describe("in the queue", () => {
  test("T-41: any environment goes on, and nothing is kept of the money but the order and its history", async () => {
    const stage = stageWith({ execute: ["lostAfter"], query: ["lostBefore"] });
    await stage.gateway()(split());
    stage.pass(60);

    await stage.worker()(only(stage).orderNo);

    expect(only(stage).state.status).toBe("SUCCESS");
    const kept = Object.entries(stage.dynamo.save()).filter(([, items]) => items.size > 0);
    expect(kept.map(([table, items]) => `${table} ${items.size}`).sort()).toEqual([
      "chain 3",
      "guard 1",
      "orders 1",
    ]);
  });

  test("T-13, K42: a collection that waited while its authorisation was withdrawn is not sent, and gives back what it took", async () => {
    const stage = stageWith({});
    const terms = authorization("POOLING_AUTH", "STORE", "HQ", { maxRatioBasisPoints: 8000 });
    authorize(stage, terms);
    await stage.away();
    await stage.gateway()(collection);

    authorize(stage, { ...terms, withdrawnAt: stage.now() });
    stage.pass(60);
    await stage.worker()(only(stage).orderNo);

    expect(only(stage).state).toMatchObject({
      status: "FAILED",
      errorCode: "AUTHORIZATION_REQUIRED",
    });
    expect(stage.clearing.ledger).toEqual([]);
    expect([...stage.collected().values()]).toEqual([0]);
  });

  test("K39: executed and unheard of, query down for minutes: in doubt throughout, then SUCCESS with one row", async () => {
    const stage = stageWith({ execute: ["lostAfter"], query: Array(8).fill("lostBefore") });
    await stage.gateway()(split());

    const seen: string[] = [];
    for (let minutes = 0; minutes < 12 && only(stage).state.status !== "SUCCESS"; minutes += 1) {
      seen.push(only(stage).state.status);
      stage.pass(60);
      await stage.worker()(only(stage).orderNo);
    }

    expect(new Set(seen)).toEqual(new Set(["FORWARDED"]));
    expect(seen.length).toBeGreaterThan(5);
    expect(stage.clearing.ledger).toHaveLength(1);
    expect(sendsOf(stage)).toBe(1);
  });

  test("K39: not found while a send may still arrive is no licence to send again", async () => {
    const stage = stageWith({ execute: ["late"] });
    await stage.gateway()(split());

    const looks: number[] = [];
    for (let minutes = 1; minutes <= 9; minutes += 1) {
      stage.pass(60);
      await stage.worker()(only(stage).orderNo);
      looks.push(sendsOf(stage));
    }

    expect(new Set(looks)).toEqual(new Set([1]));
    expect(only(stage).state.status).toBe("SUCCESS");
    expect(stage.clearing.ledger).toHaveLength(1);
  });

  test("K39: not found after clearing's longest delay, the same key is sent again", async () => {
    const stage = stageWith({ execute: ["lostBefore"] });
    await stage.gateway()(split());

    stage.pass(intakeFigures.clearingDelaySeconds);
    await stage.worker()(only(stage).orderNo);

    expect(only(stage).state.status).toBe("SUCCESS");
    expect(sendsOf(stage)).toBe(2);
    expect(stage.violations).toEqual([]);
  });

  test("K39: what one worker proves of an old send says nothing of one that another has made since", async () => {
    const stage = stageWith({ execute: ["lostBefore", "late"] });
    await stage.gateway()(split());
    stage.pass(intakeFigures.clearingDelaySeconds);
    const { orderNo } = only(stage);
    let overtaken = false;
    // The first worker has heard "not found"; before it can write that down, the second does all of it and sends.
    stage.interrupt = async ({ writes }) => {
      if (overtaken || !writes.some((place) => place.startsWith("orders/"))) return undefined;
      overtaken = true;
      await stage.worker()(orderNo);
      return undefined;
    };
    await stage.worker()(orderNo);
    stage.interrupt = undefined;

    expect(sendsOf(stage)).toBe(2);
    expect(only(stage).state).not.toMatchObject({ last: "NOT_EXECUTED" });
    expect(stage.violations).toEqual([]);
  });

  test("a message about what is settled is done with: a redrive changes nothing", async () => {
    const stage = stageWith({});
    await stage.gateway()(split());
    const before = stage.dynamo.save();

    expect(await stage.worker()(only(stage).orderNo)).toBe(true);

    expect(stage.dynamo.save()).toEqual(before);
  });

  test("a message about an order that does not exist goes to the dead letters, and says so", async () => {
    expect(await stageWith({}).worker()(`TO${"0".repeat(26)}`)).toBe(false);
  });

  test("K39: after a day clearing is asked once more before a person is called", async () => {
    const stage = stageWith({ execute: ["lostAfter"], query: ["lostBefore"] });
    await stage.gateway()(split());

    stage.pass(intakeFigures.parkAfterSeconds);
    await stage.worker()(only(stage).orderNo);

    expect(only(stage).state.status).toBe("SUCCESS");
  });
});
