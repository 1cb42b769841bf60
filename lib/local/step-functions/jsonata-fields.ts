import { createHash, randomUUID } from "node:crypto";
import jsonata from "jsonata";

/** What a state ends with when it does not succeed; `error` is what Retry and Catch match. */
export type Failure = { readonly error: string; readonly cause?: string };

export class StateError extends Error {
  readonly failure: Failure;

  constructor(error: string, cause: string) {
    super(`${error}: ${cause}`);
    this.name = "StateError";
    this.failure = { error, cause };
  }
}

export function expressionIn(text: string): string | undefined {
  return /^\{%([\s\S]*)%\}$/.exec(text)?.[1];
}

/** One compilation per expression text; definitions are few and stay as long as the process. */
const compiled = new Map<string, jsonata.Expression>();

export function compile(source: string, where: string): jsonata.Expression {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  try {
    const expression = jsonata(source);
    compiled.set(source, expression);
    return expression;
  } catch (cause) {
    throw new Error(`${where}: JSONata {%${source}%}: ${(cause as Error).message}`, { cause });
  }
}

/** What an expression may see: `$states`, the variables assigned so far, and the stack's time. */
export type Scope = {
  readonly states: Readonly<Record<string, unknown>>;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly nowMs: number;
};

/** Payloads, outputs and variables: Step Functions quota "Maximum input or output size". */
export const payloadLimitBytes = 262_144;

/** Like `evaluate`, or `otherwise`, which is data and may hold `{% %}` that must not run. */
export async function evaluateOr(
  otherwise: unknown,
  template: unknown,
  scope: Scope,
  field: string,
): Promise<unknown> {
  if (template === undefined) return withinLimit(otherwise, field);
  return evaluate(template, scope, field);
}

/**
 * Evaluates a field: every `{% %}` string in it is JSONata, all else stands as written.
 * @throws StateError States.QueryEvaluationError, also for a result of nothing, or States.DataLimitExceeded.
 */
export async function evaluate(template: unknown, scope: Scope, field: string): Promise<unknown> {
  return withinLimit(await evaluatePart(template, bindingsOf(scope), field), field);
}

export function withinLimit<Value>(value: Value, what: string): Value {
  const size = Buffer.byteLength(JSON.stringify(value) ?? "");
  if (size <= payloadLimitBytes) return value;
  throw new StateError(
    "States.DataLimitExceeded",
    `${what} has ${size} bytes, the limit is ${payloadLimitBytes}`,
  );
}

async function evaluatePart(template: unknown, bindings: object, field: string): Promise<unknown> {
  if (typeof template === "string") {
    const source = expressionIn(template);
    return source === undefined ? template : evaluateExpression(source, bindings, field);
  }
  if (Array.isArray(template)) {
    return Promise.all(template.map((part) => evaluatePart(part, bindings, field)));
  }
  if (typeof template !== "object" || template === null) return template;
  const parts = Object.entries(template).map(async ([key, part]) => [
    key,
    await evaluatePart(part, bindings, field),
  ]);
  return Object.fromEntries(await Promise.all(parts));
}

async function evaluateExpression(source: string, bindings: object, field: string) {
  let result: unknown;
  try {
    result = await compile(source, field).evaluate(undefined, bindings);
  } catch (cause) {
    // JSONata throws plain objects, not Errors.
    throw queryError(source, field, `threw an error: ${(cause as { message?: string }).message}`);
  }
  const json = JSON.stringify(result);
  if (json === undefined) throw queryError(source, field, "returned nothing (undefined)");
  return JSON.parse(json) as unknown;
}

function queryError(source: string, field: string, problem: string): StateError {
  return new StateError(
    "States.QueryEvaluationError",
    `The JSONata expression '${source.trim()}' specified for the field '${field}' ${problem}.`,
  );
}

/** `$eval` is refused by Step Functions; `$now` and `$millis` must follow the stack's clock, not the machine's. */
function bindingsOf({ states, variables, nowMs }: Scope): object {
  return {
    ...variables,
    states,
    eval: undefined,
    millis: () => nowMs,
    now: (picture?: string, zone?: string) =>
      compile("$fromMillis(nowMs, picture, zone)", "$now").evaluate({ nowMs, picture, zone }),
    uuid: randomUUID,
    parse: (text: string) => JSON.parse(text),
    random: (seed?: number) => (seed === undefined ? Math.random() : seededRandom(seed)),
    hash: (value: unknown, algorithm: string) => hash(value, algorithm),
    partition: (items: readonly unknown[], size: number) =>
      Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
        items.slice(index * size, (index + 1) * size),
      ),
    range: (first: number, last: number, step: number) =>
      Array.from({ length: rangeLength(first, last, step) }, (_, index) => first + index * step),
  };
}

/** AWS does not publish its generator; the same seed giving the same number is all that is promised. */
function seededRandom(seed: number): number {
  return createHash("sha256").update(String(seed)).digest().readUInt32BE() / 2 ** 32;
}

const hashNames = ["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"];

function hash(value: unknown, algorithm: string): string {
  if (!hashNames.includes(algorithm)) throw new Error(`$hash knows ${hashNames.join(", ")}`);
  const content = typeof value === "string" ? value : JSON.stringify(value);
  return createHash(algorithm.replace("-", "").toLowerCase()).update(content).digest("hex");
}

/** Step Functions lets $range produce at most this many items. */
const rangeLimit = 1000;

function rangeLength(first: number, last: number, step: number): number {
  const length = Math.max(0, Math.floor((last - first) / step) + 1);
  if (!(length <= rangeLimit)) throw new Error(`$range may produce ${rangeLimit} items at most`);
  return length;
}
