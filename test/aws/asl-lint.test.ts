import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { lintStateMachine } from "../../lib/aws/asl-lint.ts";

const lambdaRetry = {
  ErrorEquals: [
    "Lambda.ServiceException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
  ],
  IntervalSeconds: 1,
  MaxAttempts: 3,
  JitterStrategy: "FULL",
};

const clean = {
  QueryLanguage: "JSONata",
  StartAt: "Prepare",
  States: {
    Prepare: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Arguments: {
        FunctionName: "arn:aws:lambda:us-east-1:000000000000:function:prepare",
        Payload: "{% $states.input %}",
      },
      Assign: { deadline: "{% $toMillis($states.input.expiresAt) %}" },
      Retry: [lambdaRetry],
      Catch: [{ ErrorEquals: ["States.ALL"], Assign: { cause: "failed" }, Next: "Seal" }],
      Next: "Signers",
    },
    Signers: {
      Type: "Map",
      Items: "{% $states.input.signers %}",
      ItemProcessor: {
        ProcessorConfig: { Mode: "INLINE" },
        StartAt: "Invite",
        States: {
          Invite: {
            Type: "Task",
            Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
            Arguments: {
              FunctionName: "arn:aws:lambda:us-east-1:000000000000:function:invite",
              Payload: { taskToken: "{% $states.context.Task.Token %}" },
            },
            TimeoutSeconds:
              "{% ($left := $floor(($deadline - $millis()) / 1000); $max([1, $left])) %}",
            Retry: [lambdaRetry],
            End: true,
          },
        },
      },
      Output: "{% $map($states.result, function($one, $i) { $one & $i }) %}",
      Next: "Seal",
    },
    Seal: { Type: "Pass", Output: { cause: "{% $exists($cause) ? $cause : 'none' %}" }, End: true },
  },
};

/** The clean machine with one place overwritten. */
function planted(path: string, value: unknown): object {
  const copy = structuredClone(clean) as Record<string, unknown>;
  const keys = path.split(".");
  const last = keys.pop() as string;
  let place = copy;
  for (const key of keys) place = place[key] as Record<string, unknown>;
  if (value === undefined) delete place[last];
  else place[last] = value;
  return copy;
}

const invite = "States.Signers.ItemProcessor.States.Invite";

test("a sound machine has no finding, as an object and as text", () => {
  expect(lintStateMachine(clean)).toEqual([]);
  expect(lintStateMachine(JSON.stringify(clean))).toEqual([]);
});

test("the signing workflow has no finding", () => {
  const signing = readFileSync("statemachines/signing.asl.json", "utf8");

  expect(lintStateMachine(signing)).toEqual([]);
});

test("linting leaves the definition as it was", () => {
  const before = structuredClone(clean);

  lintStateMachine(clean);

  expect(clean).toEqual(before);
});

test.each([
  ["text that is no JSON", "{"],
  ["a definition without states", {}],
  ["null for a machine", "null"],
  ["a step to nowhere", planted("States.Signers.Next", "Nowhere")],
  ["an expression that does not parse", planted("States.Seal.Output", "{% $( %}")],
  ["an operator Step Functions does not know", planted("States.Seal.Output", "{% $cause ?? 1 %}")],
  ["a JSONPath field", planted("States.Seal.ResultPath", "$.x")],
])("asl-validator refuses %s without throwing", (_, definition) => {
  expect(lintStateMachine(definition).map(({ rule }) => rule)).toContain("invalid");
});

test.each([
  ["undefined-variable", "Seal", planted("States.Seal.Output", "{% $reason %}")],
  ["undefined-variable", "Seal", planted("States.Seal.Output", "{% $eval('1') %}")],
  ["undefined-variable", "Invite", planted(`${invite}.TimeoutSeconds`, "{% $deadlin %}")],
  [
    "catch-all-not-last",
    "Prepare",
    planted("States.Prepare.Retry", [{ ErrorEquals: ["States.ALL"] }, lambdaRetry]),
  ],
  [
    "catch-all-not-last",
    "Prepare",
    planted("States.Prepare.Catch", [
      { ErrorEquals: ["Contract.Failed", "States.ALL"], Assign: { cause: "failed" }, Next: "Seal" },
    ]),
  ],
  [
    "integration-pattern",
    "Invite",
    planted(`${invite}.Resource`, "arn:aws:states:::lambda:invoke.waitForToken"),
  ],
  ["wait-without-timeout", "Invite", planted(`${invite}.TimeoutSeconds`, undefined)],
  ["lambda-without-retry", "Invite", planted(`${invite}.Retry`, undefined)],
  [
    "lambda-without-retry",
    "Prepare",
    planted("States.Prepare.Retry", [{ ErrorEquals: ["Lambda.ServiceException"] }]),
  ],
])("%s is found in state %s", (rule, state, definition) => {
  const findings = lintStateMachine(definition);

  expect(findings).toEqual([{ rule, state, message: expect.any(String) }]);
});

test("a variable of an inner graph is unknown outside it", () => {
  const definition = planted(`${invite}.Assign`, { token: "{% $states.result %}" }) as typeof clean;
  const leaking = { ...definition.States.Seal, Output: "{% $token %}" };

  const findings = lintStateMachine({
    ...definition,
    States: { ...definition.States, Seal: leaking },
  });

  expect(findings.map(({ rule, state }) => [rule, state])).toEqual([
    ["undefined-variable", "Seal"],
  ]);
});

test("the built-in functions of JSONata are not taken for variables", () => {
  const expression = "{% $sum($map([1,2], $abs)) + $length($uuid()) ~> $string %}";

  expect(lintStateMachine(planted("States.Seal.Output", expression))).toEqual([]);
});
