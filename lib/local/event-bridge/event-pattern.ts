/** True for an event that the pattern selects. */
export type EventMatcher = (event: unknown) => boolean;

export type EventPattern = { readonly [field: string]: EventPattern | readonly unknown[] };
type ValueTest = (value: unknown) => boolean;

/**
 * EventBridge event patterns (User Guide, "Comparison operators"), also used by the filters of event
 * source mappings: exact values, prefix, suffix, anything-but, exists and numeric ranges.
 * An operator that is not played here is refused at start instead of matching silently.
 */
export function compilePattern(pattern: EventPattern): EventMatcher {
  const fields = Object.entries(pattern).map(([field, inner]): [string, EventMatcher] => [
    field,
    Array.isArray(inner) ? compileField(inner) : compilePattern(inner as EventPattern),
  ]);
  return (event) =>
    fields.every(([field, matches]) => matches((event as Record<string, unknown>)?.[field]));
}

function compileField(choices: readonly unknown[]): EventMatcher {
  const tests = choices.map(compileChoice);
  return (value) => {
    // An array in the event matches when any of its members does.
    const values = Array.isArray(value) ? value : [value];
    return tests.some((test) => values.some(test));
  };
}

function compileChoice(choice: unknown): ValueTest {
  if (typeof choice !== "object" || choice === null) return (value) => value === choice;
  const [[operator, argument] = ["nothing", undefined], ...others] = Object.entries(choice);
  const compile = operators[operator];
  if (compile === undefined || others.length > 0) {
    throw new Error(
      `event pattern ${JSON.stringify(choice)} is not played by the local EventBridge`,
    );
  }
  return compile(argument);
}

const operators: Record<string, (argument: unknown) => ValueTest> = {
  prefix: (text) => (value) => typeof value === "string" && value.startsWith(String(text)),
  suffix: (text) => (value) => typeof value === "string" && value.endsWith(String(text)),
  exists: (wanted) => (value) => (value !== undefined) === wanted,
  "anything-but": (argument) => {
    const refused = (Array.isArray(argument) ? argument : [argument]).map(compileChoice);
    return (value) => value !== undefined && !refused.some((test) => test(value));
  },
  numeric: (argument) => {
    const parts = argument as (string | number)[];
    const comparisons = parts.flatMap((part, index) =>
      typeof part === "string" ? [{ sign: part, limit: Number(parts[index + 1]) }] : [],
    );
    return (value) =>
      typeof value === "number" &&
      comparisons.every(({ sign, limit }) => compare(value, sign, limit));
  },
};

function compare(value: number, sign: string, limit: number): boolean {
  if (sign === "<") return value < limit;
  if (sign === "<=") return value <= limit;
  if (sign === ">") return value > limit;
  if (sign === ">=") return value >= limit;
  return value === limit;
}
