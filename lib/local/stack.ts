import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { localApi } from "./api-gateway.ts";
import { localRegion } from "./aws-json.ts";
import { type LocalClock, localClock } from "./clock.ts";
import { closingStack } from "./closing.ts";
import { serveConsole } from "./console.ts";
import { type Doors, openDoors } from "./doors.ts";
import { localDynamo } from "./dynamodb/dynamodb.ts";
import { failureLog } from "./lambda/failure-log.ts";
import { localLambda } from "./lambda/lambda.ts";
import { lockFolder } from "./lock.ts";
import { type InvocationCount, invocationMeter } from "./metering.ts";
import { openServices, type Services } from "./services.ts";
import { type Credentials, readCredentials, writeWhole } from "./template/credentials.ts";
import { provision, seedSecrets } from "./template/provision.ts";
import { apiSettings, functionSettings } from "./template/settings.ts";
import { localTemplate } from "./template/synth.ts";
import { loadTemplate } from "./template/template.ts";
import { connect } from "./wiring.ts";

export type StackOptions = {
  /** Everything durable lies here; two stacks never share it. */
  readonly dataDir: string;
  /** Port of the API; the other doors follow it. 0: those of last time, else free ones. */
  readonly port?: number;
  /** Where `node bin/app.ts` wrote the template. */
  readonly outDir?: string;
  /** Worker threads of one function. */
  readonly workers?: number;
  /** CloudFormation parameters over the stack's own. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Says nothing of calls that fail; the functions' logs do. */
  readonly quiet?: boolean;
  /** Prints what functions log. */
  readonly verbose?: boolean;
};

/** What stack.json tells a client. */
export type StackDescription = {
  readonly apiUrl: string;
  readonly consoleUrl: string;
  readonly endpoints: { readonly aws: string; readonly dynamodb: string; readonly sqs: string };
  readonly simulators: {
    readonly sms: string;
    readonly verification: string;
    readonly partner: string;
    readonly timestamp: string;
    readonly clearing: string;
    readonly face: string;
  };
  readonly partners: Credentials["partners"];
  readonly verificationSystem: Credentials["verificationSystem"];
  /** What a program needs in its environment to act on this stack as an operator. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folder with one log file a function. */
  readonly logs: string;
  readonly pid: number;
};

export type LocalStack = StackDescription & {
  readonly awsUrl: string;
  /** Pushing it forward is remembered: after a restart time does not go back. */
  readonly clock: LocalClock;
  readonly services: Services;
  /** What each function did since the start. */
  readonly invocations: () => InvocationCount[];
  close(): Promise<void>;
};

type Closing = ReturnType<typeof closingStack>;

/**
 * Starts the synthesized stack on this machine. It may be killed at any moment: the next start on the
 * same folder goes on where it was.
 */
export async function startStack(options: StackOptions): Promise<LocalStack> {
  const closing = closingStack();
  try {
    return await start(options, closing);
  } catch (cause) {
    await closing.close();
    throw cause;
  }
}

async function start(options: StackOptions, closing: Closing): Promise<LocalStack> {
  const directory = resolve(options.dataDir);
  closing.own(lockFolder(directory));
  const clock = closing.own(durableClock(join(directory, "clock.json")));
  const credentials = readCredentials(join(directory, "credentials.json"));
  const dynamo = closing.own(await localDynamo({ directory }));
  const firstPort = options.port ?? 0;
  const doors = await openDoors({ directory, firstPort, clock, credentials, own: closing.own });
  const template = loadTemplate({
    outDir: resolve(options.outDir ?? localTemplate),
    awsUrl: doors.aws.url,
    parameters: { ...stackParameters(doors), ...options.parameters },
  });

  const meter = invocationMeter();
  const failures = failureLog({ directory, quiet: options.quiet ?? false });
  const functions = functionSettings(template);
  const lambda = closing.own(
    localLambda({
      functions,
      clock,
      awsUrl: doors.aws.url,
      directory,
      workers: options.workers ?? 1,
      onFailure: failures.add,
      onInvoked: meter.add,
      ...(options.verbose && { onLog: ({ text }) => void process.stdout.write(text) }),
    }),
  );
  let wake = (_: Buffer) => {};
  const onWrite = (body: Buffer) => wake(body);
  const own = closing.own;
  const services = openServices({ directory, clock, dynamo, lambda, own, onWrite });
  await provision(template, services);
  await seedSecrets(functions, services.secrets, credentials, {
    partner: doors.partner.url,
    face: doors.face.url,
  });

  doors.aws.serve(services.gateway.handle);
  const wiring = closing.own(connect(template, services, { clock, lambda, directory }));
  wake = wiring.wake;
  doors.api.serve(localApi({ ...apiSettings(template), lambda, clock }));
  const names = functions.map(({ environment }) => environment);
  const description = {
    ...describe(doors, credentials, directory),
    environment: operatorEnvironment(doors.aws.url, names),
  };
  doors.console.serve(
    serveConsole({
      links: { API: description.apiUrl, ...description.simulators },
      clock,
      log: () => ({
        calls: services.gateway.counts(),
        invocations: meter.counts(),
        queues: services.queues.counts(),
        failures: failures.list(),
      }),
    }),
  );
  const file = join(directory, "stack.json");
  writeWhole(file, description);
  closing.own({
    close() {
      rmSync(file, { force: true });
      // Functions still at work must not find half of the services closed.
      doors.aws.hold();
    },
  });
  return {
    ...description,
    awsUrl: doors.aws.url,
    clock,
    services,
    invocations: meter.counts,
    close: closing.close,
  };
}

/** The parameters that a deployment would give; a loopback call-back is allowed by name only. */
const stackParameters = ({ api, sms, verification, partner, timestamp, clearing }: Doors) => ({
  PublicBaseUrl: api.url,
  SmsGatewayUrl: sms.url,
  VerificationUrl: verification.url,
  TimestampUrls: timestamp.url,
  TimestampRoots: timestamp.rootPem,
  ClearingUrl: clearing.url,
  AllowedCallbackHosts: [partner, verification].map(({ url }) => new URL(url).host).join(","),
  LogOrigin: "localhost/qianyue/log",
});

function describe(
  doors: Doors,
  credentials: Credentials,
  directory: string,
): Omit<StackDescription, "environment"> {
  const { api, console, aws, sms, verification, partner, timestamp, clearing, face } = doors;
  return {
    apiUrl: api.url,
    consoleUrl: console.url,
    endpoints: { aws: aws.url, dynamodb: aws.url, sqs: aws.url },
    simulators: {
      sms: sms.url,
      verification: verification.url,
      partner: partner.url,
      timestamp: timestamp.url,
      clearing: clearing.url,
      face: face.url,
    },
    partners: credentials.partners,
    verificationSystem: credentials.verificationSystem,
    logs: join(directory, "logs"),
    pid: process.pid,
  };
}

/** The functions' own names of tables, buckets and keys, and a name that the gateway attributes calls to. */
const operatorEnvironment = (
  awsUrl: string,
  names: readonly Readonly<Record<string, string>>[],
) => ({
  AWS_ENDPOINT_URL: awsUrl,
  AWS_REGION: localRegion,
  AWS_ACCESS_KEY_ID: "operator",
  AWS_SECRET_ACCESS_KEY: "local",
  ...Object.assign({}, ...names),
});

/** A clock whose offset outlives the process: stored deadlines must not become future ones again. */
function durableClock(file: string): LocalClock {
  const stored = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { offsetMs: 0 };
  const clock = localClock(Number(stored.offsetMs));
  return {
    ...clock,
    advance(ms) {
      const [offsetMs = 0] = new Float64Array(clock.offset);
      writeWhole(file, { offsetMs: offsetMs + ms });
      clock.advance(ms);
    },
  };
}
