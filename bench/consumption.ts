import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { routes } from "../lib/aws/routes.ts";
import { callAws } from "../lib/local/aws-call.ts";
import type { CallCount } from "../lib/local/gateway.ts";
import type { InvocationCount } from "../lib/local/metering.ts";
import type { LocalStack } from "../lib/local/stack.ts";
import { type Item, prices, type Used } from "./prices.ts";

/** What cannot be metered on one machine; all of it from experience, none of it measured here. */
const assumed = {
  /** Lambda gives a whole core at this memory and a share of it below. A core there is taken to be one here. */
  wholeCoreMb: 1769,
  /** What a function waits for one call; calls side by side are billed as if they came in turn. */
  callMs: {
    dynamodb: 5,
    events: 10,
    kms: 10,
    s3: 30,
    secretsmanager: 10,
    sqs: 10,
    states: 15,
  } as Readonly<Record<string, number>>,
  transactionMs: 12,
  /** A message is sent by the bus, received and deleted; each is a request. */
  requestsPerMessage: 3,
  /** START, END and REPORT with the ids of a trace; and a line of the API's access log. */
  invocationLogBytes: 450,
  accessLogBytes: 230,
  /** A workflow logs its whole history, without data: five events a state. */
  transitionLogBytes: 2500,
  /** X-Ray's default rule records the first request of a second and one in twenty of the others. */
  tracedShare: 0.05,
};

/** Something to be billed, and how long each function in it waits for systems outside, in milliseconds by file. */
export type Scenario = {
  readonly run: () => Promise<void>;
  readonly outsideMs: Readonly<Record<string, number>>;
};

/** Everything billed since the stack started. */
function usedBy(stack: LocalStack, transitions: number, outsideMs: Scenario["outsideMs"]): Used {
  const calls = stack.services.gateway.counts();
  const invocations = stack.invocations();
  const sum = (of: (call: CallCount) => number | undefined) =>
    calls.reduce((total, call) => total + (of(call) ?? 0), 0);
  const count = (service: string, operation: RegExp) =>
    sum((call) => (call.service === service && operation.test(call.operation) ? call.count : 0));
  const requests = invocations
    .filter(({ functionName }) => routes.some(({ file }) => functionName.endsWith(`-${file}`)))
    .reduce((total, each) => total + each.count, 0);
  const messages = invocations.reduce((total, each) => total + each.messages, 0);
  // A quiet queue hands messages out one by one; a benchmark's come in batches.
  const invoked = invocations.reduce((total, each) => total + (each.messages || each.count), 0);
  const logBytes =
    folderBytes(stack.logs) +
    invoked * assumed.invocationLogBytes +
    requests * assumed.accessLogBytes +
    transitions * assumed.transitionLogBytes;
  return {
    apiRequests: requests,
    firewallRequests: requests,
    invocations: invoked,
    gbSeconds: invocations.reduce((total, each) => total + gbSecondsOf(each, calls, outsideMs), 0),
    writeUnits: sum(({ writeUnits }) => writeUnits),
    readUnits: sum(({ readUnits }) => readUnits),
    events: sum(({ events }) => events),
    queueRequests: count("sqs", /./) + messages * assumed.requestsPerMessage,
    transitions,
    keyRequests: count("kms", /^(?!Sign$|GetPublicKey$)/),
    eccSignatures: count("kms", /^(Sign|GetPublicKey)$/),
    secretReads: count("secretsmanager", /./),
    objectWrites: count("s3", /^(Put|List|Copy)/),
    objectReads: count("s3", /^(Get|Head)/),
    logMegabytes: logBytes / 1e6,
    traces: requests * assumed.tracedShare,
  };
}

/** Work at the share of a core that its memory buys, and waiting for every call it made. */
function gbSecondsOf(
  { functionName, memoryMb, count, cpuMs }: InvocationCount,
  calls: readonly CallCount[],
  outsideMs: Scenario["outsideMs"],
): number {
  const waited = calls
    .filter(({ caller }) => caller === functionName)
    .reduce((total, call) => total + call.count * callMs(call), 0);
  const outside = Object.entries(outsideMs)
    .filter(([file]) => functionName.endsWith(`-${file}`))
    .reduce((total, [, ms]) => total + count * ms, 0);
  const worked = cpuMs * Math.max(assumed.wholeCoreMb / memoryMb, 1);
  return ((worked + waited + outside) / 1000) * (memoryMb / 1024);
}

const callMs = ({ service, operation }: CallCount): number =>
  operation === "TransactWriteItems" ? assumed.transactionMs : (assumed.callMs[service] ?? 0);

export type Consumption = {
  readonly used: Used;
  /** Bytes that stay. */
  readonly objectBytes: number;
};

/** What one of `count` runs used on average, everything that follows from it included. */
export async function consumptionOf(
  stack: LocalStack,
  count: number,
  { run, outsideMs }: Scenario,
): Promise<Consumption> {
  const before = await snapshot(stack, outsideMs);
  for (let round = 0; round < count; round += 1) await run();
  await passDelays(stack);
  const after = await snapshot(stack, outsideMs);
  const items = Object.keys(prices) as Item[];
  const each = items.map((item) => [item, (after.used[item] - before.used[item]) / count]);
  return {
    used: Object.fromEntries(each) as Used,
    objectBytes: (after.objectBytes - before.objectBytes) / count,
  };
}

async function snapshot(stack: LocalStack, outsideMs: Scenario["outsideMs"]): Promise<Consumption> {
  await quiet(stack);
  const used = usedBy(stack, await transitionsOf(stack), outsideMs);
  return { used, objectBytes: folderBytes(join(stack.logs, "..", "s3-objects")) };
}

/** Longer than the delay after which the clearing queue looks at an order. */
const queueDelayMs = 31_000;

async function passDelays(stack: LocalStack): Promise<void> {
  await quiet(stack);
  stack.clock.advance(queueDelayMs);
  await quiet(stack);
}

const quietMs = 1_000;
const quietRounds = 60;

/** Until nothing was called for a while: what a request sets in motion goes on after its answer. */
async function quiet(stack: LocalStack): Promise<void> {
  let before = -1;
  for (let round = 0; round < quietRounds; round += 1) {
    const calls = [...stack.invocations(), ...stack.services.gateway.counts()];
    const called = calls.reduce((total, { count }) => total + count, 0);
    if (called === before) return;
    before = called;
    await new Promise((resolve) => setTimeout(resolve, quietMs));
  }
  throw new Error(`the stack was still busy after ${(quietRounds * quietMs) / 1000} s`);
}

const pageSize = 1000;

async function transitionsOf(stack: LocalStack): Promise<number> {
  const { stepFunctions } = stack.services;
  const call = (operation: string, input: object) =>
    callAws(stepFunctions, `AWSStepFunctions.${operation}`, input);
  const { stateMachines } = (await call("ListStateMachines", {})) as {
    stateMachines: { stateMachineArn: string }[];
  };
  let transitions = 0;
  for (const { stateMachineArn } of stateMachines) {
    const { executions } = (await call("ListExecutions", {
      stateMachineArn,
      maxResults: pageSize,
    })) as { executions: { executionArn: string }[] };
    for (const { executionArn } of executions)
      transitions += stepFunctions.transitions(executionArn);
  }
  return transitions;
}

const folderBytes = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(join(folder, name)))
    .reduce((total, entry) => total + (entry.isFile() ? entry.size : 0), 0);
