import { afterEach, expect, test, vi } from "vitest";
import { lambdaWorld } from "../functions/world.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** The lines that CloudWatch reads metrics from (embedded metric format). */
function written(tell: () => void): Record<string, unknown>[] {
  const lines: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((line) => lines.push(String(line)) > 0);
  tell();
  return lines.map((line) => JSON.parse(line));
}

test("D-63: a measure is one metric of one set of dimensions, beside the service that alarms go by", () => {
  const [line, ...more] = written(() =>
    lambdaWorld.measure("StepSeconds", 2.5, "Seconds", {
      bizScene: "POOLING_AUTH",
      step: "SIGNED",
    }),
  );

  expect(more).toEqual([]);
  expect(line).toMatchObject({
    _aws: {
      CloudWatchMetrics: [
        {
          Namespace: "Qianyue",
          Dimensions: [["service", "bizScene", "step"]],
          Metrics: [{ Name: "StepSeconds", Unit: "Seconds" }],
        },
      ],
    },
    service: "qianyue",
    bizScene: "POOLING_AUTH",
    step: "SIGNED",
    StepSeconds: 2.5,
  });
});

test("A-39, A-40: what alarms count carries the service and nothing else, whatever was measured before", () => {
  const [, line] = written(() => {
    lambdaWorld.measure("OrderEnded", 1, "Count", { bizType: "SPLIT", outcome: "FAILED" });
    lambdaWorld.count("SystemError");
  });

  expect(line).toMatchObject({
    _aws: { CloudWatchMetrics: [{ Namespace: "Qianyue", Dimensions: [["service"]] }] },
    SystemError: 1,
  });
});
