import { evaluate, evaluateOr, type Failure, type Scope, StateError } from "./jsonata-fields.ts";
import {
  type Catcher,
  type Fields,
  type MapState,
  type ParallelState,
  type Retrier,
  retryDelayMs,
  type State,
  type TaskState,
  takes,
} from "./states-language.ts";

export type MapItem = { readonly Index: number; readonly Value: unknown };
export type Branch = { readonly input: unknown; readonly branch: number; readonly item?: MapItem };

/** What a state asks of the engine next. Data only: nothing has happened yet. */
export type Step =
  | {
      readonly type: "leave";
      readonly assigned: object;
      readonly output: unknown;
      readonly next: string | undefined;
    }
  | { readonly type: "wait"; readonly untilMs: number }
  | {
      readonly type: "call";
      readonly functionName: string;
      readonly payload: unknown;
      readonly timeoutMs: number | null;
      readonly heartbeatMs: number | null;
    }
  | { readonly type: "branch"; readonly branches: readonly Branch[]; readonly width: number }
  | { readonly type: "retry"; readonly retries: readonly number[]; readonly delayMs: number }
  /** The state failed; its Retry and Catch have their say next. */
  | { readonly type: "fail"; readonly failure: Failure }
  /** Nobody took the failure: the branch or the execution ends with it. */
  | { readonly type: "end"; readonly failure: Failure };

/** Where a thread stands, as its state sees it. */
export type Situation = {
  readonly state: State;
  readonly phase: "run" | "succeeded" | "failed";
  readonly input: unknown;
  /** Absent for states that produce nothing of their own. */
  readonly result?: unknown;
  readonly failure?: Failure | undefined;
  /** Retries so far, per entry of Retry. */
  readonly retries: readonly number[];
  readonly nowMs: number;
  /** The scope of an expression, with what only this phase has in `$states` or its context. */
  scope(states?: object, context?: object): Scope;
  /** The token of the attempt that a waiting Task is about to make. */
  readonly taskToken: string;
};

/** An inline Map runs at most 40 iterations at a time on AWS. */
const mapConcurrencyLimit = 40;
/** TimeoutSeconds, HeartbeatSeconds and Wait Seconds: Amazon States Language maximum. */
const longestSeconds = 99_999_999;

/** Decides the next step; every failure of an expression comes back as a step, anything thrown is a bug. */
export async function nextStep(at: Situation): Promise<Step> {
  try {
    if (at.phase === "failed") return await recover(at);
    if (at.phase === "run") return await begin(at);
    const next = "Next" in at.state ? at.state.Next : undefined;
    if (at.result === undefined) return await leave(at, at.state as Fields, next, at.input);
    return await leave(at, at.state as Fields, next, at.result, { result: at.result });
  } catch (cause) {
    if (!(cause instanceof StateError)) throw cause;
    // A Catch that cannot be evaluated is not caught again.
    return { type: at.phase === "failed" ? "end" : "fail", failure: cause.failure };
  }
}

async function begin(at: Situation): Promise<Step> {
  const { state, input } = at;
  switch (state.Type) {
    case "Pass":
      return leave(at, state, state.Next, input);
    case "Succeed":
      return leave(at, state, undefined, input);
    case "Fail": {
      const error = String(await evaluate(state.Error ?? "States.Fail", at.scope(), "Error"));
      if (state.Cause === undefined) return { type: "end", failure: { error } };
      const cause = String(await evaluate(state.Cause, at.scope(), "Cause"));
      return { type: "end", failure: { error, cause } };
    }
    case "Choice":
      return choose(at, state);
    case "Wait":
      return wait(at, state);
    case "Task":
      return callLambda(at, state);
    case "Map":
      return iterate(at, state);
    case "Parallel":
      return fork(at, state);
    default:
      return state satisfies never;
  }
}

async function leave(
  at: Situation,
  fields: Fields,
  next: string | undefined,
  unchanged: unknown,
  states: object = {},
): Promise<Step> {
  const scope = at.scope(states);
  const assigned = (await evaluate(fields.Assign ?? {}, scope, "Assign")) as object;
  const output = await evaluateOr(unchanged, fields.Output, scope, "Output");
  return { type: "leave", assigned, output, next };
}

async function choose(at: Situation, state: State & { Type: "Choice" }): Promise<Step> {
  for (const rule of state.Choices) {
    const holds = await evaluate(rule.Condition, at.scope(), "Condition");
    if (typeof holds !== "boolean") throw notA("boolean", "Condition", holds);
    if (holds) return leave(at, rule, rule.Next, at.input);
  }
  if (state.Default !== undefined) return leave(at, state, state.Default, at.input);
  throw new StateError("States.NoChoiceMatched", "No Condition held and there is no Default.");
}

async function wait(at: Situation, state: State & { Type: "Wait" }): Promise<Step> {
  if (state.Timestamp === undefined) {
    const pause = await seconds(state.Seconds, at.scope(), "Seconds", 0);
    return { type: "wait", untilMs: at.nowMs + pause * 1000 };
  }
  const timestamp = await evaluate(state.Timestamp, at.scope(), "Timestamp");
  const untilMs = typeof timestamp === "string" ? Date.parse(timestamp) : Number.NaN;
  if (Number.isNaN(untilMs)) throw notA("timestamp", "Timestamp", timestamp);
  return { type: "wait", untilMs };
}

async function callLambda(at: Situation, state: TaskState): Promise<Step> {
  const scope = at.scope({}, waitsForToken(state) ? { Task: { Token: at.taskToken } } : {});
  const request = await evaluateOr(at.input, state.Arguments, scope, "Arguments");
  const { FunctionName, Payload = {}, Qualifier } = (request ?? {}) as Record<string, unknown>;
  if (typeof FunctionName !== "string") throw notA("string", "FunctionName", FunctionName);
  const limitMs = async (field: unknown, name: string) =>
    field === undefined ? null : (await seconds(field, scope, name, 1)) * 1000;
  return {
    type: "call",
    functionName: Qualifier === undefined ? FunctionName : `${FunctionName}:${Qualifier}`,
    payload: Payload,
    timeoutMs: await limitMs(state.TimeoutSeconds, "TimeoutSeconds"),
    heartbeatMs: await limitMs(state.HeartbeatSeconds, "HeartbeatSeconds"),
  };
}

export function waitsForToken(state: State): boolean {
  return state.Type === "Task" && state.Resource.endsWith(".waitForTaskToken");
}

async function iterate(at: Situation, state: MapState): Promise<Step> {
  const items = await evaluateOr(at.input, state.Items, at.scope(), "Items");
  if (!Array.isArray(items)) throw notA("list", "Items", items);
  const asked = await evaluate(state.MaxConcurrency ?? 0, at.scope(), "MaxConcurrency");
  if (!Number.isInteger(asked)) throw notA("whole number", "MaxConcurrency", asked);
  const branches: Branch[] = [];
  for (const [Index, Value] of items.entries()) {
    const item = { Index, Value };
    const scope = at.scope({}, { Map: { Item: item } });
    const input = await evaluateOr(Value, state.ItemSelector, scope, "ItemSelector");
    branches.push({ input, branch: 0, item });
  }
  const width = Math.min((asked as number) || mapConcurrencyLimit, mapConcurrencyLimit);
  return { type: "branch", branches, width };
}

async function fork(at: Situation, state: ParallelState): Promise<Step> {
  const input = await evaluateOr(at.input, state.Arguments, at.scope(), "Arguments");
  const branches = state.Branches.map((_, branch) => ({ input, branch }));
  return { type: "branch", branches, width: branches.length };
}

type Guard = { readonly Retry?: readonly Retrier[]; readonly Catch?: readonly Catcher[] };

/** The first Retry entry that names the error decides; once it is used up, Catch is asked. */
async function recover(at: Situation): Promise<Step> {
  const failure = at.failure as Failure;
  const { Retry = [], Catch = [] } = at.state as Guard;
  const index = Retry.findIndex((retrier) => takes(retrier.ErrorEquals, failure.error));
  const retrier = Retry[index];
  const retried = at.retries[index] ?? 0;
  const delayMs = retrier === undefined ? undefined : retryDelayMs(retrier, retried);
  if (delayMs !== undefined) {
    const retries = Retry.map((_, i) => (at.retries[i] ?? 0) + (i === index ? 1 : 0));
    return { type: "retry", retries, delayMs };
  }
  const catcher = Catch.find(({ ErrorEquals }) => takes(ErrorEquals, failure.error));
  if (catcher === undefined) return { type: "end", failure };
  const { error, cause } = failure;
  const errorOutput = { Error: error, ...(cause === undefined ? {} : { Cause: cause }) };
  return leave(at, catcher, catcher.Next, errorOutput, { errorOutput });
}

async function seconds(field: unknown, scope: Scope, name: string, least: number): Promise<number> {
  const value = await evaluate(field, scope, name);
  const whole = Number.isInteger(value) ? (value as number) : Number.NaN;
  if (whole >= least && whole <= longestSeconds) return whole;
  throw notA(`whole number from ${least} to ${longestSeconds}`, name, value);
}

function notA(kind: string, field: string, value: unknown): StateError {
  return new StateError(
    "States.QueryEvaluationError",
    `The field '${field}' must be a ${kind}, it is ${JSON.stringify(value)}.`,
  );
}
