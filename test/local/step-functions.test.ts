import {
  CreateStateMachineCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { describe, expect, test } from "vitest";
import {
  machine,
  outcome,
  stage,
  standingClock,
  task,
  waitingTask,
} from "./step-functions-stage.ts";

const wait = { Wait: { Type: "Wait", Seconds: 60, End: true } };
const pass = { Only: { Type: "Pass", End: true } };

describe("executions", () => {
  test("StartExecution repeats itself for the same name and input while it runs, and refuses otherwise", async () => {
    const { clock, ...on } = await stage();
    const arn = on.declare(wait);

    const first = await on.start(arn, { a: 1 }, "CT1");
    clock.advance(1_000);
    const again = await on.start(arn, { a: 1 }, "CT1");

    expect(again).toBe(first);
    expect(on.events).toHaveLength(1);
    const exists = { name: "ExecutionAlreadyExists" };
    await expect(on.start(arn, { a: 2 }, "CT1")).rejects.toMatchObject(exists);
    await clock.jump();
    await on.ended(first);
    await expect(on.start(arn, { a: 1 }, "CT1")).rejects.toMatchObject(exists);
  });

  test("names have 1 to 80 plain characters, and input is JSON of at most 256 KiB", async () => {
    const { client, ...on } = await stage();
    const arn = on.declare(pass);

    await on.start(arn, {}, "n".repeat(80));
    for (const name of ["n".repeat(81), "with space", "a/b", "a:b"]) {
      await expect(on.start(arn, {}, name)).rejects.toMatchObject({ name: "InvalidName" });
    }
    const broken = client.send(new StartExecutionCommand({ stateMachineArn: arn, input: "{" }));
    await expect(broken).rejects.toMatchObject({ name: "InvalidExecutionInput" });
    await expect(on.start(arn, "x".repeat(262_143))).rejects.toMatchObject({
      name: "ValidationException",
    });
    await expect(on.start(`${arn}x`)).rejects.toMatchObject({ name: "StateMachineDoesNotExist" });
  });

  test("an alias means the newest version; a version and a running execution keep their definition", async () => {
    const { clock, ...on } = await stage();
    const say = (word: string) => ({
      Wait: { Type: "Wait", Seconds: 60, Next: "Say" },
      Say: { Type: "Pass", Output: word, End: true },
    });
    const arn = on.declare(say("old"));
    const running = await on.start(`${arn}:live`);
    on.declare(say("new"));
    on.declare(say("new"));

    const arns = [running, await on.start(`${arn}:1`), await on.start(`${arn}:live`)];
    await clock.jump();
    const words = await Promise.all(arns.map(async (one) => outcome(await on.ended(one)).output));

    expect(words).toEqual(["old", "old", "new"]);
    await expect(on.start(`${arn}:3`)).rejects.toMatchObject({ name: "StateMachineDoesNotExist" });
    expect(await on.describe(arns[2] as string)).toMatchObject({
      stateMachineArn: arn,
      stateMachineAliasArn: `${arn}:live`,
      stateMachineVersionArn: `${arn}:2`,
    });
  });

  test("StopExecution aborts, ends what was parked, and changes nothing afterwards", async () => {
    const { client, clock, ...on } = await stage();
    const arn = await on.start(on.declare(wait));

    const stop = new StopExecutionCommand({ executionArn: arn, error: "Enough", cause: "tired" });
    const { stopDate } = await client.send(stop);
    clock.advance(120_000);
    const again = await client.send(stop);

    expect(await on.describe(arn)).toMatchObject({
      status: "ABORTED",
      error: "Enough",
      cause: "tired",
      stopDate,
    });
    expect(again.stopDate).toEqual(stopDate);
    expect((await on.history(arn)).at(-1)?.type).toBe("ExecutionAborted");
  });

  test("ListExecutions filters by status and pages from the newest", async () => {
    const { client, clock, ...on } = await stage();
    const stateMachineArn = on.declare(wait);
    for (const name of ["a", "b", "c"]) await on.start(stateMachineArn, {}, name);
    const done = await on.start(on.declare(pass, {}, "other"));
    await on.ended(done);
    const list = async (more: object) => {
      const page = await client.send(new ListExecutionsCommand({ stateMachineArn, ...more }));
      return { names: page.executions?.map(({ name }) => name), token: page.nextToken };
    };

    const first = await list({ maxResults: 2 });
    const second = await list({ maxResults: 2, nextToken: first.token });

    expect(first.names).toEqual(["c", "b"]);
    expect(second).toEqual({ names: ["a"], token: undefined });
    expect((await list({ statusFilter: "SUCCEEDED" })).names).toEqual([]);
    expect((await list({ statusFilter: "RUNNING" })).names).toHaveLength(3);
    await expect(list({ nextToken: "x" })).rejects.toMatchObject({ name: "InvalidToken" });
    clock.close();
  });

  test("the history tells every event in order, by page and in reverse", async () => {
    const { client, ...on } = await stage({ fine: () => 1 });
    const arn = await on.start(
      on.declare({ Ask: task("fine", {}, { Next: "End" }), End: { Type: "Succeed" } }),
    );
    await on.ended(arn);
    const page = (more: object) =>
      client.send(new GetExecutionHistoryCommand({ executionArn: arn, ...more }));

    const all = await page({});
    const first = await page({ maxResults: 3 });
    const second = await page({ maxResults: 3, nextToken: first.nextToken });
    const last = await page({ maxResults: 1, reverseOrder: true });

    expect(all.events?.map(({ type }) => type)).toEqual([
      ...["ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted"],
      ...["TaskSucceeded", "TaskStateExited", "SucceedStateEntered", "SucceedStateExited"],
      "ExecutionSucceeded",
    ]);
    expect(all.events?.map((event) => event.previousEventId)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(second.events?.map(({ id }) => id)).toEqual([4, 5, 6]);
    expect(last.events?.map(({ id }) => id)).toEqual([9]);
    expect(on.service.transitions(arn)).toBe(2);
  });

  test("every change of status is published as EventBridge would deliver it", async () => {
    const { clock, ...on } = await stage();
    const arn = await on.start(on.declare(pass), { a: 1 }, "CT1");
    await on.ended(arn);

    expect(on.events.map((event) => event.detail.status)).toEqual(["RUNNING", "SUCCEEDED"]);
    expect(on.events[1]).toEqual({
      source: "aws.states",
      "detail-type": "Step Functions Execution Status Change",
      time: new Date(clock.now()).toISOString(),
      resources: [arn],
      detail: {
        executionArn: arn,
        stateMachineArn: "arn:aws:states:us-east-1:000000000000:stateMachine:machine",
        ...{ name: "CT1", status: "SUCCEEDED", startDate: clock.now(), stopDate: clock.now() },
        ...{ input: '{"a":1}', output: '{"a":1}', error: null, cause: null },
      },
    });
  });

  test("200 executions with tokens run side by side and all end", async () => {
    const { succeed, ...on } = await stage({
      ask: ({ taskToken }: { taskToken: string }) => {
        setImmediate(() => succeed(taskToken, "yes"));
      },
      seal: (payload) => payload,
    });
    const arn = on.declare({
      Ask: waitingTask("ask", { Next: "Seal" }),
      Seal: task("seal", "{% $states.input %}", {
        Output: "{% $states.result.Payload %}",
        End: true,
      }),
    });

    const started = Array.from({ length: 200 }, (_, index) => on.start(arn, {}, `CT${index}`));
    const ends = await Promise.all(started.map(async (one) => outcome(await on.ended(await one))));

    expect(new Set(ends.map(({ output }) => output))).toEqual(new Set(["yes"]));
    expect(on.calls).toHaveLength(400);
  });
});

describe("state machines", () => {
  test("what this machine would run differently from AWS is refused when it is created", async () => {
    const { declare } = await stage();
    const resource = (Resource: string) => ({ Bad: { Type: "Task", Resource, End: true } });

    expect(() => declare(resource("arn:aws:states:::sqs:sendMessage"))).toThrow(
      "state Bad: resource arn:aws:states:::sqs:sendMessage does not run locally",
    );
    expect(() => declare(resource("arn:aws:states:::lambda:invoke.waitForToken"))).toThrow("Bad");
    expect(() => declare(pass, { QueryLanguage: "JSONPath" })).toThrow("only JSONata runs locally");
    expect(() => declare({ A: { Type: "Pass", Next: "B" } })).toThrow("leads to state B");
    expect(() => declare({ A: { Type: "Pass", Output: "{% $( %}", End: true } })).toThrow(
      "JSONata",
    );
    expect(() => declare({ A: { Type: "Pass", ResultPath: "$", End: true } })).toThrow(
      "ResultPath",
    );
  });

  test("they are created, described and listed on the wire", async () => {
    const { client } = await stage();
    const create = (definition: string) =>
      client.send(new CreateStateMachineCommand({ name: "wired", definition, roleArn: "arn:r" }));

    const { stateMachineArn } = await create(machine(pass));
    const described = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
    const listed = await client.send(new ListStateMachinesCommand({}));

    expect(described).toMatchObject({ name: "wired", definition: machine(pass), type: "STANDARD" });
    expect(listed.stateMachines?.map(({ name }) => name)).toEqual(["wired"]);
    await expect(create("{}")).rejects.toMatchObject({ name: "InvalidDefinition" });
  });
});

describe("reopening", () => {
  test("a Wait ends at its time although the process was gone meanwhile", async () => {
    const clock = standingClock();
    const before = await stage({}, clock);
    const arn = await before.start(before.declare(wait));
    await before.clock.jump().then(() => before.ended(arn));
    const waiting = await before.start(before.declare(wait));
    while ((await before.history(waiting)).length < 2) await new Promise(setImmediate);
    await before.close();

    const after = await stage({}, clock, before.directory);

    expect(await after.clock.jump()).toBe(60_000);
    expect((await after.ended(waiting)).status).toBe("SUCCEEDED");
    expect((await after.describe(arn)).status).toBe("SUCCEEDED");
  });

  test("a token handed out before is completed after, and its function is not run twice", async () => {
    const tokens: string[] = [];
    const lambdas = { ask: ({ taskToken }: { taskToken: string }) => tokens.push(taskToken) };
    const before = await stage(lambdas);
    const arn = await before.start(
      before.declare({ Ask: waitingTask("ask", { TimeoutSeconds: 600, End: true }) }),
    );
    await before.called(1);
    const submitted = async () =>
      (await before.history(arn)).some(({ type }) => type === "TaskSubmitted");
    while (!(await submitted())) await new Promise(setImmediate);
    await before.close();

    const after = await stage(lambdas, before.clock, before.directory);
    await after.succeed(tokens[0] as string, "yes");

    expect(outcome(await after.ended(arn)).output).toBe("yes");
    expect(after.calls).toEqual([]);
  });

  test("a function that had not returned is invoked again, with the same token", async () => {
    const never = () => new Promise(() => {});
    const before = await stage({ slow: never, ask: never });
    const states = {
      Slow: task("slow", { n: 1 }, { Output: "{% $states.result.Payload %}", Next: "Ask" }),
      Ask: waitingTask("ask"),
    };
    const arn = await before.start(before.declare(states));
    await before.called(1);
    await before.close();

    const between = await stage({ slow: () => "done", ask: never }, before.clock, before.directory);
    await between.called(2);
    await between.close();
    const after = await stage({ ask: () => "kept" }, before.clock, before.directory);
    await after.called(1);
    const [{ taskToken }] = after.calls.map(({ payload }) => payload) as [{ taskToken: string }];
    await after.succeed(taskToken, "answered");

    expect(outcome(await after.ended(arn)).output).toBe("answered");
    expect(between.calls[0]).toEqual(before.calls[0]);
    expect(after.calls[0]).toEqual(between.calls[1]);
    expect(after.service.transitions(arn)).toBe(2);
  });

  test("the branches of a Map go on where each of them was", async () => {
    const tokens: string[] = [];
    const lambdas = { ask: ({ taskToken }: { taskToken: string }) => tokens.push(taskToken) };
    const before = await stage(lambdas);
    const processor = { StartAt: "Ask", States: { Ask: waitingTask("ask") } };
    const map = {
      Type: "Map",
      Items: [1, 2, 3],
      MaxConcurrency: 2,
      ItemProcessor: processor,
      End: true,
    };
    const arn = await before.start(before.declare({ Map: map }));
    await before.called(2);
    await before.succeed(tokens[1] as string, "b");
    await before.called(3);
    await before.close();

    const after = await stage(lambdas, before.clock, before.directory);
    await after.succeed(tokens[0] as string, "a");
    await after.succeed(tokens[2] as string, "c");

    expect(outcome(await after.ended(arn)).output).toEqual(["a", "b", "c"]);
  });
});
