import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { AwsError } from "../aws-error.ts";
import {
  awsJson,
  invalid,
  type JsonInput,
  localAccount,
  localRegion,
  optionalText,
  text,
} from "../aws-json.ts";
import type { LocalClock } from "../clock.ts";
import { openDatabase } from "../database.ts";
import type { LocalService } from "../service.ts";
import { payloadLimitBytes } from "./jsonata-fields.ts";
import { readDefinition } from "./states-language.ts";
import { close, resume, startExecution, stopExecution, workflowEngine } from "./workflow-engine.ts";
import { type Execution, workflowStore } from "./workflow-store.ts";
import { failTask, keepTaskAlive, succeedTask } from "./workflow-tasks.ts";
import type { Engine, InvokeLambda } from "./workflow-threads.ts";

/** An EventBridge event as it is delivered; `detail` as AWS documents it for this detail-type. */
export type StatusChange = {
  readonly source: "aws.states";
  readonly "detail-type": "Step Functions Execution Status Change";
  readonly time: string;
  readonly resources: readonly [executionArn: string];
  readonly detail: {
    readonly executionArn: string;
    readonly stateMachineArn: string;
    readonly name: string;
    readonly status: Execution["status"];
    readonly startDate: number;
    readonly stopDate: number | null;
    readonly input: string;
    readonly output: string | null;
    readonly error: string | null;
    readonly cause: string | null;
  };
};

export type LocalStepFunctions = LocalService & {
  /** Stores a new version when the definition differs from the newest one; running executions keep theirs. */
  createStateMachine(machine: {
    readonly name: string;
    readonly definition: string;
    readonly arn?: string;
    /** Names that always mean the newest version, such as `live`. */
    readonly aliases?: readonly string[];
  }): { readonly stateMachineArn: string };
  /** Arms the timers and goes on with what was interrupted. Call it once Lambdas can be invoked. */
  resume(): void;
  /** States entered so far: what AWS charges for, apart from retries. */
  transitions(executionArn: string): number;
};

/**
 * Standard workflows in JSONata over Lambda, durable in `<directory>/step-functions.db`.
 * `emit` is called at least once for every change of status; it is called again after a crash.
 */
export function localStepFunctions(options: {
  readonly directory: string;
  readonly clock: LocalClock;
  readonly invokeLambda: InvokeLambda;
  readonly emit: (event: StatusChange) => Promise<unknown> | unknown;
}): LocalStepFunctions {
  const { directory, clock, invokeLambda, emit } = options;
  const database = openDatabase(directory, "step-functions.db", schema);
  const engine = workflowEngine({
    store: workflowStore(database),
    clock,
    invokeLambda,
    announce: async (execution) => {
      await emit(statusChange(execution, clock.now()));
    },
  });
  const service: Service = { database, engine };
  const transitions = database.prepare(
    "SELECT COUNT(*) AS entered FROM history WHERE execution = ? AND type LIKE '%StateEntered'",
  );

  return {
    handle: awsJson("AWSStepFunctions", operations(service)),
    createStateMachine: (machine) => createStateMachine(service, machine),
    resume: () => resume(engine),
    transitions: (arn) => (transitions.get(arn) as { entered: number }).entered,
    close: () => {
      close(engine);
      database.close();
    },
  };
}

type Service = { readonly database: DatabaseSync; readonly engine: Engine };
type Machine = {
  readonly arn: string;
  readonly name: string;
  readonly aliases: string;
  readonly created_ms: number;
};

const schema = `
  CREATE TABLE IF NOT EXISTS machines (
    arn TEXT PRIMARY KEY, name TEXT NOT NULL, aliases TEXT NOT NULL,
    created_ms REAL NOT NULL) STRICT;`;

/** Letters that StartExecution refuses in a name, besides more than 80 of them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: AWS names them as control characters.
const forbiddenInName = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/;
/** Both lists: API default and maximum of maxResults. */
const pageDefault = 100;
const pageLimit = 1000;

function operations(service: Service): Parameters<typeof awsJson>[1] {
  const { engine } = service;
  return {
    CreateStateMachine: (input) => create(service, input),
    DescribeStateMachine: (input) => describeStateMachine(service, input),
    ListStateMachines: (input) => listStateMachines(service, input),
    StartExecution: (input) => start(service, input),
    StopExecution: (input) => stop(service, input),
    DescribeExecution: (input) => describeExecution(existing(service, input)),
    ListExecutions: (input) => listExecutions(service, input),
    GetExecutionHistory: (input) => getExecutionHistory(service, input),
    SendTaskSuccess: (input) => {
      succeedTask(engine, text(input, "taskToken"), json(text(input, "output"), "InvalidOutput"));
      return {};
    },
    SendTaskFailure: (input) => {
      const error = optionalText(input, "error") ?? "";
      failTask(engine, text(input, "taskToken"), { error, ...only(input, "cause") });
      return {};
    },
    SendTaskHeartbeat: (input) => {
      keepTaskAlive(engine, text(input, "taskToken"));
      return {};
    },
  };
}

// State machines

function createStateMachine(
  { database, engine }: Service,
  machine: Parameters<LocalStepFunctions["createStateMachine"]>[0],
): { stateMachineArn: string } {
  const { name, definition, aliases = [] } = machine;
  readDefinition(definition);
  const arn = machine.arn ?? `arn:aws:states:${localRegion}:${localAccount}:stateMachine:${name}`;
  const nowMs = engine.clock.now();
  database
    .prepare(
      `INSERT INTO machines VALUES (?, ?, ?, ?)
       ON CONFLICT (arn) DO UPDATE SET name = excluded.name, aliases = excluded.aliases`,
    )
    .run(arn, name, JSON.stringify(aliases), nowMs);
  const newest = newestVersion(database, arn);
  if (newest?.definition !== definition) {
    database
      .prepare("INSERT INTO versions VALUES (?, ?, ?, ?)")
      .run(arn, (newest?.version ?? 0) + 1, definition, nowMs);
  }
  return { stateMachineArn: arn };
}

function newestVersion(database: DatabaseSync, arn: string) {
  return database
    .prepare("SELECT * FROM versions WHERE machine = ? ORDER BY version DESC LIMIT 1")
    .get(arn) as { version: number; definition: string } | undefined;
}

function create(service: Service, input: JsonInput): object {
  const name = checkedName(text(input, "name"));
  const definition = text(input, "definition");
  try {
    readDefinition(definition);
  } catch (cause) {
    throw new AwsError("InvalidDefinition", (cause as Error).message);
  }
  const created = createStateMachine(service, { name, definition });
  return { ...created, creationDate: service.engine.clock.now() / 1000 };
}

/** Finds what an ARN of a machine, a version or an alias means now. */
function resolve(database: DatabaseSync, arn: string): { machine: Machine; version: number } {
  const find = database.prepare("SELECT * FROM machines WHERE arn = ?");
  const whole = find.get(arn) as Machine | undefined;
  const [, owner = "", qualifier = ""] = /^(.*):([^:]*)$/.exec(arn) ?? [];
  const machine = whole ?? (find.get(owner) as Machine | undefined);
  const newest = machine && newestVersion(database, machine.arn);
  if (machine !== undefined && newest !== undefined) {
    const means = whole !== undefined || JSON.parse(machine.aliases).includes(qualifier);
    if (means) return { machine, version: newest.version };
    const version = Number(qualifier);
    if (version >= 1 && version <= newest.version) return { machine, version };
  }
  throw new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);
}

function describeStateMachine({ database }: Service, input: JsonInput): object {
  const stateMachineArn = text(input, "stateMachineArn");
  const { machine, version } = resolve(database, stateMachineArn);
  const { definition } = database
    .prepare("SELECT definition FROM versions WHERE machine = ? AND version = ?")
    .get(machine.arn, version) as { definition: string };
  return { ...machineItem(machine), stateMachineArn, status: "ACTIVE", definition, roleArn: "" };
}

function listStateMachines({ database }: Service, input: JsonInput): object {
  const { limit, after } = page(input, 0);
  const rows = database
    .prepare("SELECT rowid AS position, * FROM machines WHERE rowid > ? ORDER BY rowid LIMIT ?")
    .all(after, limit + 1) as (Machine & { position: number })[];
  return { stateMachines: rows.slice(0, limit).map(machineItem), ...more(rows, limit) };
}

function machineItem({ arn, name, created_ms }: Machine): object {
  return { stateMachineArn: arn, name, type: "STANDARD", creationDate: created_ms / 1000 };
}

// Executions

function start({ database, engine }: Service, given: JsonInput): object {
  const startedAs = text(given, "stateMachineArn");
  const input = optionalText(given, "input") ?? "{}";
  json(input, "InvalidExecutionInput");
  const name = checkedName(optionalText(given, "name") ?? randomUUID());
  const { machine, version } = resolve(database, startedAs);
  const arn = `${machine.arn.replace(":stateMachine:", ":execution:")}:${name}`;
  const known = engine.store.execution(arn);
  if (known !== undefined && (known.status !== "RUNNING" || known.input !== input)) {
    throw new AwsError("ExecutionAlreadyExists", `Execution Already Exists: '${arn}'`);
  }
  const started_ms = known?.started_ms ?? engine.clock.now();
  if (known === undefined) {
    const row = { arn, machine: machine.arn, version, started_as: startedAs, name, input };
    startExecution(engine, { ...row, started_ms });
  }
  return { executionArn: arn, startDate: started_ms / 1000 };
}

/** Stopping what has ended already changes nothing and answers when it ended. */
function stop(service: Service, input: JsonInput): object {
  const { arn, status } = existing(service, input);
  const end = { ...only(input, "error"), ...only(input, "cause") };
  if (status === "RUNNING") stopExecution(service.engine, arn, end);
  return { stopDate: (service.engine.store.execution(arn)?.stopped_ms ?? 0) / 1000 };
}

function existing({ engine }: Service, input: JsonInput): Execution {
  const arn = text(input, "executionArn");
  const execution = engine.store.execution(arn);
  if (execution !== undefined) return execution;
  throw new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);
}

function describeExecution(execution: Execution): object {
  const { input, output, error, cause } = execution;
  return {
    ...executionItem(execution),
    input,
    ...present({ output, error, cause }),
    redriveStatus: "NOT_REDRIVABLE",
  };
}

function executionItem(execution: Execution): object {
  const { arn, machine, version, started_as, name, status, started_ms, stopped_ms } = execution;
  const qualified = { stateMachineVersionArn: `${machine}:${version}` };
  const alias = started_as === qualified.stateMachineVersionArn ? null : started_as;
  return {
    executionArn: arn,
    stateMachineArn: machine,
    ...(started_as === machine
      ? {}
      : { ...qualified, ...present({ stateMachineAliasArn: alias }) }),
    name,
    status,
    startDate: started_ms / 1000,
    ...present({ stopDate: stopped_ms === null ? null : stopped_ms / 1000 }),
  };
}

/** Newest first. An alias or version ARN lists what was started through it. */
function listExecutions({ database }: Service, input: JsonInput): object {
  const arn = text(input, "stateMachineArn");
  const { machine } = resolve(database, arn);
  const { limit, after } = page(input, Number.MAX_SAFE_INTEGER);
  const status = optionalText(input, "statusFilter") ?? null;
  const rows = database
    .prepare(
      `SELECT rowid AS position, * FROM executions
       WHERE machine = ?1 AND (?2 = ?1 OR started_as = ?2) AND (?3 IS NULL OR status = ?3)
         AND rowid < ?4 ORDER BY rowid DESC LIMIT ?5`,
    )
    .all(machine.arn, arn, status, after, limit + 1) as (Execution & { position: number })[];
  return { executions: rows.slice(0, limit).map(executionItem), ...more(rows, limit) };
}

type HistoryRow = {
  readonly position: number;
  readonly previous: number;
  readonly at_ms: number;
  readonly type: string;
  readonly details: string;
};

function getExecutionHistory(service: Service, input: JsonInput): object {
  const { arn } = existing(service, input);
  const reverse = input.reverseOrder === true;
  const { limit, after } = page(input, reverse ? Number.MAX_SAFE_INTEGER : 0);
  const rows = service.database
    .prepare(
      `SELECT id AS position, previous, at_ms, type, details FROM history
       WHERE execution = ? AND id ${reverse ? "<" : ">"} ?
       ORDER BY id ${reverse ? "DESC" : "ASC"} LIMIT ?`,
    )
    .all(arn, after, limit + 1) as HistoryRow[];
  const events = rows.slice(0, limit).map(({ position, previous, at_ms, type, details }) => ({
    ...{ id: position, previousEventId: previous, timestamp: at_ms / 1000, type },
    ...JSON.parse(details),
  }));
  return { events, ...more(rows, limit) };
}

// The wire

function statusChange(execution: Execution, nowMs: number): StatusChange {
  const { arn, machine, name, status, started_ms, stopped_ms } = execution;
  const { input, output, error, cause } = execution;
  return {
    source: "aws.states",
    "detail-type": "Step Functions Execution Status Change",
    time: new Date(nowMs).toISOString(),
    resources: [arn],
    detail: {
      ...{ executionArn: arn, stateMachineArn: machine, name, status },
      ...{ startDate: started_ms, stopDate: stopped_ms, input, output, error, cause },
    },
  };
}

function checkedName(name: string): string {
  if (name.length >= 1 && name.length <= 80 && !forbiddenInName.test(name)) return name;
  throw new AwsError("InvalidName", `Invalid Name: '${name}': 1 to 80 characters, no spaces`);
}

function json(value: string, otherwise: string): unknown {
  if (Buffer.byteLength(value) > payloadLimitBytes) {
    throw invalid(`input and output may have ${payloadLimitBytes} bytes at most`);
  }
  try {
    return JSON.parse(value);
  } catch (cause) {
    throw new AwsError(otherwise, `not JSON: ${(cause as Error).message}`);
  }
}

function only(input: JsonInput, member: string): Record<string, string> {
  const value = optionalText(input, member);
  return value === undefined ? {} : { [member]: value };
}

function present(members: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}

/** A page token is the position of the last item on the page before. */
function page(input: JsonInput, first: number): { limit: number; after: number } {
  const asked = Number(input.maxResults ?? 0);
  if (!(asked >= 0 && asked <= pageLimit)) throw invalid(`maxResults goes from 0 to ${pageLimit}`);
  const token = optionalText(input, "nextToken");
  const after = token === undefined ? first : Number(token);
  if (!Number.isSafeInteger(after)) throw new AwsError("InvalidToken", `Invalid Token: '${token}'`);
  return { limit: asked || pageDefault, after };
}

function more(rows: readonly { readonly position: number }[], limit: number): object {
  return rows.length > limit ? { nextToken: String(rows[limit - 1]?.position) } : {};
}
