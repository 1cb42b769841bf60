import { Duration } from "aws-cdk-lib";
import { type EventPattern, type IEventBus, Match, Rule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import {
  EventSourceMapping,
  type Function as Lambda,
  StartingPosition,
} from "aws-cdk-lib/aws-lambda";
import { SqsDestination } from "aws-cdk-lib/aws-lambda-destinations";
import { SqsDlq } from "aws-cdk-lib/aws-lambda-event-sources";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { deadLetterQueue, deliverySeconds } from "./events.ts";
import type { Foundation } from "./foundation.ts";
import { allow, lambdaFunction, type Need } from "./lambda-function.ts";
import type { Workflow } from "./workflow.ts";

/** Streams and rules bring small batches of small calls. */
const workerSeconds = 30;
/** A stream keeps 24 hours: after six of trying, eighteen remain to read the entries again by hand. */
const streamAge = Duration.hours(6);
const streamRetries = 1000;
const streamBatch = 25;
/** Partners together must not take the account's concurrency from signers. */
const deliveriesAtOnce = 20;
const deliveryBatch = 5;
/** One message may wait for every authority in turn; a batch of them would outlast the function. */
const archiveBatch = 1;
/** The fewest that Lambda allows: an authority that comes back must not be met by everybody at once. */
const archivesAtOnce = 2;
/** What EventBridge brought and the function refused is tried for as long as a stream entry. */
const asyncRetries = 2;

/** Orders and face checks keep their history in the same table, and no workflow waits for them. */
const contractsOnly = { dynamodb: { Keys: { contract_id: { S: [{ prefix: "CT" }] } } } };

type WorkerProps = Foundation & { readonly workflow: Workflow };

/** The functions behind the stream of evidence_chain, the queues and the rules. */
export class Workers extends Construct {
  readonly streamed: readonly Lambda[];
  readonly functions: readonly Lambda[];
  readonly deadLetters: readonly Queue[];
  private readonly props: WorkerProps;

  constructor(scope: Construct, props: WorkerProps) {
    super(scope, "Workers");
    this.props = props;
    const { secrets, settings, tables, storage, events, workflow } = props;
    // None of these opens or stores a personal value, start-from-event aside.
    const contracts = [tables.readContracts, tables.writeContracts, storage.namePersonalKey];

    const driveWorkflow = this.worker("drive-workflow", [
      tables.readContracts,
      storage.namePersonalKey,
      workflow.start,
      workflow.resume,
    ]);
    const publishEvents = this.worker("publish-events", [
      tables.readContracts,
      storage.namePersonalKey,
      events.publish,
    ]);
    const deliverWebhook = this.worker(
      "deliver-webhook",
      [...contracts, secrets.partners, settings.callbackHosts, events.sendWebhooks],
      deliverySeconds,
    );
    const markSystemError = this.worker("mark-system-error", contracts);
    const startFromEvent = this.worker("start-from-event", [
      ...contracts,
      tables.readTemplates,
      tables.findAuthorizations,
      storage.createPersonalData,
      secrets.partners,
      secrets.platform,
      settings.publicUrl,
      settings.callbackHosts,
      settings.identityCheck,
    ]);

    const archiveAgain = this.worker("archive-again", [
      ...contracts,
      storage.writeEvidence,
      settings.timestamps,
    ]);

    const updateTemplate = this.worker("update-template", [
      tables.writeTemplates,
      secrets.partners,
    ]);

    const recordVerification = this.worker("record-verification", [...contracts, secrets.peers]);

    this.streamed = [driveWorkflow, publishEvents];
    this.functions = [
      ...this.streamed,
      deliverWebhook,
      markSystemError,
      startFromEvent,
      archiveAgain,
      updateTemplate,
      recordVerification,
    ];
    this.deadLetters = [
      this.followStream("DriveWorkflow", driveWorkflow, contractsOnly),
      this.followStream("PublishEvents", publishEvents),
    ];
    this.consume("WebhookSource", deliverWebhook, events.webhooks, {
      batchSize: deliveryBatch,
      maxConcurrency: deliveriesAtOnce,
    });
    this.consume("ArchiveSource", archiveAgain, events.archives, {
      batchSize: archiveBatch,
      maxConcurrency: archivesAtOnce,
    });
    this.onEvent("FailedExecutions", markSystemError, {
      description: "An execution ended where no Catch could help: mark its contract",
      pattern: {
        source: ["aws.states"],
        detailType: ["Step Functions Execution Status Change"],
        detail: {
          status: ["FAILED", "TIMED_OUT", "ABORTED"],
          stateMachineArn: [workflow.machine.stateMachineArn],
        },
      },
    });
    this.onEvent("SigningRequests", startFromEvent, {
      description: "An upstream system asks for a signature by event (A-11)",
      bus: events.bus as IEventBus,
      pattern: { source: Match.prefix("partner."), detailType: ["SigningRequested"] },
    });
    this.onEvent("VerificationResults", recordVerification, {
      description: "The verification system tells a result by event (D-13)",
      bus: events.bus as IEventBus,
      pattern: {
        source: Match.prefix("verification."),
        detailType: ["VerificationCompletedEvent"],
      },
    });
    this.onEvent("TemplateUpdates", updateTemplate, {
      description: "Whoever keeps the wordings has a new version (C-18)",
      bus: events.bus as IEventBus,
      pattern: {
        source: Match.anyOf(Match.prefix("partner."), Match.exactString("qianyue")),
        detailType: ["TemplateUpdatedEvent"],
      },
    });
  }

  private worker(name: string, needs: readonly Need[], timeoutSeconds = workerSeconds): Lambda {
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

  /** Entries of one contract arrive in order; a poison entry is cut out of its batch and set aside. */
  private followStream(id: string, target: Lambda, filter?: object): Queue {
    const { chain } = this.props.tables;
    const stream = String(chain.tableStreamArn);
    const deadLetters = deadLetterQueue(this, `${id}DeadLetters`);
    target.addToRolePolicy(
      allow(
        [
          "dynamodb:DescribeStream",
          "dynamodb:GetRecords",
          "dynamodb:GetShardIterator",
          "dynamodb:ListStreams",
        ],
        stream,
      ),
    );
    new EventSourceMapping(this, `${id}Source`, {
      target,
      eventSourceArn: stream,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: streamBatch,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: streamRetries,
      maxRecordAge: streamAge,
      onFailure: new SqsDlq(deadLetters),
      ...(filter ? { filters: [{ pattern: JSON.stringify(filter) }] } : {}),
    });
    return deadLetters;
  }

  private consume(
    id: string,
    target: Lambda,
    queue: Queue,
    pace: { readonly batchSize: number; readonly maxConcurrency: number },
  ): void {
    target.addToRolePolicy(
      allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], queue.queueArn),
    );
    new EventSourceMapping(this, id, {
      target,
      eventSourceArn: queue.queueArn,
      ...pace,
      reportBatchItemFailures: true,
    });
  }

  private onEvent(
    id: string,
    target: Lambda,
    rule: { description: string; pattern: EventPattern; bus?: IEventBus },
  ): void {
    const { undeliverable } = this.props.events;
    target.configureAsyncInvoke({
      retryAttempts: asyncRetries,
      maxEventAge: streamAge,
      onFailure: new SqsDestination(undeliverable),
    });
    new Rule(this, id, {
      description: rule.description,
      eventPattern: rule.pattern,
      ...(rule.bus ? { eventBus: rule.bus } : {}),
      targets: [new LambdaFunction(target, { deadLetterQueue: undeliverable })],
    });
  }
}
