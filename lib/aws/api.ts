import { RemovalPolicy } from "aws-cdk-lib";
import {
  AccessLogFormat,
  AwsIntegration,
  CfnAccount,
  EndpointType,
  LogGroupLogDestination,
  type Method,
  MethodLoggingLevel,
  RestApi,
} from "aws-cdk-lib/aws-apigateway";
import { ManagedPolicy, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Function as Lambda } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { moveOrders } from "./clearing.ts";
import { moveFaces } from "./face-checks.ts";
import type { Foundation } from "./foundation.ts";
import { allow, lambdaFunction, logRetention, type Need } from "./lambda-function.ts";
import { type RouteFile, routes } from "./routes.ts";

/** Below API Gateway's own 29 s, above the 5 s a verification may take. */
const apiSeconds = 15;
/** A CPU share that keeps cold starts short; one request needs a tenth of the memory. */
const apiMemoryMb = 512;
/** Requests a second of all callers together, and how many may come at once. */
const rateLimit = 500;
const burstLimit = 1000;

/** The routes that start a contract: D-59 promises their time and their availability, so each is measured by itself. */
const startingFiles: readonly RouteFile[] = [
  "create-contract",
  "initiate-agreement",
  "initiate-process",
];
const starting = routes.filter(({ file }) => startingFiles.includes(file));

/** The REST API: one function a file, each with what its routes need and no more. */
export class Api extends Construct {
  readonly rest: RestApi;
  readonly initiates: readonly Method[];
  readonly functions: readonly Lambda[];

  constructor(scope: Construct, props: Foundation) {
    super(scope, "Api");
    this.rest = restApi(this);
    const needs = routeNeeds(props);
    const files = [...new Set(routes.map(({ file }) => file))];
    const targets = files.map((file) => {
      const target = lambdaFunction(this, {
        bundles: props.bundles,
        kind: "api",
        name: file,
        memoryMb: apiMemoryMb,
        timeoutSeconds: apiSeconds,
        needs: needs[file],
      });
      return [file, target] as const;
    });
    this.functions = targets.map(([, target]) => target);
    const caller = letGatewayInvoke(this, this.functions);
    const integrations = new Map(
      targets.map(([file, target]) => [file, integration(target, caller)]),
    );
    for (const { method, path, file } of routes)
      this.rest.root.resourceForPath(path).addMethod(method, integrations.get(file));
    this.initiates = this.rest.methods.filter(({ httpMethod, resource }) =>
      starting.some(({ method, path }) => method === httpMethod && path === resource.path),
    );
  }
}

function routeNeeds(props: Foundation): Readonly<Record<RouteFile, readonly Need[]>> {
  const { settings, secrets, tables, storage } = props;
  const read = [tables.readContracts, storage.namePersonalKey];
  const write = [tables.readContracts, tables.writeContracts, storage.openPersonalData];
  const partner = [secrets.partners, tables.spendNonces];
  const links = [secrets.platform, settings.publicUrl];
  const start = [
    ...partner,
    ...links,
    ...write,
    tables.readTemplates,
    tables.findAuthorizations,
    storage.createPersonalData,
    settings.callbackHosts,
    settings.identityCheck,
  ];
  return {
    "create-contract": start,
    "initiate-process": start,
    "send-process-sms": [...start, secrets.peers, settings.smsGateway],
    "get-process": [...partner, ...links, ...read, storage.openPersonalData],
    "receive-process-verification": [secrets.peers, tables.spendNonces, ...write],
    "download-agreement": [...links, ...read, storage.openPersonalData, storage.readDocuments],
    "get-contract": [...partner, ...links, ...read],
    "get-evidence": [...partner, ...links, ...read, storage.openPersonalData],
    "download-bundle": [...links, ...read, storage.openPersonalData, storage.readEvidence],
    "resend-sms": [
      ...partner,
      ...links,
      ...write,
      tables.readTemplates,
      secrets.peers,
      settings.smsGateway,
    ],
    "revoke-contract": [...partner, ...write],
    "withdraw-authorization": [...partner, ...write],
    "receive-verification": [secrets.peers, tables.spendNonces, ...write],
    "show-signing-page": [...links, ...read, tables.readTemplates, storage.openPersonalData],
    "open-link": [...links, ...write],
    "give-consent": [...links, ...write],
    "send-otp": [...links, ...write, secrets.peers, settings.smsGateway],
    "check-otp": [...links, ...write],
    "sign-agreement": [...links, ...write],
    "submit-verification": [...links, ...write, secrets.peers, settings.verificationSystem],
    "decline-contract": [...links, ...write],
    "get-checkpoint": [tables.readLog],
    "get-log-key": [tables.readLog],
    "list-leaves": [tables.readLog],
    "prove-inclusion": [tables.readLog],
    "prove-consistency": [tables.readLog],
    "get-openapi": [settings.publicUrl],
    "follow-short-link": [...links, tables.followLinks, tables.countVisits],
    "initiate-agreement": [...start, tables.readFaces],
    "get-agreement": [...partner, ...links, ...read, storage.openPersonalData],
    "revoke-agreement": [...partner, ...write],
    "renew-sign-url": [...partner, ...links, ...write],
    "verify-contract": [...partner, ...read, storage.openPersonalData, storage.readEvidence],
    "save-template": [...partner, tables.writeTemplates],
    "list-templates": [...partner, tables.listTemplates],
    "get-template": [...partner, tables.readTemplates],
    "activate-template": [...partner, tables.writeTemplates],
    "show-verify-page": [],
    "download-verifier": [],
    "find-document": read,
    "process-transaction": [secrets.partners, secrets.platform, ...moveOrders(props)],
    "query-transaction": [...partner, secrets.platform, tables.readOrders, tables.nameChain],
    "list-orders": [...partner, tables.listOrders, tables.nameChain],
    "close-order": [...partner, ...moveOrders(props)],
    "initiate-face": [
      ...partner,
      ...moveFaces(props),
      tables.readContracts,
      storage.createPersonalData,
      settings.callbackHosts,
      settings.identityCheck,
    ],
    "get-face": [...partner, tables.readFaces, storage.openPersonalData],
    "receive-face-result": [tables.spendNonces, ...moveFaces(props)],
    "show-face-page": [...links, tables.readFaces, storage.openPersonalData],
    "start-face": moveFaces(props),
  };
}

/** One role for all of them: a permission a method would be forty resources of the 500 that a stack may have. */
function letGatewayInvoke(scope: Construct, functions: readonly Lambda[]): Role {
  const role = new Role(scope, "GatewayInvokeRole", {
    assumedBy: new ServicePrincipal("apigateway.amazonaws.com"),
    description: "Lets the API call its functions",
  });
  role.addToPolicy(
    allow(["lambda:InvokeFunction"], ...functions.map(({ functionArn }) => functionArn)),
  );
  return role;
}

const integration = ({ functionArn }: Lambda, credentialsRole: Role): AwsIntegration =>
  new AwsIntegration({
    service: "lambda",
    proxy: true,
    path: `2015-03-31/functions/${functionArn}/invocations`,
    options: { credentialsRole },
  });

function restApi(scope: Construct): RestApi {
  const accessLogs = new LogGroup(scope, "AccessLogs", {
    retention: logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const everyMethod = {
    throttlingRateLimit: rateLimit,
    throttlingBurstLimit: burstLimit,
    loggingLevel: MethodLoggingLevel.ERROR,
    dataTraceEnabled: false,
  };
  // What is set for one method replaces what the stage says for all, so it says all of it again.
  const measured = { ...everyMethod, metricsEnabled: true };
  const rest = new RestApi(scope, "Rest", {
    restApiName: "qianyue",
    // Bodies travel as base64 both ways: a signature covers exact bytes, and a bundle is a zip.
    binaryMediaTypes: ["*/*"],
    endpointTypes: [EndpointType.REGIONAL],
    cloudWatchRole: false,
    deployOptions: {
      stageName: "live",
      ...everyMethod,
      methodOptions: Object.fromEntries(
        starting.map(({ method, path }) => [`${path}/${method}`, measured]),
      ),
      tracingEnabled: true,
      accessLogDestination: new LogGroupLogDestination(accessLogs),
      accessLogFormat: accessLogFormat(),
    },
  });
  letGatewayLog(scope, rest);
  return rest;
}

/** The resource path instead of the path: a signing link must never reach a log. */
function accessLogFormat(): AccessLogFormat {
  const fields = {
    requestId: "$context.requestId",
    time: "$context.requestTimeEpoch",
    method: "$context.httpMethod",
    route: "$context.resourcePath",
    status: "$context.status",
    latencyMs: "$context.responseLatency",
    bytes: "$context.responseLength",
    ip: "$context.identity.sourceIp",
  };
  return AccessLogFormat.custom(JSON.stringify(fields));
}

/** API Gateway logs under one role an account and region; without it a stage with logs cannot be deployed. */
function letGatewayLog(scope: Construct, rest: RestApi): void {
  const role = new Role(scope, "GatewayLogRole", {
    assumedBy: new ServicePrincipal("apigateway.amazonaws.com"),
    managedPolicies: [
      ManagedPolicy.fromAwsManagedPolicyName("service-role/AmazonAPIGatewayPushToCloudWatchLogs"),
    ],
  });
  const account = new CfnAccount(scope, "Account", { cloudWatchRoleArn: role.roleArn });
  rest.deploymentStage.node.addDependency(account);
}
