import type { LocalClock } from "./clock.ts";
import type { LocalDynamo } from "./dynamodb/dynamodb.ts";
import { localEventBridge } from "./event-bridge/event-bridge.ts";
import { type After, localGateway } from "./gateway.ts";
import { localKms } from "./kms/kms.ts";
import type { LocalLambda } from "./lambda/lambda.ts";
import { isTableWrite, tellingCapacity } from "./metering.ts";
import { localS3 } from "./s3/s3.ts";
import { localSecrets } from "./secrets-manager.ts";
import type { LocalService } from "./service.ts";
import { openQueues } from "./sqs/queues.ts";
import { localSqs } from "./sqs/sqs.ts";
import { localStepFunctions } from "./step-functions/step-functions.ts";
import { functionName } from "./template/settings.ts";

type Own = <Opened extends { close(): unknown }>(opened: Opened) => Opened;

export type Services = ReturnType<typeof openServices>;

/** Opens every service of this process under `directory`; `own` closes them, last opened first. */
export function openServices(options: {
  readonly directory: string;
  readonly clock: LocalClock;
  readonly dynamo: LocalDynamo;
  readonly lambda: LocalLambda;
  readonly own: Own;
  /** Hears of a change in a table, by the body of the call that made it. */
  readonly onWrite: (body: Buffer) => void;
}) {
  const { directory, clock, dynamo, lambda, own } = options;
  const at = { directory, clock };
  const queues = openQueues(at);
  const sqs = own(localSqs(queues));
  const s3 = own(localS3(at));
  const kms = own(localKms(at));
  const secrets = own(localSecrets(at));
  const events = own(localEventBridge(at));
  const stepFunctions = own(
    localStepFunctions({
      ...at,
      invokeLambda: async (arn, payload) => {
        const result = await lambda.invoke(functionName(arn), payload);
        return result.ok ? { payload: result.payload } : { payload: null, functionError: result };
      },
      emit: (change) => events.publish(change),
    }),
  );
  const byName: Record<string, LocalService> = {
    dynamodb: tellingCapacity(dynamo),
    events,
    kms,
    s3,
    secretsmanager: secrets,
    sqs,
    states: stepFunctions,
  };
  const gateway = localGateway({ services: byName, after: [writesTo(options.onWrite)] });
  return { dynamo, queues, s3, kms, secrets, events, stepFunctions, gateway };
}

const writesTo =
  (onWrite: (body: Buffer) => void): After =>
  (call, request, response) => {
    const isWrite = call.service === "dynamodb" && isTableWrite(call.operation);
    if (isWrite && response.status === 200) onWrite(request.body);
  };
