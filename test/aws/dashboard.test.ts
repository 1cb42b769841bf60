import { readFileSync } from "node:fs";
import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import {
  contractMeasures,
  type Measure,
  orderMeasures,
} from "../../functions/domain/monitoring.ts";
import { bizTypes } from "../../functions/domain/transaction.ts";
import { bizScenes, fundScenes } from "../../functions/domain/words.ts";
import * as words from "../../lib/aws/business-widgets.ts";
import { contractOf, endings, entryOf, type Happened } from "../domain/given.ts";
import { accepted, chainOf as orderChainOf } from "../domain/given-order.ts";
import { type Resource, resourcesOf, synthesize } from "./synthesized.ts";

const template = synthesize();

type Widget = {
  readonly type: string;
  readonly properties: {
    readonly title: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly alarms?: readonly string[];
    readonly start?: string;
    readonly setPeriodToTimeRange?: boolean;
    readonly annotations?: { readonly horizontal: readonly { readonly value: number }[] };
  };
};

/** The body as CloudWatch will see it, ids in the place of what only a deployment knows. */
function bodyOf({ Properties }: Resource): { widgets: readonly Widget[] } {
  const [, parts] = Properties.DashboardBody["Fn::Join"] as [string, unknown[]];
  const known = parts.map((part) => (typeof part === "string" ? part : nameOf(part)));
  return JSON.parse(known.join(""));
}

const nameOf = (part: unknown): string => {
  const { Ref, "Fn::GetAtt": attribute } = part as { Ref?: string; "Fn::GetAtt"?: string[] };
  return Ref ?? attribute?.join(".") ?? "?";
};

const boards = resourcesOf(template, "AWS::CloudWatch::Dashboard");
const { widgets } = bodyOf(boards[0] as Resource);
const titled = (title: string): Widget => {
  const widget = widgets.find(({ properties }) => properties.title === title);
  if (widget === undefined) throw new Error(`the dashboard has no widget ${title}`);
  return widget;
};
const textOf = (title: string): string => JSON.stringify(titled(title).properties.metrics);

const chainOf = (history: readonly Happened[]) =>
  history.map((one, index) =>
    entryOf(index === 0 ? undefined : contractOf(history.slice(0, index)), one),
  );

describe("the dashboard", () => {
  test("D-64: is one, shows every alarm, and has room for each of its widgets", () => {
    const alarms = resourcesOf(template, "AWS::CloudWatch::Alarm").map(({ id }) => `${id}.Arn`);

    expect(boards).toHaveLength(1);
    expect([...(titled("Alarms").properties.alarms ?? [])].sort()).toEqual(alarms.sort());
    // CloudWatch shows no more than this in one widget.
    expect(alarms.length).toBeLessThanOrEqual(100);
  });

  test("D-63, D-64: every widget is explained where operations look", () => {
    const page = readFileSync("docs/operations.md", "utf8");

    const unexplained = widgets
      .map(({ properties }) => properties.title.replace(/of [A-Z_]+,/, "of a scene,"))
      .filter((title) => !page.includes(`| ${title} |`));

    expect(unexplained).toEqual([]);
  });

  test.each(bizScenes)(
    "D-63: %s has its rates, its mean completion and its time per step",
    (scene) => {
      const of = `bizScene=\\"${scene}\\"`;

      for (const outcome of ["COMPLETED", "FAILED"])
        expect(textOf("Success and failure by scene, %")).toContain(
          `${of} outcome=\\"${outcome}\\"`,
        );
      expect(textOf("Mean completion by scene, minutes")).toContain(of);
      for (const step of words.steps)
        expect(textOf(`Time per step of ${scene}, minutes`)).toContain(`${of} step=\\"${step}\\"`);
    },
  );

  test.each(fundScenes)("D-63: so has %s its rates and its mean completion", (scene) => {
    const of = `fundScene=\\"${scene}\\"`;

    expect(textOf("Success and failure by fund scene, %")).toContain(of);
    expect(textOf("Mean completion by fund scene, minutes")).toContain(of);
  });

  test("D-63: it asks for the words and the dimensions that the functions measure by", () => {
    const contracts = Object.values(endings).map((history) => contractMeasures(chainOf(history)));
    const first = accepted();
    const taken = (["ORDER_SUCCEEDED", "ORDER_FAILED"] as const).map((step) =>
      orderMeasures(orderChainOf(first, { step })),
    );
    const refused = orderMeasures(orderChainOf({ ...first, step: "ORDER_REFUSED" }));
    const measures = [...contracts, ...taken, refused].flat();

    for (const { name, dimensions } of measures)
      expect(["service", ...Object.keys(dimensions)].join(","), name).toBe(words.dimensions[name]);
    const heard = (of: Measure["name"], dimension: string) =>
      measures.flatMap(({ name, dimensions }) => (name === of ? [dimensions[dimension]] : []));
    expect(new Set(heard("ContractEnded", "outcome"))).toEqual(new Set(words.contractOutcomes));
    expect(heard("OrderEnded", "outcome")).toEqual(words.orderOutcomes);
    expect(words.steps).toEqual(expect.arrayContaining(heard("StepSeconds", "step")));
    expect(words.bizScenes).toEqual([...bizScenes]);
    expect(words.fundScenes).toEqual([...fundScenes]);
    expect(words.bizTypes).toEqual([...bizTypes]);
  });

  test("D-59: starting a contract is held against an average of 300 ms and 99.95 %, by route", () => {
    const [average, available] = ["milliseconds", "availability %"].map((of) =>
      titled(`Starting a contract, ${of}`),
    );

    for (const route of [
      "/v1/contracts",
      "/api/v1/contract/initiate",
      "/api/v1/esign/process/initiate",
    ]) {
      const said = JSON.stringify(average?.properties.metrics);
      for (const statistic of ["Average", "p50", "p99"])
        expect(said).toContain(`"label":"${route} ${statistic}"`);
      for (const metric of ["5XXError", "Count"])
        expect(textOf("Starting a contract, availability %")).toMatch(
          new RegExp(`"${metric}","ApiName","qianyue","Method","POST","Resource","${route}"`),
        );
      // Without it API Gateway counts the stage as a whole and these graphs stay empty.
      template.hasResourceProperties("AWS::ApiGateway::Stage", {
        MethodSettings: Match.arrayWith([
          Match.objectLike({
            ResourcePath: `/${route.replaceAll("/", "~1")}`,
            HttpMethod: "POST",
            MetricsEnabled: true,
            DataTraceEnabled: false,
            ThrottlingRateLimit: 500,
          }),
        ]),
      });
    }
    expect(average?.properties.annotations?.horizontal).toMatchObject([{ value: 300 }]);
    expect(available?.properties.annotations?.horizontal).toMatchObject([{ value: 99.95 }]);
  });

  test("D-59: the error budget is what 0.05 % of thirty days' calls leaves over", () => {
    const { start, setPeriodToTimeRange, metrics } = titled(
      "Starting a contract, error budget left %",
    ).properties;

    const [[{ expression }]] = metrics as unknown as [[{ expression: string }]];
    const left = (failed: number, asked: number) => {
      const words = { failed, asked };
      const sum = expression.replace(/FILL\((failed|asked)\d,0\)/g, (_, word: "failed" | "asked") =>
        String(words[word]),
      );
      return Number(Function(`return ${sum}`)());
    };
    expect({ start, setPeriodToTimeRange }).toEqual({ start: "-P30D", setPeriodToTimeRange: true });
    expect(left(0, 1000)).toBe(100);
    expect(left(1, 4000)).toBeCloseTo(50);
    expect(left(1, 2000)).toBeCloseTo(0);
  });

  test("C-79, D-64: latency and errors of the API, the functions and the workflow are on it", () => {
    expect(textOf("API, milliseconds")).toMatch(/Latency.*p50.*p99/);
    for (const metric of ["Count", "4XXError", "5XXError"])
      expect(textOf("API, requests and errors")).toContain(metric);
    for (const metric of ["Started", "Failed", "TimedOut", "Aborted"])
      expect(textOf("Signing executions")).toContain(`"Executions${metric}"`);
    expect(textOf("Functions, errors")).toContain('MetricName=\\"Errors\\" Qianyue');
    expect(textOf("Functions, p99 milliseconds")).toContain("'p99'");
    // A search finds this many and leaves the rest out.
    expect(resourcesOf(template, "AWS::Lambda::Function").length).toBeLessThanOrEqual(100);
  });

  test("C-79, D-64: every queue is on it, those that work with depth and age, the dead letters with depth", () => {
    for (const { id, Properties } of resourcesOf(template, "AWS::SQS::Queue")) {
      const works = Properties.RedrivePolicy !== undefined;
      const depth = textOf(works ? "Queues, messages waiting" : "Dead letters");
      expect(depth, id).toContain(`${id}.QueueName`);
      if (works)
        expect(textOf("Queues, age of the oldest message, seconds")).toContain(`${id}.QueueName`);
    }
  });

  test("C-79, D-64, A-39: the health of every dependency is on it, and how long its callers wait", () => {
    for (const metric of [
      "DependencyFailure",
      "ClearingUnavailable",
      "FaceVendorFailure",
      "TimestampUnavailable",
    ])
      expect(textOf("Dependencies, failures")).toContain(
        `["Qianyue","${metric}","service","qianyue"`,
      );
    for (const name of [
      "InviteSigner",
      "VerifyIdentity",
      "ClearTransaction",
      "CheckFace",
      "DeliverWebhook",
    ])
      expect(
        textOf("Dependencies, p99 of the functions that wait for them, milliseconds"),
      ).toContain(`"label":"${name}"`);
  });

  test("D-64, A-40: whatever our functions count is on it", () => {
    const counted = resourcesOf(template, "AWS::CloudWatch::Alarm")
      .filter(({ Properties }) => Properties.Namespace === "Qianyue")
      .map(({ Properties }) => Properties.MetricName as string);

    const shown = textOf("Dependencies, failures") + textOf("Faults and loose ends");
    expect(counted.filter((name) => !shown.includes(`"${name}"`))).toEqual([]);
  });
});
