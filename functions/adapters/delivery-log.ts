import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { World } from "../world.ts";

/** Attempts to tell a partner, beside the contract they tell of: written before each send and after it. */
export function deliveryLog(world: World, table: string) {
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(world.aws));
  const keyOf = (contractId: string, eventId: string) => ({
    pk: contractId,
    sk: `DELIVERY#${eventId}`,
  });
  return {
    /** Records that attempt `number` is about to leave; false when the event has been delivered or given up. */
    async begin(contractId: string, eventId: string, number: number): Promise<boolean> {
      try {
        await dynamo.send(
          new UpdateCommand({
            TableName: table,
            Key: keyOf(contractId, eventId),
            UpdateExpression: "SET attempts = :number, attempted_at = :at",
            ConditionExpression: "attribute_not_exists(closed_at)",
            ExpressionAttributeValues: { ":number": number, ":at": world.now() },
          }),
        );
        return true;
      } catch (cause) {
        if ((cause as Error).name === "ConditionalCheckFailedException") return false;
        throw cause;
      }
    },

    /** Notes what the last attempt met; `closed` ends the delivery for good. */
    async end(contractId: string, eventId: string, status: number, closed: boolean): Promise<void> {
      await dynamo.send(
        new UpdateCommand({
          TableName: table,
          Key: keyOf(contractId, eventId),
          UpdateExpression: closed
            ? "SET last_status = :status, closed_at = :at"
            : "SET last_status = :status, answered_at = :at",
          ExpressionAttributeValues: { ":status": status, ":at": world.now() },
        }),
      );
    },

    async read(contractId: string, eventId: string): Promise<Record<string, unknown> | undefined> {
      const { Item } = await dynamo.send(
        new GetCommand({ TableName: table, Key: keyOf(contractId, eventId) }),
      );
      return Item;
    },
  };
}
