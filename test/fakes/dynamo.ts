import { AwsFault, type AwsService } from "./aws.ts";
import { type Attribute, type Bindings, holds, type Item, order, updated } from "./expressions.ts";

/** Key attributes of a table; `stream` collects what is inserted, as the stream of the table would. */
export type TableShape = {
  readonly keys: readonly [string, ...string[]];
  readonly stream?: boolean;
  /** Items are read by the partition too: whatever touches one of them touches all. */
  readonly queried?: boolean;
};

/** Which items a call reads and writes, as `table/key`: what decides whether two calls can disturb each other. */
export type Footprint = {
  readonly label: string;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
};

/** Called before a call takes effect; answers what to do once it has. */
export type Gate = (footprint: Footprint) => Promise<(() => Promise<void>) | undefined>;

type StreamRecord = {
  readonly eventID: string;
  readonly eventName: "INSERT";
  readonly dynamodb: { readonly SequenceNumber: string; readonly NewImage: Item };
};

type Contents = Record<string, Map<string, Item>>;

type Write = Bindings & {
  readonly table: string;
  readonly key: string;
  readonly condition: string | undefined;
  readonly tellsOld: boolean;
  change(before: Item | undefined): Item;
};

/** Conditional DynamoDB in memory: six operations, whole transactions, and the conditions our code states. */
export function fakeDynamo(shapes: Readonly<Record<string, TableShape>>) {
  let tables: Contents = emptyTables(shapes);
  const fake = {
    gate: undefined as Gate | undefined,
    stream: [] as StreamRecord[],
    /** Called once, at the next insert into the stream. */
    onInsert: [] as (() => void)[],
    serve,
    reset(): void {
      tables = emptyTables(shapes);
      fake.stream = [];
      fake.onInsert = [];
    },
    /** What is stored now; `restore` brings it back, without a stream. Items are never changed in place. */
    save: (): Contents =>
      Object.fromEntries(Object.entries(tables).map(([name, items]) => [name, new Map(items)])),
    restore(saved: Contents): void {
      tables = Object.fromEntries(
        Object.entries(saved).map(([name, items]) => [name, new Map(items)]),
      );
      fake.stream = [];
      fake.onInsert = [];
    },
    items: (table: string): Item[] => [...itemsOf(table).values()],
  };
  return fake;

  function serve({ operation, input }: Parameters<AwsService>[0]) {
    switch (operation) {
      case "GetItem":
        return get(input);
      case "BatchGetItem":
        return batchGet(input);
      case "PutItem":
        return write(putOf(input));
      case "UpdateItem":
        return write(updateOf(input));
      case "Query":
        return query(input);
      case "TransactWriteItems":
        return transact(input);
      default:
        throw new Error(`the fake DynamoDB does not know ${operation}`);
    }
  }

  /** Waits for the gate, lets the effect happen in one piece, and then does what the gate said. */
  async function gated<T>(footprint: Footprint, effect: () => T): Promise<T> {
    const afterwards = await fake.gate?.(footprint);
    const result = effect();
    await afterwards?.();
    return result;
  }

  function get(input: Record<string, unknown>) {
    const table = String(input.TableName);
    const key = keyText(input.Key as Item);
    return gated({ label: `read ${lastPart(key)}`, reads: [place(table, key)], writes: [] }, () => {
      const item = itemsOf(table).get(key);
      return item === undefined ? {} : { Item: item };
    });
  }

  function batchGet(input: Record<string, unknown>) {
    const asked = Object.entries(input.RequestItems as Record<string, { Keys: Item[] }>);
    const [table = "", { Keys } = { Keys: [] }] = asked[0] ?? [];
    const keys = Keys.map(keyText);
    const reads = keys.map((key) => `${table}/${key}`);
    return gated({ label: `read ${keys.join(" + ")}`, reads, writes: [] }, () => ({
      Responses: { [table]: keys.flatMap((key) => itemsOf(table).get(key) ?? []) },
      UnprocessedKeys: {},
    }));
  }

  function write(one: Write) {
    return gated(footprintOf([one]), () => {
      const before = itemsOf(one.table).get(one.key);
      if (!meets(one))
        throw new AwsFault(
          "ConditionalCheckFailedException",
          "The conditional request failed",
          one.tellsOld && before ? { Item: before } : {},
        );
      apply(one);
      return {};
    });
  }

  function transact(input: Record<string, unknown>) {
    const writes = (input.TransactItems as Record<string, Record<string, unknown>>[]).map(
      ({ Put, Update }) => (Put ? putOf(Put) : updateOf(Update as Record<string, unknown>)),
    );
    const places = writes.map(({ table, key }) => `${table}/${key}`);
    if (new Set(places).size < places.length)
      throw new AwsFault("ValidationException", `two operations on one item: ${places.join(", ")}`);
    return gated(footprintOf(writes), () => {
      const reasons = writes.map((one) => {
        if (meets(one)) return { Code: "None" };
        const Item = one.tellsOld ? itemsOf(one.table).get(one.key) : undefined;
        return { Code: "ConditionalCheckFailed", ...(Item ? { Item } : {}) };
      });
      if (reasons.some(({ Code }) => Code !== "None"))
        throw new AwsFault("TransactionCanceledException", "Transaction cancelled", {
          CancellationReasons: reasons,
        });
      writes.forEach(apply);
      return {};
    });
  }

  function query(input: Record<string, unknown>) {
    const table = String(input.TableName);
    const bindings = { values: input.ExpressionAttributeValues as Item };
    const condition = String(input.KeyConditionExpression);
    const [partition] = Object.values(bindings.values).map(plain);
    const footprint = { label: `query ${table}`, reads: [`${table}/${partition}`], writes: [] };
    return gated(footprint, () => {
      const { keys } = shapes[table] as TableShape;
      const sort = keys[1] ?? keys[0];
      const from = input.ExclusiveStartKey as Item | undefined;
      const found = fake
        .items(table)
        .filter((item) => holds(condition, item, bindings))
        .sort((a, b) => order(a[sort], b[sort]) ?? 0)
        .filter((item) => !from || (order(item[sort], from[sort]) ?? 0) > 0);
      const page = found.slice(0, Number(input.Limit ?? found.length));
      const last = page.at(-1);
      return {
        Items: page,
        ...(last && page.length < found.length
          ? { LastEvaluatedKey: Object.fromEntries(keys.map((name) => [name, last[name]])) }
          : {}),
      };
    });
  }

  function putOf(input: Record<string, unknown>): Write {
    const item = input.Item as Item;
    return { ...writeOf(input, keyOf(input, item)), change: () => item };
  }

  function updateOf(input: Record<string, unknown>): Write {
    const key = input.Key as Item;
    const write = writeOf(input, key);
    const expression = String(input.UpdateExpression);
    return { ...write, change: (before) => updated(expression, before ?? key, write) };
  }

  function writeOf(input: Record<string, unknown>, key: Item) {
    return {
      table: String(input.TableName),
      key: keyText(key),
      condition: input.ConditionExpression as string | undefined,
      tellsOld: input.ReturnValuesOnConditionCheckFailure === "ALL_OLD",
      names: input.ExpressionAttributeNames as Record<string, string> | undefined,
      values: input.ExpressionAttributeValues as Item | undefined,
    };
  }

  function keyOf(input: Record<string, unknown>, item: Item): Item {
    const { keys } = shapes[String(input.TableName)] as TableShape;
    return Object.fromEntries(keys.map((name) => [name, item[name] as Attribute]));
  }

  function meets({ table, key, condition, names, values }: Write): boolean {
    return condition === undefined || holds(condition, itemsOf(table).get(key), { names, values });
  }

  function apply({ table, key, change }: Write): void {
    const items = itemsOf(table);
    const before = items.get(key);
    const after = change(before);
    items.set(key, after);
    if (before !== undefined || !shapes[table]?.stream) return;
    const number = String(fake.stream.length + 1);
    const dynamodb = { SequenceNumber: number, NewImage: after };
    fake.stream.push({ eventID: number, eventName: "INSERT", dynamodb });
    for (const tell of fake.onInsert.splice(0)) tell();
  }

  /** A conditional write also reads what it writes. Chains and relations are read by the partition. */
  function footprintOf(writes: readonly Write[]): Footprint {
    const places = writes.map(({ table, key }) => place(table, key));
    const label = `write ${writes.map(({ key }) => lastPart(key)).join(" + ")}`;
    return { label, reads: [], writes: [...new Set(places)] };
  }

  function place(table: string, key: string): string {
    const { stream, queried } = shapes[table] ?? {};
    return stream || queried || key.startsWith("AUTH#")
      ? `${table}/${key.split("/", 1)}`
      : `${table}/${key}`;
  }

  function itemsOf(table: string): Map<string, Item> {
    const items = tables[table];
    if (items === undefined) throw new Error(`there is no table ${table}`);
    return items;
  }
}

const emptyTables = (shapes: Readonly<Record<string, TableShape>>): Contents =>
  Object.fromEntries(Object.keys(shapes).map((name) => [name, new Map()]));

const plain = (attribute: Attribute | undefined): unknown => Object.values(attribute ?? {})[0];

const keyText = (key: Item): string => Object.values(key).map(plain).join("/");

/** For people: the partition is the same contract all over. */
const lastPart = (key: string): string => key.slice(key.indexOf("/") + 1);
