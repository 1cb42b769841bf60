import type { LocalClock } from "../clock.ts";
import { openDatabase, transaction } from "../database.ts";

/** One event on its way to one target, both as text. */
export type Parcel = { readonly rule: string; readonly targetArn: string; readonly event: string };

/** How long a target is tried, and who takes what it never took. */
export type RetryPolicy = { readonly retries: number; readonly deadLetterArn?: string | undefined };

/** Brings an event to a target; a rejection means not delivered. Runs at least once a parcel. */
export type Deliver = (targetArn: string, event: string) => Promise<unknown>;

const firstRetryMs = 1_000;
const longestRetryMs = 60_000;
const deliveriesAtOnce = 16;

const schema = `
  CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY, rule TEXT NOT NULL, target_arn TEXT NOT NULL, event TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, due_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due_ms);
`;

type Row = {
  readonly id: number;
  readonly rule: string;
  readonly target_arn: string;
  readonly event: string;
  readonly attempts: number;
};

/**
 * The event bus's way to its targets: a parcel is a durable row that goes only after its target took
 * it, or when its retries, on the stack's clock, are used up.
 */
export function openDeliveries(directory: string, clock: LocalClock) {
  const database = openDatabase(directory, "events.db", schema);
  const { insert, selectDue, selectNext, postpone, remove } = statements(database);
  const inFlight = new Set<number>();
  const nowMs = () => Math.trunc(clock.now());
  let route: { deliver: Deliver; policy: (parcel: Parcel) => RetryPolicy } | undefined;
  let cancelWake = () => {};
  let closed = false;

  function dispatch(): void {
    if (closed || route === undefined) return;
    for (const row of selectDue.all(nowMs(), deliveriesAtOnce * 2) as Row[]) {
      if (inFlight.size >= deliveriesAtOnce) break;
      if (!inFlight.has(row.id)) void attempt(row, route.deliver);
    }
    cancelWake();
    const next = selectNext.get(nowMs())?.due;
    if (typeof next === "number") cancelWake = clock.at(next, dispatch);
  }

  async function attempt(row: Row, deliver: Deliver): Promise<void> {
    inFlight.add(row.id);
    const failure = await deliver(row.target_arn, row.event).then(
      () => undefined,
      (cause: unknown) => ({ cause }),
    );
    inFlight.delete(row.id);
    if (closed) return;
    if (failure === undefined) remove.run(row.id);
    else retryOrGiveUp(row, failure.cause);
    dispatch();
  }

  function retryOrGiveUp(row: Row, cause: unknown): void {
    const policy = route?.policy({ ...row, targetArn: row.target_arn }) ?? { retries: 0 };
    const attempts = row.attempts + 1;
    if (attempts <= policy.retries) {
      const waitMs = Math.min(firstRetryMs * 2 ** (attempts - 1), longestRetryMs);
      postpone.run(attempts, nowMs() + waitMs, row.id);
      return;
    }
    transaction(database, () => {
      remove.run(row.id);
      if (policy.deadLetterArn !== undefined && policy.deadLetterArn !== row.target_arn) {
        insert.run(row.rule, policy.deadLetterArn, row.event, nowMs());
      }
    });
    const left = policy.deadLetterArn ?? "nobody";
    console.error(
      `event of rule ${row.rule} to ${row.target_arn}: given up after ${attempts} attempts, left to ${left}:`,
      cause,
    );
  }

  return {
    /** Durable when it returns; delivered soon after. */
    add(parcels: readonly Parcel[]): void {
      transaction(database, () => {
        for (const { rule, targetArn, event } of parcels) {
          insert.run(rule, targetArn, event, nowMs());
        }
      });
      setImmediate(dispatch);
    },
    /** Begins to deliver, first what an earlier run left. */
    start(deliver: Deliver, policy: (parcel: Parcel) => RetryPolicy): void {
      route = { deliver, policy };
      dispatch();
    },
    close(): void {
      closed = true;
      cancelWake();
      database.close();
    },
  };
}

function statements(database: ReturnType<typeof openDatabase>) {
  return {
    insert: database.prepare(
      "INSERT INTO deliveries (rule, target_arn, event, due_ms) VALUES (?, ?, ?, ?)",
    ),
    selectDue: database.prepare(
      "SELECT * FROM deliveries WHERE due_ms <= ? ORDER BY due_ms, id LIMIT ?",
    ),
    selectNext: database.prepare("SELECT min(due_ms) AS due FROM deliveries WHERE due_ms > ?"),
    postpone: database.prepare("UPDATE deliveries SET attempts = ?, due_ms = ? WHERE id = ?"),
    remove: database.prepare("DELETE FROM deliveries WHERE id = ?"),
  };
}
