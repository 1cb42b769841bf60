import { SendTaskFailureCommand, SendTaskHeartbeatCommand } from "@aws-sdk/client-sfn";
import { expect, test } from "vitest";
import { functionError, outcome, settledJump, stage, waitingTask } from "./step-functions-stage.ts";

const end = { End: true };
type WithToken = { readonly taskToken: string };

/** A function that remembers the tokens it was handed. */
function keeper(answer: (call: number) => unknown = () => "stored") {
  const tokens: string[] = [];
  const keep = ({ taskToken }: WithToken) => {
    tokens.push(taskToken);
    return answer(tokens.length);
  };
  return { tokens, keep };
}

test("a Task with a token waits for SendTaskSuccess, whose output is its result", async () => {
  const { tokens, keep } = keeper();
  const { called, succeed, ended, ...on } = await stage({ keep });
  const arn = await on.start(on.declare({ Ask: waitingTask("keep") }));

  await called(1);
  expect((await on.describe(arn)).status).toBe("RUNNING");
  await succeed(tokens[0] as string, { signed: true });

  expect(outcome(await ended(arn)).output).toEqual({ signed: true });
});

test("a token may be completed before the function that received it returns", async () => {
  const { succeed, ...on } = await stage({
    early: async ({ taskToken }: WithToken) => {
      await succeed(taskToken, "early");
      throw functionError("TooLate", "nobody listens any more");
    },
  });

  const done = await on.run({ Ask: waitingTask("early") });

  expect(done).toEqual({ status: "SUCCEEDED", output: "early" });
});

test("SendTaskFailure is matched by Catch under its own error name", async () => {
  const { tokens, keep } = keeper();
  const { client, ...on } = await stage({ keep });
  const Catch = [{ ErrorEquals: ["Contract.Revoked"], Next: "Seal" }];
  const arn = await on.start(
    on.declare({ Ask: waitingTask("keep", { Catch, ...end }), Seal: { Type: "Succeed" } }),
  );

  await on.called(1);
  await client.send(
    new SendTaskFailureCommand({
      taskToken: tokens[0],
      error: "Contract.Revoked",
      cause: "by the partner",
    }),
  );

  expect(outcome(await on.ended(arn)).output).toEqual({
    Error: "Contract.Revoked",
    Cause: "by the partner",
  });
});

test("a token closes once: the second completion, by whomever, is TaskTimedOut", async () => {
  const { tokens, keep } = keeper();
  const { succeed, ...on } = await stage({ keep });
  const arn = await on.start(
    on.declare({
      Ask: waitingTask("keep", { Next: "Rest" }),
      Rest: { Type: "Wait", Seconds: 60, End: true },
    }),
  );
  await on.called(1);
  const token = tokens[0] as string;

  const both = await Promise.allSettled([succeed(token, 1), succeed(token, 2)]);
  const refused = both.find((one) => one.status === "rejected");

  expect(both.filter((one) => one.status === "fulfilled")).toHaveLength(1);
  expect(refused?.reason).toMatchObject({ name: "TaskTimedOut" });
  await on.clock.jump();
  await on.ended(arn);
  await expect(succeed(token, 3)).rejects.toMatchObject({ name: "TaskTimedOut" });
});

test("text that is no token is InvalidToken, a token of no execution is TaskDoesNotExist", async () => {
  const { succeed } = await stage();
  const foreign = Buffer.from('["arn:aws:states:x:y:execution:a:b","nonce"]').toString("base64url");

  await expect(succeed("nonsense", 1)).rejects.toMatchObject({ name: "InvalidToken" });
  await expect(succeed(foreign, 1)).rejects.toMatchObject({ name: "TaskDoesNotExist" });
});

test("a function that fails before completion is retried with a new token, and the old one is dead", async () => {
  const { tokens, keep } = keeper((call) => {
    if (call === 1) throw functionError("Sms.Unavailable");
  });
  const { succeed, clock, ...on } = await stage({ keep });
  const Retry = [{ ErrorEquals: ["Sms.Unavailable"], IntervalSeconds: 7 }];
  const arn = await on.start(on.declare({ Ask: waitingTask("keep", { Retry, ...end }) }));

  expect(await clock.jump()).toBe(7_000);
  await on.called(2);
  const [dead, live] = tokens as [string, string];

  expect(live).not.toBe(dead);
  await expect(succeed(dead, "old")).rejects.toMatchObject({ name: "TaskTimedOut" });
  await succeed(live, "new");
  expect(outcome(await on.ended(arn)).output).toBe("new");
});

test("a token is dead after TimeoutSeconds, and Retry on States.Timeout issues another", async () => {
  const { tokens, keep } = keeper();
  const { succeed, clock, ...on } = await stage({ keep });
  const Retry = [{ ErrorEquals: ["States.Timeout"], IntervalSeconds: 1 }];
  const arn = await on.start(
    on.declare({ Ask: waitingTask("keep", { TimeoutSeconds: 604_800, Retry, ...end }) }),
  );

  await on.called(1);
  expect(await settledJump(clock)).toBe(604_800_000);
  expect(await settledJump(clock)).toBe(1_000);
  await on.called(2);

  await expect(succeed(tokens[0] as string, 1)).rejects.toMatchObject({ name: "TaskTimedOut" });
  await succeed(tokens[1] as string, 2);
  expect(outcome(await on.ended(arn)).output).toBe(2);
  expect((await on.history(arn)).map((event) => event.type)).toContain("TaskTimedOut");
});

test("heartbeats keep a waiting Task alive; missing one is States.HeartbeatTimeout, which States.Timeout takes", async () => {
  const { tokens, keep } = keeper();
  const { client, clock, ...on } = await stage({ keep });
  const Catch = [{ ErrorEquals: ["States.Timeout"], Next: "Late" }];
  const limits = { HeartbeatSeconds: "{% 60 %}", TimeoutSeconds: 150 };
  const arn = await on.start(
    on.declare({
      Ask: waitingTask("keep", { ...limits, Catch, ...end }),
      Late: { Type: "Succeed" },
    }),
  );
  await on.called(1);
  const beat = () => client.send(new SendTaskHeartbeatCommand({ taskToken: tokens[0] }));

  clock.advance(50_000);
  await beat();
  clock.advance(50_000);
  expect((await on.describe(arn)).status).toBe("RUNNING");
  await beat();
  // The next heartbeat would be due after the time-out, which therefore comes first.
  expect(await settledJump(clock)).toBe(50_000);
  expect(outcome(await on.ended(arn)).output).toEqual({ Error: "States.Timeout" });
  await expect(beat()).rejects.toMatchObject({ name: "TaskTimedOut" });

  const silent = await on.start(
    on.declare({
      Ask: waitingTask("keep", { ...limits, Catch, ...end }),
      Late: { Type: "Succeed" },
    }),
  );
  await on.called(2);
  expect(await settledJump(clock)).toBe(60_000);
  expect(outcome(await on.ended(silent)).output).toEqual({ Error: "States.HeartbeatTimeout" });
});

test("a Map in a Map hands every item its own token, and groups follow one another", async () => {
  const { tokens, keep } = keeper();
  const { succeed, calls, service, ...on } = await stage({ keep });
  const sign = {
    ...waitingTask("keep"),
    Arguments: {
      FunctionName: "keep",
      Payload: { taskToken: "{% $states.context.Task.Token %}", signer: "{% $states.input %}" },
    },
  };
  const signers = {
    Type: "Map",
    ItemProcessor: { StartAt: "Sign", States: { Sign: sign } },
    ...end,
  };
  const arn = await on.start(
    on.declare({
      Groups: {
        Type: "Map",
        Items: "{% $states.input.groups %}",
        MaxConcurrency: 1,
        ItemProcessor: { StartAt: "Signers", States: { Signers: signers } },
        ...end,
      },
    }),
    { groups: [[1, 2], [3]] },
  );

  await on.called(2);
  await succeed(tokens[1] as string, "two");
  expect(calls).toHaveLength(2);
  await succeed(tokens[0] as string, "one");
  await on.called(3);
  await succeed(tokens[2] as string, "three");

  expect(outcome(await on.ended(arn)).output).toEqual([["one", "two"], ["three"]]);
  expect(calls.map(({ payload }) => (payload as { signer: number }).signer)).toEqual([1, 2, 3]);
  // Groups, two times Signers, three times Sign.
  expect(service.transitions(arn)).toBe(6);
});

test("an output that is not JSON is InvalidOutput and leaves the token open", async () => {
  const { tokens, keep } = keeper();
  const { client, succeed, ...on } = await stage({ keep });
  const arn = await on.start(on.declare({ Ask: waitingTask("keep") }));
  await on.called(1);
  const { SendTaskSuccessCommand } = await import("@aws-sdk/client-sfn");

  const broken = client.send(new SendTaskSuccessCommand({ taskToken: tokens[0], output: "{" }));

  await expect(broken).rejects.toMatchObject({ name: "InvalidOutput" });
  await succeed(tokens[0] as string, 1);
  expect((await on.ended(arn)).status).toBe("SUCCEEDED");
});
