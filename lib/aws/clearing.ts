import { Duration } from "aws-cdk-lib";
import { Match } from "aws-cdk-lib/aws-events";
import type { Function as Lambda } from "aws-cdk-lib/aws-lambda";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { deliverySeconds } from "./events.ts";
import type { Foundation } from "./foundation.ts";
import type { Need } from "./lambda-function.ts";
import { queuedWorker } from "./queued-worker.ts";

/** The request itself tries first, for eight seconds (K38): a message that came sooner would meet it. */
const firstDelay = Duration.seconds(30);
/** A batch of ten goes out in turn, and clearing may take its whole time-out for each. */
const clearingSeconds = 60;
const clearingBatch = 10;
/** What clearing agrees to serve at once. */
const callsAtOnce = 10;
/**
 * The most SQS allows. The worker counts its own attempts and parks an order after the last (K39); receives that
 * a breaker turned away are none, and a night of outage must not lose a message.
 */
const clearingLimit = 1000;

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

/** What happens to an order after its request: clearing is asked again, and the partner is told. */
export class Clearing extends Construct {
  readonly queue: Queue;
  readonly functions: readonly Lambda[];
  readonly deadLetters: readonly Queue[];

  constructor(scope: Construct, props: Foundation) {
    super(scope, "Intake");
    const { tables, secrets, settings } = props;
    const clear = queuedWorker(this, props, {
      name: "clear-transaction",
      queue: "Clearing",
      deadLetters: "ClearingDeadLetters",
      timeoutSeconds: clearingSeconds,
      batchSize: clearingBatch,
      maxConcurrency: callsAtOnce,
      receiveLimit: clearingLimit,
      delay: firstDelay,
      needs: moveOrders(props),
      queueVariable: "CLEARING_QUEUE_URL",
      queueActions: ["sqs:ChangeMessageVisibility"],
      rules: [
        {
          id: "OrdersToClear",
          description:
            "An order was received, or taken up again by operations: bring it to its end",
          pattern: {
            source: ["qianyue"],
            detailType: ["TransactionReceived", "TransactionResumed"],
          },
        },
        {
          id: "LateResults",
          description: "Clearing has a result it did not have when it was asked (T-05)",
          pattern: { source: Match.prefix("clearing"), detailType: ["ClearingCompletedEvent"] },
        },
      ],
    });
    const tell = queuedWorker(this, props, {
      name: "deliver-order-result",
      queue: "OrderResults",
      deadLetters: "OrderResultDeadLetters",
      timeoutSeconds: deliverySeconds,
      batchSize: deliveryBatch,
      maxConcurrency: deliveriesAtOnce,
      receiveLimit: deliveryLimit,
      needs: [tables.noteDeliveries, secrets.partners, settings.callbackHosts],
      queueVariable: "WEBHOOK_QUEUE_URL",
      queueActions: ["sqs:SendMessage"],
      deadLetterVariable: "WEBHOOK_DLQ_URL",
      rules: [
        {
          id: "OrderResultsToPartners",
          description: "An order has ended: tell its partner",
          pattern: {
            source: ["qianyue"],
            detailType: ["TransactionSucceeded", "TransactionFailed"],
          },
        },
      ],
    });
    this.queue = clear.queue;
    this.functions = [clear.worker, tell.worker];
    this.deadLetters = [clear.deadLetters, tell.deadLetters];
  }
}
