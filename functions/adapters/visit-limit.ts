import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { World } from "../world.ts";

/** A person opens a link a few times; a household behind one address some more. A guesser wants millions. */
const visitsPerMinute = 30;
const windowSeconds = 60;

/**
 * Counts visits by where they come from (C-51). `admit` answers false for one too many; every visit is counted
 * before anything is looked up, so that a burst at once learns no more than one after the other.
 */
export function visitLimit(world: World, table: string, what: string) {
  const dynamo = new DynamoDBClient(world.aws);
  return {
    /** `visitor` is a keyed hash: the guard keeps nobody's address. */
    async admit(visitor: string): Promise<boolean> {
      const nowSeconds = Math.floor(Date.parse(world.now()) / 1000);
      const window = Math.floor(nowSeconds / windowSeconds);
      try {
        await dynamo.send(
          new UpdateItemCommand({
            TableName: table,
            Key: { pk: { S: `VISIT#${what}#${visitor}#${window}` } },
            UpdateExpression: "ADD visits :one SET expires_at_s = :end",
            ConditionExpression: "attribute_not_exists(visits) OR visits < :limit",
            ExpressionAttributeValues: {
              ":one": { N: "1" },
              ":end": { N: String((window + 2) * windowSeconds) },
              ":limit": { N: String(visitsPerMinute) },
            },
          }),
        );
        return true;
      } catch (cause) {
        if (!(cause instanceof ConditionalCheckFailedException)) throw cause;
        return false;
      }
    },
  };
}
