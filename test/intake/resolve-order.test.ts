import { describe, expect, test } from "vitest";
import type { Resolution } from "../../functions/domain/decide-transaction.ts";
import { intakeFigures } from "../../functions/domain/transaction.ts";
import type { ClearingFault } from "../fakes/clearing.ts";
import { intakeStage, only, split } from "../fakes/intake-stage.ts";

const day = intakeFigures.parkAfterSeconds;
const closing = { operator: "alice", reason: "CLEARING_DENIED", ticket: "I-1" } as const;
const closeFailed: Resolution = { type: "closeFailed", ...closing };

/** An order whose outcome nobody could learn for a day. */
async function parked(execute: ClearingFault, after: "well" | "held" | "down" = "well") {
  let isWell = false;
  let first = true;
  const stage = intakeStage((call) => {
    if (call === "query") return isWell ? undefined : "lostBefore";
    const fault = first ? execute : undefined;
    first = false;
    return fault;
  });
  if (after === "held") stage.clearing.hold();
  await stage.gateway()(split());
  stage.pass(day);
  await stage.worker()(only(stage).orderNo);
  isWell = after !== "down";
  // The breaker is not what these tests are about.
  stage.pass(60);
  return { stage, key: only(stage).orderNo };
}

describe("the manual queue", () => {
  test("K39: a day of doubt ends in it, and its message is done with", async () => {
    const { stage, key } = await parked("lostAfter", "down");

    expect(only(stage).state).toMatchObject({ status: "FORWARDED", parkedAt: expect.any(String) });
    expect(await stage.worker()(key)).toBe(true);
  });

  test("K39: taken up again it is asked about, and closes itself", async () => {
    const { stage, key } = await parked("lostAfter");

    await stage.resolve(key, { type: "retry", ...closing });
    await stage.worker()(key);

    expect(only(stage).state.status).toBe("SUCCESS");
    expect(stage.clearing.ledger).toHaveLength(1);
  });

  test("K39: taken up again while nothing can be learned, it has another day", async () => {
    const { stage, key } = await parked("lostAfter", "down");

    await stage.resolve(key, { type: "retry", ...closing });
    await stage.worker()(key);
    const afterwards = only(stage).state;
    stage.pass(day);
    await stage.worker()(key);

    expect(afterwards).not.toHaveProperty("parkedAt");
    expect(only(stage).state).toHaveProperty("parkedAt");
  });

  test("K39: what clearing executed is not closed as failed", async () => {
    const { stage, key } = await parked("lostAfter");

    expect(await stage.resolve(key, closeFailed)).toEqual({
      refused: expect.stringContaining(`clearing executed ${key} as CL-${key}`),
    });
    expect(only(stage).state.status).toBe("FORWARDED");
  });

  test("K39: nor is what clearing cannot be asked about, nor what it is still at", async () => {
    const unreachable = await parked("lostBefore", "down");
    const underWay = await parked("processing", "held");

    for (const { stage, key } of [unreachable, underWay])
      expect(await stage.resolve(key, closeFailed)).toEqual({
        refused: expect.stringContaining("does not deny"),
      });
  });

  test("K39: what clearing denies is closed as failed, by name", async () => {
    const { stage, key } = await parked("lostBefore");

    await stage.resolve(key, closeFailed);

    expect(only(stage).state).toMatchObject({
      status: "FAILED",
      errorCode: "DOWNSTREAM_SERVICE_ERROR",
    });
    expect(stage.history(key).at(-1)).toMatchObject({
      actor: "operator:alice",
      facts: { reason: "CLEARING_DENIED", ticket: "I-1" },
    });
  });

  test("K39: executed is only what clearing knows, under clearing's own number", async () => {
    const known = await parked("lostAfter");
    const denied = await parked("lostBefore");
    const as = (clearingOrderNo: string): Resolution => ({
      type: "closeExecuted",
      ...closing,
      clearingOrderNo,
    });

    expect(await denied.stage.resolve(denied.key, as("CL1"))).toHaveProperty("refused");
    expect(await known.stage.resolve(known.key, as("CL1"))).toHaveProperty("refused");
    await known.stage.resolve(known.key, as(`CL-${known.key}`));

    expect(only(known.stage).state).toEqual({
      status: "SUCCESS",
      clearingOrderNo: `CL-${known.key}`,
    });
  });

  test("K39: what nobody parked is not for operators to close, and what nobody made is none", async () => {
    const stage = intakeStage((call) => (call === "execute" ? "lostAfter" : "lostBefore"));
    await stage.gateway()(split());

    expect(await stage.resolve(only(stage).orderNo, closeFailed)).toEqual({
      refused: expect.stringContaining("not in the manual queue"),
    });
    expect(await stage.resolve(`TO${"0".repeat(26)}`, closeFailed)).toBeUndefined();
  });
});
