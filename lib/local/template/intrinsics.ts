type Json = Record<string, unknown>;

/** What a template's intrinsic functions may look up. `at` names the place for error messages. */
export type Scope = {
  ref(target: string, at: string): unknown;
  attribute(logicalId: string, name: string, at: string): unknown;
  condition(name: string): boolean;
  mapping(map: string, key: string, field: string, at: string): unknown;
};

/** Stands for AWS::NoValue while a value is built; objects and lists drop it. */
export const noValue = Symbol("AWS::NoValue");

type Intrinsic = (argument: never, at: string, scope: Scope) => unknown;

const intrinsics: Record<string, Intrinsic> = {
  Ref: (target: string, at, scope) => scope.ref(target, at),
  "Fn::GetAtt": (argument: string | [string, string], at, scope) => {
    const [logicalId = "", ...rest] = Array.isArray(argument) ? argument : argument.split(".");
    return scope.attribute(logicalId, rest.join("."), at);
  },
  "Fn::Join": ([separator, parts]: [string, unknown], at, scope) =>
    listOf(parts, at, scope).join(separator),
  "Fn::Split": ([separator, text]: [string, unknown], at, scope) =>
    String(resolve(text, at, scope)).split(separator),
  "Fn::Select": ([index, from]: [number | string, unknown], at, scope) =>
    listOf(from, at, scope)[Number(index)],
  "Fn::Sub": (argument: string | [string, Json], at, scope) => substitute(argument, at, scope),
  "Fn::If": ([condition, yes, no]: [string, unknown, unknown], at, scope) =>
    resolve(scope.condition(condition) ? yes : no, at, scope),
  "Fn::Equals": ([left, right]: [unknown, unknown], at, scope) =>
    String(resolve(left, at, scope)) === String(resolve(right, at, scope)),
  "Fn::Not": ([value]: [unknown], at, scope) => !isTrue(value, at, scope),
  "Fn::And": (values: unknown[], at, scope) => values.every((value) => isTrue(value, at, scope)),
  "Fn::Or": (values: unknown[], at, scope) => values.some((value) => isTrue(value, at, scope)),
  "Fn::FindInMap": ([map, key, field]: [string, unknown, unknown], at, scope) =>
    scope.mapping(map, String(resolve(key, at, scope)), String(resolve(field, at, scope)), at),
  "Fn::ToJsonString": (value: unknown, at, scope) => JSON.stringify(resolve(value, at, scope)),
};

/** The value with every intrinsic function replaced by its result; an unknown function is refused. */
export function resolve(value: unknown, at: string, scope: Scope): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item, index) => resolve(item, `${at}[${index}]`, scope));
    return items.filter((item) => item !== noValue);
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [key, argument] = entries.length === 1 ? (entries[0] ?? []) : [];
  if (key !== undefined) {
    const evaluate = intrinsics[key];
    if (evaluate !== undefined) return evaluate(argument as never, at, scope);
    if (key.startsWith("Fn::")) {
      throw new Error(`${at} uses ${key}: add it to lib/local/intrinsics.ts`);
    }
  }
  const resolved: Json = {};
  for (const [name, item] of entries) {
    const inner = resolve(item, `${at}.${name}`, scope);
    if (inner !== noValue) resolved[name] = inner;
  }
  return resolved;
}

function listOf(value: unknown, at: string, scope: Scope): unknown[] {
  const items = resolve(value, at, scope);
  if (!Array.isArray(items)) throw new Error(`${at}: expected a list, got ${typeof items}`);
  return items;
}

/** Conditions refer to each other by `{"Condition": name}`, which elsewhere is ordinary data. */
function isTrue(value: unknown, at: string, scope: Scope): boolean {
  const name = (value as { Condition?: unknown } | null)?.Condition;
  if (typeof name === "string") return scope.condition(name);
  return resolve(value, at, scope) === true;
}

function substitute(argument: string | [string, Json], at: string, scope: Scope): string {
  const [text, values] = Array.isArray(argument) ? argument : [argument, {}];
  return text.replace(/\$\{([^}]+)\}/g, (_, key: string) => {
    if (key.startsWith("!")) return `\${${key.slice(1)}}`;
    if (Object.hasOwn(values, key)) return String(resolve(values[key], at, scope));
    const dot = key.indexOf(".");
    if (dot < 0) return String(scope.ref(key, at));
    return String(scope.attribute(key.slice(0, dot), key.slice(dot + 1), at));
  });
}
