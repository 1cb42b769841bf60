import type { LocalClock } from "./clock.ts";
import { streamKeeper } from "./dynamodb/table-stream.ts";
import { sweepExpired } from "./dynamodb/tables.ts";
import type { Deliver } from "./event-bridge/deliveries.ts";
import type { LocalLambda } from "./lambda/lambda.ts";
import type { Poller } from "./pollers/pollers.ts";
import { pollQueue } from "./pollers/queue-poller.ts";
import { openCheckpoints, pollStream } from "./pollers/stream-poller.ts";
import type { Services } from "./services.ts";
import {
  eventRules,
  functionName,
  queueMappings,
  queueName,
  streamMappings,
} from "./template/settings.ts";
import type { Template } from "./template/template.ts";

export type Wiring = {
  /** Wakes the pollers of the tables that a write names. */
  wake(body: Buffer): void;
  close(): void;
};

/** Stream records are kept this long for people to look at, then trimmed up to the slowest reader. */
const trimEveryMs = 60_000;

/** Sets in motion what the template connects: rules, streams, queues, executions and expiry. */
export function connect(
  template: Template,
  services: Services,
  { clock, lambda, directory }: { clock: LocalClock; lambda: LocalLambda; directory: string },
): Wiring {
  const { dynamo, queues, events, stepFunctions } = services;
  const { invoke } = lambda;
  const checkpoints = openCheckpoints(directory);
  const keeper = streamKeeper(dynamo);
  const streams = streamMappings(template);
  const streamPollers = streams.map((mapping) => {
    const poller = pollStream(mapping, {
      call: dynamo.call,
      clock,
      checkpoints,
      invoke,
      send: queues.send,
    });
    return { table: mapping.table, poller };
  });
  const queuePollers = queueMappings(template).map((mapping) =>
    pollQueue(mapping, { queues, clock, invoke }),
  );
  const sweeper = sweepExpired(
    dynamo.call,
    clock,
    template.of("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"),
  );
  const trimming = setInterval(() => {
    for (const table of new Set(streams.map((mapping) => mapping.table))) {
      const readers = streams.filter((mapping) => mapping.table === table);
      const positions = readers.map(({ name }) => Number(checkpoints.get(name) ?? 0));
      keeper.trim(table, String(Math.min(...positions)));
    }
  }, trimEveryMs);
  events.start(eventRules(template), deliverer(services, lambda));
  stepFunctions.resume();

  return {
    wake(body) {
      for (const { table, poller } of streamPollers) if (body.includes(table)) poller.poke();
    },
    close() {
      clearInterval(trimming);
      const pollers: Poller[] = [...streamPollers.map(({ poller }) => poller), ...queuePollers];
      for (const poller of pollers) poller.close();
      sweeper.close();
      keeper.close();
      checkpoints.close();
    },
  };
}

/** Brings an event to a queue or, as Lambda's asynchronous invocation does, to a function. */
function deliverer({ queues }: Services, lambda: LocalLambda): Deliver {
  return async (targetArn, event) => {
    if (targetArn.startsWith("arn:aws:sqs:")) return queues.send(queueName(targetArn), event);
    if (!targetArn.startsWith("arn:aws:lambda:")) {
      throw new Error(`${targetArn}: rules reach queues and functions only`);
    }
    const result = await lambda.invoke(functionName(targetArn), JSON.parse(event));
    if (!result.ok) throw new Error(`${result.errorType}: ${result.errorMessage}`);
    return undefined;
  };
}
