import { createHash } from "node:crypto";
import { AwsError } from "../aws-error.ts";
import {
  awsJson,
  type JsonInput,
  localAccount,
  localRegion,
  optionalText,
  text,
} from "../aws-json.ts";
import type { LocalService } from "../service.ts";
import type { Message, MessageAttributes } from "./messages.ts";
import type { Queues } from "./queues.ts";

/** API limits of ReceiveMessage and of every batch. */
const batchLimit = 10;
const waitLimitSeconds = 20;

/** The SQS wire (JSON protocol) over `queues`: what producers and consumers call, not the administration. */
export function localSqs(queues: Queues): LocalService {
  const handle = awsJson("AmazonSQS", {
    GetQueueAttributes: (input) => attributesOf(queues, queueOf(input)),
    SendMessage: (input) => send(queues, queueOf(input), input),
    SendMessageBatch: (input) => batch(input, (entry) => send(queues, queueOf(input), entry)),
    ReceiveMessage: (input) => receiveMessages(queues, input),
    DeleteMessage: (input) => remove(queues, queueOf(input), input),
    DeleteMessageBatch: (input) => batch(input, (entry) => remove(queues, queueOf(input), entry)),
    ChangeMessageVisibility: (input) => changeVisibility(queues, queueOf(input), input),
    ChangeMessageVisibilityBatch: (input) =>
      batch(input, (entry) => changeVisibility(queues, queueOf(input), entry)),
  });
  return { handle, close: () => queues.close() };
}

async function receiveMessages(queues: Queues, input: JsonInput): Promise<object> {
  const queue = queueOf(input);
  const max = number(input, "MaxNumberOfMessages") ?? 1;
  const waitSeconds = number(input, "WaitTimeSeconds") ?? 0;
  if (max < 1 || max > batchLimit || waitSeconds > waitLimitSeconds) {
    throw invalid(
      `a receive takes 1 to ${batchLimit} messages and waits up to ${waitLimitSeconds} s`,
    );
  }
  const messages = await queues.receive(queue, {
    max,
    waitMs: waitSeconds * 1000,
    visibilitySeconds: number(input, "VisibilityTimeout"),
  });
  if (messages.length === 0) return {};
  return {
    Messages: messages.map((message) => ({
      MessageId: message.id,
      ReceiptHandle: message.receipt,
      Body: message.body,
      MD5OfBody: md5(message.body),
      Attributes: systemAttributes(message),
      MessageAttributes: message.attributes,
    })),
  };
}

/** The system attributes a consumer sees, also inside Lambda's SQS records. */
export function systemAttributes(message: Message): Record<string, string> {
  return {
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedMs),
    SentTimestamp: String(message.sentMs),
    SenderId: localAccount,
  };
}

function send(queues: Queues, queue: string, input: JsonInput): object {
  const body = text(input, "MessageBody");
  const id = queues.send(queue, body, {
    delaySeconds: number(input, "DelaySeconds"),
    attributes: input.MessageAttributes as MessageAttributes | undefined,
  });
  return { MessageId: id, MD5OfMessageBody: md5(body) };
}

function remove(queues: Queues, queue: string, input: JsonInput): object {
  queues.settingsOf(queue);
  queues.delete(queue, text(input, "ReceiptHandle"));
  return {};
}

function changeVisibility(queues: Queues, queue: string, input: JsonInput): object {
  const seconds = number(input, "VisibilityTimeout");
  if (seconds === undefined) throw invalid("VisibilityTimeout is required");
  queues.changeVisibility(queue, text(input, "ReceiptHandle"), seconds);
  return {};
}

function attributesOf(queues: Queues, queue: string): object {
  const { visibilitySeconds, delaySeconds, retentionSeconds, redrive } = queues.settingsOf(queue);
  const count = queues.counts().find(({ name }) => name === queue);
  const arn = (name: string) => `arn:aws:sqs:${localRegion}:${localAccount}:${name}`;
  return {
    Attributes: {
      QueueArn: arn(queue),
      VisibilityTimeout: String(visibilitySeconds),
      DelaySeconds: String(delaySeconds),
      MessageRetentionPeriod: String(retentionSeconds),
      ApproximateNumberOfMessages: String(count?.visible ?? 0),
      ApproximateNumberOfMessagesNotVisible: String(count?.hidden ?? 0),
      ...(redrive && {
        RedrivePolicy: JSON.stringify({
          deadLetterTargetArn: arn(redrive.deadLetterQueue),
          maxReceiveCount: redrive.maxReceiveCount,
        }),
      }),
    },
  };
}

/** One entry's refusal leaves the others alone, as in SQS. */
function batch(input: JsonInput, run: (entry: JsonInput) => object): object {
  const entries = (input.Entries ?? []) as JsonInput[];
  if (entries.length < 1 || entries.length > batchLimit) {
    throw new AwsError("TooManyEntriesInBatchRequest", `a batch has 1 to ${batchLimit} entries`);
  }
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    const Id = text(entry, "Id");
    try {
      Successful.push({ Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id, Code: error.code, Message: error.message, SenderFault: true });
    }
  }
  return { Successful, Failed };
}

function queueOf(input: JsonInput): string {
  return optionalText(input, "QueueUrl")?.split("/").at(-1) ?? "";
}

function number(input: JsonInput, member: string): number | undefined {
  const value = input[member];
  if (value === undefined || typeof value === "number") return value;
  throw invalid(`${member} must be a number`);
}

const invalid = (message: string) => new AwsError("InvalidParameterValue", message);
const md5 = (body: string) => createHash("md5").update(body).digest("hex");
