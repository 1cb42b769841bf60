import { setImmediate as turn } from "node:timers/promises";
import type { Failure, Scope } from "./jsonata-fields.ts";
import { type Branch, nextStep, type Situation, type Step } from "./state-steps.ts";
import type { Graph } from "./states-language.ts";
import type { Call, DrivenPhase, Execution, NewExecution, Thread } from "./workflow-store.ts";
import { closeTask, invoke, newTicket, startCall } from "./workflow-tasks.ts";
import {
  announce,
  breakDown,
  closeExecution,
  definitionOf,
  type Engine,
  executionOf,
  graphOf,
  isDriven,
  note,
  noteIteration,
  release,
  stateOf,
  transact,
} from "./workflow-threads.ts";

/** Step Functions ends an execution at 25,000 events; the reserve leaves room for the last ones. */
const eventLimit = 25_000 - 10;
/** Due threads moved per turn; the rest follow at once, after other work had its turn. */
const dueBatch = 200;

/** An engine asleep: executions start and move, but no timer fires before `resume`. */
export function workflowEngine(
  parts: Pick<Engine, "store" | "clock" | "invokeLambda" | "announce">,
): Engine {
  const engine: Engine = {
    ...parts,
    definitions: new Map(),
    mode: "asleep",
    drive: (id) => drive(engine, id),
    rearm: () => arm(engine),
    disarm: () => {},
  };
  return engine;
}

/** Goes on where a crash or a close left off; a Lambda that had not returned is invoked again. */
export function resume(engine: Engine): void {
  engine.mode = "awake";
  for (const thread of engine.store.allThreads()) {
    if (isDriven(thread)) drive(engine, thread.id);
    else if (thread.phase === "invoking" && !thread.frame.call?.returned) invoke(engine, thread);
  }
  for (const arn of engine.store.unannouncedExecutions()) announce(engine, arn);
  arm(engine);
}

export function close(engine: Engine): void {
  engine.mode = "closed";
  engine.disarm();
}

/** Starts an execution of a version already stored; the caller has checked its name and input. */
export function startExecution(engine: Engine, row: Omit<NewExecution, "deadline_ms">): void {
  const { store } = engine;
  const root = definitionOf(engine, row);
  const limitMs = root.TimeoutSeconds === undefined ? null : root.TimeoutSeconds * 1000;
  transact(engine, () => {
    const { arn, input, started_ms } = row;
    store.insertExecution({ ...row, deadline_ms: limitMs === null ? null : started_ms + limitMs });
    const details = { executionStartedEventDetails: { input } };
    const lastEvent = store.record(arn, 0, started_ms, "ExecutionStarted", details);
    const blank = { path: [], variables: {}, state: "", enteredMs: 0, retries: [] };
    const frame = { ...blank, lastEvent, input: JSON.parse(input) };
    store.afterCommit(() => announce(engine, arn));
    begin(engine, store.insertThread(arn, null, 0, frame), root);
  });
}

export function stopExecution(engine: Engine, arn: string, end: Partial<Failure>): void {
  transact(engine, () => closeExecution(engine, arn, "ABORTED", end));
}

// Driving

function drive(engine: Engine, id: number): void {
  driveOn(engine, id).catch((cause) => breakDown(engine, id, cause));
}

async function driveOn(engine: Engine, id: number): Promise<void> {
  const { store } = engine;
  for (;;) {
    // Without this a machine of Pass states would keep HTTP and Lambda replies waiting.
    await turn();
    if (engine.mode === "closed") return;
    const thread = store.thread(id);
    if (thread === undefined || !isDriven(thread)) return;
    const ticket = newTicket(thread, stateOf(engine, thread));
    const step = await nextStep(situationOf(engine, thread, ticket));
    if ((engine.mode as Engine["mode"]) === "closed") return;
    transact(engine, () => {
      // A failing sibling, a stop or the execution's deadline may have removed it meanwhile.
      if (store.thread(id) !== undefined) take(engine, thread, step, ticket);
    });
  }
}

function situationOf(
  engine: Engine,
  thread: Thread & { phase: DrivenPhase },
  taskToken: string,
): Situation {
  const { phase, frame } = thread;
  const nowMs = engine.clock.now();
  const own = executionOf(engine, thread);
  const scope = (states: object = {}, context: object = {}): Scope => ({
    states: {
      input: frame.input,
      ...states,
      context: { ...contextOf(own, frame), ...context },
    },
    variables: frame.variables,
    nowMs,
  });
  const { input, result, failure, retries } = frame;
  const state = stateOf(engine, thread);
  return { state, phase, input, result, failure, retries, nowMs, scope, taskToken };
}

/** The context object, as far as a machine without redrive and distributed Map can see it. */
function contextOf(own: Execution, frame: Thread["frame"]): object {
  return {
    Execution: {
      Id: own.arn,
      Input: JSON.parse(own.input),
      Name: own.name,
      StartTime: new Date(own.started_ms).toISOString(),
    },
    StateMachine: { Id: own.machine, Name: own.machine.split(":").at(-1) },
    State: {
      Name: frame.state,
      EnteredTime: new Date(frame.enteredMs).toISOString(),
      RetryCount: frame.retries.reduce((sum, count) => sum + count, 0),
    },
    ...(frame.mapItem === undefined ? {} : { Map: { Item: frame.mapItem } }),
  };
}

// Taking a step, always inside one transaction

function take(engine: Engine, thread: Thread, step: Step, ticket: string): void {
  const { frame } = thread;
  if (executionOf(engine, thread).events >= eventLimit) {
    const cause = "The execution reached the maximum number of history events (25000).";
    endBadly(engine, thread, { error: "States.Runtime", cause });
    return;
  }
  switch (step.type) {
    case "leave":
      leave(engine, thread, step);
      break;
    case "wait":
      release(engine, thread, "waiting", step.untilMs);
      break;
    case "call":
      startCall(engine, thread, step, ticket);
      break;
    case "branch":
      branch(engine, thread, step);
      break;
    case "retry":
      frame.retries = step.retries;
      release(engine, thread, "backoff", engine.clock.now() + step.delayMs);
      break;
    case "fail":
      fail(engine, thread, step.failure);
      break;
    case "end":
      endBadly(engine, thread, step.failure);
      break;
    default:
      step satisfies never;
  }
}

/** The thread stays with its driver, which turns to Retry and Catch next. */
function fail(engine: Engine, thread: Thread, failure: Failure): void {
  if (failure.error === "States.QueryEvaluationError") {
    const details = { ...failure, state: thread.frame.state };
    note(engine, thread, "EvaluationFailed", { evaluationFailedEventDetails: details });
  }
  thread.frame.failure = failure;
  thread.phase = "failed";
  engine.store.save(thread);
}

function leave(engine: Engine, thread: Thread, step: Step & { type: "leave" }): void {
  const { assigned, output, next } = step;
  const { state: name, variables } = thread.frame;
  Object.assign(variables, assigned);
  const details = { name, output: JSON.stringify(output) };
  note(engine, thread, `${stateOf(engine, thread).Type}StateExited`, {
    stateExitedEventDetails: details,
  });
  if (next === undefined) endWell(engine, thread, output);
  else enter(engine, thread, next, output);
}

function enter(engine: Engine, thread: Thread, name: string, input: unknown): void {
  const { path, mapItem, variables, lastEvent } = thread.frame;
  const enteredMs = engine.clock.now();
  thread.frame = {
    path,
    mapItem,
    variables,
    lastEvent,
    state: name,
    input,
    enteredMs,
    retries: [],
  };
  note(engine, thread, `${stateOf(engine, thread).Type}StateEntered`, {
    stateEnteredEventDetails: { name, input: JSON.stringify(input) },
  });
  thread.phase = "run";
  thread.due_ms = null;
  thread.ticket = null;
  engine.store.save(thread);
}

/** Enters the first state of a new thread and gives it a driver. */
function begin(engine: Engine, thread: Thread, graph: Graph): void {
  enter(engine, thread, graph.StartAt, thread.frame.input);
  engine.store.afterCommit(() => drive(engine, thread.id));
}

function branch(engine: Engine, parent: Thread, step: Step & { type: "branch" }): void {
  const { Type } = stateOf(engine, parent);
  const counted = { mapStateStartedEventDetails: { length: step.branches.length } };
  note(engine, parent, `${Type}StateStarted`, Type === "Map" ? counted : {});
  if (step.branches.length === 0) {
    join(engine, parent, []);
    // Its own driver is still at work: no second one.
    parent.phase = "succeeded";
    engine.store.save(parent);
    return;
  }
  release(engine, parent, "joining");
  for (const [slot, child] of step.branches.entries()) insertBranch(engine, parent, slot, child);
  for (let count = 0; count < step.width; count += 1) startNext(engine, parent);
}

function insertBranch(engine: Engine, parent: Thread, slot: number, child: Branch): void {
  const { path, state, variables, lastEvent, mapItem } = parent.frame;
  engine.store.insertThread(parent.execution, parent.id, slot, {
    path: [...path, [state, child.branch]],
    mapItem: child.item ?? mapItem,
    // Inner scopes read the outer variables as they are now and never write them back.
    variables,
    lastEvent,
    state: "",
    input: child.input,
    enteredMs: 0,
    retries: [],
  });
}

/** Starts the next branch that waits for its turn. @returns whether there was one */
function startNext(engine: Engine, parent: Thread): boolean {
  const child = engine.store.nextQueued(parent.id);
  if (child === undefined) return false;
  noteIteration(engine, parent, child, "Started");
  begin(engine, child, graphOf(engine, child));
  return true;
}

function join(engine: Engine, parent: Thread, results: unknown[]): void {
  parent.frame.result = results;
  note(engine, parent, `${stateOf(engine, parent).Type}StateSucceeded`);
}

function endWell(engine: Engine, thread: Thread, output: unknown): void {
  const { store } = engine;
  if (thread.parent === null) {
    const end = { output: JSON.stringify(output) };
    closeExecution(engine, thread.execution, "SUCCEEDED", end, thread.frame.lastEvent);
    return;
  }
  const parent = store.thread(thread.parent) as Thread;
  noteIteration(engine, parent, thread, "Succeeded");
  thread.frame.result = output;
  release(engine, thread, "done");
  if (startNext(engine, parent) || store.hasUnfinished(parent.id)) return;
  const results = store.children(parent.id).map((child) => child.frame.result);
  store.removeChildren(parent.id);
  join(engine, parent, results);
  release(engine, parent, "succeeded");
}

/** Ends a thread with a failure nobody took: its siblings go, and the state around it failed. */
function endBadly(engine: Engine, thread: Thread, failure: Failure): void {
  if (thread.parent === null) {
    closeExecution(engine, thread.execution, "FAILED", failure, thread.frame.lastEvent);
    return;
  }
  const parent = engine.store.thread(thread.parent) as Thread;
  noteIteration(engine, parent, thread, "Failed");
  engine.store.removeChildren(parent.id);
  note(engine, parent, `${stateOf(engine, parent).Type}StateFailed`);
  parent.frame.failure = failure;
  release(engine, parent, "failed");
}

// Time

/** One timer for the whole store, at its earliest due time: what is due survives in the database alone. */
function arm(engine: Engine): void {
  engine.disarm();
  const dueMs = engine.mode === "awake" ? engine.store.earliestDueMs() : undefined;
  engine.disarm = dueMs === undefined ? () => {} : engine.clock.at(dueMs, () => onDue(engine));
}

function onDue(engine: Engine): void {
  if (engine.mode !== "awake") return;
  const { store, clock } = engine;
  const nowMs = clock.now();
  transact(engine, () => {
    for (const arn of store.overdueExecutions(nowMs, dueBatch)) {
      closeExecution(engine, arn, "TIMED_OUT");
    }
    for (const thread of store.dueThreads(nowMs, dueBatch)) moveOn(engine, thread, nowMs);
  });
}

function moveOn(engine: Engine, thread: Thread, nowMs: number): void {
  if (thread.phase === "waiting") release(engine, thread, "succeeded");
  else if (thread.phase === "backoff") release(engine, thread, "run");
  else {
    const { deadlineMs } = thread.frame.call as Call;
    const late = deadlineMs !== null && deadlineMs <= nowMs;
    const error = late ? "States.Timeout" : "States.HeartbeatTimeout";
    closeTask(engine, thread, "TaskTimedOut", { error });
  }
}
