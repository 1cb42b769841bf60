import { randomBytes, randomUUID } from "node:crypto";
import { AwsError } from "../aws-error.ts";
import { type Failure, StateError, withinLimit } from "./jsonata-fields.ts";
import { type Step, waitsForToken } from "./state-steps.ts";
import type { State } from "./states-language.ts";
import type { Call, Thread } from "./workflow-store.ts";
import {
  breakDown,
  type Engine,
  type InvokeLambda,
  note,
  release,
  stateOf,
  transact,
} from "./workflow-threads.ts";

/** @throws AwsError InvalidToken, TaskDoesNotExist or TaskTimedOut, as the next two do */
export function succeedTask(engine: Engine, token: string, output: unknown): void {
  transact(engine, () => completeTask(engine, awaited(engine, token), output));
}

export function failTask(engine: Engine, token: string, failure: Failure): void {
  transact(engine, () => closeTask(engine, awaited(engine, token), "TaskFailed", failure));
}

export function keepTaskAlive(engine: Engine, token: string): void {
  transact(engine, () => {
    const thread = awaited(engine, token);
    thread.due_ms = callDueMs(engine, thread.frame.call as Call);
    engine.store.save(thread);
  });
}

export function startCall(
  engine: Engine,
  thread: Thread,
  step: Step & { type: "call" },
  ticket: string,
): void {
  const { functionName, payload, timeoutMs, heartbeatMs } = step;
  const waits = waitsForToken(stateOf(engine, thread));
  const call: Call = {
    functionName,
    payload,
    waitsForToken: waits,
    deadlineMs: timeoutMs === null ? null : engine.clock.now() + timeoutMs,
    // Only the holder of a token can send heartbeats.
    heartbeatMs: waits ? heartbeatMs : null,
    returned: false,
  };
  thread.frame.call = call;
  thread.ticket = ticket;
  const parameters = JSON.stringify({ FunctionName: functionName, Payload: payload });
  const scheduled = { ...resourceOf(call), region: "us-east-1", parameters };
  note(engine, thread, "TaskScheduled", { taskScheduledEventDetails: scheduled });
  note(engine, thread, "TaskStarted", { taskStartedEventDetails: resourceOf(call) });
  release(engine, thread, "invoking", callDueMs(engine, call));
  engine.store.afterCommit(() => invoke(engine, thread));
}

function callDueMs(engine: Engine, { deadlineMs, heartbeatMs }: Call): number | null {
  if (heartbeatMs === null) return deadlineMs;
  return Math.min(deadlineMs ?? Number.POSITIVE_INFINITY, engine.clock.now() + heartbeatMs);
}

export function invoke(engine: Engine, { id, ticket, frame }: Thread): void {
  const { functionName, payload } = frame.call as Call;
  const settle = (change: (thread: Thread) => void): void => {
    if (engine.mode === "closed") return;
    transact(engine, () => {
      const thread = engine.store.thread(id);
      // The token may have come first, or a time-out may have started another attempt.
      if (thread?.phase === "invoking" && thread.ticket === ticket) change(thread);
    });
  };
  // Called inside the promise: an invoker that throws at once counts as one that rejects.
  Promise.resolve()
    .then(() => engine.invokeLambda(functionName, payload))
    .then(
      (answer) => settle((thread) => settleCall(engine, thread, answer)),
      (cause: Error) =>
        settle((thread) => closeTask(engine, thread, "TaskFailed", serviceFailure(cause))),
    )
    .catch((cause) => breakDown(engine, id, cause));
}

function serviceFailure({ name, message }: Error): Failure {
  return {
    error: `Lambda.${/Exception$/.test(name) ? name : "ServiceException"}`,
    cause: String(message),
  };
}

function settleCall(
  engine: Engine,
  thread: Thread,
  { payload, functionError }: Awaited<ReturnType<InvokeLambda>>,
): void {
  const call = thread.frame.call as Call;
  if (functionError !== undefined) {
    const { errorType, errorMessage } = functionError;
    const cause = JSON.stringify({ errorMessage, errorType });
    closeTask(engine, thread, "TaskFailed", { error: errorType, cause });
    return;
  }
  const result = { ExecutedVersion: "$LATEST", Payload: payload ?? null, StatusCode: 200 };
  if (!call.waitsForToken) {
    completeTask(engine, thread, result);
    return;
  }
  call.returned = true;
  const details = { ...resourceOf(call), output: JSON.stringify(result) };
  note(engine, thread, "TaskSubmitted", { taskSubmittedEventDetails: details });
  engine.store.save(thread);
}

function completeTask(engine: Engine, thread: Thread, result: unknown): void {
  try {
    withinLimit(result, "the task's result");
  } catch (cause) {
    if (!(cause instanceof StateError)) throw cause;
    closeTask(engine, thread, "TaskFailed", cause.failure);
    return;
  }
  const details = { ...resourceOf(thread.frame.call as Call), output: JSON.stringify(result) };
  note(engine, thread, "TaskSucceeded", { taskSucceededEventDetails: details });
  thread.frame.result = result;
  release(engine, thread, "succeeded");
}

export function closeTask(
  engine: Engine,
  thread: Thread,
  type: "TaskFailed" | "TaskTimedOut",
  failure: Failure,
): void {
  const field = type === "TaskFailed" ? "taskFailedEventDetails" : "taskTimedOutEventDetails";
  const details = { ...resourceOf(thread.frame.call as Call), ...failure };
  note(engine, thread, type, { [field]: details });
  thread.frame.failure = failure;
  release(engine, thread, "failed");
}

function awaited(engine: Engine, token: string): Thread {
  const arn = executionOfToken(token);
  const thread = engine.store.threadOfTicket(token);
  if (thread !== undefined) return thread;
  if (engine.store.execution(arn) === undefined) {
    throw new AwsError("TaskDoesNotExist", "no execution has ever issued this task token");
  }
  throw new AwsError("TaskTimedOut", "the task of this token has timed out or is closed already");
}

/** A token names its execution, so that one that is closed can be told from one never issued. */
export function newTicket(thread: Thread, state: State): string {
  if (!waitsForToken(state)) return randomUUID();
  const nonce = randomBytes(24).toString("base64url");
  return Buffer.from(JSON.stringify([thread.execution, nonce])).toString("base64url");
}

function executionOfToken(token: string): string {
  try {
    const [arn, nonce] = JSON.parse(Buffer.from(token, "base64url").toString());
    if (typeof arn === "string" && typeof nonce === "string") return arn;
  } catch {
    // Text that is no JSON is no token either.
  }
  throw new AwsError("InvalidToken", "the task token is not one this service has issued");
}

function resourceOf(call: Call): { resourceType: string; resource: string } {
  const resource = call.waitsForToken ? "invoke.waitForTaskToken" : "invoke";
  return { resourceType: "lambda", resource };
}
