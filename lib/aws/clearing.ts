import { Duration } from "aws-cdk-lib";
import { type EventPattern, type IEventBus, Match, Rule } from "aws-cdk-lib/aws-events";
import { SqsQueue } from "aws-cdk-lib/aws-events-targets";
import { EventSourceMapping, type Function as Lambda } from "aws-cdk-lib/aws-lambda";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { deadLetterQueue, deliverySeconds, queueDefaults } from "./events.ts";
import type { Foundation } from "./foundation.ts";
import { allow, lambdaFunction, type Need } from "./lambda-function.ts";

/** The request itself tries first, for eight seconds (K38): a message that came sooner would meet it. */
const firstDelay = Duration.seconds(30);
/** A batch of ten goes out in turn, and clearing may take its whole time-out for each. */
const clearingSeconds = 60;
const batch = 10;
/** What clearing agrees to serve at once. */
const callsAtOnce = 10;
/**
 * The most SQS allows. The worker counts its own attempts and parks an order after the last (K39); receives that
 * a breaker turned away are none, and a night of outage must not lose a message.
 */
const receiveLimit = 1000;

/** Only our own faults count here; every attempt at a partner is a message of its own. */
const deliveryLimit = 100;
const deliveryBatch = 5;
/** Partners together must not take the account's concurrency from signers. */
const deliveriesAtOnce = 10;

/** Whoever moves an order needs its tables, clearing behind the shared breaker, and what authorises it. */
export const moveOrders = ({ tables, secrets, settings }: Foundation): readonly Need[] => [
  tables.readOrders,
  tables.writeOrders,
  tables.appendChain,
  tables.findAuthorizations,
  tables.shareBreaker,
  secrets.peers,
  settings.clearing,
  settings.accountCode,
];

/** What happens to an order after its request: the queue, what fills it, and the function that asks clearing again. */
export class Clearing extends Construct {
  readonly queue: Queue;
  readonly functions: readonly Lambda[];
  readonly deadLetters: Queue[];

  constructor(scope: Construct, props: Foundation) {
    super(scope, "Intake");
    const { events } = props;
    const deadLetters = deadLetterQueue(this, "ClearingDeadLetters");
    this.deadLetters = [deadLetters];
    this.queue = new Queue(this, "Clearing", {
      ...queueDefaults,
      deliveryDelay: firstDelay,
      // Six times the function's time-out, as Lambda asks: a slow batch must not be handed out twice.
      visibilityTimeout: Duration.seconds(6 * clearingSeconds),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: receiveLimit },
    });
    const bring = (id: string, description: string, eventPattern: EventPattern) =>
      new Rule(this, id, {
        description,
        eventBus: events.bus as IEventBus,
        eventPattern,
        targets: [new SqsQueue(this.queue, { deadLetterQueue: events.undeliverable })],
      });
    bring(
      "OrdersToClear",
      "An order was received, or taken up again by operations: bring it to its end",
      {
        source: ["qianyue"],
        detailType: ["TransactionReceived", "TransactionResumed"],
      },
    );
    bring("LateResults", "Clearing has a result it did not have when it was asked (T-05)", {
      source: Match.prefix("clearing"),
      detailType: ["ClearingCompletedEvent"],
    });
    this.functions = [this.consumer(props), this.teller(props)];
  }

  /** Tells partners that asked for it how an order ended. */
  private teller({ bundles, tables, secrets, settings, events }: Foundation): Lambda {
    const deadLetters = deadLetterQueue(this, "OrderResultDeadLetters");
    this.deadLetters.push(deadLetters);
    const results = new Queue(this, "OrderResults", {
      ...queueDefaults,
      visibilityTimeout: Duration.seconds(6 * deliverySeconds),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: deliveryLimit },
    });
    new Rule(this, "OrderResultsToPartners", {
      description: "An order has ended: tell its partner",
      eventBus: events.bus as IEventBus,
      eventPattern: {
        source: ["qianyue"],
        detailType: ["TransactionSucceeded", "TransactionFailed"],
      },
      targets: [new SqsQueue(results, { deadLetterQueue: events.undeliverable })],
    });
    const teller = lambdaFunction(this, {
      bundles,
      kind: "workers",
      name: "deliver-order-result",
      memoryMb: 512,
      timeoutSeconds: deliverySeconds,
      needs: [
        tables.noteDeliveries,
        secrets.partners,
        settings.callbackHosts,
        {
          environment: {
            WEBHOOK_QUEUE_URL: results.queueUrl,
            WEBHOOK_DLQ_URL: deadLetters.queueUrl,
          },
          statements: [
            allow(["sqs:SendMessage"], results.queueArn, deadLetters.queueArn),
            allow(
              ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
              results.queueArn,
            ),
          ],
        },
      ],
    });
    new EventSourceMapping(this, "OrderResultSource", {
      target: teller,
      eventSourceArn: results.queueArn,
      batchSize: deliveryBatch,
      maxConcurrency: deliveriesAtOnce,
      reportBatchItemFailures: true,
    });
    return teller;
  }

  private consumer(props: Foundation): Lambda {
    const worker = lambdaFunction(this, {
      bundles: props.bundles,
      kind: "workers",
      name: "clear-transaction",
      memoryMb: 512,
      timeoutSeconds: clearingSeconds,
      needs: [
        ...moveOrders(props),
        {
          environment: { CLEARING_QUEUE_URL: this.queue.queueUrl },
          statements: [
            allow(
              [
                "sqs:ChangeMessageVisibility",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:ReceiveMessage",
              ],
              this.queue.queueArn,
            ),
          ],
        },
      ],
    });
    new EventSourceMapping(this, "ClearingSource", {
      target: worker,
      eventSourceArn: this.queue.queueArn,
      batchSize: batch,
      maxConcurrency: callsAtOnce,
      reportBatchItemFailures: true,
    });
    return worker;
  }
}
