import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { requestFigures } from "../domain/figures.ts";
import type { World } from "../world.ts";

/** How far ahead or behind a signed time may lie; a nonce outlives that window by ten minutes. */
export const windowMs = requestFigures.requestWindowMs;
const nonceSeconds = (2 * windowMs) / 1000 + 10 * 60;

/**
 * Remembers nonces. `spend` answers false when this client used the nonce before.
 * An expired item counts as absent: DynamoDB deletes late, so the condition compares the time itself.
 */
export function nonceGuard(world: World, table: string) {
  const dynamo = new DynamoDBClient(world.aws);
  return {
    async spend(clientId: string, nonce: string): Promise<boolean> {
      const spender = world.randomBytes(9).toString("base64");
      const nowSeconds = Math.floor(Date.parse(world.now()) / 1000);
      try {
        await dynamo.send(
          new PutItemCommand({
            TableName: table,
            Item: {
              pk: { S: `NONCE#${clientId}#${nonce}` },
              spent_by: { S: spender },
              expires_at_s: { N: String(nowSeconds + nonceSeconds) },
            },
            ConditionExpression: "attribute_not_exists(pk) OR expires_at_s < :now",
            ExpressionAttributeValues: { ":now": { N: String(nowSeconds) } },
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
        );
        return true;
      } catch (cause) {
        if (!(cause instanceof ConditionalCheckFailedException)) throw cause;
        // The SDK may have retried its own lost success: then the nonce is spent by this very invocation.
        return cause.Item?.spent_by?.S === spender;
      }
    },
  };
}

export type NonceGuard = ReturnType<typeof nonceGuard>;
