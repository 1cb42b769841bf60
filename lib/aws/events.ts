import { Duration, Validations } from "aws-cdk-lib";
import { EventBus, Rule } from "aws-cdk-lib/aws-events";
import { SqsQueue } from "aws-cdk-lib/aws-events-targets";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { allow, type Need } from "./lambda-function.ts";

/** The events that end a contract; every partner's webhook hears of these. */
const finalEvents = ["completed", "failed", "expired", "rejected", "revoked"].map(
  (word) => `esign.contract.v1.${word}`,
);

/** A partner may take this long to answer (Standard Webhooks asks for 15 to 30 s), and a batch goes out together. */
export const deliverySeconds = 60;
/** Every attempt is a message of its own; only our own faults count here, ten hours of them at six minutes each. */
const receiveLimit = 100;
/** The longest SQS keeps a message. In a dead-letter queue the clock runs on from the first send. */
const keep = Duration.days(14);

/** An authority that was away at sealing is asked again after a while, then four times an hour. */
const archiveDelay = Duration.minutes(5);
const archiveInterval = Duration.minutes(15);
/** Five hours of an authority being away: then a person must see to it. */
const archiveLimit = 20;

/** The bus that tells the world of contracts, and the queues of webhooks and failed archives that hang on it. */
export class Events extends Construct {
  readonly bus: EventBus;
  readonly webhooks: Queue;
  readonly archives: Queue;
  readonly undeliverable: Queue;
  readonly deadLetters: readonly Queue[];
  readonly publish: Need;
  readonly sendWebhooks: Need;

  constructor(scope: Construct) {
    super(scope, "Events");
    this.bus = new EventBus(this, "Bus", { eventBusName: "qianyue" });
    const webhookDeadLetters = deadLetterQueue(this, "WebhookDeadLetters");
    this.undeliverable = deadLetterQueue(this, "EventDeadLetters");
    const archiveDeadLetters = deadLetterQueue(this, "ArchiveDeadLetters");
    this.deadLetters = [webhookDeadLetters, this.undeliverable, archiveDeadLetters];
    this.webhooks = new Queue(this, "Webhooks", {
      ...queueDefaults,
      // Six times the function's time-out, as Lambda asks: a slow batch must not be handed out twice.
      visibilityTimeout: Duration.seconds(6 * deliverySeconds),
      deadLetterQueue: { queue: webhookDeadLetters, maxReceiveCount: receiveLimit },
    });
    new Rule(this, "FinalEventsToWebhooks", {
      description: "A contract has ended: tell its partner",
      eventBus: this.bus,
      eventPattern: { source: ["qianyue"], detailType: finalEvents },
      targets: [new SqsQueue(this.webhooks, { deadLetterQueue: this.undeliverable })],
    });
    new Rule(this, "SignaturesToWebhooks", {
      description: "A contract of document C has one signature more: tell its partner (C-44)",
      eventBus: this.bus,
      eventPattern: {
        source: ["qianyue"],
        detailType: ["esign.contract.v1.signed"],
        detail: { profile: ["agreement"] },
      },
      targets: [new SqsQueue(this.webhooks, { deadLetterQueue: this.undeliverable })],
    });
    this.archives = new Queue(this, "Archives", {
      ...queueDefaults,
      deliveryDelay: archiveDelay,
      visibilityTimeout: archiveInterval,
      deadLetterQueue: { queue: archiveDeadLetters, maxReceiveCount: archiveLimit },
    });
    new Rule(this, "FailedArchives", {
      description: "A contract was sealed without a time-stamp: archive it again (C-73)",
      eventBus: this.bus,
      eventPattern: { source: ["qianyue"], detailType: ["esign.contract.v1.archive_failed"] },
      targets: [new SqsQueue(this.archives, { deadLetterQueue: this.undeliverable })],
    });

    this.publish = {
      environment: { EVENT_BUS_NAME: this.bus.eventBusName },
      statements: [allow(["events:PutEvents"], this.bus.eventBusArn)],
    };
    this.sendWebhooks = {
      environment: {
        WEBHOOK_QUEUE_URL: this.webhooks.queueUrl,
        WEBHOOK_DLQ_URL: webhookDeadLetters.queueUrl,
      },
      statements: [allow(["sqs:SendMessage"], this.webhooks.queueArn, webhookDeadLetters.queueArn)],
    };
  }
}

export const queueDefaults = {
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
  retentionPeriod: keep,
} as const;

export function deadLetterQueue(scope: Construct, id: string): Queue {
  const queue = new Queue(scope, id, queueDefaults);
  const reason =
    "It is itself the end of the line; cdk-nag only knows dead letters of other queues.";
  Validations.of(queue).acknowledge(
    { id: "AwsSolutions-SQS3", reason },
    { id: "Serverless-SQSRedrivePolicy", reason },
  );
  return queue;
}
