import type { DatabaseSync } from "node:sqlite";
import { transaction } from "../database.ts";
import type { Failure } from "./jsonata-fields.ts";
import type { MapItem } from "./state-steps.ts";

export type Status = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

/** A row of `executions`, named as its columns. */
export type Execution = {
  readonly arn: string;
  readonly machine: string;
  readonly version: number;
  /** The machine, version or alias ARN that StartExecution named. */
  readonly started_as: string;
  readonly name: string;
  readonly status: Status;
  readonly input: string;
  readonly started_ms: number;
  readonly deadline_ms: number | null;
  readonly stopped_ms: number | null;
  readonly output: string | null;
  readonly error: string | null;
  readonly cause: string | null;
  readonly events: number;
};

export type NewExecution = Omit<
  Execution,
  "status" | "stopped_ms" | "output" | "error" | "cause" | "events"
>;

/** The phases in which a thread belongs to its driver, which evaluates and then takes one step. */
export const drivenPhases = ["run", "succeeded", "failed"] as const;
export type DrivenPhase = (typeof drivenPhases)[number];
/** In these a thread is parked: whoever moves it does so in one synchronous transaction. */
type ParkedPhase = "waiting" | "backoff" | "invoking" | "joining" | "queued" | "done";

/** One line of control: the execution itself, or one branch of a Map or Parallel. */
export type Thread = {
  readonly id: number;
  readonly execution: string;
  readonly parent: number | null;
  readonly slot: number;
  phase: DrivenPhase | ParkedPhase;
  due_ms: number | null;
  /** Names one attempt of a Task; for .waitForTaskToken it is the task token. */
  ticket: string | null;
  frame: Frame;
};

type Frame = {
  /** The states, and their branches, that lead from the definition to this thread's graph. */
  readonly path: readonly (readonly [state: string, branch: number])[];
  readonly mapItem?: MapItem | undefined;
  readonly variables: Record<string, unknown>;
  lastEvent: number;
  readonly state: string;
  readonly input: unknown;
  readonly enteredMs: number;
  retries: readonly number[];
  call?: Call;
  result?: unknown;
  failure?: Failure;
};

/** A Lambda invocation under way, kept so that it can be repeated after a crash. */
export type Call = {
  readonly functionName: string;
  readonly payload: unknown;
  readonly waitsForToken: boolean;
  readonly deadlineMs: number | null;
  readonly heartbeatMs: number | null;
  /** The function has returned; only the token is still awaited. */
  returned: boolean;
};

/** History is kept by execution; threads go when their execution ends. */
const schema = `
  CREATE TABLE IF NOT EXISTS versions (
    machine TEXT NOT NULL, version INTEGER NOT NULL, definition TEXT NOT NULL,
    created_ms REAL NOT NULL, PRIMARY KEY (machine, version)) STRICT;
  CREATE TABLE IF NOT EXISTS executions (
    arn TEXT PRIMARY KEY, machine TEXT NOT NULL, version INTEGER NOT NULL,
    started_as TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'RUNNING',
    announced TEXT, input TEXT NOT NULL, started_ms REAL NOT NULL, deadline_ms REAL,
    stopped_ms REAL, output TEXT, error TEXT, cause TEXT,
    events INTEGER NOT NULL DEFAULT 0) STRICT;
  CREATE INDEX IF NOT EXISTS executions_deadline ON executions (deadline_ms)
    WHERE status = 'RUNNING' AND deadline_ms IS NOT NULL;
  CREATE INDEX IF NOT EXISTS executions_machine ON executions (machine);
  CREATE TABLE IF NOT EXISTS history (
    execution TEXT NOT NULL, id INTEGER NOT NULL, previous INTEGER NOT NULL, at_ms REAL NOT NULL,
    type TEXT NOT NULL, details TEXT NOT NULL, PRIMARY KEY (execution, id)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS threads (
    id INTEGER PRIMARY KEY AUTOINCREMENT, execution TEXT NOT NULL,
    parent INTEGER REFERENCES threads ON DELETE CASCADE, slot INTEGER NOT NULL,
    phase TEXT NOT NULL DEFAULT 'queued', due_ms REAL, ticket TEXT, frame TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS threads_execution ON threads (execution);
  CREATE INDEX IF NOT EXISTS threads_parent ON threads (parent, slot);
  CREATE INDEX IF NOT EXISTS threads_due ON threads (due_ms) WHERE due_ms IS NOT NULL;
  CREATE INDEX IF NOT EXISTS threads_ticket ON threads (ticket) WHERE ticket IS NOT NULL;`;

export type WorkflowStore = ReturnType<typeof workflowStore>;

/** Rows in, rows out; what they mean is the engine's business. */
export function workflowStore(database: DatabaseSync) {
  database.exec(schema);
  let followUps: (() => void)[] = [];

  return {
    ...executionRows(database),
    ...threadRows(database),

    /** One transaction; what `afterCommit` collected in it runs once it is kept. */
    transact<Result>(work: () => Result): Result {
      followUps = [];
      const result = transaction(database, work);
      for (const followUp of followUps.splice(0)) followUp();
      return result;
    },

    afterCommit(task: () => void): void {
      followUps.push(task);
    },
  };
}

function executionRows(database: DatabaseSync) {
  const read = database.prepare("SELECT * FROM executions WHERE arn = ?");
  const insert = database.prepare(
    `INSERT INTO executions (arn, machine, version, started_as, name, input, started_ms, deadline_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const close = database.prepare(
    `UPDATE executions SET status = ?, stopped_ms = ?, output = ?, error = ?, cause = ?
     WHERE arn = ?`,
  );
  const overdue = database.prepare(
    `SELECT arn FROM executions WHERE status = 'RUNNING' AND deadline_ms <= ?
     ORDER BY deadline_ms LIMIT ?`,
  );
  const announced = database.prepare(
    "UPDATE executions SET announced = ? WHERE arn = ? AND status = ?",
  );
  const unannounced = database.prepare(
    "SELECT arn FROM executions WHERE announced IS NOT status ORDER BY rowid",
  );
  const nextEvent = database.prepare(
    "UPDATE executions SET events = events + 1 WHERE arn = ? RETURNING events",
  );
  const insertEvent = database.prepare("INSERT INTO history VALUES (?, ?, ?, ?, ?, ?)");
  const definition = database.prepare(
    "SELECT definition FROM versions WHERE machine = ? AND version = ?",
  );
  const arns = (rows: Record<string, unknown>[]) => rows.map((row) => row.arn as string);

  return {
    execution: (arn: string) => read.get(arn) as Execution | undefined,

    insertExecution(row: NewExecution) {
      const { arn, machine, version, started_as, name, input, started_ms, deadline_ms } = row;
      insert.run(arn, machine, version, started_as, name, input, started_ms, deadline_ms);
    },

    closeExecution(
      arn: string,
      status: Status,
      stoppedMs: number,
      end: { output?: string; error?: string; cause?: string },
    ): void {
      const { output = null, error = null, cause = null } = end;
      close.run(status, stoppedMs, output, error, cause, arn);
    },

    overdueExecutions: (nowMs: number, limit: number) => arns(overdue.all(nowMs, limit)),
    unannouncedExecutions: () => arns(unannounced.all()),
    markAnnounced: (arn: string, status: Status) => announced.run(status, arn, status),

    /** Appends to the execution's history. @returns the id of the new event */
    record(arn: string, previous: number, atMs: number, type: string, details: object): number {
      const { events } = nextEvent.get(arn) as { events: number };
      insertEvent.run(arn, events, previous, atMs, type, JSON.stringify(details));
      return events;
    },

    definitionText(machine: string, version: number): string {
      return (definition.get(machine, version) as { definition: string }).definition;
    },
  };
}

function threadRows(database: DatabaseSync) {
  const read = database.prepare("SELECT * FROM threads WHERE id = ?");
  const byTicket = database.prepare("SELECT * FROM threads WHERE ticket = ?");
  const all = database.prepare("SELECT * FROM threads ORDER BY id");
  const children = database.prepare("SELECT * FROM threads WHERE parent = ? ORDER BY slot");
  const queued = database.prepare(
    "SELECT * FROM threads WHERE parent = ? AND phase = 'queued' ORDER BY slot LIMIT 1",
  );
  const unfinished = database.prepare(
    "SELECT 1 FROM threads WHERE parent = ? AND phase <> 'done' LIMIT 1",
  );
  const insert = database.prepare(
    "INSERT INTO threads (execution, parent, slot, frame) VALUES (?, ?, ?, ?) RETURNING *",
  );
  const save = database.prepare(
    "UPDATE threads SET phase = ?, due_ms = ?, ticket = ?, frame = ? WHERE id = ?",
  );
  const removeChildren = database.prepare("DELETE FROM threads WHERE parent = ?");
  const removeAll = database.prepare("DELETE FROM threads WHERE execution = ?");
  const due = database.prepare(
    "SELECT * FROM threads WHERE due_ms <= ? ORDER BY due_ms, id LIMIT ?",
  );
  const earliest = database.prepare(
    `SELECT MIN(due) AS due FROM (SELECT MIN(due_ms) AS due FROM threads WHERE due_ms IS NOT NULL
     UNION ALL SELECT MIN(deadline_ms) FROM executions
     WHERE status = 'RUNNING' AND deadline_ms IS NOT NULL)`,
  );
  const threads = (rows: unknown[]) => rows.map((row) => toThread(row) as Thread);

  return {
    thread: (id: number) => toThread(read.get(id)),
    threadOfTicket: (ticket: string) => toThread(byTicket.get(ticket)),
    allThreads: () => threads(all.all()),
    children: (parent: number) => threads(children.all(parent)),
    nextQueued: (parent: number) => toThread(queued.get(parent)),
    hasUnfinished: (parent: number) => unfinished.get(parent) !== undefined,
    dueThreads: (nowMs: number, limit: number) => threads(due.all(nowMs, limit)),

    insertThread(arn: string, parent: number | null, slot: number, frame: Frame): Thread {
      return toThread(insert.get(arn, parent, slot, JSON.stringify(frame))) as Thread;
    },

    save({ id, phase, due_ms, ticket, frame }: Thread): void {
      save.run(phase, due_ms, ticket, JSON.stringify(frame), id);
    },

    /** Removes the branches of a thread, and theirs (ON DELETE CASCADE). */
    removeChildren: (parent: number) => removeChildren.run(parent),
    removeThreads: (execution: string) => removeAll.run(execution),

    /** When the next thread or execution becomes due; undefined when none ever will. */
    earliestDueMs(): number | undefined {
      return (earliest.get() as { due: number | null }).due ?? undefined;
    },
  };
}

function toThread(row: unknown): Thread | undefined {
  if (row === undefined) return undefined;
  const stored = row as Omit<Thread, "frame"> & { readonly frame: string };
  return { ...stored, frame: JSON.parse(stored.frame) };
}
