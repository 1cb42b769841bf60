import { Duration } from "aws-cdk-lib";
import type { Function as Lambda } from "aws-cdk-lib/aws-lambda";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { deliverySeconds } from "./events.ts";
import type { Foundation } from "./foundation.ts";
import type { Need } from "./lambda-function.ts";
import { queuedWorker } from "./queued-worker.ts";

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

  constructor(scope: Construct, props: Foundation) {
    super(scope, "FaceChecks");
    const { tables, secrets, settings, storage } = props;
    const check = queuedWorker(this, props, {
      name: "check-face",
      queue: "FaceChecks",
      deadLetters: "FaceCheckDeadLetters",
      timeoutSeconds: checkSeconds,
      batchSize: checkBatch,
      maxConcurrency: checksAtOnce,
      receiveLimit,
      delay: firstDelay,
      needs: moveFaces(props),
      queueVariable: "FACE_CHECK_QUEUE_URL",
      queueActions: ["sqs:SendMessage"],
      rules: [
        {
          id: "FaceChecksToFollow",
          description: "A face check was requested: see it to its end",
          pattern: { source: ["qianyue"], detailType: ["FaceVerificationRequested"] },
        },
      ],
    });
    const deliver = queuedWorker(this, props, {
      name: "deliver-face-result",
      queue: "FaceCallbacks",
      deadLetters: "FaceCallbackDeadLetters",
      timeoutSeconds: deliverySeconds,
      batchSize: deliveryBatch,
      maxConcurrency: deliveriesAtOnce,
      receiveLimit,
      needs: [
        tables.readFaces,
        tables.writeFaces,
        tables.appendChain,
        storage.openPersonalData,
        secrets.partners,
        settings.callbackHosts,
      ],
      queueVariable: "WEBHOOK_QUEUE_URL",
      queueActions: ["sqs:SendMessage"],
      deadLetterVariable: "WEBHOOK_DLQ_URL",
      rules: [
        {
          id: "FaceResultsToClients",
          description: "A face check has ended: tell its client",
          pattern: { source: ["qianyue"], detailType: ["FaceVerificationCompletedEvent"] },
        },
      ],
    });
    this.functions = [check.worker, deliver.worker];
    this.deadLetters = [check.deadLetters, deliver.deadLetters];
  }
}
