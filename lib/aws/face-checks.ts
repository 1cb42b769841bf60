import { Duration } from "aws-cdk-lib";
import { type IEventBus, Rule } from "aws-cdk-lib/aws-events";
import { SqsQueue } from "aws-cdk-lib/aws-events-targets";
import { EventSourceMapping, type Function as Lambda } from "aws-cdk-lib/aws-lambda";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { deadLetterQueue, deliverySeconds, queueDefaults } from "./events.ts";
import type { Foundation } from "./foundation.ts";
import { allow, lambdaFunction, type Need } from "./lambda-function.ts";

/** The request itself asks the vendors first: a message that came sooner would meet it there. */
const firstDelay = Duration.seconds(30);
/** Every vendor in turn for each message of a batch. */
const checkSeconds = 60;
const checkBatch = 5;
/** What vendors agree to serve at once, beside the requests themselves. */
const checksAtOnce = 5;
const deliveryBatch = 5;
/** Clients together must not take the account's concurrency from signers. */
const deliveriesAtOnce = 10;
/** Every visit and every attempt is a message of its own; only our own faults count here. */
const receiveLimit = 100;

/** Whoever moves a check needs its table, the chain, the vendors, and the person's name to hand over. */
export const moveFaces = ({ tables, secrets, settings, storage }: Foundation): readonly Need[] => [
  tables.readFaces,
  tables.writeFaces,
  tables.appendChain,
  storage.openPersonalData,
  secrets.faceVendors,
  secrets.platform,
  settings.publicUrl,
];

/** What happens to a face check beside its requests: its clockwork, and the delivery of its result. */
export class FaceChecks extends Construct {
  readonly functions: readonly Lambda[];
  readonly deadLetters: readonly Queue[];
  private readonly props: Foundation;

  constructor(scope: Construct, props: Foundation) {
    super(scope, "FaceChecks");
    this.props = props;
    const { tables, secrets, settings, storage } = props;
    const checkDeadLetters = deadLetterQueue(this, "FaceCheckDeadLetters");
    const callbackDeadLetters = deadLetterQueue(this, "FaceCallbackDeadLetters");
    this.deadLetters = [checkDeadLetters, callbackDeadLetters];
    const checks = this.queue("FaceChecks", checkSeconds, checkDeadLetters, firstDelay);
    const callbacks = this.queue("FaceCallbacks", deliverySeconds, callbackDeadLetters);
    this.bring("FaceChecksToFollow", "A face check was requested: see it to its end", checks, [
      "FaceVerificationRequested",
    ]);
    this.bring("FaceResultsToClients", "A face check has ended: tell its client", callbacks, [
      "FaceVerificationCompletedEvent",
    ]);

    const checkFace = this.worker("check-face", checkSeconds, [
      ...moveFaces(props),
      sendTo({ FACE_CHECK_QUEUE_URL: checks }),
    ]);
    const deliver = this.worker("deliver-face-result", deliverySeconds, [
      tables.readFaces,
      tables.writeFaces,
      tables.appendChain,
      storage.openPersonalData,
      secrets.partners,
      settings.callbackHosts,
      sendTo({ WEBHOOK_QUEUE_URL: callbacks, WEBHOOK_DLQ_URL: callbackDeadLetters }),
    ]);
    this.functions = [checkFace, deliver];
    consume(this, "FaceCheckSource", checkFace, checks, {
      batchSize: checkBatch,
      maxConcurrency: checksAtOnce,
    });
    consume(this, "FaceCallbackSource", deliver, callbacks, {
      batchSize: deliveryBatch,
      maxConcurrency: deliveriesAtOnce,
    });
  }

  private queue(id: string, seconds: number, deadLetters: Queue, delay?: Duration): Queue {
    return new Queue(this, id, {
      ...queueDefaults,
      ...(delay ? { deliveryDelay: delay } : {}),
      // Six times the function's time-out, as Lambda asks: a slow batch must not be handed out twice.
      visibilityTimeout: Duration.seconds(6 * seconds),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: receiveLimit },
    });
  }

  private bring(id: string, description: string, queue: Queue, detailType: string[]): void {
    const { events } = this.props;
    new Rule(this, id, {
      description,
      eventBus: events.bus as IEventBus,
      eventPattern: { source: ["qianyue"], detailType },
      targets: [new SqsQueue(queue, { deadLetterQueue: events.undeliverable })],
    });
  }

  private worker(name: string, timeoutSeconds: number, needs: readonly Need[]): Lambda {
    const { bundles } = this.props;
    return lambdaFunction(this, {
      bundles,
      kind: "workers",
      name,
      memoryMb: 512,
      timeoutSeconds,
      needs,
    });
  }
}

function sendTo(queues: Readonly<Record<string, Queue>>): Need {
  const entries = Object.entries(queues);
  return {
    environment: Object.fromEntries(entries.map(([name, { queueUrl }]) => [name, queueUrl])),
    statements: [allow(["sqs:SendMessage"], ...entries.map(([, { queueArn }]) => queueArn))],
  };
}

function consume(
  scope: Construct,
  id: string,
  target: Lambda,
  queue: Queue,
  pace: { readonly batchSize: number; readonly maxConcurrency: number },
): void {
  target.addToRolePolicy(
    allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], queue.queueArn),
  );
  new EventSourceMapping(scope, id, {
    target,
    eventSourceArn: queue.queueArn,
    ...pace,
    reportBatchItemFailures: true,
  });
}
