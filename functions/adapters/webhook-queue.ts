import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { World } from "../world.ts";

/** SQS holds a message back for 15 minutes at most; longer waits are sent on until their time has come. */
const longestDelaySeconds = 900;

export function delayedQueue(world: World, queueUrl: string) {
  const sqs = new SQSClient(world.aws);
  return {
    /** Puts `message` so that it comes back at `notBefore` (ISO 8601), or as close before as SQS allows. */
    async send(message: object, notBefore: string): Promise<void> {
      const waitSeconds = Math.ceil((Date.parse(notBefore) - Date.parse(world.now())) / 1000);
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: JSON.stringify({ ...message, notBefore }),
          DelaySeconds: Math.min(Math.max(0, waitSeconds), longestDelaySeconds),
        }),
      );
    },
  };
}
