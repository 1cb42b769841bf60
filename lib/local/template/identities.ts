import { createHash } from "node:crypto";
import { localAccount, localRegion } from "../aws-json.ts";

/** What `Ref` and `Fn::GetAtt` answer for a resource. */
export type Identity = {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
};

type IdentityContext = {
  readonly awsUrl: string;
  /** Another property of the same resource, resolved: versions and aliases are named by their owner. */
  property(name: string): unknown;
};

type Kind = {
  /** The property that names such a resource where the template gives one. */
  readonly nameProperty?: string;
  readonly identity: (name: string, context: IdentityContext) => Identity;
};

const arn = (service: string, rest: string) =>
  `arn:aws:${service}:${localRegion}:${localAccount}:${rest}`;
const functionArn = (name: unknown) => arn("lambda", `function:${name}`);
const digest = (text: string) => createHash("sha256").update(text).digest("hex");

const plain = (name: string): Identity => ({ ref: name, attributes: {} });

const table = (name: string): Identity => ({
  ref: name,
  attributes: {
    Arn: arn("dynamodb", `table/${name}`),
    StreamArn: arn("dynamodb", `table/${name}/stream/local`),
  },
});

/** KMS names keys by UUID; ours is derived from the logical id so that it survives restarts. */
function keyId(name: string): string {
  const hex = digest(name);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join("-");
}

/** Bucket names are global on AWS and lower case everywhere. */
function bucket(name: string): Identity {
  const lower = name.toLowerCase();
  return { ref: lower, attributes: { Arn: `arn:aws:s3:::${lower}` } };
}

/** Without the random suffix of a real secret's ARN, which the service does not ask for. */
function secret(name: string): Identity {
  const secretArn = arn("secretsmanager", `secret:${name}`);
  return { ref: secretArn, attributes: { Id: secretArn } };
}

function queue(name: string, { awsUrl }: IdentityContext): Identity {
  const url = `${awsUrl}/${localAccount}/${name}`;
  return { ref: url, attributes: { Arn: arn("sqs", name), QueueName: name, QueueUrl: url } };
}

function lambdaAlias(_: string, { property }: IdentityContext): Identity {
  const alias = `${functionArn(property("FunctionName"))}:${property("Name")}`;
  return { ref: alias, attributes: { AliasArn: alias } };
}

/** An alias names no machine, only the versions it routes to. */
function stateMachineAlias(_: string, { property }: IdentityContext): Identity {
  type Routed = { StateMachineVersionArn: string };
  const routing = property("RoutingConfiguration") as Routed[] | undefined;
  const routed = routing?.[0] ?? (property("DeploymentPreference") as Routed);
  const alias = routed.StateMachineVersionArn.replace(/\d+$/, String(property("Name")));
  return { ref: alias, attributes: { Arn: alias } };
}

const named = (service: string, prefix: string) => (name: string) => ({
  ref: name,
  attributes: { Arn: arn(service, `${prefix}${name}`), Name: name },
});

/** The resources that run locally. */
const kinds: Record<string, Kind> = {
  "AWS::ApiGateway::GatewayResponse": { identity: plain },
  "AWS::ApiGateway::Method": { identity: plain },
  "AWS::ApiGateway::Resource": { identity: plain },
  "AWS::ApiGateway::RestApi": {
    identity: (name) => ({ ref: name, attributes: { RootResourceId: `${name}-root` } }),
  },
  "AWS::ApiGateway::Stage": { nameProperty: "StageName", identity: plain },
  "AWS::DynamoDB::GlobalTable": { nameProperty: "TableName", identity: table },
  "AWS::DynamoDB::Table": { nameProperty: "TableName", identity: table },
  "AWS::Events::EventBus": { nameProperty: "Name", identity: named("events", "event-bus/") },
  "AWS::Events::Rule": { nameProperty: "Name", identity: named("events", "rule/") },
  "AWS::KMS::Key": {
    identity: (name) => ({
      ref: keyId(name),
      attributes: { Arn: arn("kms", `key/${keyId(name)}`), KeyId: keyId(name) },
    }),
  },
  "AWS::Lambda::Alias": { identity: lambdaAlias },
  "AWS::Lambda::EventInvokeConfig": { identity: plain },
  "AWS::Lambda::EventSourceMapping": { identity: plain },
  "AWS::Lambda::Function": {
    nameProperty: "FunctionName",
    identity: (name) => ({ ref: name, attributes: { Arn: functionArn(name) } }),
  },
  "AWS::Lambda::Version": {
    identity: (_, { property }) => {
      const version = `${functionArn(property("FunctionName"))}:1`;
      return { ref: version, attributes: { FunctionArn: version, Version: "1" } };
    },
  },
  "AWS::S3::Bucket": { nameProperty: "BucketName", identity: bucket },
  "AWS::SQS::Queue": { nameProperty: "QueueName", identity: queue },
  "AWS::SecretsManager::Secret": { nameProperty: "Name", identity: secret },
  "AWS::StepFunctions::StateMachine": {
    nameProperty: "StateMachineName",
    identity: (name) => {
      const machine = arn("states", `stateMachine:${name}`);
      return {
        ref: machine,
        attributes: { Arn: machine, Name: name, StateMachineRevisionId: "local" },
      };
    },
  },
  "AWS::StepFunctions::StateMachineAlias": { identity: stateMachineAlias },
  "AWS::StepFunctions::StateMachineVersion": {
    identity: (_, { property }) => {
      const version = `${property("StateMachineArn")}:1`;
      return { ref: version, attributes: { Arn: version } };
    },
  },
};

/** Resources that change nothing on one machine: permissions, log retention, alarms, deployments. */
const inert =
  /^AWS::(IAM|Logs|CloudWatch|SNS|CDK|WAFv2|Backup)::|^AWS::(ApiGateway::(Account|Deployment|UsagePlan|RequestValidator|Model)|KMS::Alias|Lambda::Permission|S3::BucketPolicy|SQS::QueuePolicy|SecretsManager::(ResourcePolicy|RotationSchedule)|Events::EventBusPolicy)$/;

export const isInert = (type: string): boolean => inert.test(type);

/** The kind of a resource; a type that nothing here can play is refused by name. */
export function kindOf(type: string, logicalId: string): Kind {
  const kind = kinds[type];
  if (kind !== undefined) return kind;
  if (isInert(type)) {
    const service = type.split("::")[1]?.toLowerCase() ?? "unknown";
    return { identity: named(service, "") };
  }
  throw new Error(
    `the local stack cannot run ${type} "${logicalId}": teach lib/local/identities.ts what it is, or that it has no local effect`,
  );
}
