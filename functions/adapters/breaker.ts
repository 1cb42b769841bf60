import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { World } from "../world.ts";

/**
 * One breaker for all functions that call one system: an item in the guard table, so that every Lambda
 * environment knows what the others met (serverless-design section 4). Closed costs no write; a row of
 * failures opens it; while it is open one caller at a time may try again.
 */

/** Five failures within a minute: more than a hiccup, few enough to spare a system that is down. */
const failuresToOpen = 5;
const windowSeconds = 60;
const openSeconds = 30;
/** The one who tries has this long; then the next may. Longer than one call. */
const trialSeconds = 10;
const cacheMs = 5_000;
/** A breaker nobody touched for a day has nothing to say. */
const keepSeconds = 24 * 3600;

export type Permission =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly until: string };

type BreakerState = { readonly failures: number; readonly openUntil: number };

export function breaker(world: World, table: string, name: string) {
  const dynamo = new DynamoDBClient(world.aws);
  const key = { pk: { S: `BREAKER#${name}` } };
  let cached: { readonly state: BreakerState; readonly readAtMs: number } | undefined;

  const nowMs = (): number => Date.parse(world.now());

  async function state(): Promise<BreakerState> {
    if (cached && nowMs() - cached.readAtMs < cacheMs && cached.state.openUntil === 0)
      return cached.state;
    const { Item } = await dynamo.send(new GetItemCommand({ TableName: table, Key: key }));
    const read = {
      failures: Number(Item?.failures?.N ?? 0),
      openUntil: Number(Item?.open_until_s?.N ?? 0),
    };
    cached = { state: read, readAtMs: nowMs() };
    return read;
  }

  /** Half open: whoever moves the deadline on may call; everybody else waits for what it learns. */
  async function claimTrial(openUntil: number, nowSeconds: number): Promise<boolean> {
    try {
      await dynamo.send(
        new UpdateItemCommand({
          TableName: table,
          Key: key,
          UpdateExpression: "SET open_until_s = :next",
          ConditionExpression: "open_until_s = :seen",
          ExpressionAttributeValues: {
            ":next": { N: String(nowSeconds + trialSeconds) },
            ":seen": { N: String(openUntil) },
          },
        }),
      );
      return true;
    } catch (cause) {
      if (!(cause instanceof ConditionalCheckFailedException)) throw cause;
      return false;
    }
  }

  return {
    /** Whether a call may be made now; if not, when to ask again. */
    async ask(): Promise<Permission> {
      const { openUntil } = await state();
      const nowSeconds = Math.floor(nowMs() / 1000);
      if (openUntil === 0) return { allowed: true };
      if (nowSeconds >= openUntil && (await claimTrial(openUntil, nowSeconds)))
        return { allowed: true };
      const until = Math.max(openUntil, nowSeconds + trialSeconds);
      return { allowed: false, until: new Date(until * 1000).toISOString() };
    },

    /** The system answered, whatever it said. */
    async succeeded(): Promise<void> {
      if (cached === undefined || (cached.state.failures === 0 && cached.state.openUntil === 0))
        return;
      cached = undefined;
      await put({ failures: 0, openUntil: 0, windowStart: 0 });
    },

    /** No usable answer came. */
    async failed(): Promise<void> {
      cached = undefined;
      const nowSeconds = Math.floor(nowMs() / 1000);
      const { Item } = await dynamo.send(new GetItemCommand({ TableName: table, Key: key }));
      const windowStart = Number(Item?.window_start_s?.N ?? 0);
      const wasOpen = Number(Item?.open_until_s?.N ?? 0) > 0;
      const recent = nowSeconds - windowStart < windowSeconds;
      const failures = recent ? Number(Item?.failures?.N ?? 0) + 1 : 1;
      const opens = wasOpen || failures >= failuresToOpen;
      if (opens && !wasOpen) {
        world.count("ClearingUnavailable");
        world.log("error", "breaker opened", { name, failures });
      }
      // Two who count at once may count one too few: the breaker opens a failure later, nothing else.
      await put({
        failures,
        openUntil: opens ? nowSeconds + openSeconds : 0,
        windowStart: recent ? windowStart : nowSeconds,
      });
    },
  };

  async function put(next: BreakerState & { readonly windowStart: number }): Promise<void> {
    const number = (value: number) => ({ N: String(value) });
    await dynamo.send(
      new PutItemCommand({
        TableName: table,
        Item: {
          ...key,
          failures: number(next.failures),
          window_start_s: number(next.windowStart),
          open_until_s: number(next.openUntil),
          expires_at_s: number(Math.floor(nowMs() / 1000) + keepSeconds),
        },
      }),
    );
  }
}

export type Breaker = ReturnType<typeof breaker>;
