import { Duration } from "aws-cdk-lib";
import { GraphWidget, type IMetric, type IWidget } from "aws-cdk-lib/aws-cloudwatch";

/** What alarms look at together, and what one point of a graph stands for. */
export const period = Duration.minutes(5);

/** Three widgets a row, of the 24 columns a dashboard has. */
export const size = { width: 8, height: 6 };

/** Lines over time, each with the statistic its metric names. */
export const graph = (title: string, left: IMetric[], every = period): IWidget =>
  new GraphWidget({ ...size, title, left, period: every });
