import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { localClock } from "../../lib/local/clock.ts";
import { type Listening, listen } from "../../lib/local/service.ts";
import { openQueues, type Queues } from "../../lib/local/sqs/queues.ts";
import { localSqs } from "../../lib/local/sqs/sqs.ts";
import { temporaryFolder } from "./synthesized.ts";

let folder: ReturnType<typeof temporaryFolder>;
let clock: ReturnType<typeof localClock>;
let queues: Queues;
let listening: Listening;
let sqs: SQSClient;

beforeEach(async () => {
  folder = temporaryFolder("sqs");
  clock = localClock();
  await open();
});
afterEach(async () => {
  await close();
  clock.close();
  folder.remove();
});

async function open(): Promise<void> {
  queues = openQueues({ directory: folder.path, clock });
  queues.create("dead");
  queues.create("work", {
    visibilitySeconds: 60,
    redrive: { deadLetterQueue: "dead", maxReceiveCount: 2 },
  });
  listening = await listen(localSqs(queues).handle);
  sqs = new SQSClient({
    endpoint: listening.url,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "local" },
  });
}

async function close(): Promise<void> {
  sqs.destroy();
  queues.close();
  await listening.close();
}

const QueueUrl = () => `${listening.url}/000000000000/work`;
const send = (MessageBody: string, DelaySeconds?: number) =>
  sqs.send(new SendMessageCommand({ QueueUrl: QueueUrl(), MessageBody, DelaySeconds }));
async function receive(queue = "work") {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: `${listening.url}/000000000000/${queue}`,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ["All"],
    }),
  );
  return Messages;
}
const bodies = async (queue?: string) => (await receive(queue)).map(({ Body }) => Body);

test("a received message is hidden until its visibility runs out on the stack's clock", async () => {
  await send("one");

  expect(await bodies()).toEqual(["one"]);
  expect(await bodies()).toEqual([]);
  clock.advance(60_000);
  const [again] = await receive();

  expect(again?.Attributes?.ApproximateReceiveCount).toBe("2");
});

test("a deleted message does not come again", async () => {
  await send("one");
  const [message] = await receive();

  const ReceiptHandle = message?.ReceiptHandle;
  await sqs.send(new DeleteMessageCommand({ QueueUrl: QueueUrl(), ReceiptHandle }));

  clock.advance(60_000);
  expect(await bodies()).toEqual([]);
});

test("a message received too often goes to the dead letter queue", async () => {
  await send("poison");
  for (const _ of [1, 2]) {
    expect(await bodies()).toEqual(["poison"]);
    clock.advance(60_000);
  }

  expect(await bodies()).toEqual([]);
  expect(await bodies("dead")).toEqual(["poison"]);
});

test("a delayed message comes when the clock has passed its delay", async () => {
  await send("later", 900);
  expect(await bodies()).toEqual([]);

  clock.advance(900_000);

  expect(await bodies()).toEqual(["later"]);
});

test("a long poll wakes on a send and on a clock that moves", async () => {
  const waiting = queues.receive("work", { max: 10, waitMs: 20_000 });
  await send("now");
  expect(await waiting).toHaveLength(1);

  await send("later", 30);
  const waitingAgain = queues.receive("work", { max: 10, waitMs: 20_000 });
  clock.advance(30_000);

  expect(await waitingAgain).toHaveLength(1);
});

test("a visibility of zero gives the message back at once", async () => {
  await send("one");
  const [message] = await receive();

  const ReceiptHandle = message?.ReceiptHandle;
  await sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: QueueUrl(),
      ReceiptHandle,
      VisibilityTimeout: 0,
    }),
  );

  expect(await bodies()).toEqual(["one"]);
});

test("a batch refuses one entry and keeps the others", async () => {
  const Entries = [
    { Id: "good", MessageBody: "good" },
    { Id: "bad", MessageBody: "bad", DelaySeconds: 901 },
  ];

  const result = await sqs.send(new SendMessageBatchCommand({ QueueUrl: QueueUrl(), Entries }));

  expect(result.Successful?.map(({ Id }) => Id)).toEqual(["good"]);
  expect(result.Failed?.map(({ Id, Code }) => [Id, Code])).toEqual([
    ["bad", "InvalidParameterValue"],
  ]);
});

test("an unknown queue is refused by its AWS name", async () => {
  const QueueUrl = `${listening.url}/000000000000/nowhere`;

  const sending = sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }));

  await expect(sending).rejects.toMatchObject({ name: "QueueDoesNotExist" });
});

test("messages, attributes and receive counts outlive a restart", async () => {
  const MessageAttributes = { kind: { DataType: "String", StringValue: "test" } };
  await sqs.send(
    new SendMessageCommand({ QueueUrl: QueueUrl(), MessageBody: "one", MessageAttributes }),
  );
  await receive();

  await close();
  await open();

  const [message] = await receive();
  expect(message?.MessageAttributes).toEqual(MessageAttributes);
  expect(message?.Attributes?.ApproximateReceiveCount).toBe("2");
});

test("a visibility that was set on purpose outlives a restart", async () => {
  await send("later");
  const [message] = await receive();
  const ReceiptHandle = message?.ReceiptHandle;
  await sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: QueueUrl(),
      ReceiptHandle,
      VisibilityTimeout: 600,
    }),
  );

  await close();
  await open();

  expect(await bodies()).toEqual([]);
  clock.advance(600_000);
  expect(await bodies()).toEqual(["later"]);
});

test("a message older than the retention is gone", async () => {
  await send("old");

  clock.advance(4 * 24 * 3600 * 1000);

  expect(await bodies()).toEqual([]);
});

test("the attributes tell how many messages wait and hide", async () => {
  await send("one");
  await send("two");
  await receive();
  await send("three");

  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: QueueUrl(), AttributeNames: ["All"] }),
  );

  expect(Attributes).toMatchObject({
    ApproximateNumberOfMessages: "1",
    ApproximateNumberOfMessagesNotVisible: "2",
  });
});
