import { Duration } from "aws-cdk-lib";
import { type EventPattern, type IEventBus, Rule } from "aws-cdk-lib/aws-events";
import { SqsQueue } from "aws-cdk-lib/aws-events-targets";
import { EventSourceMapping, type Function as Lambda } from "aws-cdk-lib/aws-lambda";
import { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { deadLetterQueue, queueDefaults } from "./events.ts";
import type { Foundation } from "./foundation.ts";
import { allow, lambdaFunction, type Need } from "./lambda-function.ts";

export type QueuedWorkerProps = {
  /** The file under functions/workers. */
  readonly name: string;
  /** Id of the queue; its dead letters are named after it. */
  readonly queue: string;
  readonly deadLetters: string;
  readonly timeoutSeconds: number;
  readonly batchSize: number;
  readonly maxConcurrency: number;
  readonly receiveLimit: number;
  readonly delay?: Duration;
  readonly needs: readonly Need[];
  /** Variables that name the queue, and what the worker does to it beside taking messages off. */
  readonly queueVariable?: string;
  readonly queueActions?: readonly string[];
  readonly deadLetterVariable?: string;
  /** What fills the queue. */
  readonly rules: readonly {
    readonly id: string;
    readonly description: string;
    readonly pattern: EventPattern;
  }[];
};

/** A worker with its queue, the events of the bus that fill it, and the dead letters where it ends. */
export function queuedWorker(
  scope: Construct,
  { bundles, events }: Foundation,
  props: QueuedWorkerProps,
): { readonly worker: Lambda; readonly queue: Queue; readonly deadLetters: Queue } {
  const deadLetters = deadLetterQueue(scope, props.deadLetters);
  const queue = new Queue(scope, props.queue, {
    ...queueDefaults,
    ...(props.delay ? { deliveryDelay: props.delay } : {}),
    // Six times the function's time-out, as Lambda asks: a slow batch must not be handed out twice.
    visibilityTimeout: Duration.seconds(6 * props.timeoutSeconds),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: props.receiveLimit },
  });
  for (const { id, description, pattern } of props.rules) {
    new Rule(scope, id, {
      description,
      eventBus: events.bus as IEventBus,
      eventPattern: pattern,
      targets: [new SqsQueue(queue, { deadLetterQueue: events.undeliverable })],
    });
  }
  const worker = lambdaFunction(scope, {
    bundles,
    kind: "workers",
    name: props.name,
    memoryMb: 512,
    timeoutSeconds: props.timeoutSeconds,
    needs: [...props.needs, ownQueues(queue, deadLetters, props)],
  });
  new EventSourceMapping(scope, `${props.queue}Source`, {
    target: worker,
    eventSourceArn: queue.queueArn,
    batchSize: props.batchSize,
    maxConcurrency: props.maxConcurrency,
    reportBatchItemFailures: true,
  });
  return { worker, queue, deadLetters };
}

function ownQueues(queue: Queue, deadLetters: Queue, props: QueuedWorkerProps): Need {
  const { queueVariable, queueActions = [], deadLetterVariable } = props;
  const take = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"];
  return {
    environment: {
      ...(queueVariable ? { [queueVariable]: queue.queueUrl } : {}),
      ...(deadLetterVariable ? { [deadLetterVariable]: deadLetters.queueUrl } : {}),
    },
    statements: [
      allow([...take, ...queueActions], queue.queueArn),
      ...(deadLetterVariable ? [allow(["sqs:SendMessage"], deadLetters.queueArn)] : []),
    ],
  };
}
