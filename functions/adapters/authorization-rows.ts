import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  ScanCommand,
  type ScanCommandInput,
} from "@aws-sdk/lib-dynamodb";
import type { World } from "../world.ts";

/** The relations of `table` as rows, for the command that rebuilds them; functions have no right to scan. */

export type Row = Readonly<Record<string, unknown>>;

/** DynamoDB reads a megabyte a page at most; smaller pages keep an operator's scan out of the way of customers. */
const pageSize = 500;

/** A withdrawal is the one change that a row sees; a row that saw one since it was read must stay. */
const asSeen = {
  absent: "attribute_not_exists(pk)",
  live: "attribute_not_exists(withdrawn_at)",
  withdrawn: "withdrawn_at = :seen",
} as const;

export function authorizationRows(world: World, table: string) {
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(world.aws));

  async function* scan(filter: Partial<ScanCommandInput>): AsyncGenerator<Row> {
    let from: Record<string, unknown> | undefined;
    do {
      const page = await dynamo.send(
        new ScanCommand({
          TableName: table,
          ConsistentRead: true,
          Limit: pageSize,
          ExclusiveStartKey: from,
          ...filter,
        }),
      );
      yield* page.Items ?? [];
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
  }

  return {
    /** Every relation that is stored. */
    all: () =>
      scan({
        FilterExpression: "begins_with(pk, :relation)",
        ExpressionAttributeValues: { ":relation": "AUTH#" },
      }),

    /** The ids of all completed contracts. */
    async *completed(): AsyncGenerator<string> {
      const heads = scan({
        FilterExpression: "sk = :head AND #status = :completed",
        ExpressionAttributeNames: { "#status": "status" },
        ExpressionAttributeValues: { ":head": "HEAD", ":completed": "COMPLETED" },
      });
      for await (const { contract_id } of heads) yield String(contract_id);
    },

    /** The row that is stored under the key of `row`. */
    async read({ pk, sk }: Row): Promise<Row | undefined> {
      const get = new GetCommand({ TableName: table, Key: { pk, sk }, ConsistentRead: true });
      return (await dynamo.send(get)).Item;
    },

    /** Puts `row` in the place of `seen`; false when that has changed meanwhile. */
    put: (row: Row, seen: Row | undefined) =>
      unlessChanged(() =>
        dynamo.send(new PutCommand({ TableName: table, Item: row, ...condition(seen) })),
      ),

    /** Takes `seen` away; false when it has changed meanwhile. */
    remove: (seen: Row) =>
      unlessChanged(() => {
        const Key = { pk: seen.pk, sk: seen.sk };
        return dynamo.send(new DeleteCommand({ TableName: table, Key, ...condition(seen) }));
      }),
  };
}

function condition(seen: Row | undefined) {
  if (seen === undefined) return { ConditionExpression: asSeen.absent };
  if (seen.withdrawn_at === undefined) return { ConditionExpression: asSeen.live };
  const values = { ":seen": seen.withdrawn_at };
  return { ConditionExpression: asSeen.withdrawn, ExpressionAttributeValues: values };
}

async function unlessChanged(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) return false;
    throw cause;
  }
}
