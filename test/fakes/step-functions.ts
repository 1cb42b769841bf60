import { AwsFault, type AwsService } from "./aws.ts";
import type { Gate } from "./dynamo.ts";

/** How a waiting task ended: an output, or the name of an error. */
export type TaskResult = { readonly output: unknown } | { readonly error: string };

/** Task tokens and executions. A token is answered once; later answers hear TaskTimedOut, as on AWS. */
export function fakeStepFunctions() {
  const waiting = new Map<string, (result: TaskResult) => void>();
  const known = new Set<string>();
  const fake = {
    gate: undefined as Gate | undefined,
    started: [] as string[],
    serve,
    /** Opens a token; `done` hears its one result. */
    wait(token: string, done: (result: TaskResult) => void): void {
      known.add(token);
      waiting.set(token, done);
    },
    /** Ends a token from the workflow's side: a time-out, or a task that failed. */
    close(token: string): boolean {
      return waiting.delete(token);
    },
    end,
    reset(): void {
      waiting.clear();
      known.clear();
      fake.started = [];
    },
  };
  return fake;

  async function serve({ operation, input }: Parameters<AwsService>[0]) {
    if (operation === "StartExecution") {
      const name = String(input.name);
      if (fake.started.includes(name)) throw new AwsFault("ExecutionAlreadyExists", name);
      fake.started.push(name);
      return { executionArn: `arn:${name}`, startDate: 0 };
    }
    const token = String(input.taskToken);
    const place = `token/${token}`;
    const footprint = { label: `${operation} ${token}`, reads: [], writes: [place] };
    const afterwards = await fake.gate?.(footprint);
    if (!known.has(token)) throw new AwsFault("InvalidToken", token);
    const result: TaskResult =
      operation === "SendTaskSuccess"
        ? { output: JSON.parse(String(input.output)) }
        : { error: String(input.error) };
    if (!end(token, result)) throw new AwsFault("TaskTimedOut", token);
    await afterwards?.();
    return {};
  }

  function end(token: string, result: TaskResult): boolean {
    const done = waiting.get(token);
    waiting.delete(token);
    done?.(result);
    return done !== undefined;
  }
}
