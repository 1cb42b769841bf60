import { describe, expect, test } from "vitest";
import { breaker } from "../../functions/adapters/breaker.ts";
import { testWorld } from "../fakes/world.ts";

const noon = Date.parse("2026-11-21T12:00:00.000Z");

/** Several Lambda environments that share one table and one clock. */
function stage() {
  let nowMs = noon;
  const counted: string[] = [];
  const { world, dynamo } = testWorld({ now: () => new Date(nowMs).toISOString() });
  const shared = { ...world, count: (metric: string) => void counted.push(metric) };
  return {
    counted,
    dynamo,
    environment: () => breaker(shared, "guard", "clearing"),
    pass(seconds: number): void {
      nowMs += seconds * 1000;
    },
    in: (seconds: number) => new Date(nowMs + seconds * 1000).toISOString(),
  };
}

async function failing(times: number, { failed }: ReturnType<typeof breaker>): Promise<void> {
  for (let left = times; left > 0; left -= 1) await failed();
}

const allowed = { allowed: true };

describe("a breaker", () => {
  test("T-21: four failures within a minute leave it closed, the fifth opens it for every environment", async () => {
    const { environment, counted, in: inSeconds } = stage();
    const [one, other] = [environment(), environment()];

    await failing(4, one);
    const before = await other.ask();
    await failing(1, one);

    expect(before).toEqual(allowed);
    expect(await one.ask()).toEqual({ allowed: false, until: inSeconds(30) });
    expect(await environment().ask()).toEqual({ allowed: false, until: inSeconds(30) });
    expect(counted).toEqual(["ClearingUnavailable"]);
  });

  test("an environment that believes it closed learns otherwise within five seconds", async () => {
    const { environment, pass } = stage();
    const [one, other] = [environment(), environment()];
    await other.ask();
    await failing(5, one);

    const atOnce = await other.ask();
    pass(5);

    expect(atOnce).toEqual(allowed);
    expect(await other.ask()).toMatchObject({ allowed: false });
  });

  test("failures of another minute do not add up", async () => {
    const { environment, pass } = stage();
    const one = environment();

    await failing(4, one);
    pass(60);
    await failing(4, one);

    expect(await one.ask()).toEqual(allowed);
  });

  test("half open lets one try, and everybody else waits for what it learns", async () => {
    const { environment, pass, in: inSeconds } = stage();
    await failing(5, environment());
    pass(30);

    const asked = await Promise.all(
      [environment(), environment(), environment()].map((one) => one.ask()),
    );

    expect(asked.filter((one) => one.allowed)).toHaveLength(1);
    expect(asked.filter((one) => !one.allowed)).toEqual(
      Array(2).fill({ allowed: false, until: inSeconds(10) }),
    );
  });

  test("a try that succeeds closes it for all", async () => {
    const { environment, pass } = stage();
    const one = environment();
    await failing(5, one);
    pass(30);

    await one.ask();
    await one.succeeded();

    expect(await environment().ask()).toEqual(allowed);
    await failing(4, one);
    expect(await environment().ask()).toEqual(allowed);
  });

  test("a try that fails opens it again, and is no second alarm", async () => {
    const { environment, pass, counted, in: inSeconds } = stage();
    const one = environment();
    await failing(5, one);
    pass(30);

    await one.ask();
    await one.failed();

    expect(await environment().ask()).toEqual({ allowed: false, until: inSeconds(30) });
    expect(counted).toHaveLength(1);
  });

  test("a try that nobody hears of again does not keep it open: the next may try", async () => {
    const { environment, pass } = stage();
    await failing(5, environment());
    pass(30);
    await environment().ask();

    pass(10);

    expect(await environment().ask()).toEqual(allowed);
  });

  test("closed, a success costs no write", async () => {
    const { environment, dynamo } = stage();
    const one = environment();

    await one.ask();
    await one.succeeded();

    expect(dynamo.items("guard")).toEqual([]);
  });
});
