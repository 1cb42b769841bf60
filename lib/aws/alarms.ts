import { Duration } from "aws-cdk-lib";
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  Metric,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { Function as Lambda } from "aws-cdk-lib/aws-lambda";
import { Topic } from "aws-cdk-lib/aws-sns";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { Api } from "./api.ts";
import type { Clearing } from "./clearing.ts";
import type { Events } from "./events.ts";
import type { FaceChecks } from "./face-checks.ts";
import { period } from "./graph.ts";
import { pascalCase } from "./lambda-function.ts";
import type { Workers } from "./workers.ts";
import type { Workflow } from "./workflow.ts";

/** Entries older than this stand still: contracts are not invited, resumed or told of. */
const streamLag = Duration.minutes(10);

/** SQS leaves a message out of this age once it came three times, so no waiting order reaches it, only an unread one. */
const clearingLag = Duration.minutes(30);
/** Single refusals of clearing are business; a row of them is an account or an agreement gone wrong. */
const clearingFailures = 20;

/** One failure is retried or taken over and is noise; a row of them is a vendor that is down. */
const faceVendorFailures = 5;

/** A partner's clumsy deployment stays below, a search for a secret does not. */
const forgeryThreshold = 50;

export type Watched = {
  readonly api: Api;
  readonly workflow: Workflow;
  readonly workers: Workers;
  readonly clearing: Clearing;
  readonly faceChecks: FaceChecks;
  readonly events: Events;
};

/** What a person must hear of; every description says what to do. Subscribe to the topic. */
export class Alarms extends Construct {
  private readonly topic: Topic;

  constructor(scope: Construct, watched: Watched) {
    super(scope, "Alarms");
    this.topic = new Topic(this, "Operations", { enforceSSL: true });
    this.watchContracts(watched.workflow);
    this.watchOrders(watched.clearing);
    this.watchFunctions([
      ...watched.workflow.steps,
      ...watched.workers.functions,
      ...watched.clearing.functions,
      ...watched.faceChecks.functions,
    ]);
    this.watchApi(watched.api);
    for (const worker of watched.workers.streamed) {
      this.raise(`${idOf(worker)}Lag`, worker.metric("IteratorAge", { period, statistic: "max" }), {
        above: streamLag.toMilliseconds(),
        todo: "The stream of evidence_chain is stuck behind one entry: read this function's log for the entry that fails, deploy the fix; order is kept.",
      });
    }
    const { events, workers, clearing, faceChecks } = watched;
    for (const one of [events, workers, clearing, faceChecks]) {
      for (const queue of one.deadLetters) this.watchDeadLetters(queue);
    }
  }

  private watchOrders({ queue }: Clearing): void {
    this.raise("ClearingUnavailable", ownMetric("ClearingUnavailable"), {
      todo: "Clearing gave no usable answer five times within a minute: calls to it pause and orders stay PROCESSING, none is lost. Ask the clearing team; the breaker closes by itself with the first answer (T-21).",
    });
    this.raise("ClearingFailed", ownMetric("ClearingFailed"), {
      above: clearingFailures,
      todo: "Many orders end FAILED at clearing within five minutes (T-40): find metric=ClearingFailed in the logs and compare the codes; one account without money is its partner's affair, one code for all is clearing's.",
    });
    this.raise("OrderParked", ownMetric("OrderParked"), {
      todo: "An order's outcome at clearing stayed unknown to the last attempt (K39): money may have moved. List the manual queue, ask clearing by the order number, then close the order with what it says and why; never send it anew.",
    });
    const age = queue.metricApproximateAgeOfOldestMessage({ period, statistic: "max" });
    this.raise("ClearingQueueAge", age, {
      above: clearingLag.toSeconds(),
      todo: "Orders wait that nobody has looked at: read the log of clear-transaction, newest ERROR first, and look for throttles; what waits is safe for 14 days and its callers hear PROCESSING.",
    });
  }

  private watchContracts({ machine }: Workflow): void {
    for (const metric of ["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"]) {
      this.raise(metric, machine.metric(metric, { period, statistic: "sum" }), {
        todo: "A signing execution ended outside its states: its contract is marked and started again by itself, at most twice. Find the failed state in the execution, mend the cause, then read the contract's evidence.",
      });
    }
    this.raise("SystemError", ownMetric("SystemError"), {
      todo: "A fault of ours reached a contract or a caller (A-40): find metric=SystemError in the logs by its traceId or contractId, mend the cause; a marked contract recovers by a fresh execution.",
    });
    this.raise("DependencyFailure", ownMetric("DependencyFailure"), {
      todo: "A call to the SMS gateway or the verification system failed, or an upstream event was refused. One is retried and is noise; a row of them fails contracts (A-39): check that system by the log lines of the same minute.",
    });
    this.raise("FaceVendorFailure", ownMetric("FaceVendorFailure"), {
      above: faceVendorFailures,
      todo: "A face vendor gives no usable answers (C-71): find the vendor by the log lines `face vendor failed`; the next one in the list takes over by itself. Suspend the broken one, or move another up, in the FaceVendors secret; no deployment is needed.",
    });
    this.raise("CertificateExpiring", ownMetric("CertificateExpiring"), {
      todo: "A certificate the platform seals under ends within 30 days; after that nothing is sealed. Have one issued for the same KMS key and put it in its place under pki/ of the document bucket.",
    });
    this.raise("TemplateFault", ownMetric("TemplateFault"), {
      todo: "A contract found no template, or the active templates do not lint (K29, D-52): find metric=TemplateFault in the logs for the combination, then activate a version for it, the older one if need be.",
    });
    this.raise("TimestampUnavailable", ownMetric("TimestampUnavailable"), {
      todo: "No time-stamp authority gave a valid token; contracts are sealed without one and their archive is marked FAILED (C-73). Find metric=TimestampUnavailable in the logs for each authority's fault, then archive again.",
    });
    this.raise("SignatureRefused", ownMetric("SignatureRefused"), {
      above: forgeryThreshold,
      todo: "Somebody signs requests wrongly (D-56): read the access log for the address; a partner that rotated its secret needs the new one stored, a stranger needs blocking.",
    });
    this.raise("WebhookUndelivered", ownMetric("WebhookUndelivered"), {
      todo: "A partner was not reached through the whole schedule (K19): tell the partner, then redrive the message from the webhook dead letters.",
    });
  }

  private watchFunctions(functions: readonly Lambda[]): void {
    for (const one of functions) {
      this.raise(`${idOf(one)}Errors`, one.metricErrors({ period }), {
        todo: `Invocations of ${one.node.id} end with an error that is no business outcome: read its log group, newest ERROR first.`,
      });
    }
    const throttles = new Metric({
      namespace: "AWS/Lambda",
      metricName: "Throttles",
      period,
      statistic: "sum",
    });
    this.raise("LambdaThrottles", throttles, {
      todo: "Lambda refuses calls for lack of concurrency in this account and region: find the function that grows, or raise the quota.",
    });
  }

  private watchApi({ rest }: Api): void {
    this.raise("ApiServerErrors", rest.metricServerError({ period, statistic: "sum" }), {
      todo: "The API answers 5xx: compare the routes in the access log, then the log of that route's function by requestId.",
    });
  }

  private watchDeadLetters(queue: Queue): void {
    const depth = queue.metricApproximateNumberOfMessagesVisible({ period, statistic: "max" });
    this.raise(`${queue.node.id}Depth`, depth, {
      todo: "Something was given up: read a message for its cause, mend it, then redrive the queue within 14 days. Redriving is safe, every consumer knows what it has done. Stream failures name the shard and sequence number to read again within 24 hours.",
    });
  }

  private raise(id: string, metric: IMetric, props: { above?: number; todo: string }): void {
    const alarm = new Alarm(this, id, {
      metric,
      alarmDescription: props.todo,
      threshold: props.above ?? 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
  }
}

const idOf = (one: Lambda): string => pascalCase(one.node.id);

/** Counted by the functions themselves under one service name, so that one alarm hears all of them. */
export const ownMetric = (metricName: string): Metric =>
  new Metric({
    namespace: "Qianyue",
    metricName,
    dimensionsMap: { service: "qianyue" },
    period,
    statistic: "sum",
  });
