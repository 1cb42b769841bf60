import { Stack } from "aws-cdk-lib";
import {
  Alarm,
  AlarmStatusWidget,
  Dashboard as Board,
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
  SingleValueWidget,
} from "aws-cdk-lib/aws-cloudwatch";
import { Function as Lambda } from "aws-cdk-lib/aws-lambda";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct, type IConstruct } from "constructs";
import { ownMetric, type Watched } from "./alarms.ts";
import type { Api } from "./api.ts";
import { businessRows } from "./business-widgets.ts";
import { graph, period, size } from "./graph.ts";

/** D-59: of the calls that start a contract, the share that may fail, and the average they may take. */
const availability = 99.95;
const initiateMs = 300;
/** Over this long the error budget is spent. */
const budgetStart = "-P30D";

/** The functions that wait for an outside system, whose time is mostly that system's. */
const outsiders = [
  "InviteSigner",
  "VerifyIdentity",
  "ClearTransaction",
  "CheckFace",
  "DeliverWebhook",
];
/** A graph of seventy functions shows nothing; the worst of them are what one looks for. */
const worst = 10;

/** What one looks at (D-63, D-64), from the business down to the machines; docs/operations.md says how to read it. */
export class Dashboard extends Construct {
  constructor(scope: Construct, watched: Watched) {
    super(scope, "Dashboard");
    const stack = Stack.of(this);
    new Board(this, "Board", {
      dashboardName: stack.stackName,
      widgets: [
        [
          new AlarmStatusWidget({
            title: "Alarms",
            alarms: found(stack, Alarm),
            width: 24,
            height: 5,
          }),
        ],
        ...businessRows(),
        initiates(watched.api),
        traffic(watched),
        functions(stack.stackName, watched),
        queues(found(stack, Queue)),
        dependencies(found(stack, Lambda)),
      ],
    });
  }
}

/** D-59. A caller's own mistakes (4xx) spend no budget, and an hour without a call has no availability. */
function initiates({ initiates: methods, rest }: Api): IWidget[] {
  const stage = rest.deploymentStage;
  const sums = { statistic: "Sum", period };
  const usingMetrics = Object.fromEntries(
    methods.flatMap((one, index) => [
      [`failed${index}`, one.metricServerError(stage, sums)],
      [`asked${index}`, one.metricCount(stage, sums)],
    ]),
  );
  const total = (name: string) => methods.map((_, index) => `FILL(${name}${index},0)`).join("+");
  const failed = `(${total("failed")})/(${total("asked")})`;
  const ofAll = (label: string, expression: string) =>
    new MathExpression({ expression, label, period, usingMetrics });
  const allowed = ((100 - availability) / 100).toFixed(4);
  return [
    new GraphWidget({
      ...size,
      title: "Starting a contract, milliseconds",
      left: methods.flatMap((one) =>
        ["Average", "p50", "p99"].map((statistic) => {
          const label = `${one.resource.path} ${statistic}`;
          return one.metricLatency(stage, { statistic, label, period });
        }),
      ),
      leftAnnotations: [{ value: initiateMs, label: "the average that D-59 allows" }],
    }),
    new GraphWidget({
      ...size,
      title: "Starting a contract, availability %",
      left: [ofAll("answered without a fault of ours", `100*(1-${failed})`)],
      leftAnnotations: [{ value: availability, label: "D-59" }],
    }),
    new SingleValueWidget({
      ...size,
      title: "Starting a contract, error budget left %",
      metrics: [ofAll("of thirty days", `100*(1-${failed}/${allowed})`)],
      setPeriodToTimeRange: true,
      start: budgetStart,
    }),
  ];
}

function traffic({ api, workflow: { machine } }: Watched): IWidget[] {
  const { rest } = api;
  const sums = { statistic: "Sum", period };
  return [
    graph("API, requests and errors", [
      rest.metricCount({ ...sums, label: "requests" }),
      rest.metricClientError({ ...sums, label: "4xx" }),
      rest.metricServerError({ ...sums, label: "5xx" }),
    ]),
    graph(
      "API, milliseconds",
      ["p50", "p99"].map((statistic) =>
        rest.metricLatency({ statistic, label: statistic, period }),
      ),
    ),
    graph("Signing executions", [
      machine.metricStarted(sums),
      machine.metricFailed(sums),
      machine.metricTimedOut(sums),
      machine.metricAborted(sums),
    ]),
  ];
}

const functions = (stackName: string, { workers }: Watched): IWidget[] => [
  graph("Functions, errors", [worstOf(stackName, "Errors", "Sum")]),
  graph("Functions, p99 milliseconds", [worstOf(stackName, "Duration", "p99")]),
  graph(
    "Streams, age of what waits, milliseconds",
    workers.streamed.map((one) =>
      one.metric("IteratorAge", { statistic: "Maximum", label: one.node.id, period }),
    ),
  ),
];

function queues(all: readonly Queue[]): IWidget[] {
  const maximum = ({ node }: Queue) => ({ statistic: "Maximum", label: node.id, period });
  const [working, dead] = [true, false].map((isWorking) =>
    all.filter(({ deadLetterQueue }) => (deadLetterQueue !== undefined) === isWorking),
  ) as [Queue[], Queue[]];
  return [
    graph(
      "Queues, messages waiting",
      working.map((one) => one.metricApproximateNumberOfMessagesVisible(maximum(one))),
    ),
    graph(
      "Queues, age of the oldest message, seconds",
      working.map((one) => one.metricApproximateAgeOfOldestMessage(maximum(one))),
    ),
    graph(
      "Dead letters",
      dead.map((one) => one.metricApproximateNumberOfMessagesVisible(maximum(one))),
    ),
  ];
}

function dependencies(all: readonly Lambda[]): IWidget[] {
  const own = (...names: string[]) => names.map((name) => ownMetric(name));
  return [
    graph(
      "Dependencies, failures",
      own(
        "DependencyFailure",
        "ClearingUnavailable",
        "ClearingFailed",
        "FaceVendorFailure",
        "TimestampUnavailable",
      ),
    ),
    graph(
      "Dependencies, p99 of the functions that wait for them, milliseconds",
      all
        .filter(({ node }) => outsiders.includes(node.id))
        .map((one) => one.metricDuration({ statistic: "p99", label: one.node.id, period })),
    ),
    graph(
      "Faults and loose ends",
      own(
        "SystemError",
        "TemplateFault",
        "OrderParked",
        "WebhookUndelivered",
        "SignatureRefused",
        "CertificateExpiring",
      ),
    ),
  ];
}

const worstOf = (stackName: string, metric: string, statistic: string): IMetric => {
  const wanted = `{AWS/Lambda,FunctionName} MetricName="${metric}" ${stackName}`;
  const search = `SEARCH('${wanted}','${statistic}',${period.toSeconds()})`;
  return new MathExpression({ expression: `SORT(${search},MAX,DESC,${worst})`, label: "", period });
};

/** Everything of one kind that the stack has, so that what is added later is watched as well. */
function found<T extends IConstruct>(
  scope: IConstruct,
  // biome-ignore lint/suspicious/noExplicitAny: what a class is built from does not matter to instanceof.
  kind: new (...props: any[]) => T,
): T[] {
  return scope.node.findAll().filter((one): one is T => one instanceof kind);
}
