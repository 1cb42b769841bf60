import { DatabaseSync } from "node:sqlite";
import { localRegion } from "../aws-json.ts";
import type { DynamoCall, LocalDynamo } from "./dynamodb.ts";

/** One change of a table as Lambda hands it to a function. */
export type StreamRecord = {
  readonly eventID: string;
  readonly dynamodb: { readonly SequenceNumber: string };
};

export type StreamReader = {
  /** The next records in order, at most `limit`; empty when there are none yet. */
  read(limit: number): Promise<readonly StreamRecord[]>;
};

const streams = "DynamoDBStreams_20120810";

/** Reads the stream of `table` after `afterSequence`, or from its oldest record. */
export function readStream(
  call: DynamoCall,
  table: string,
  streamArn: string,
  afterSequence?: string,
): StreamReader {
  let iterator: string | undefined;

  async function open(): Promise<string | undefined> {
    const { Table } = await call("DynamoDB_20120810.DescribeTable", { TableName: table });
    const { LatestStreamArn: StreamArn } = Table as { LatestStreamArn?: string };
    if (StreamArn === undefined) throw new Error(`table ${table} has no stream`);
    const { StreamDescription } = await call(`${streams}.DescribeStream`, { StreamArn });
    // dynoxide keeps one shard for ever, and lists it once there is a record.
    const [shard] = (StreamDescription as { Shards: { ShardId: string }[] }).Shards;
    if (shard === undefined) return undefined;
    const from =
      afterSequence === undefined
        ? { ShardIteratorType: "TRIM_HORIZON" }
        : { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: afterSequence };
    const { ShardIterator } = await call(`${streams}.GetShardIterator`, {
      StreamArn,
      ShardId: shard.ShardId,
      ...from,
    });
    return ShardIterator as string;
  }

  return {
    async read(Limit) {
      iterator ??= await open();
      if (iterator === undefined) return [];
      const page = await call(`${streams}.GetRecords`, { ShardIterator: iterator, Limit });
      iterator = page.NextShardIterator as string | undefined;
      return (page.Records as StreamRecord[]).map((record) => ({
        ...record,
        eventSourceARN: streamArn,
        awsRegion: localRegion,
      }));
    },
  };
}

/** dynoxide waits this long for our short transactions, and we for its. */
const busyTimeoutMs = 250;
const trimPageRows = 1_000;

/**
 * Keeps dynoxide's stream table small and indexed: as shipped, each write looks through all records
 * ever written. Both are best effort on an internal schema, and harmless to miss.
 */
export function streamKeeper({ file }: Pick<LocalDynamo, "file">) {
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs });
  const attempt = (statement: () => unknown) => {
    try {
      statement();
    } catch (cause) {
      console.error("dynoxide's stream records stay as they are:", cause);
    }
  };
  attempt(() =>
    database.exec(
      "CREATE INDEX IF NOT EXISTS _stream_seq ON _stream_records (table_name, CAST(sequence_number AS INTEGER))",
    ),
  );
  return {
    /** Forgets records up to `sequence`; the newest stays, the next sequence number is taken from it. */
    trim(table: string, sequence: string): void {
      attempt(() =>
        database
          .prepare(
            `DELETE FROM _stream_records WHERE id IN (
               SELECT id FROM _stream_records WHERE table_name = ?1
               AND CAST(sequence_number AS INTEGER) <= CAST(?2 AS INTEGER)
               AND CAST(sequence_number AS INTEGER) <
                 (SELECT max(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = ?1)
               ORDER BY id LIMIT ${trimPageRows})`,
          )
          .run(table, sequence),
      );
    },
    close: () => database.close(),
  };
}
