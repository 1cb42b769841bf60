import { describe, expect, test } from "vitest";
import { functionError, outcome, settledJump, stage, task } from "./step-functions-stage.ts";

const end = { End: true };
const allCaught = [{ ErrorEquals: ["States.ALL"], Next: "Caught" }];
const caught = { Type: "Pass", Output: { caught: "{% $states.input %}" }, End: true };

describe("errors", () => {
  test("a function's error type becomes the error name, and Catch assigns and words it", async () => {
    const { run } = await stage({
      refuse: () => {
        throw functionError("Contract.Rejected", "the signer said no");
      },
    });

    const done = await run({
      Ask: task(
        "refuse",
        {},
        {
          Catch: [
            {
              ErrorEquals: ["Contract.Rejected"],
              Assign: { why: "{% $parse($states.errorOutput.Cause).errorMessage %}" },
              Output: { error: "{% $states.errorOutput.Error %}", given: "{% $states.input %}" },
              Next: "Seal",
            },
          ],
          ...end,
        },
      ),
      Seal: { Type: "Pass", Output: "{% $merge([$states.input, {'why': $why}]) %}", End: true },
    });

    expect(done.output).toEqual({
      error: "Contract.Rejected",
      given: {},
      why: "the signer said no",
    });
  });

  test("a Lambda that cannot be reached is a failure of the Lambda service", async () => {
    const { run } = await stage();

    const done = await run({ Ask: task("absent", {}) });

    expect(done).toMatchObject({ status: "FAILED", error: "Lambda.ServiceException" });
  });

  test("Retry waits IntervalSeconds times BackoffRate, at most MaxDelaySeconds, then Catch is asked", async () => {
    const { clock, ...on } = await stage({
      fail: () => {
        throw functionError("Flaky");
      },
    });
    const retry = { IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 4, MaxDelaySeconds: 20 };
    const arn = await on.start(
      on.declare({
        Try: task(
          "fail",
          { retry: "{% $states.context.State.RetryCount %}" },
          {
            Retry: [{ ErrorEquals: ["Flaky"], ...retry }],
            Catch: allCaught,
            ...end,
          },
        ),
        Caught: caught,
      }),
    );

    const delays = [];
    for (let count = 0; count < 4; count += 1) delays.push(await clock.jump());
    const done = outcome(await on.ended(arn));

    expect(delays).toEqual([2_000, 6_000, 18_000, 20_000]);
    expect(on.calls.map((call) => call.payload)).toEqual(
      [0, 1, 2, 3, 4].map((retry) => ({ retry })),
    );
    expect(done.output.caught.Error).toBe("Flaky");
  });

  test("full jitter spreads the delay between nothing and the whole", async () => {
    const { clock, ...on } = await stage({
      fail: () => {
        throw functionError("Flaky");
      },
    });
    const Retry = [
      {
        ErrorEquals: ["States.ALL"],
        IntervalSeconds: 100,
        BackoffRate: 1,
        MaxAttempts: 12,
        JitterStrategy: "FULL",
      },
    ];
    await on.start(on.declare({ Try: task("fail", {}, { Retry, ...end }) }));

    const delays = [];
    for (let count = 0; count < 12; count += 1) delays.push(await clock.jump());

    expect(Math.max(...delays)).toBeLessThanOrEqual(100_000);
    expect(new Set(delays).size).toBeGreaterThan(6);
  });

  test("States.ALL takes neither States.Runtime nor States.DataLimitExceeded", async () => {
    const { run } = await stage({
      large: () => "x".repeat(262_144),
      runtime: () => {
        throw functionError("States.Runtime");
      },
    });
    const guarded = (name: string, errors: string[]) => ({
      Ask: task(name, {}, { Catch: [{ ErrorEquals: errors, Next: "Caught" }], ...end }),
      Caught: caught,
    });

    expect((await run(guarded("large", ["States.ALL"]))).error).toBe("States.DataLimitExceeded");
    expect((await run(guarded("large", ["States.TaskFailed"]))).status).toBe("FAILED");
    expect((await run(guarded("large", ["States.DataLimitExceeded"]))).status).toBe("SUCCEEDED");
    expect((await run(guarded("runtime", ["States.ALL"]))).error).toBe("States.Runtime");
    expect((await run(guarded("runtime", ["States.Runtime"]))).error).toBe("States.Runtime");
  });

  test("no state puts out more than 256 KiB", async () => {
    const { run } = await stage();

    const done = await run({
      Grow: { Type: "Pass", Output: "{% $pad('', 262143, 'x') %}", End: true },
    });
    const kept = await run({
      Grow: { Type: "Pass", Output: "{% $pad('', 262142, 'x') %}", End: true },
    });

    expect(done.error).toBe("States.DataLimitExceeded");
    expect(kept.status).toBe("SUCCEEDED");
  });

  test("an expression that fails or returns nothing is an error that Catch takes", async () => {
    const { run } = await stage({ fine: () => 1 });
    const output = (Output: string) => ({
      Ask: task("fine", {}, { Output, Catch: allCaught, ...end }),
      Caught: caught,
    });

    const thrown = await run(output("{% $states.result.Payload & $sum('a') %}"));
    const nothing = await run(output("{% $states.result.missing %}"));

    expect(thrown.output.caught.Error).toBe("States.QueryEvaluationError");
    expect(nothing.output.caught.Cause).toContain("returned nothing (undefined)");
  });

  test("a Catch that cannot be evaluated ends the execution instead of being caught again", async () => {
    const { run } = await stage();
    const Catch = [{ ErrorEquals: ["States.ALL"], Output: "{% $missing %}", Next: "Caught" }];

    const done = await run({ Ask: task("absent", {}, { Catch, ...end }), Caught: caught });

    expect(done.error).toBe("States.QueryEvaluationError");
  });

  test("a Task that outlasts TimeoutSeconds fails with States.Timeout, which States.TaskFailed does not take", async () => {
    const reply = Promise.withResolvers<string>();
    const { clock, ...on } = await stage({ slow: () => reply.promise });
    const arn = await on.start(
      on.declare({
        Ask: task(
          "slow",
          {},
          {
            TimeoutSeconds: "{% $max([1, $states.input.seconds]) %}",
            Catch: [
              { ErrorEquals: ["States.TaskFailed"], Next: "Wrong" },
              { ErrorEquals: ["States.Timeout"], Next: "Caught" },
            ],
            ...end,
          },
        ),
        Wrong: { Type: "Fail" },
        Caught: { Type: "Wait", Seconds: 10, End: true },
      }),
      { seconds: 30 },
    );

    expect(await clock.jump()).toBe(30_000);
    reply.resolve("too late");
    expect(await settledJump(clock)).toBe(10_000);
    expect(outcome(await on.ended(arn)).output).toEqual({ Error: "States.Timeout" });
  });

  test("TimeoutSeconds that is no whole number is an evaluation error", async () => {
    const { run, calls } = await stage({ fine: () => 1 });

    const done = await run({ Ask: task("fine", {}, { TimeoutSeconds: "{% 0.5 %}", ...end }) });

    expect(done.error).toBe("States.QueryEvaluationError");
    expect(calls).toEqual([]);
  });

  test("an execution that outlasts the machine's TimeoutSeconds is TIMED_OUT", async () => {
    const { clock, ...on } = await stage();
    const wait = { Wait: { Type: "Wait", Seconds: 1000, End: true } };
    const arn = await on.start(on.declare(wait, { TimeoutSeconds: 100 }));

    expect(await clock.jump()).toBe(100_000);
    expect((await on.ended(arn)).status).toBe("TIMED_OUT");
    expect((await on.history(arn)).at(-1)?.type).toBe("ExecutionTimedOut");
  });

  test("a machine that never ends is stopped at 25,000 events", async () => {
    const { run, service, events } = await stage();

    const done = await run({
      Ping: { Type: "Pass", Next: "Pong" },
      Pong: { Type: "Pass", Next: "Ping" },
    });

    expect(done).toMatchObject({ status: "FAILED", error: "States.Runtime" });
    expect(service.transitions(events[0]?.detail.executionArn ?? "")).toBeLessThan(12_500);
    // Every transition is one write on disk.
  }, 120_000);
});
