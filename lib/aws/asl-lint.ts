// @ts-expect-error The package has no type declarations.
import aslValidator from "asl-validator";
import jsonata from "jsonata";

export type Finding = {
  readonly rule:
    | "invalid"
    | "undefined-variable"
    | "catch-all-not-last"
    | "integration-pattern"
    | "wait-without-timeout"
    | "lambda-without-retry";
  /** Name of the state, or "" where the machine as a whole is meant. */
  readonly state: string;
  readonly message: string;
};

type Graph = {
  readonly States: Readonly<Record<string, State>>;
};
type Guard = { readonly ErrorEquals: readonly string[]; readonly Assign?: object };
type State = {
  readonly Type: string;
  readonly Resource?: string;
  readonly TimeoutSeconds?: unknown;
  readonly Assign?: object;
  readonly Choices?: readonly { readonly Assign?: object }[];
  readonly Retry?: readonly Guard[];
  readonly Catch?: readonly Guard[];
  readonly ItemProcessor?: Graph;
  readonly Branches?: readonly Graph[];
};

type Validation = {
  readonly isValid: boolean;
  readonly errors: readonly { readonly "Error code": string; readonly Message: string }[];
};
const validate = aslValidator as (definition: object) => Validation;

/** Transient faults of the Lambda service itself; AWS asks every workflow to retry them. */
const lambdaFaults = [
  "Lambda.ServiceException",
  "Lambda.SdkClientException",
  "Lambda.TooManyRequestsException",
];

/** JSONata 2.0.6, without $eval, and the functions Step Functions adds to it. */
const knownFunctions = new Set(
  `abs append assert average base64decode base64encode boolean ceil clone contains count
  decodeUrl decodeUrlComponent distinct each encodeUrl encodeUrlComponent error exists filter floor
  formatBase formatInteger formatNumber fromMillis join keys length lookup lowercase map match max
  merge millis min not now number pad parseInteger power random reduce replace reverse round shuffle
  sift single sort split spread sqrt string substring substringAfter substringBefore sum toMillis
  trim type uppercase zip partition range hash uuid parse`.split(/\s+/),
);

/**
 * Looks for what would fail only at run time: everything asl-validator finds, and what it misses.
 * The definition is JSON text or the parsed object, in JSONata; no finding means none is known.
 */
export function lintStateMachine(definition: string | object): Finding[] {
  let graph: Graph;
  try {
    // A copy: the validator writes a QueryLanguage into every state it sees.
    const text = typeof definition === "string" ? definition : JSON.stringify(definition);
    const { errors } = validate(JSON.parse(text));
    if (errors.length > 0) return errors.map((error) => invalid(error.Message));
    graph = JSON.parse(text);
  } catch (cause) {
    // It throws on text that is no JSON and on definitions without the shape it expects.
    return [invalid(`asl-validator gave up: ${(cause as Error).message}`)];
  }
  return lintGraph(graph, new Set());
}

function invalid(message: string): Finding {
  return { rule: "invalid", state: "", message };
}

/** Inner graphs read the variables of the graphs around them, never the other way round. */
function lintGraph(graph: Graph, outer: ReadonlySet<string>): Finding[] {
  const states = Object.entries(graph.States);
  const assigned = states.flatMap(([, state]) => assignedBy(state));
  const variables = new Set([...outer, ...assigned]);
  return states.flatMap(([name, state]) => [
    ...undefinedVariables(name, state, variables),
    ...catchAllNotLast(name, state),
    ...taskFaults(name, state),
    ...graphsIn(state).flatMap((inner) => lintGraph(inner, variables)),
  ]);
}

function graphsIn({ ItemProcessor, Branches = [] }: State): readonly Graph[] {
  return ItemProcessor === undefined ? Branches : [ItemProcessor];
}

function assignedBy({ Assign, Choices = [], Catch = [] }: State): string[] {
  return [{ Assign }, ...Choices, ...Catch].flatMap((fields) => Object.keys(fields.Assign ?? {}));
}

function undefinedVariables(name: string, state: State, known: ReadonlySet<string>): Finding[] {
  const { ItemProcessor: _, Branches: __, ...own } = state;
  const used = new Set(expressionsIn(own).flatMap((source) => freeVariables(source)));
  return [...used]
    .filter((variable) => !known.has(variable))
    .map((variable) => ({
      rule: "undefined-variable",
      state: name,
      message: `$${variable} is used but no state within its reach assigns it`,
    }));
}

function catchAllNotLast(name: string, { Retry = [], Catch = [] }: State): Finding[] {
  return Object.entries({ Retry, Catch }).flatMap(([field, guards]) =>
    guards.flatMap(({ ErrorEquals }, index) => {
      if (!ErrorEquals.includes("States.ALL")) return [];
      if (index === guards.length - 1 && ErrorEquals.length === 1) return [];
      const message = `States.ALL must stand alone, in the last entry of ${field}`;
      return [{ rule: "catch-all-not-last", state: name, message } as const];
    }),
  );
}

function taskFaults(name: string, state: State): Finding[] {
  const { Type, Resource = "", TimeoutSeconds, Retry = [] } = state;
  if (Type !== "Task") return [];
  const findings: Finding[] = [];
  const found = (rule: Finding["rule"], message: string) =>
    findings.push({ rule, state: name, message });

  const [, integration = "", pattern] =
    /^arn:[^:]+:states:::([^.]+?)(?:\.(.+))?$/.exec(Resource) ?? [];
  if (pattern !== undefined && !["sync", "sync:2", "waitForTaskToken"].includes(pattern)) {
    found("integration-pattern", `.${pattern} is no pattern; write .sync or .waitForTaskToken`);
  }
  if (pattern === "waitForTaskToken" && TimeoutSeconds === undefined) {
    found("wait-without-timeout", "a lost token would keep this state waiting for a year");
  }
  const retried = new Set(Retry.flatMap(({ ErrorEquals }) => ErrorEquals));
  const all = retried.has("States.ALL") || retried.has("States.TaskFailed");
  const missing = all ? [] : lambdaFaults.filter((fault) => !retried.has(fault));
  const isLambda = integration === "lambda:invoke" || Resource.includes(":lambda:");
  if (isLambda && missing.length > 0) {
    found("lambda-without-retry", `Retry does not name ${missing.join(", ")}`);
  }
  return findings;
}

function expressionsIn(template: unknown): string[] {
  if (typeof template === "string") {
    const source = /^\{%([\s\S]*)%\}$/.exec(template)?.[1];
    return source === undefined ? [] : [source];
  }
  if (typeof template !== "object" || template === null) return [];
  return Object.values(template).flatMap(expressionsIn);
}

/** Variables an expression takes from outside: neither bound in it, nor `$states`, nor a function. */
function freeVariables(source: string): string[] {
  const used: string[] = [];
  const bound = new Set(["", "$", "states"]);
  visit(jsonata(source).ast(), (node) => {
    if (node.type === "variable") used.push(String(node.value));
    // A name bound anywhere in the expression counts as bound everywhere in it.
    if (node.type === "bind") bound.add(String((node.lhs as Node).value));
    if (node.type === "lambda")
      for (const name of node.arguments as Node[]) bound.add(String(name.value));
    if (typeof node.focus === "string") bound.add(node.focus);
    if (typeof node.index === "string") bound.add(node.index);
  });
  return used.filter((name) => !bound.has(name) && !knownFunctions.has(name));
}

type Node = Readonly<Record<string, unknown>>;

function visit(node: unknown, see: (node: Node) => void): void {
  if (typeof node !== "object" || node === null) return;
  if (!Array.isArray(node)) see(node as Node);
  for (const child of Object.values(node)) visit(child, see);
}
