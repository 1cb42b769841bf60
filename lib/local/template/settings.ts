import type { Route } from "../api-gateway.ts";
import type { Rule } from "../event-bridge/event-bridge.ts";
import type { EventPattern } from "../event-bridge/event-pattern.ts";
import type { FunctionSettings } from "../lambda/lambda.ts";
import type { QueueMapping } from "../pollers/queue-poller.ts";
import type { StreamMapping } from "../pollers/stream-poller.ts";
import type { QueueSettings } from "../sqs/messages.ts";
import type { Resource, Template } from "./template.ts";

/*
 * What the local services are told, read from the template's resources. Defaults are those of AWS.
 */

type Lambda = {
  Handler: string;
  Timeout?: number;
  MemorySize?: number;
  Code: { S3Key: string };
  Environment?: { Variables?: Record<string, string> };
};

export function functionSettings(template: Template): FunctionSettings[] {
  return template.of("AWS::Lambda::Function").map(({ name, properties }) => {
    const { Handler, Timeout = 3, MemorySize = 128, Code, Environment } = properties as Lambda;
    return {
      name,
      assetFolder: template.asset(Code.S3Key),
      handler: Handler,
      timeoutMs: Timeout * 1000,
      memoryMb: MemorySize,
      environment: Environment?.Variables ?? {},
    };
  });
}

/** The name behind a function's name or ARN, with or without version or alias. */
export function functionName(nameOrArn: string): string {
  return /:function:([^:/]+)/.exec(nameOrArn)?.[1] ?? nameOrArn;
}

/** The last part of a queue's ARN. */
export function queueName(arn: string): string {
  return arn.split(":").at(-1) ?? arn;
}

export function queueSettings({ properties, logicalId }: Resource): QueueSettings {
  type Queue = {
    VisibilityTimeout?: number;
    DelaySeconds?: number;
    MessageRetentionPeriod?: number;
    FifoQueue?: boolean;
    RedrivePolicy?: { deadLetterTargetArn: string; maxReceiveCount: number };
  };
  const queue = properties as Queue;
  if (queue.FifoQueue) throw new Error(`queue "${logicalId}" is FIFO; local queues are standard`);
  return {
    ...(queue.VisibilityTimeout !== undefined && { visibilitySeconds: queue.VisibilityTimeout }),
    ...(queue.DelaySeconds !== undefined && { delaySeconds: queue.DelaySeconds }),
    ...(queue.MessageRetentionPeriod !== undefined && {
      retentionSeconds: queue.MessageRetentionPeriod,
    }),
    ...(queue.RedrivePolicy && {
      redrive: {
        deadLetterQueue: queueName(queue.RedrivePolicy.deadLetterTargetArn),
        maxReceiveCount: Number(queue.RedrivePolicy.maxReceiveCount),
      },
    }),
  };
}

/** The methods of the template's REST API; integrations other than Lambda proxy are refused. */
function apiRoutes(template: Template): Route[] {
  const resources = template.of("AWS::ApiGateway::Resource");
  const pathOf = (id: string): string => {
    const resource = resources.find(({ ref }) => ref === id);
    if (resource === undefined) return "";
    const { ParentId, PathPart } = resource.properties;
    return `${pathOf(String(ParentId))}/${PathPart}`;
  };
  return template.of("AWS::ApiGateway::Method").map(({ logicalId, properties }) => {
    const integration = properties.Integration as { Type?: string; Uri?: string } | undefined;
    if (integration?.Type !== "AWS_PROXY" || integration.Uri === undefined) {
      throw new Error(
        `method "${logicalId}" is no Lambda proxy: lib/local/api-gateway.ts plays no other`,
      );
    }
    return {
      method: String(properties.HttpMethod),
      path: pathOf(String(properties.ResourceId)) || "/",
      functionName: functionName(integration.Uri),
    };
  });
}

export function apiSettings(template: Template) {
  const [rest, ...others] = template.of("AWS::ApiGateway::RestApi");
  if (rest === undefined || others.length > 0) {
    throw new Error(`the template has ${others.length + (rest ? 1 : 0)} REST APIs; one is played`);
  }
  const responses = template
    .of("AWS::ApiGateway::GatewayResponse")
    .map(({ properties }) => [String(properties.ResponseType), Number(properties.StatusCode)]);
  return {
    apiId: rest.name,
    stage: template.of("AWS::ApiGateway::Stage")[0]?.name ?? "live",
    routes: apiRoutes(template),
    binaryMediaTypes: (rest.properties.BinaryMediaTypes ?? []) as string[],
    gatewayResponses: Object.fromEntries(responses) as Record<string, number>,
  };
}

/** Lambda tries an asynchronous event twice more; other targets get EventBridge's default. */
const asyncRetries = 2;
const targetRetries = 185;

export function eventRules(template: Template): Rule[] {
  type Target = {
    Arn: string;
    Input?: unknown;
    InputPath?: unknown;
    InputTransformer?: unknown;
    RetryPolicy?: { MaximumRetryAttempts?: number };
    DeadLetterConfig?: { Arn?: string };
  };
  type RuleProperties = { EventBusName?: string; EventPattern?: EventPattern; Targets?: Target[] };
  return template.of("AWS::Events::Rule").map(({ name, logicalId, properties }) => {
    const { EventBusName = "default", EventPattern, Targets = [] } = properties as RuleProperties;
    if (EventPattern === undefined) {
      throw new Error(`rule "${logicalId}" has no event pattern: schedules are not played`);
    }
    return {
      name,
      bus: EventBusName.split("/").at(-1) ?? EventBusName,
      pattern: EventPattern,
      targets: Targets.map((target) => {
        if (target.Input ?? target.InputPath ?? target.InputTransformer) {
          throw new Error(`rule "${logicalId}" reshapes its event: targets get whole events`);
        }
        const policy = asyncPolicy(template, target.Arn);
        return {
          arn: target.Arn,
          retries: policy?.retries ?? target.RetryPolicy?.MaximumRetryAttempts ?? targetRetries,
          deadLetterArn: policy?.deadLetterArn ?? target.DeadLetterConfig?.Arn,
        };
      }),
    };
  });
}

/** How Lambda itself goes on with an event that EventBridge handed over and the function refused. */
function asyncPolicy(template: Template, arn: string) {
  if (!arn.includes(":function:")) return undefined;
  type Config = {
    FunctionName: string;
    MaximumRetryAttempts?: number;
    DestinationConfig?: { OnFailure?: { Destination: string } };
  };
  const config = template
    .of("AWS::Lambda::EventInvokeConfig")
    .map(({ properties }) => properties as Config)
    .find(({ FunctionName }) => FunctionName === functionName(arn));
  return {
    retries: config?.MaximumRetryAttempts ?? asyncRetries,
    deadLetterArn: config?.DestinationConfig?.OnFailure?.Destination,
  };
}

type Mapping = {
  EventSourceArn: string;
  FunctionName: string;
  BatchSize?: number;
  Enabled?: boolean;
  FunctionResponseTypes?: string[];
  BisectBatchOnFunctionError?: boolean;
  MaximumRetryAttempts?: number;
  MaximumRecordAgeInSeconds?: number;
  DestinationConfig?: { OnFailure?: { Destination: string } };
  FilterCriteria?: { Filters?: { Pattern: string }[] };
};

/** Lambda's defaults: no limit of retries and age. */
const unlimited = -1;

export function streamMappings(template: Template): StreamMapping[] {
  return mappings(template, "dynamodb").map(([name, mapping]) => {
    const table = template
      .of("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
      .find(({ attributes }) => attributes.StreamArn === mapping.EventSourceArn);
    if (table === undefined) throw new Error(`mapping "${name}" reads a stream of no known table`);
    const destination = mapping.DestinationConfig?.OnFailure?.Destination;
    return {
      name,
      table: table.name,
      streamArn: mapping.EventSourceArn,
      functionName: functionName(mapping.FunctionName),
      batchSize: mapping.BatchSize ?? 100,
      reportsFailures: reportsFailures(mapping),
      bisects: mapping.BisectBatchOnFunctionError ?? false,
      retries: mapping.MaximumRetryAttempts ?? unlimited,
      maxAgeSeconds: mapping.MaximumRecordAgeInSeconds ?? unlimited,
      onFailureQueue: destination === undefined ? undefined : queueName(destination),
      filters: (mapping.FilterCriteria?.Filters ?? []).map(
        ({ Pattern }) => JSON.parse(Pattern) as EventPattern,
      ),
    };
  });
}

export function queueMappings(template: Template): QueueMapping[] {
  return mappings(template, "sqs").map(([name, mapping]) => {
    if (mapping.FilterCriteria !== undefined) {
      throw new Error(`mapping "${name}" filters a queue: lib/local/queue-poller.ts does not`);
    }
    return {
      queue: queueName(mapping.EventSourceArn),
      functionName: functionName(mapping.FunctionName),
      batchSize: mapping.BatchSize ?? 10,
      reportsFailures: reportsFailures(mapping),
    };
  });
}

function mappings(template: Template, service: string): [string, Mapping][] {
  return template
    .of("AWS::Lambda::EventSourceMapping")
    .map(({ logicalId, properties }): [string, Mapping] => [logicalId, properties as Mapping])
    .filter(([, { EventSourceArn }]) => EventSourceArn.startsWith(`arn:aws:${service}:`))
    .filter(([, { Enabled }]) => Enabled !== false);
}

const reportsFailures = ({ FunctionResponseTypes }: Mapping) =>
  FunctionResponseTypes?.includes("ReportBatchItemFailures") ?? false;
