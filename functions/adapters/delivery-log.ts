import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { World } from "../world.ts";

/** What became of an attempt. */
type AttemptEnd = "retry" | "delivered" | "givenUp";

/** Attempts to tell a partner, beside the contract they tell of: written before each send and after it. */
export function deliveryLog(world: World, table: string) {
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(world.aws));
  const keyOf = (contractId: string, eventId: string) => ({
    pk: contractId,
    sk: `DELIVERY#${eventId}`,
  });
  return {
    /**
     * Records that attempt `number` is about to leave; false when the partner has the event, or when it was
     * given up at this attempt or later. A dead letter carries the next number, so that moving it back to
     * the queue tries again, while a second copy of an old message stays quiet.
     */
    async begin(contractId: string, eventId: string, number: number): Promise<boolean> {
      const undelivered = "attribute_not_exists(delivered_at)";
      const stillTried = "(attribute_not_exists(given_up_after) OR given_up_after < :number)";
      try {
        await dynamo.send(
          new UpdateCommand({
            TableName: table,
            Key: keyOf(contractId, eventId),
            UpdateExpression: "SET attempts = :number, attempted_at = :at",
            ConditionExpression: `${undelivered} AND ${stillTried}`,
            ExpressionAttributeValues: { ":number": number, ":at": world.now() },
          }),
        );
        return true;
      } catch (cause) {
        if ((cause as Error).name === "ConditionalCheckFailedException") return false;
        throw cause;
      }
    },

    /** Notes what attempt `number` met: an answer to try again after, delivery, or the end of trying. */
    async end(
      contractId: string,
      eventId: string,
      attempt: { readonly number: number; readonly status: number; readonly end: AttemptEnd },
    ): Promise<void> {
      const { number, status, end } = attempt;
      const outcome = {
        retry: "answered_at = :at",
        delivered: "delivered_at = :at",
        givenUp: "given_up_at = :at, given_up_after = :number",
      }[end];
      await dynamo.send(
        new UpdateCommand({
          TableName: table,
          Key: keyOf(contractId, eventId),
          UpdateExpression: `SET last_status = :status, ${outcome}`,
          ExpressionAttributeValues: {
            ":status": status,
            ":at": world.now(),
            ...(end === "givenUp" ? { ":number": number } : {}),
          },
        }),
      );
    },
  };
}
