import { Duration } from "aws-cdk-lib";
import { type IMetric, type IWidget, MathExpression } from "aws-cdk-lib/aws-cloudwatch";
import { graph } from "./graph.ts";

/** The words that functions/domain/monitoring.ts measures by; a test holds them against those. */
export const bizScenes = ["RELATION_BIND", "OPEN_PAYMENT", "POOLING_AUTH"];
export const fundScenes = ["POOLING", "BATCH_PAYMENT", "MEMBER_SETTLEMENT"];
export const contractOutcomes = ["COMPLETED", "FAILED", "EXPIRED", "REJECTED", "REVOKED"];
export const steps = ["INVITED", "OPENED", "SIGNED", "VERIFIED", "SEALED"];
export const bizTypes = ["SPLIT", "COLLECTION", "BATCH_PAY"];
export const orderOutcomes = ["SUCCEEDED", "FAILED", "REFUSED"];

const contract = "service,bizScene,fundScene";
/** Each metric with its dimensions, in the form that a search asks for them. */
export const dimensions = {
  ContractEnded: `${contract},outcome`,
  ContractSeconds: contract,
  StepSeconds: `${contract},step`,
  OrderEnded: "service,bizType,outcome",
  OrderSeconds: "service,bizType,outcome",
} as const;
type Measured = keyof typeof dimensions;

/** People take minutes and days: in five minutes too few contracts end for a rate to mean anything. */
const businessPeriod = Duration.hours(1);

/** How contracts and orders end and how long they take (D-63), from what functions/workers/publish-events.ts measures. */
export const businessRows = (): IWidget[][] => [
  contractEnds(),
  contractTimes(),
  bizScenes.map(stepTimes),
  orders(),
];

const contractEnds = (): IWidget[] => [
  graph("Contracts ended", contractOutcomes.map(endedAs), businessPeriod),
  graph("Success and failure by scene, %", rates("bizScene", bizScenes), businessPeriod),
  graph("Success and failure by fund scene, %", rates("fundScene", fundScenes), businessPeriod),
];

const contractTimes = (): IWidget[] => [
  graph(
    "Mean completion by scene, minutes",
    bizScenes.map((scene) => mean("ContractSeconds", { bizScene: scene }, scene)),
    businessPeriod,
  ),
  graph(
    "Mean completion by fund scene, minutes",
    fundScenes.map((scene) => mean("ContractSeconds", { fundScene: scene }, scene)),
    businessPeriod,
  ),
  graph(
    "Time per step, minutes",
    steps.map((step) => mean("StepSeconds", { step }, step)),
    businessPeriod,
  ),
];

const stepTimes = (bizScene: string): IWidget =>
  graph(
    `Time per step of ${bizScene}, minutes`,
    steps.map((step) => mean("StepSeconds", { bizScene, step }, step)),
    businessPeriod,
  );

const orders = (): IWidget[] => [
  graph(
    "Orders ended",
    orderOutcomes.map((outcome) => business(sum("OrderEnded", { outcome }), outcome)),
    businessPeriod,
  ),
  graph(
    "Orders executed by type, %",
    bizTypes.map((bizType) =>
      business(
        share(sum("OrderEnded", { bizType, outcome: "SUCCEEDED" }), sum("OrderEnded", { bizType })),
        bizType,
      ),
    ),
    businessPeriod,
  ),
  graph(
    "Mean time of an order by type, minutes",
    bizTypes.map((bizType) => mean("OrderSeconds", { bizType }, bizType)),
    businessPeriod,
  ),
];

const endedAs = (outcome: string): IMetric => business(sum("ContractEnded", { outcome }), outcome);

/** What is neither a success nor a failure was the people's own decision, or their silence. */
const rates = (dimension: "bizScene" | "fundScene", scenes: readonly string[]): IMetric[] =>
  scenes.flatMap((scene) =>
    ["COMPLETED", "FAILED"].map((outcome) => {
      const of = { [dimension]: scene };
      const part = sum("ContractEnded", { ...of, outcome });
      return business(share(part, sum("ContractEnded", of)), `${scene} ${outcome}`);
    }),
  );

const share = (part: string, whole: string): string => `100*FILL(${part},0)/${whole}`;

/** All seconds over their number: a mean of means would weigh a rare scene like a busy one. */
const mean = (name: Measured, of: Readonly<Record<string, string>>, label: string): IMetric =>
  business(`${sum(name, of)}/${sum(name, of, "SampleCount")}/60`, label);

/** CloudWatch adds up no dimensions by itself; a search finds every metric that has these words, whatever the others. */
const sum = (
  name: Measured,
  of: Readonly<Record<string, string>>,
  statistic: "Sum" | "SampleCount" = "Sum",
): string => {
  const words = Object.entries(of).map(([dimension, word]) => ` ${dimension}="${word}"`);
  const wanted = `{Qianyue,${dimensions[name]}} MetricName="${name}"${words.join("")}`;
  return `SUM(SEARCH('${wanted}','${statistic}',${businessPeriod.toSeconds()}))`;
};

const business = (expression: string, label: string): IMetric =>
  new MathExpression({ expression, label, period: businessPeriod });
