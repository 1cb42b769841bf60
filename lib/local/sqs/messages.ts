import { randomUUID } from "node:crypto";
import { AwsError } from "../aws-error.ts";
import { openDatabase, transaction } from "../database.ts";

/** The settings of a standard queue that matter locally; what is left out has the default of AWS. */
export type QueueSettings = {
  readonly visibilitySeconds?: number;
  readonly delaySeconds?: number;
  readonly retentionSeconds?: number;
  readonly redrive?: { readonly deadLetterQueue: string; readonly maxReceiveCount: number };
};

export type MessageAttributes = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export type SendOptions = {
  readonly delaySeconds?: number | undefined;
  readonly attributes?: MessageAttributes | undefined;
};

export type Message = {
  readonly id: string;
  readonly receipt: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly sentMs: number;
  readonly firstReceivedMs: number;
  readonly receiveCount: number;
};

type QueueCount = {
  readonly name: string;
  readonly visible: number;
  readonly hidden: number;
};

/** Quotas: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const messageLimitBytes = 1024 * 1024;
const delayLimitSeconds = 900;
const visibilityLimitSeconds = 43_200;
const defaults = { visibilitySeconds: 30, delaySeconds: 0, retentionSeconds: 345_600 };

const schema = `
  CREATE TABLE IF NOT EXISTS queues (name TEXT PRIMARY KEY, settings TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS messages (
    id TEXT PRIMARY KEY, queue TEXT NOT NULL REFERENCES queues (name), body TEXT NOT NULL,
    attributes TEXT NOT NULL, sent_ms INTEGER NOT NULL, visible_ms INTEGER NOT NULL,
    receive_count INTEGER NOT NULL DEFAULT 0, first_received_ms INTEGER, receipt TEXT,
    in_flight INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX IF NOT EXISTS messages_due ON messages (queue, visible_ms);
`;

type Row = {
  readonly id: string;
  readonly body: string;
  readonly attributes: string;
  readonly sent_ms: number;
  readonly receive_count: number;
  readonly first_received_ms: number | null;
};

/** The messages of all queues in one file; time comes in with every call. */
export function openMessages(directory: string) {
  const database = openDatabase(directory, "queues.db", schema);
  const sql = statements(database);

  function settingsOf(queue: string): QueueSettings & typeof defaults {
    const row = sql.selectQueue.get(queue);
    if (row !== undefined) return { ...defaults, ...JSON.parse(String(row.settings)) };
    throw new AwsError("com.amazonaws.sqs#QueueDoesNotExist", `no local queue "${queue}"`);
  }

  return {
    settingsOf,
    create(queue: string, settings: QueueSettings): void {
      sql.upsertQueue.run(queue, JSON.stringify(settings));
    },
    /** Gives back what was received and never deleted; a visibility set on purpose stays. */
    release: (nowMs: number) => void sql.release.run(nowMs),
    insert(queue: string, body: string, options: SendOptions, nowMs: number): string {
      const { delaySeconds } = settingsOf(queue);
      const delay = within(options.delaySeconds ?? delaySeconds, delayLimitSeconds);
      const size = Buffer.byteLength(body);
      if (size === 0 || size > messageLimitBytes) {
        throw invalid(`a message has 1 to ${messageLimitBytes} bytes, this one has ${size}`);
      }
      const id = randomUUID();
      const attributes = JSON.stringify(options.attributes ?? {});
      sql.insert.run(id, queue, body, attributes, nowMs, nowMs + delay * 1000);
      return id;
    },
    /** Takes due messages; one that came too often already goes to the dead letter queue instead. */
    take(
      queue: string,
      max: number,
      visibilitySeconds: number | undefined,
      nowMs: number,
    ): Message[] {
      const settings = settingsOf(queue);
      const seconds = visibilitySeconds ?? settings.visibilitySeconds;
      const hiddenUntilMs = nowMs + within(seconds, visibilityLimitSeconds) * 1000;
      if (sql.selectDue.get(queue, nowMs, 1) === undefined) return [];
      return transaction(database, () => {
        sql.deleteExpired.run(queue, nowMs - settings.retentionSeconds * 1000);
        return (sql.selectDue.all(queue, nowMs, max) as Row[]).flatMap((row) => {
          if (settings.redrive && row.receive_count >= settings.redrive.maxReceiveCount) {
            sql.move.run(settings.redrive.deadLetterQueue, nowMs, row.id);
            return [];
          }
          const message = received(row, nowMs);
          const { receipt, receiveCount, firstReceivedMs } = message;
          sql.markReceived.run(receipt, hiddenUntilMs, receiveCount, firstReceivedMs, row.id);
          return [message];
        });
      });
    },
    delete(queue: string, receipt: string): void {
      sql.deleteByReceipt.run(queue, receipt);
    },
    hide(queue: string, receipt: string, seconds: number, nowMs: number): void {
      const visibleMs = nowMs + within(seconds, visibilityLimitSeconds) * 1000;
      if (sql.setVisible.run(visibleMs, queue, receipt).changes > 0) return;
      throw new AwsError("ReceiptHandleIsInvalid", `queue "${queue}" gave no such receipt`);
    },
    nextDueMs(queue: string): number | undefined {
      const due = sql.selectNextDue.get(queue)?.due;
      return typeof due === "number" ? due : undefined;
    },
    counts: (nowMs: number) => sql.count.all(nowMs, nowMs) as QueueCount[],
    close: () => database.close(),
  };
}

function statements(database: ReturnType<typeof openDatabase>) {
  return {
    selectQueue: database.prepare("SELECT settings FROM queues WHERE name = ?"),
    upsertQueue: database.prepare(
      "INSERT INTO queues VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET settings = excluded.settings",
    ),
    insert: database.prepare(
      "INSERT INTO messages (id, queue, body, attributes, sent_ms, visible_ms) VALUES (?, ?, ?, ?, ?, ?)",
    ),
    selectDue: database.prepare(
      "SELECT * FROM messages WHERE queue = ? AND visible_ms <= ? ORDER BY visible_ms, rowid LIMIT ?",
    ),
    selectNextDue: database.prepare("SELECT min(visible_ms) AS due FROM messages WHERE queue = ?"),
    markReceived: database.prepare(
      "UPDATE messages SET receipt = ?, visible_ms = ?, receive_count = ?, first_received_ms = ?, in_flight = 1 WHERE id = ?",
    ),
    release: database.prepare(
      "UPDATE messages SET visible_ms = min(visible_ms, ?), in_flight = 0 WHERE in_flight = 1",
    ),
    move: database.prepare(
      "UPDATE messages SET queue = ?, visible_ms = ?, receive_count = 0, receipt = NULL, in_flight = 0 WHERE id = ?",
    ),
    deleteByReceipt: database.prepare("DELETE FROM messages WHERE queue = ? AND receipt = ?"),
    deleteExpired: database.prepare("DELETE FROM messages WHERE queue = ? AND sent_ms <= ?"),
    setVisible: database.prepare(
      "UPDATE messages SET visible_ms = ?, in_flight = 0 WHERE queue = ? AND receipt = ?",
    ),
    count: database.prepare(`
      SELECT name, coalesce(sum(visible_ms <= ?), 0) AS visible, coalesce(sum(visible_ms > ?), 0) AS hidden
      FROM queues LEFT JOIN messages ON queue = name GROUP BY name`),
  };
}

function received(row: Row, nowMs: number): Message {
  return {
    id: row.id,
    receipt: randomUUID(),
    body: row.body,
    attributes: JSON.parse(row.attributes) as MessageAttributes,
    sentMs: row.sent_ms,
    firstReceivedMs: row.first_received_ms ?? nowMs,
    receiveCount: row.receive_count + 1,
  };
}

function within(seconds: number, limit: number): number {
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= limit) return seconds;
  throw invalid(`${seconds} is no whole number of seconds from 0 to ${limit}`);
}

const invalid = (message: string) => new AwsError("InvalidParameterValue", message);
