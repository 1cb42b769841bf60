import { describe, expect, test } from "vitest";
import { functionError, outcome, settledJump, stage, task } from "./step-functions-stage.ts";

const end = { End: true };
const allCaught = [{ ErrorEquals: ["States.ALL"], Next: "Caught" }];
const caught = { Type: "Pass", Output: { caught: "{% $states.input %}" }, End: true };

describe("states", () => {
  test("Pass assigns variables that later states read, and keeps its input without Output", async () => {
    const { run } = await stage();

    const done = await run(
      {
        First: { Type: "Pass", Assign: { sum: "{% $states.input.a + 1 %}" }, Next: "Second" },
        Second: {
          Type: "Pass",
          Assign: { sum: "{% $sum * 10 %}" },
          Output: { before: "{% $sum %}", given: "{% $states.input %}", fixed: ["as written", 1] },
          Next: "Third",
        },
        Third: { Type: "Succeed", Output: "{% $merge([$states.input, {'after': $sum}]) %}" },
      },
      { a: 1 },
    );

    expect(done.output).toEqual({
      before: 2,
      given: { a: 1 },
      fixed: ["as written", 1],
      after: 20,
    });
  });

  test("the functions Step Functions adds to JSONata work, and $eval does not", async () => {
    const { run, clock } = await stage();

    const done = await run({
      Functions: {
        Type: "Pass",
        Output: {
          parsed: "{% $parse('{\"a\":1}').a %}",
          parts: "{% $partition([1,2,3],2) %}",
          range: "{% $range(1,9,4) %}",
          hash: "{% $hash('abc','SHA-256') %}",
          uuid: "{% $length($uuid()) %}",
          random: "{% $random(7) = $random(7) %}",
          now: "{% $toMillis($now()) = $millis() %}",
          time: "{% $millis() %}",
        },
        End: true,
      },
    });
    const refused = await run({ Eval: { Type: "Pass", Output: "{% $eval('1') %}", End: true } });

    expect(done.output).toEqual({
      parsed: 1,
      parts: [[1, 2], [3]],
      range: [1, 5, 9],
      hash: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      uuid: 36,
      random: true,
      now: true,
      time: clock.now(),
    });
    expect(refused.error).toBe("States.QueryEvaluationError");
  });

  test("Choice takes the first rule that holds with its own Assign and Output, then Default", async () => {
    const { run } = await stage();
    const states = {
      Which: {
        Type: "Choice",
        Choices: [
          { Condition: "{% $states.input.n > 10 %}", Output: { big: true }, Next: "Done" },
          { Condition: "{% $states.input.n > 5 %}", Assign: { word: "middle" }, Next: "Say" },
        ],
        Default: "Done",
        Output: { big: false },
      },
      Say: { Type: "Pass", Output: "{% $word %}", End: true },
      Done: { Type: "Succeed" },
    };

    expect((await run(states, { n: 11 })).output).toEqual({ big: true });
    expect((await run(states, { n: 6 })).output).toBe("middle");
    expect((await run(states, { n: 1 })).output).toEqual({ big: false });
  });

  test("a Choice without a match or with a condition that is no boolean fails", async () => {
    const { run } = await stage();
    const choice = (Condition: string) => ({
      Which: { Type: "Choice", Choices: [{ Condition, Next: "Done" }] },
      Done: { Type: "Succeed" },
    });

    expect((await run(choice("{% false %}"))).error).toBe("States.NoChoiceMatched");
    expect((await run(choice("{% 1 %}"))).error).toBe("States.QueryEvaluationError");
  });

  test("Wait ends after Seconds or at Timestamp, at once when that is past", async () => {
    const { clock, ...on } = await stage();
    const soon = new Date(clock.now() + 90_000).toISOString();
    const arn = await on.start(
      on.declare({
        Past: { Type: "Wait", Timestamp: "2001-01-01T00:00:00Z", Next: "Seconds" },
        Seconds: { Type: "Wait", Seconds: "{% $states.input.pause %}", Next: "Until" },
        Until: { Type: "Wait", Timestamp: soon, Output: "rested", End: true },
      }),
      { pause: 60 },
    );

    expect(await clock.jump()).toBe(60_000);
    expect(await clock.jump()).toBe(30_000);
    expect(outcome(await on.ended(arn))).toEqual({ status: "SUCCEEDED", output: "rested" });
  });

  test("Task hands Payload to the function and sees what lambda:invoke answers", async () => {
    const { run, calls } = await stage({ "double:live": ({ n }: { n: number }) => ({ n: n * 2 }) });
    const request = { FunctionName: "double", Qualifier: "live", Payload: "{% $states.input %}" };

    const done = await run(
      { Double: task("", {}, { Arguments: request, Output: "{% $states.result %}", ...end }) },
      { n: 21 },
    );

    expect(calls).toEqual([{ name: "double:live", payload: { n: 21 } }]);
    expect(done.output).toEqual({
      ExecutedVersion: "$LATEST",
      Payload: { n: 42 },
      StatusCode: 200,
    });
  });

  test("Fail ends the execution with its Error and Cause", async () => {
    const { run } = await stage();

    const done = await run(
      { No: { Type: "Fail", Error: "Contract.Failed", Cause: "{% 'no ' & $states.input.why %}" } },
      { why: "money" },
    );

    expect(done).toEqual({ status: "FAILED", error: "Contract.Failed", cause: "no money" });
  });

  test("the context names the execution, the state and the retry", async () => {
    const { clock, ...on } = await stage({ echo: (payload) => payload });
    const arn = await on.start(
      on.declare({
        Show: task("echo", "{% $states.context %}", {
          Output: "{% $states.result.Payload %}",
          ...end,
        }),
      }),
      { a: 1 },
      "named",
    );

    const now = new Date(clock.now()).toISOString();
    expect(outcome(await on.ended(arn)).output).toEqual({
      Execution: { Id: arn, Input: { a: 1 }, Name: "named", StartTime: now },
      StateMachine: {
        Id: "arn:aws:states:us-east-1:000000000000:stateMachine:machine",
        Name: "machine",
      },
      State: { Name: "Show", EnteredTime: now, RetryCount: 0 },
    });
  });

  test("text from outside that looks like an expression is never run", async () => {
    const { run } = await stage();

    const done = await run(
      { Same: { Type: "Map", ItemProcessor: inline({ Type: "Pass", ...end }), ...end } },
      ["{% $uuid() %}"],
    );

    expect(done.output).toEqual(["{% $uuid() %}"]);
  });
});

const inline = (state: object) => ({
  ProcessorConfig: { Mode: "INLINE" },
  StartAt: "Item",
  States: { Item: state },
});

describe("Map and Parallel", () => {
  test("Map keeps the order of its items, selects their input and holds MaxConcurrency", async () => {
    let running = 0;
    let most = 0;
    const { run } = await stage({
      square: async ({ value }: { value: number }) => {
        running += 1;
        most = Math.max(most, running);
        for (let turn = 0; turn < 10 - value; turn += 1) await new Promise(setImmediate);
        running -= 1;
        return value * value;
      },
    });

    const done = await run(
      {
        Squares: {
          Type: "Map",
          Items: "{% $states.input.numbers %}",
          ItemSelector: {
            value: "{% $states.context.Map.Item.Value %}",
            index: "{% $states.context.Map.Item.Index %}",
          },
          MaxConcurrency: 3,
          ItemProcessor: inline(
            task("square", "{% $states.input %}", {
              Output: "{% [$states.input.index, $states.result.Payload] %}",
              ...end,
            }),
          ),
          ...end,
        },
      },
      { numbers: [1, 2, 3, 4, 5, 6, 7, 8] },
    );

    const squares = [1, 4, 9, 16, 25, 36, 49, 64];
    expect(done.output).toEqual(squares.map((square, index) => [index, square]));
    expect(most).toBe(3);
  });

  test("an empty Map succeeds with an empty list, and items that are no list fail it", async () => {
    const { run } = await stage();
    const map = { Type: "Map", ItemProcessor: inline({ Type: "Pass", ...end }), ...end };

    expect((await run({ Map: map }, [])).output).toEqual([]);
    expect((await run({ Map: map }, { a: 1 })).error).toBe("States.QueryEvaluationError");
  });

  test("one failing item ends its siblings, and the Map may catch the item's error", async () => {
    const { calls, ...on } = await stage({
      work: ({ n }: { n: number }) => {
        if (n === 2) throw functionError("Broken");
        return new Promise(() => {});
      },
    });
    const processor = inline(task("work", "{% {'n': $states.input} %}"));

    const done = await on.run(
      { Map: { Type: "Map", ItemProcessor: processor, Catch: allCaught, ...end }, Caught: caught },
      [1, 2, 3],
    );

    expect(calls).toHaveLength(3);
    expect(done.output.caught.Error).toBe("Broken");
  });

  test("Parallel gives its branches one input, joins in order and keeps their variables apart", async () => {
    const { run } = await stage();
    const branch = (name: string) => ({
      StartAt: name,
      States: {
        [name]: { Type: "Pass", Assign: { own: name }, Next: `${name} out` },
        [`${name} out`]: { Type: "Pass", Output: "{% $outer & ' ' & $own %}", End: true },
      },
    });

    const done = await run({
      Set: { Type: "Pass", Assign: { outer: "seen" }, Next: "Fork" },
      Fork: { Type: "Parallel", Branches: [branch("A"), branch("B")], Next: "After" },
      After: {
        Type: "Pass",
        Output: { joined: "{% $states.input %}", leaked: "{% $exists($own) %}" },
        End: true,
      },
    });

    expect(done.output).toEqual({ joined: ["seen A", "seen B"], leaked: false });
  });

  test("a failing branch ends the others, and Retry runs all of them again", async () => {
    const { clock, calls, ...on } = await stage({
      flaky: (_, call) => {
        if (call <= 2) throw functionError("Flaky");
        return "fine";
      },
    });
    const waiting = { Type: "Wait", Seconds: 1000, End: true };
    const branches = [inline(waiting), inline(task("flaky", {}))];
    const arn = await on.start(
      on.declare({
        Fork: {
          Type: "Parallel",
          Branches: branches,
          Retry: [{ ErrorEquals: ["Flaky"], IntervalSeconds: 5, BackoffRate: 1 }],
          Output: "{% $states.result[1].Payload %}",
          ...end,
        },
      }),
    );

    await on.called(1);
    expect(await settledJump(clock)).toBe(5_000);
    await on.called(2);
    expect(await settledJump(clock)).toBe(5_000);
    await on.called(3);
    expect(await settledJump(clock)).toBe(1_000_000);
    expect(outcome(await on.ended(arn)).output).toBe("fine");
    expect(calls).toHaveLength(3);
  });
});
