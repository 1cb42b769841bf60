/** An attribute as DynamoDB writes it: `{S: "…"}`, `{N: "1"}`, `{SS: […]}`. */
export type Attribute = Readonly<Record<string, unknown>>;
export type Item = Readonly<Record<string, Attribute>>;

export type Bindings = {
  readonly names?: Readonly<Record<string, string>> | undefined;
  readonly values?: Item | undefined;
};

/**
 * The part of DynamoDB's condition grammar that our code writes: functions on existence, begins_with, comparisons,
 * IN, NOT, AND, OR and parentheses, with AWS's precedence. Anything else throws.
 */
export function holds(condition: string, item: Item | undefined, bindings: Bindings): boolean {
  const tokens = condition.match(/[A-Za-z_][\w.]*|[:#]\w+|<>|<=|>=|[=<>(),]/g) ?? [];
  let at = 0;
  const peek = (): string => (tokens[at] ?? "").toUpperCase();
  const next = (): string => tokens[at++] ?? "";
  const expect = (token: string): void => {
    const found = next();
    if (found.toUpperCase() !== token)
      throw new Error(`expected ${token} but found "${found}" in: ${condition}`);
  };
  const result = either();
  if (at !== tokens.length) throw new Error(`"${tokens[at]}" is left over in: ${condition}`);
  return result;

  function either(): boolean {
    let truth = both();
    while (peek() === "OR") {
      next();
      truth = both() || truth;
    }
    return truth;
  }

  function both(): boolean {
    let truth = negated();
    while (peek() === "AND") {
      next();
      truth = negated() && truth;
    }
    return truth;
  }

  function negated(): boolean {
    if (peek() !== "NOT") return primary();
    next();
    return !negated();
  }

  function primary(): boolean {
    if (peek() === "(") {
      next();
      const truth = either();
      expect(")");
      return truth;
    }
    if (peek() === "ATTRIBUTE_NOT_EXISTS") return !exists();
    if (peek() === "ATTRIBUTE_EXISTS") return exists();
    if (peek() === "BEGINS_WITH") return beginsWith();
    const left = operand(next());
    const comparison = next().toUpperCase();
    if (comparison === "IN") return list().some((right) => order(left, right) === 0);
    const right = operand(next());
    return compare(comparison, left, right);
  }

  function exists(): boolean {
    next();
    expect("(");
    const found = operand(next());
    expect(")");
    return found !== undefined;
  }

  function beginsWith(): boolean {
    next();
    expect("(");
    const text = operand(next())?.S;
    expect(",");
    const start = operand(next())?.S;
    expect(")");
    return typeof text === "string" && typeof start === "string" && text.startsWith(start);
  }

  function list(): (Attribute | undefined)[] {
    expect("(");
    const found = [operand(next())];
    while (peek() === ",") {
      next();
      found.push(operand(next()));
    }
    expect(")");
    return found;
  }

  function operand(token: string): Attribute | undefined {
    return resolve(token, item, bindings);
  }
}

/**
 * The part of DynamoDB's update grammar that our code writes: SET with values, if_not_exists, + and -, REMOVE, and
 * ADD to string sets. Returns the changed item; every value is read from the item as it was. Anything else throws.
 */
export function updated(expression: string, item: Item, bindings: Bindings): Item {
  const changed: Record<string, Attribute> = { ...item };
  for (const [, verb = "", text = ""] of expression.matchAll(sections))
    for (const clause of text.split(/,(?![^(]*\))/).map((part) => part.trim())) {
      const [, path = "", value = ""] = /^(\S+)(?:\s*=\s*|\s+|$)(.*)$/.exec(clause) ?? [];
      const name = nameOf(path, bindings);
      if (verb === "REMOVE") delete changed[name];
      else if (verb === "SET") changed[name] = sum(value);
      else changed[name] = union(item[name], bound(value));
    }
  if (!/^(SET|ADD|REMOVE) /.test(expression)) throw new Error(`not understood: ${expression}`);
  return changed;

  function sum(text: string): Attribute {
    const [, left = "", sign, right = ""] = /^(.+?)\s+([+-])\s+(.+)$/.exec(text) ?? [];
    if (sign === undefined) return operand(text);
    const [one, other] = [operand(left), operand(right)].map(({ N }) => Number(N));
    return { N: String(Number(one) + (sign === "+" ? 1 : -1) * Number(other)) };
  }

  function operand(text: string): Attribute {
    const [, path, otherwise = ""] = /^if_not_exists\((\S+),\s*(\S+)\)$/.exec(text) ?? [];
    return (path && resolve(path, item, bindings)) || bound(path ? otherwise : text);
  }

  function bound(token: string): Attribute {
    const given = resolve(token, item, bindings);
    if (given === undefined) throw new Error(`${token} is not bound in: ${expression}`);
    return given;
  }
}

const sections = /\b(SET|ADD|REMOVE) (.+?)(?=\s+(?:SET|ADD|REMOVE) |$)/g;

function union(before: Attribute | undefined, added: Attribute): Attribute {
  if (!Array.isArray(added.SS)) throw new Error("ADD is understood for string sets only");
  return { SS: [...new Set([...((before?.SS as string[]) ?? []), ...added.SS])] };
}

function resolve(token: string, item: Item | undefined, bindings: Bindings): Attribute | undefined {
  if (!token.startsWith(":")) return item?.[nameOf(token, bindings)];
  const value = bindings.values?.[token];
  if (value === undefined) throw new Error(`${token} has no value`);
  return value;
}

function nameOf(token: string, { names }: Bindings): string {
  const name = token.startsWith("#") ? names?.[token] : token;
  if (name === undefined) throw new Error(`${token} names nothing`);
  return name;
}

/** A comparison with an attribute that is not there, or of another type, is false (AWS's rule). */
function compare(sign: string, left: Attribute | undefined, right: Attribute | undefined): boolean {
  const by = order(left, right);
  switch (sign) {
    case "=":
      return by === 0;
    case "<>":
      return by !== 0;
    case "<":
      return by !== undefined && by < 0;
    case "<=":
      return by !== undefined && by <= 0;
    case ">":
      return by !== undefined && by > 0;
    case ">=":
      return by !== undefined && by >= 0;
    default:
      throw new Error(`"${sign}" is no comparison`);
  }
}

/** Numbers by value, texts by code unit; undefined for what cannot be ordered. */
export function order(
  left: Attribute | undefined,
  right: Attribute | undefined,
): number | undefined {
  if (left?.N !== undefined && right?.N !== undefined) return Number(left.N) - Number(right.N);
  if (typeof left?.S === "string" && typeof right?.S === "string")
    return left.S < right.S ? -1 : Number(left.S > right.S);
  return left !== undefined && JSON.stringify(left) === JSON.stringify(right) ? 0 : undefined;
}
