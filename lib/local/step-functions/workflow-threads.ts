import type { LocalClock } from "../clock.ts";
import {
  branchesOf,
  type Definition,
  type Graph,
  readDefinition,
  type State,
} from "./states-language.ts";
import {
  type DrivenPhase,
  drivenPhases,
  type Execution,
  type Status,
  type Thread,
  type WorkflowStore,
} from "./workflow-store.ts";

/** Runs a Lambda by ARN or name. A rejection counts as a failure of the Lambda service, not of the function. */
export type InvokeLambda = (
  functionArnOrName: string,
  payload: unknown,
) => Promise<{
  readonly payload: unknown;
  readonly functionError?: { readonly errorType: string; readonly errorMessage: string };
}>;

/** Drives executions: a thread is evaluated, which may take turns, and then takes its step in one transaction. */
export type Engine = {
  readonly store: WorkflowStore;
  readonly clock: LocalClock;
  readonly invokeLambda: InvokeLambda;
  /** Called after the commit that changed the status, and again after a crash until it settles. */
  readonly announce: (execution: Execution) => Promise<void> | void;
  readonly definitions: Map<string, Definition>;
  /** Gives a thread in a driven phase to its only driver. */
  readonly drive: (id: number) => void;
  /** Sets the one timer to what is due first. */
  readonly rearm: () => void;
  /** No timer fires while asleep; once closed nothing moves any more. */
  mode: "asleep" | "awake" | "closed";
  disarm: () => void;
};

export function transact<Result>(engine: Engine, work: () => Result): Result {
  const result = engine.store.transact(work);
  engine.rearm();
  return result;
}

/** Parks a thread, or, when the phase is a driven one, hands it from parking to a new driver. */
export function release(
  engine: Engine,
  thread: Thread,
  phase: Thread["phase"],
  dueMs: number | null = null,
): void {
  thread.phase = phase;
  thread.due_ms = dueMs;
  if (phase !== "invoking") thread.ticket = null;
  engine.store.save(thread);
  if (isDriven(thread)) engine.store.afterCommit(() => engine.drive(thread.id));
}

export function isDriven(thread: Thread): thread is Thread & { phase: DrivenPhase } {
  return drivenPhases.some((phase) => phase === thread.phase);
}

/** A bug, not a failure of the workflow: it is logged, and the execution ends instead of hanging. */
export function breakDown(engine: Engine, threadId: number, cause: unknown): void {
  const broken = engine.mode === "closed" ? undefined : engine.store.thread(threadId);
  if (broken === undefined) return;
  console.error(`execution ${broken.execution} broke at state ${broken.frame.state}`, cause);
  const failure = { error: "States.Runtime", cause: String(cause) };
  transact(engine, () => closeExecution(engine, broken.execution, "FAILED", failure));
}

export function closeExecution(
  engine: Engine,
  arn: string,
  status: Exclude<Status, "RUNNING">,
  end: { readonly output?: string; readonly error?: string; readonly cause?: string } = {},
  previous = 0,
): void {
  const { store, clock } = engine;
  store.closeExecution(arn, status, clock.now(), end);
  store.removeThreads(arn);
  const word = (
    { SUCCEEDED: "Succeeded", FAILED: "Failed", TIMED_OUT: "TimedOut", ABORTED: "Aborted" } as const
  )[status];
  const details = { [`execution${word}EventDetails`]: end };
  store.record(arn, previous, clock.now(), `Execution${word}`, details);
  store.afterCommit(() => announce(engine, arn));
}

export function definitionOf(
  engine: Engine,
  of: Pick<Execution, "machine" | "version">,
): Definition {
  const key = `${of.machine}:${of.version}`;
  const known = engine.definitions.get(key);
  if (known !== undefined) return known;
  const definition = readDefinition(engine.store.definitionText(of.machine, of.version));
  engine.definitions.set(key, definition);
  return definition;
}

export function executionOf(engine: Engine, thread: Thread): Execution {
  return engine.store.execution(thread.execution) as Execution;
}

export function graphOf(engine: Engine, thread: Thread): Graph {
  const root: Graph = definitionOf(engine, executionOf(engine, thread));
  return thread.frame.path.reduce((graph, [name, index]) => {
    return branchesOf(graph.States[name])[index] as Graph;
  }, root);
}

export function stateOf(engine: Engine, thread: Thread): State {
  return graphOf(engine, thread).States[thread.frame.state] as State;
}

export function note(engine: Engine, thread: Thread, type: string, details: object = {}): void {
  const { store, clock } = engine;
  const previous = thread.frame.lastEvent;
  thread.frame.lastEvent = store.record(thread.execution, previous, clock.now(), type, details);
}

export function noteIteration(engine: Engine, parent: Thread, child: Thread, step: string): void {
  if (stateOf(engine, parent).Type !== "Map") return;
  const details = { name: parent.frame.state, index: child.slot };
  note(engine, child, `MapIteration${step}`, { [`mapIteration${step}EventDetails`]: details });
}

/** An announcement that fails is made again at the next resume. */
export function announce(engine: Engine, arn: string): void {
  const changed = engine.store.execution(arn) as Execution;
  Promise.resolve()
    .then(() => engine.announce(changed))
    .then(
      () => {
        if (engine.mode !== "closed") engine.store.markAnnounced(arn, changed.status);
      },
      (cause) => console.error(`status ${changed.status} of ${arn} was not published`, cause),
    );
}
