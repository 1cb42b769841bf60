import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Code, Function as Lambda, Runtime, Tracing } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { FunctionKind } from "./bundle.ts";

/** What a function must be told and allowed in order to use one thing; given together or not at all. */
export type Need = {
  readonly environment?: Readonly<Record<string, string>>;
  readonly statements?: readonly PolicyStatement[];
};

export type FunctionProps = {
  /** Folder of the bundles (bundle.ts). */
  readonly bundles: string;
  readonly kind: FunctionKind;
  readonly name: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly needs: readonly Need[];
};

/** Long enough for a dispute to surface, short enough for data minimisation; evidence itself is elsewhere. */
export const logRetention = RetentionDays.SIX_MONTHS;

export function allow(actions: readonly string[], ...resources: string[]): PolicyStatement {
  return new PolicyStatement({ actions: [...actions], resources });
}

/** A Lambda with a role, a log group and a policy of its own; nothing but its needs is in any of them. */
export function lambdaFunction(scope: Construct, props: FunctionProps): Lambda {
  const { kind, name, needs } = props;
  const id = pascalCase(name);
  const functionName = `${Stack.of(scope).stackName}-${name}`;
  const logGroup = new LogGroup(scope, `${id}Logs`, {
    logGroupName: `/aws/lambda/${functionName}`,
    retention: logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const statements = [
    allow(["logs:CreateLogStream", "logs:PutLogEvents"], logGroup.logGroupArn),
    allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
    ...needs.flatMap((need) => need.statements ?? []),
  ];
  // Inside the role and not beside it: a stack holds 500 resources, and a policy more a function would be too many.
  const role = new Role(scope, `${id}Role`, {
    assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    description: `What functions/${kind}/${name}.ts may do`,
    inlinePolicies: { needs: new PolicyDocument({ statements, minimize: true }) },
  });
  return new Lambda(scope, id, {
    functionName,
    description: `functions/${kind}/${name}.ts`,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    code: Code.fromAsset(`${props.bundles}/${kind}/${name}`),
    handler: "index.handler",
    // What the API calls needs no more than is said here; what reads a stream or a queue is granted that later.
    role: kind === "api" ? role.withoutPolicyUpdates() : role,
    logGroup,
    memorySize: props.memoryMb,
    timeout: Duration.seconds(props.timeoutSeconds),
    tracing: Tracing.ACTIVE,
    environment: Object.assign({}, ...needs.map((need) => need.environment ?? {})),
  });
}

export function pascalCase(name: string): string {
  return name.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
