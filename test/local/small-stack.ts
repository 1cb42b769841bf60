import { lambdaResource } from "./synthesized.ts";

/** The fixture's whole way: route → table → stream → bus → queue → function → table, read by a route. */
export const sources = {
  Write: `
    import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
    const dynamo = new DynamoDBClient({});
    export const handler = async (event) => {
      const id = event.pathParameters.id;
      if (id === "broken") throw new TypeError("no such thing");
      const Item = { contract_id: { S: id }, index: { N: "1" }, at: { S: new Date().toISOString() } };
      await dynamo.send(new PutItemCommand({ TableName: process.env.CHAIN, Item }));
      return { statusCode: 201, body: JSON.stringify({ id }), headers: { "content-type": "application/json" } };
    };`,
  Publish: `
    import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
    const events = new EventBridgeClient({});
    export const handler = async (event) => {
      const Entries = event.Records.map(({ dynamodb }) => ({
        EventBusName: process.env.BUS, Source: "test", DetailType: "Written",
        Detail: JSON.stringify({ id: dynamodb.NewImage.contract_id.S }) }));
      await events.send(new PutEventsCommand({ Entries }));
      return { batchItemFailures: [] };
    };`,
  Finish: `
    import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
    import { SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
    const dynamo = new DynamoDBClient({});
    const workflows = new SFNClient({});
    export const handler = async (event) => {
      for (const { body } of event.Records) {
        const { id } = JSON.parse(body).detail;
        await dynamo.send(new PutItemCommand({ TableName: process.env.DONE, Item: { pk: { S: id } } }));
        // A message comes twice when its reader dies after the execution ended.
        await workflows.send(new StartExecutionCommand({ stateMachineArn: process.env.MACHINE, name: id, input: "{}" }))
          .catch((failed) => { if (failed.name !== "ExecutionAlreadyExists") throw failed; });
      }
    };`,
  Step: `export const handler = async () => ({ worked: true });`,
  Read: `
    import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
    const dynamo = new DynamoDBClient({});
    export const handler = async (event) => {
      const Key = { pk: { S: event.pathParameters.id } };
      const { Item } = await dynamo.send(new GetItemCommand({ TableName: process.env.DONE, Key }));
      return { statusCode: Item ? 200 : 404, body: Date.now().toString() };
    };`,
};

const arnOf = (id: string) => ({ "Fn::GetAtt": [id, "Arn"] });
const method = (httpMethod: string, resource: string, target: string) => ({
  Type: "AWS::ApiGateway::Method",
  Properties: {
    HttpMethod: httpMethod,
    RestApiId: { Ref: "Rest" },
    ResourceId: { Ref: resource },
    Integration: {
      Type: "AWS_PROXY",
      Uri: {
        "Fn::Sub": `arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${target}.Arn}/invocations`,
      },
    },
  },
});
const keyed = (...keys: [string, string][]) => ({
  AttributeDefinitions: keys.map(([AttributeName, AttributeType]) => ({
    AttributeName,
    AttributeType,
  })),
  KeySchema: keys.map(([AttributeName], index) => ({
    AttributeName,
    KeyType: index === 0 ? "HASH" : "RANGE",
  })),
});

export const template = {
  Parameters: { PublicBaseUrl: { Type: "String" } },
  Resources: {
    Chain0123ABCD: {
      Type: "AWS::DynamoDB::Table",
      Properties: {
        ...keyed(["contract_id", "S"], ["index", "N"]),
        StreamSpecification: { StreamViewType: "NEW_IMAGE" },
      },
    },
    Done: { Type: "AWS::DynamoDB::Table", Properties: keyed(["pk", "S"]) },
    Bus: { Type: "AWS::Events::EventBus", Properties: { Name: "test" } },
    Work: { Type: "AWS::SQS::Queue", Properties: {} },
    Rule: {
      Type: "AWS::Events::Rule",
      Properties: {
        EventBusName: { Ref: "Bus" },
        EventPattern: { "detail-type": ["Written"] },
        Targets: [{ Arn: arnOf("Work"), Id: "0" }],
      },
    },
    Machine: {
      Type: "AWS::StepFunctions::StateMachine",
      Properties: {
        DefinitionString: JSON.stringify({
          QueryLanguage: "JSONata",
          StartAt: "Work",
          States: {
            Work: {
              Type: "Task",
              Resource: "arn:aws:states:::lambda:invoke",
              Arguments: { FunctionName: "${Step}", Payload: "{% $states.input %}" },
              Output: "{% $states.result.Payload %}",
              End: true,
            },
          },
        }),
        DefinitionSubstitutions: { Step: arnOf("Step") },
      },
    },
    Step: lambdaResource("Step"),
    Write: lambdaResource("Write", { CHAIN: { Ref: "Chain0123ABCD" } }),
    Read: lambdaResource("Read", { DONE: { Ref: "Done" } }),
    Publish: lambdaResource("Publish", { BUS: { Ref: "Bus" } }),
    Finish: lambdaResource("Finish", { DONE: { Ref: "Done" }, MACHINE: { Ref: "Machine" } }),
    FromStream: {
      Type: "AWS::Lambda::EventSourceMapping",
      Properties: {
        EventSourceArn: { "Fn::GetAtt": ["Chain0123ABCD", "StreamArn"] },
        FunctionName: { Ref: "Publish" },
        // PutEvents takes ten entries.
        BatchSize: 10,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        StartingPosition: "TRIM_HORIZON",
      },
    },
    FromQueue: {
      Type: "AWS::Lambda::EventSourceMapping",
      Properties: { EventSourceArn: arnOf("Work"), FunctionName: { Ref: "Finish" } },
    },
    Rest: { Type: "AWS::ApiGateway::RestApi", Properties: { Name: "test" } },
    Orders: {
      Type: "AWS::ApiGateway::Resource",
      Properties: {
        ParentId: { "Fn::GetAtt": ["Rest", "RootResourceId"] },
        PathPart: "orders",
      },
    },
    Order: {
      Type: "AWS::ApiGateway::Resource",
      Properties: { ParentId: { Ref: "Orders" }, PathPart: "{id}" },
    },
    Post: method("POST", "Order", "Write"),
    Get: method("GET", "Order", "Read"),
  },
};
