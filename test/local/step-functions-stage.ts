import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { onTestFinished } from "vitest";
import type { LocalClock } from "../../lib/local/clock.ts";
import { listen } from "../../lib/local/service.ts";
import {
  localStepFunctions,
  type StatusChange,
} from "../../lib/local/step-functions/step-functions.ts";

/** A Lambda by name: what it returns is its payload, what it throws is its error. */
export type Lambdas = Record<string, (payload: never, call: number) => unknown>;

/** A clock that stands still until it is told to move, so that every delay is measured exactly. */
export function standingClock(startMs = Date.parse("2026-11-21T00:00:00.000Z")) {
  const timers = new Set<{ readonly dueMs: number; readonly task: () => void }>();
  let nowMs = startMs;
  let armed = (): void => {};

  const fire = () => {
    for (const timer of [...timers].sort((a, b) => a.dueMs - b.dueMs)) {
      if (timer.dueMs <= nowMs && timers.delete(timer)) timer.task();
    }
  };
  const clock: LocalClock = {
    now: () => nowMs,
    at(dueMs, task) {
      const timer = { dueMs, task };
      timers.add(timer);
      if (dueMs <= nowMs) setImmediate(fire);
      else armed();
      return () => {
        timers.delete(timer);
      };
    },
    advance(ms) {
      nowMs += ms;
      fire();
    },
    offset: new SharedArrayBuffer(8),
    close: () => timers.clear(),
  };
  return {
    ...clock,
    /** Waits until something is due later, goes there, and says how far that was. */
    async jump(): Promise<number> {
      const later = () => [...timers].map(({ dueMs }) => dueMs).filter((dueMs) => dueMs > nowMs);
      if (later().length === 0) {
        await new Promise<void>((resolve) => {
          armed = resolve;
        });
      }
      const distance = Math.min(...later()) - nowMs;
      clock.advance(distance);
      return distance;
    },
  };
}

export async function stage(
  lambdas: Lambdas = {},
  clock = standingClock(),
  directory = freshDirectory(),
) {
  const ended = new Map<string, PromiseWithResolvers<StatusChange["detail"]>>();
  const ending = (arn: string) => {
    const known = ended.get(arn) ?? Promise.withResolvers<StatusChange["detail"]>();
    ended.set(arn, known);
    return known;
  };
  const events: StatusChange[] = [];
  const calls: { readonly name: string; readonly payload: unknown }[] = [];
  const callWaiters = new Map<number, () => void>();
  const service = localStepFunctions({
    directory,
    clock,
    emit(event) {
      events.push(event);
      const { status, executionArn } = event.detail;
      if (status !== "RUNNING") ending(executionArn).resolve(event.detail);
    },
    async invokeLambda(name, payload) {
      calls.push({ name, payload });
      callWaiters.get(calls.length)?.();
      const lambda = lambdas[name];
      if (lambda === undefined) throw new Error(`there is no function ${name}`);
      try {
        return { payload: await lambda(payload as never, calls.length) };
      } catch (error) {
        const { name: errorType, message: errorMessage } = error as Error;
        return { payload: null, functionError: { errorType, errorMessage } };
      }
    },
  });
  const listening = await listen(service.handle);
  const client = new SFNClient({
    endpoint: listening.url,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  service.resume();
  let open = true;
  const close = async () => {
    if (!open) return;
    open = false;
    client.destroy();
    await listening.close();
    await service.close();
  };
  onTestFinished(close);

  const declare = (states: object, more: object = {}, name = "machine") =>
    service.createStateMachine({ name, definition: machine(states, more), aliases: ["live"] })
      .stateMachineArn;
  const start = async (stateMachineArn: string, input: unknown = {}, name?: string) => {
    const command = { stateMachineArn, input: JSON.stringify(input), ...(name && { name }) };
    return (await client.send(new StartExecutionCommand(command))).executionArn as string;
  };

  return {
    declare,
    start,
    ...{ client, service, clock, directory, events, calls, close },

    /** Resolves once `count` Lambda calls have been made. */
    called: (count: number) =>
      calls.length >= count
        ? Promise.resolve()
        : new Promise<void>((resolve) => callWaiters.set(count, resolve)),

    ended: (arn: string) => ending(arn).promise,

    /** Runs the states, the first of which is where it starts, to the end. */
    async run(states: object, input: unknown = {}, more: object = {}) {
      return outcome(await ending(await start(declare(states, more), input)).promise);
    },

    succeed: (taskToken: string, output: unknown) =>
      client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) })),

    describe: (executionArn: string) => client.send(new DescribeExecutionCommand({ executionArn })),

    async history(executionArn: string) {
      const command = new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 });
      return (await client.send(command)).events ?? [];
    },
  };
}

export function outcome({ status, output, error, cause }: StatusChange["detail"]) {
  if (status === "SUCCEEDED") return { status, output: JSON.parse(output ?? "null") };
  return { status, error, cause };
}

export function machine(states: object, more: object = {}): string {
  const StartAt = Object.keys(states)[0];
  return JSON.stringify({ QueryLanguage: "JSONata", StartAt, States: states, ...more });
}

/** Lets the reply of the Lambda be taken in before the clock moves. */
export async function settledJump(clock: { jump(): Promise<number> }): Promise<number> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  return clock.jump();
}

/** A Task that calls `FunctionName` with `Payload`. */
export function task(name: string, payload: unknown, more: object = { End: true }): object {
  return {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    Arguments: { FunctionName: name, Payload: payload },
    ...more,
  };
}

/** A Task that hands its token to `name` and waits for it. */
export function waitingTask(name: string, more: object = { End: true }): object {
  return {
    ...task(name, { taskToken: "{% $states.context.Task.Token %}" }, more),
    Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
  };
}

/** What a Lambda throws to fail with this error type. */
export function functionError(name: string, message = "because"): Error {
  return Object.assign(new Error(message), { name });
}

function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "step-functions-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
