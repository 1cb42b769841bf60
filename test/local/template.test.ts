import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadTemplate } from "../../lib/local/template/template.ts";
import { synthesize, temporaryFolder } from "./synthesized.ts";

const folder = temporaryFolder("template");
afterAll(folder.remove);

let count = 0;
function load(
  template: { Resources: Record<string, unknown>; [section: string]: unknown },
  parameters: Record<string, string> = {},
) {
  count += 1;
  const outDir = join(folder.path, String(count));
  synthesize(outDir, template);
  return loadTemplate({ outDir, awsUrl: "http://127.0.0.1:1", parameters });
}

const queueWith = (value: unknown) => ({
  Type: "AWS::SQS::Queue",
  Properties: { Tags: value },
});

test.each([
  [{ Ref: "Answer" }, "yes"],
  [{ Ref: "AWS::Region" }, "us-east-1"],
  [{ Ref: "Table0123ABCD" }, "Table"],
  [
    { "Fn::GetAtt": ["Table0123ABCD", "Arn"] },
    "arn:aws:dynamodb:us-east-1:000000000000:table/Table",
  ],
  [{ "Fn::Join": ["-", ["a", { Ref: "Answer" }]] }, "a-yes"],
  [
    { "Fn::Sub": "${Answer}/${Table0123ABCD.Arn}/${!literal}" },
    "yes/arn:aws:dynamodb:us-east-1:000000000000:table/Table/${literal}",
  ],
  [{ "Fn::Sub": ["${x}!", { x: { Ref: "Answer" } }] }, "yes!"],
  [{ "Fn::Select": ["1", { "Fn::Split": [",", "a,b"] }] }, "b"],
  [{ "Fn::If": ["IsYes", "on", "off"] }, "on"],
  [{ "Fn::If": ["IsNo", "on", { Ref: "AWS::NoValue" }] }, undefined],
  [{ "Fn::FindInMap": ["Sizes", "small", "memory"] }, 128],
  [["kept", { Ref: "AWS::NoValue" }], ["kept"]],
])("resolves %j", (value, resolved) => {
  const template = load(
    {
      Parameters: { Answer: { Type: "String", Default: "no" } },
      Conditions: {
        IsYes: { "Fn::Equals": [{ Ref: "Answer" }, "yes"] },
        IsNo: { "Fn::Not": [{ Condition: "IsYes" }] },
      },
      Mappings: { Sizes: { small: { memory: 128 } } },
      Resources: {
        Table0123ABCD: { Type: "AWS::DynamoDB::Table", Properties: {} },
        Queue: queueWith(value),
      },
    },
    { Answer: "yes" },
  );

  const [queue] = template.of("AWS::SQS::Queue");
  expect(queue?.properties.Tags).toEqual(resolved === undefined ? undefined : resolved);
});

test("resources that would share a short name keep their digits", () => {
  const template = load({
    Resources: {
      Work0123ABCD: queueWith(1),
      Work9999FFFF: queueWith(2),
      Mail0123ABCD: queueWith(3),
    },
  });

  const names = template.of("AWS::SQS::Queue").map(({ name }) => name);
  expect(names).toEqual(["Work0123ABCD", "Work9999FFFF", "Mail"]);
});

test("a resource whose condition is false is left out", () => {
  const template = load({
    Conditions: { Never: { "Fn::Equals": ["a", "b"] } },
    Resources: { Queue: { ...queueWith(1), Condition: "Never" } },
  });

  expect(template.of("AWS::SQS::Queue")).toEqual([]);
});

test.each([
  [
    "an unknown type",
    { Thing: { Type: "AWS::EC2::Instance" } },
    /cannot run AWS::EC2::Instance "Thing"/,
  ],
  ["an unknown function", { Queue: queueWith({ "Fn::Cidr": [] }) }, /"Queue"\.Tags uses Fn::Cidr/],
  ["an absent resource", { Queue: queueWith({ Ref: "Gone" }) }, /"Queue"\.Tags refers to "Gone"/],
  [
    "an unknown attribute",
    { Other: { Type: "AWS::SQS::Queue" }, Queue: queueWith({ "Fn::GetAtt": ["Other", "Mood"] }) },
    /"Queue"\.Tags asks for Mood of AWS::SQS::Queue "Other"/,
  ],
])("refuses %s and names the place", (_, Resources, message) => {
  expect(() => load({ Resources })).toThrow(message);
});

test("refuses a parameter without a value", () => {
  const Parameters = { Secret: { Type: "String" } };

  const loading = () => load({ Parameters, Resources: { Queue: queueWith({ Ref: "Secret" }) } });

  expect(loading).toThrow("parameter Secret has no value");
});

test("says what to run when there is no template, and what to delete when it is broken", () => {
  const parameters = {};
  const awsUrl = "http://127.0.0.1:1";
  const broken = join(folder.path, "broken");
  mkdirSync(broken);
  writeFileSync(join(broken, "Test.template.json"), "{");

  expect(() => loadTemplate({ outDir: "/nowhere", awsUrl, parameters })).toThrow("node bin/app.ts");
  expect(() => loadTemplate({ outDir: broken, awsUrl, parameters })).toThrow("synthesize again");
});
