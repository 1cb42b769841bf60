import { AwsError } from "./aws-error.ts";
import { plus, type Usage, usageOf } from "./metering.ts";
import type { LocalService, ServiceRequest, ServiceResponse } from "./service.ts";

/** One call of the app to AWS, as the gateway attributes it. */
export type AwsCall = {
  /** The function's name, which is also its access key id; "unknown" for an unsigned call. */
  readonly caller: string;
  /** Endpoint prefix: dynamodb, sqs, s3, states, events, kms, secretsmanager. */
  readonly service: string;
  readonly operation: string;
};

/** Looks at every call before it is served; a response given here is the answer. */
type Before = (
  call: AwsCall,
  request: ServiceRequest,
) => ServiceResponse | undefined | Promise<ServiceResponse | undefined>;

/** Looks at every call after it was served. */
export type After = (call: AwsCall, request: ServiceRequest, response: ServiceResponse) => void;

export type GatewayOptions = {
  readonly services: Readonly<Record<string, LocalService>>;
  /** Permission checks and scripted faults have their place here. */
  readonly before?: readonly Before[];
  readonly after?: readonly After[];
};

export type CallCount = AwsCall & Usage & { readonly count: number };

/** Prefix of X-Amz-Target → service. What is missing here is told by the signature's scope. */
const targets: Record<string, string> = {
  AWSEvents: "events",
  AWSStepFunctions: "states",
  AmazonSQS: "sqs",
  DynamoDBStreams_20120810: "dynamodb",
  DynamoDB_20120810: "dynamodb",
  TrentService: "kms",
  secretsmanager: "secretsmanager",
};

/** The one endpoint in front of all local services; every SDK client of the app talks to it. */
export function localGateway(options: GatewayOptions) {
  const counts = new Map<string, CallCount>();

  function count(call: AwsCall, used: Partial<CallCount>): void {
    const key = JSON.stringify([call.caller, call.service, call.operation]);
    counts.set(key, plus(counts.get(key) ?? { ...call, count: 0 }, used));
  }

  return {
    async handle(request: ServiceRequest): Promise<ServiceResponse> {
      const call = identify(request);
      count(call, { count: 1 });
      const service = options.services[call.service];
      if (service === undefined) return refuse(call, request);
      for (const look of options.before ?? []) {
        const answer = await look(call, request);
        if (answer !== undefined) return answer;
      }
      const response = await service.handle(request);
      count(call, usageOf(call, response));
      for (const look of options.after ?? []) look(call, request, response);
      return response;
    },
    /** How often each function called each operation since the start, and what that used. */
    counts: (): CallCount[] => [...counts.values()],
  };
}

/** Reads who calls what from the signature and the protocol; nothing in the app is asked. */
function identify(request: ServiceRequest): AwsCall {
  const credential =
    /Credential=([^,\s]+)/.exec(request.headers.authorization ?? "")?.[1] ??
    request.query.get("X-Amz-Credential") ??
    "";
  const [caller = "", , , scope = ""] = credential.split("/");
  const [prefix = "", targetOperation] = (request.headers["x-amz-target"] ?? "").split(".");
  // REST protocols name the operation in the query (`x-id`), which every SDK v3 client sends.
  const operation = targetOperation ?? request.query.get("x-id") ?? request.method;
  return { caller: caller || "unknown", service: targets[prefix] ?? scope, operation };
}

function refuse(call: AwsCall, request: ServiceRequest): ServiceResponse {
  const wanted = call.service || `${request.method} ${request.path}`;
  const { code, message, status } = new AwsError(
    "UnknownService",
    `the local stack has no ${wanted}: ${call.caller} called ${call.operation}`,
  );
  return {
    status,
    headers: { "content-type": "application/x-amz-json-1.0" },
    body: JSON.stringify({ __type: code, message }),
  };
}
