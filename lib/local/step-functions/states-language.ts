import { compile, expressionIn } from "./jsonata-fields.ts";

/** A state machine as the engine runs it: Amazon States Language, JSONata only, checked by `readDefinition`. */
export type Definition = Graph & { readonly TimeoutSeconds?: number };
export type Graph = {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
  readonly ProcessorConfig?: { readonly Mode?: string };
};

export type Fields = { readonly Assign?: unknown; readonly Output?: unknown };
type Exit = Fields & { readonly Next?: string; readonly End?: boolean };
type Guard = { readonly Retry?: readonly Retrier[]; readonly Catch?: readonly Catcher[] };
export type Retrier = {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxAttempts?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: "FULL" | "NONE";
};
export type Catcher = Fields & { readonly ErrorEquals: readonly string[]; readonly Next: string };
type Rule = Fields & { readonly Condition: unknown; readonly Next: string };

export type TaskState = Exit &
  Guard & {
    readonly Type: "Task";
    readonly Resource: string;
    readonly Arguments?: unknown;
    readonly TimeoutSeconds?: unknown;
    readonly HeartbeatSeconds?: unknown;
  };
export type MapState = Exit &
  Guard & {
    readonly Type: "Map";
    readonly Items?: unknown;
    readonly ItemSelector?: unknown;
    readonly MaxConcurrency?: unknown;
    readonly ItemProcessor: Graph;
  };
export type ParallelState = Exit &
  Guard & { readonly Type: "Parallel"; readonly Arguments?: unknown; readonly Branches: Graph[] };
export type State =
  | (Exit & { readonly Type: "Pass" })
  | TaskState
  | MapState
  | ParallelState
  | (Fields & { readonly Type: "Choice"; readonly Choices: Rule[]; readonly Default?: string })
  | (Exit & { readonly Type: "Wait"; readonly Seconds?: unknown; readonly Timestamp?: unknown })
  | (Fields & { readonly Type: "Succeed" })
  | { readonly Type: "Fail"; readonly Error?: unknown; readonly Cause?: unknown };

/** The graphs a state holds: the branches of a Parallel, the one processor of a Map. */
export function branchesOf(state: State | undefined): readonly Graph[] {
  if (state?.Type === "Map") return [state.ItemProcessor];
  return state?.Type === "Parallel" ? state.Branches : [];
}

const stateTypes = ["Pass", "Task", "Map", "Parallel", "Choice", "Wait", "Succeed", "Fail"];
const resourcePattern = /^arn:aws[\w-]*:states:::lambda:invoke(\.waitForTaskToken)?$/;
const jsonPathFields = ["InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector"];
const distributedFields = ["ItemReader", "ItemBatcher", "ResultWriter"];

/** Parses a definition and refuses, with the state's name, whatever this engine would run differently from AWS. */
export function readDefinition(text: string): Definition {
  let definition: Definition & { QueryLanguage?: string };
  try {
    definition = JSON.parse(text);
  } catch (cause) {
    throw new Error("the state machine definition is not JSON", { cause });
  }
  checkGraph(definition, definition.QueryLanguage ?? "JSONPath", "the state machine");
  return definition;
}

function checkGraph(graph: Graph, language: string, where: string): void {
  if (typeof graph?.States !== "object" || graph.States === null) {
    throw new Error(`${where} has no States`);
  }
  checkTarget(graph, graph.StartAt, `${where}: StartAt`);
  for (const [name, state] of Object.entries(graph.States)) {
    const own = (state as { QueryLanguage?: string }).QueryLanguage ?? language;
    if (own !== "JSONata") {
      throw new Error(`state ${name}: QueryLanguage is ${own}; only JSONata runs locally`);
    }
    checkState(graph, name, state);
    branchesOf(state).forEach((branch, index) => {
      checkGraph(branch, own, `state ${name}, branch ${index}`);
    });
  }
}

function checkState(graph: Graph, name: string, state: State): void {
  const where = `state ${name}`;
  if (!stateTypes.includes(state.Type)) throw new Error(`${where}: unknown Type ${state.Type}`);
  for (const field of [...jsonPathFields, ...distributedFields]) {
    if (field in state) throw new Error(`${where}: ${field} is not supported locally`);
  }
  if (state.Type === "Task" && !resourcePattern.test(state.Resource)) {
    throw new Error(
      `${where}: resource ${state.Resource} does not run locally; use ` +
        "arn:aws:states:::lambda:invoke or arn:aws:states:::lambda:invoke.waitForTaskToken",
    );
  }
  if ((state.Type === "Map" || state.Type === "Parallel") && branchesOf(state)[0] === undefined) {
    throw new Error(`${where}: nothing to run, ItemProcessor or Branches is missing`);
  }
  if (state.Type === "Map" && state.ItemProcessor.ProcessorConfig?.Mode === "DISTRIBUTED") {
    throw new Error(`${where}: a distributed Map does not run locally; use Mode INLINE`);
  }
  for (const next of targetsOf(state)) checkTarget(graph, next, where);
  for (const [field, template] of Object.entries(state)) {
    // What runs inside is checked as a graph of its own.
    if (field !== "ItemProcessor" && field !== "Branches") checkExpressions(template, where);
  }
}

function targetsOf(state: State): unknown[] {
  switch (state.Type) {
    case "Succeed":
    case "Fail":
      return [];
    case "Choice": {
      const targets = state.Choices.map((rule) => rule.Next);
      return state.Default === undefined ? targets : [...targets, state.Default];
    }
    default: {
      const caught = "Catch" in state ? (state.Catch ?? []).map((catcher) => catcher.Next) : [];
      return state.End === true ? caught : [...caught, state.Next];
    }
  }
}

function checkTarget(graph: Graph, target: unknown, where: string): void {
  if (typeof target !== "string" || !Object.hasOwn(graph.States, target)) {
    throw new Error(`${where} leads to state ${target}, which does not exist beside it`);
  }
}

function checkExpressions(template: unknown, where: string): void {
  if (typeof template === "string") {
    const source = expressionIn(template);
    if (source !== undefined) compile(source, where);
  } else if (typeof template === "object" && template !== null) {
    for (const value of Object.values(template)) checkExpressions(value, where);
  }
}

const timeouts = ["States.Timeout", "States.HeartbeatTimeout"];

/** Whether Retry or Catch takes this error. States.Runtime is never taken, whatever is written. */
export function takes(errorEquals: readonly string[], error: string): boolean {
  if (error === "States.Runtime") return false;
  if (errorEquals.includes(error)) return true;
  // A missed heartbeat is also a time-out (Amazon States Language, appendix A).
  if (error === "States.HeartbeatTimeout" && errorEquals.includes("States.Timeout")) return true;
  if (error === "States.DataLimitExceeded") return false;
  if (errorEquals.includes("States.ALL")) return true;
  return errorEquals.includes("States.TaskFailed") && !timeouts.includes(error);
}

/** Delay before retry number `retried + 1` of this retrier, in ms; undefined once its attempts are used up. */
export function retryDelayMs(retrier: Retrier, retried: number): number | undefined {
  if (retried >= (retrier.MaxAttempts ?? 3)) return undefined;
  const grown = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** retried;
  const seconds = Math.min(grown, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return seconds * 1000 * (retrier.JitterStrategy === "FULL" ? Math.random() : 1);
}
